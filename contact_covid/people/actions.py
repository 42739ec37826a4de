"""The only writers of identities, search keys and look-ups, and the only door through which an identity is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Role
from contact_covid.access.fields import hidden_fields
from contact_covid.access.policy import check
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.core.rules.arrays import array
from contact_covid.core.rules.nir import Nir
from contact_covid.core.rules.text import given_matches, surname_matches
from contact_covid.journal.actions import INSERT, Event, parameters, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.enums import AlertKind, KeyKind
from contact_covid.people.events import PeopleEvent
from contact_covid.people.models import Alert, Lookup, LookupTally
from contact_covid.people.queries import IDENTITY_CONTEXT, digests, open_identities, open_identity, search_keys
from contact_covid.people.rules.identity import Identity, to_bytes
from contact_covid.people.rules.keys import KeyValue
from contact_covid.people.rules.quotas import (
    DAY,
    FLEET,
    HOUR,
    MISSES_JUDGED_FROM,
    QUOTAS,
    Quota,
    Tally,
    clock_hour,
    is_many,
    refusal,
    slot_of,
)

_PAST = """
SELECT past.hour, past.day, past.misses, found.* FROM (
    SELECT coalesce(sum(lookups) FILTER (WHERE slot >= %(an_hour_ago)s), 0)::int AS hour,
           coalesce(sum(lookups), 0)::int AS day, coalesce(sum(misses), 0)::int AS misses
    FROM people_lookup_tally WHERE subject = %(subject)s AND slot >= %(a_day_ago)s AND slot < %(slot)s
) past LEFT JOIN ({found}) found ON TRUE
"""
_COUNT_AND_FIND = _PAST.format(
    found="""
    SELECT identity.fiche, identity.value FROM people_search_key
    JOIN people_sealed_identity identity USING (fiche) WHERE people_search_key.digest = ANY(%(digests)s::bytea[])
"""
)

_MOST_CALLERS = 20
# The rarest value comes first: its rows are read, those of the others only asked for, one by one (OFFSET keeps the
# planner from reading all the bearers of a common name).
_COUNT_AND_FIND_ALL = _PAST.format(
    found=f"""
    SELECT fiche FROM people_search_key
    WHERE digest = ANY(%(digests)s::bytea[]) AND area = ANY(%(areas)s::varchar[]) AND {{others}}
    ORDER BY fiche DESC LIMIT {_MOST_CALLERS}
"""
)
_ALSO = """EXISTS (
    SELECT 1 FROM people_search_key also
    WHERE also.fiche = people_search_key.fiche AND also.digest = ANY(%({name})s::bytea[]) OFFSET 0)"""

# The row of these ten minutes is locked while ``rules.quotas.refusal``, here in SQL, judges it: parallel look-ups are
# judged one after the other, and what is refused is neither counted nor kept.
_RECORD_LOOKUP = f"""
WITH counted AS (
    INSERT INTO people_lookup_tally AS tally (subject, slot, allowed, lookups, misses)
    VALUES (%(subject)s, %(slot)s, %(allowed_first)s, %(allowed_first)s::int, %(allowed_first)s::int * %(missed)s)
    ON CONFLICT (subject, slot) DO UPDATE SET (allowed, lookups, misses) = (
        SELECT ok, tally.lookups + ok::int, tally.misses + ok::int * %(missed)s FROM (SELECT NOT (%(enforced)s AND (
            (tally.lookups + %(day)s >= %(judged_from)s
                AND tally.misses + %(misses)s > %(misses_allowed)s * (tally.lookups + %(day)s))
            OR tally.lookups + %(hour)s + 1 >= %(per_hour)s
            OR tally.lookups + %(day)s + 1 >= %(per_day)s
        )) AS ok) judged
    )
    RETURNING allowed, lookups - allowed::int AS lookups, misses - allowed::int * %(missed)s AS misses
), lookup AS (
    INSERT INTO people_lookup (id, account, practice, digest, fiches, at)
    SELECT %(lookup)s, %(account)s, %(author_practice)s, %(digest)s, %(found)s, %(at)s FROM counted WHERE allowed
), journal AS (
    {INSERT} FROM counted WHERE allowed
)
SELECT allowed, lookups, misses FROM counted
"""

_KEEP = """
WITH identities AS (
    INSERT INTO people_sealed_identity (fiche, period, value)
    SELECT fiche, %(period)s, value FROM unnest(%(fiches)s::uuid[], %(sealed)s::bytea[]) AS given (fiche, value)
)
INSERT INTO people_search_key (digest, fiche, period, kind, area)
SELECT digest, fiche, %(period)s, kind, area
FROM unnest(%(digests)s::bytea[], %(key_fiches)s::uuid[], %(kinds)s::text[], %(areas)s::text[])
    AS given (digest, fiche, kind, area)
"""
_KEPT_FOR_QUOTAS = timedelta(days=2)

_REPLACE = """
WITH sealed AS (
    UPDATE people_sealed_identity SET value = %s WHERE fiche = %s
), dropped AS (
    DELETE FROM people_search_key WHERE fiche = %s AND digest <> ALL(%s)
)
INSERT INTO people_search_key (digest, fiche, period, kind, area)
SELECT digest, %s, %s, kind, %s FROM unnest(%s::bytea[], %s::text[]) AS key (digest, kind)
ON CONFLICT (digest, fiche) DO UPDATE SET area = excluded.area
"""
FLEET_SUBJECT = UUID(int=0)
"""Many together are one subject: one alert an hour."""
# What a counter may open an identity for.
COUNTER_PURPOSE = {Role.PHARMACIST: Purpose.MASKS, Role.BIOLOGIST: Purpose.TESTING}


class LookupsRefused(Exception):
    """The quota of this account or practice is used up, or too many of its look-ups found nobody."""

    def __init__(self, kind: AlertKind) -> None:
        super().__init__(kind.value)
        self.kind = kind


class NotSuspended(Exception):
    """There is no suspension to lift: no such alert, or somebody has lifted it."""


class Sealed(NamedTuple):
    """A fiche's sealed identity as a query brought it."""

    fiche: UUID
    number: str
    value: bytes


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """An identity to be kept for a fiche; ``area`` is the fund whose platform searches it."""

    fiche: UUID
    identity: Identity
    area: str


def reveal(
    actor: Actor, sealed: Sequence[Sealed], *, purpose: Purpose, now: datetime, surface: Surface = Surface.PAGE
) -> dict[UUID, Identity]:
    """The identities of those fiches as far as the actor's role may see them, empty where it may not.

    One journal row tells who saw whom and why. The caller has checked that the fiches are in the actor's scope.
    """
    if not sealed:
        return {}
    numbers = tuple(row.number for row in sealed)
    record(Event.by(actor, PeopleEvent.REVEALED, purpose, surface, fiches=numbers), now=now)
    identities = open_identities((row.fiche, row.value) for row in sealed)
    return {row.fiche: _masked(identity, actor.role) for row, identity in zip(sealed, identities, strict=True)}


def search_exactly(*, actor: Actor, nir: Nir, last_name: str, first_name: str, now: datetime) -> UUID:
    """Looks a person up by number, surname and first given name, all three exact; returns the id of the ``Lookup``.

    What was found is open to this account and practice for half an hour. Raises ``Denied``, ``LookupsRefused``.
    """
    check(actor, Permission.FICHE_SEARCH)
    quota = QUOTAS[actor.role]
    searched = digests(KeyValue(KeyKind.NIR, nir.body), now)
    past, rows = _count_and_find(actor, quota, _COUNT_AND_FIND, {"digests": array(searched)}, now)
    fiches = [fiche for fiche, value in rows if fiche and _is(fiche, value, last_name, first_name)]
    return _record_lookup(actor, quota, past, searched[0], fiches, now)


def find_people(*, actor: Actor, values: Sequence[KeyValue], areas: Sequence[str], now: datetime) -> list[UUID]:
    """The last fiches, 20 at most, of these funds that carry each of ``values``, the rarest value given first.

    Counted like every search and in the journal. Raises ``Denied``, ``LookupsRefused``.
    """
    check(actor, Permission.CALL_FIND)
    quota = QUOTAS[actor.role]
    searched = [digests(value, now) for value in values]
    others = {f"also_{place}": array(each) for place, each in enumerate(searched[1:])}
    sql = _COUNT_AND_FIND_ALL.format(others=" AND ".join(["TRUE", *(_ALSO.format(name=name) for name in others)]))
    given = {"digests": array(searched[0]), "areas": array(areas), **others}
    past, rows = _count_and_find(actor, quota, sql, given, now)
    fiches = [fiche for (fiche,) in rows if fiche]
    _record_lookup(actor, quota, past, searched[0][0], fiches, now)
    return fiches


def _count_and_find(
    actor: Actor, quota: Quota, sql: str, given: dict[str, Any], now: datetime
) -> tuple[Tally, list[tuple[Any, ...]]]:
    """The look-ups of the former slots, and the rows found (one of nothing when nobody is)."""
    slot = slot_of(now)
    counting: dict[str, Any] = {
        "subject": _subject(actor, quota),
        "slot": slot,
        "an_hour_ago": slot - HOUR,
        "a_day_ago": slot - DAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, counting | given)
        rows = cursor.fetchall()
    return Tally(*rows[0][:3]), [row[3:] for row in rows]


def _record_lookup(
    actor: Actor, quota: Quota, past: Tally, digest: bytes, fiches: Sequence[UUID], now: datetime
) -> UUID:
    """Counts the look-up beside the ``past`` ones, keeps it and writes the journal, in one statement.

    Raises ``LookupsRefused``: then nothing of it is kept.
    """
    lookup, enforced = new_id(now), settings.QUOTAS_ENFORCED
    purpose, detail = COUNTER_PURPOSE.get(actor.role, Purpose.TRACING), {"lookup": str(lookup)}
    event = Event.by(actor, PeopleEvent.SEARCHED, purpose, Surface.PAGE, count=len(fiches), detail=detail)
    given = parameters(event, now=now) | {
        "subject": _subject(actor, quota),
        "slot": slot_of(now),
        "hour": past.hour,
        "day": past.day,
        "misses": past.day_misses,
        "enforced": enforced,
        "allowed_first": not enforced or refusal(quota, past) is None,
        "per_hour": quota.per_hour,
        "per_day": quota.per_day,
        "judged_from": MISSES_JUDGED_FROM,
        "misses_allowed": quota.misses_allowed,
        "missed": 0 if fiches else 1,
        "lookup": lookup,
        "author_practice": actor.author.practice,
        "digest": digest,
        "found": array(fiches),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_LOOKUP, given)
        allowed, lookups, misses = cursor.fetchone()
    tally = Tally(past.hour + lookups, past.day + lookups, past.day_misses + misses)
    if not allowed:
        refused = refusal(quota, tally)
        assert refused is not None  # the statement judges as the rule does
        _alert(actor, quota, refused, now)
        raise LookupsRefused(refused)
    if is_many(quota, tally):
        _write_alert(actor, quota, AlertKind.MANY, now)
    return lookup


def _is(fiche: UUID, sealed: bytes, last_name: str, first_name: str) -> bool:
    identity = open_identity(fiche, bytes(sealed))
    return surname_matches(last_name, identity.birth_name, identity.used_name) and given_matches(
        first_name, identity.first_names
    )


def _subject(actor: Actor, quota: Quota) -> UUID:
    """Who is counted."""
    return actor.author.practice if quota.by_practice else actor.author.account


def _alert(actor: Actor, quota: Quota, kind: AlertKind, now: datetime) -> None:
    """Keeps the refusal, of which the search itself leaves nothing."""
    with transaction.atomic():
        _write_alert(actor, quota, kind, now)
        event = Event.by(
            actor, PeopleEvent.SEARCH_REFUSED, Purpose.SECURITY, Surface.PAGE, detail={"reason": kind.value}
        )
        record(event, now=now)


def _write_alert(actor: Actor, quota: Quota, kind: AlertKind, now: datetime) -> None:
    """The alert of this subject, and that of a fleet when it is one of many within the hour."""
    subject = _subject(actor, quota)
    counted = LookupTally.objects.filter(subject=subject, slot__gte=slot_of(now) - DAY).aggregate(
        lookups=Sum("lookups", default=0), misses=Sum("misses", default=0)
    )
    alerts = [_alert_of(actor, kind, subject, now, **counted)]
    others = Alert.objects.filter(at__gt=now - HOUR).exclude(subject__in=(subject, FLEET_SUBJECT))
    together = {alert.subject: alert for alert in others.order_by("at")}
    if len(together) + 1 >= FLEET:
        known = [*together.values(), *alerts]
        sums = {name: sum(getattr(alert, name) for alert in known) for name in ("lookups", "misses")}
        alerts.append(_alert_of(actor, AlertKind.FLEET, FLEET_SUBJECT, now, **sums))
    Alert.objects.bulk_create(alerts, ignore_conflicts=True)


def _alert_of(actor: Actor, kind: AlertKind, subject: UUID, now: datetime, *, lookups: int, misses: int) -> Alert:
    return Alert(
        id=new_id(now),
        kind=kind,
        subject=subject,
        account=actor.author.account,
        practice=actor.author.practice,
        hour=clock_hour(now),
        at=now,
        lookups=lookups,
        misses=misses,
    )


def lift_suspension(*, actor: Actor, alert: UUID, now: datetime) -> None:
    """Lets a suspended counter search again: what it missed so far is no longer counted against it.

    A second person decides. Raises ``Denied``; ``NotSuspended`` when there is no such alert, or it is lifted already.
    """
    check(actor, Permission.SUSPENSION_LIFT)
    with transaction.atomic():
        suspended = Alert.objects.filter(id=alert, kind=AlertKind.SUSPENDED, lifted_at=None)
        known = suspended.select_for_update().first()
        if known is None:
            raise NotSuspended
        LookupTally.objects.filter(subject=known.subject).update(misses=0)
        suspended.update(lifted_at=now, lifted_by=actor.account)
        detail = {"alert": str(alert), "subject": str(known.subject)}
        event = Event.by(actor, PeopleEvent.SUSPENSION_LIFTED, Purpose.SECURITY, Surface.PAGE, detail=detail)
        record(event, now=now)


def purge(*, now: datetime) -> None:
    """Forgets look-ups and counts that neither open anything nor weigh in a quota any more; the journal stays."""
    before = now - _KEPT_FOR_QUOTAS
    Lookup.objects.filter(at__lt=before).delete()
    LookupTally.objects.filter(slot__lt=before).delete()


def keep(identities: Sequence[NewIdentity], *, now: datetime) -> None:
    """Seals new identities under the month of ``now`` and makes them findable. Raises ``KeyMissing``."""
    period = period_of(now)
    sealed = [_seal(new.fiche, new.identity, period) for new in identities]
    keys = [(*key, new.fiche, new.area) for new in identities for key in search_keys(new.identity, period)]
    digests, kinds, fiches, areas = zip(*keys, strict=True) if keys else ((), (), (), ())
    given = {"fiches": array(new.fiche for new in identities), "sealed": array(sealed), "period": period}
    given |= {"digests": array(digests), "kinds": array(kinds), "key_fiches": array(fiches), "areas": array(areas)}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, given)


def seal_copy(fiche: UUID, identity: Identity, *, period: str) -> bytes:
    """Another writing of a person's identity for the same fiche, to be kept elsewhere; ``reveal`` opens it as well.

    Raises ``KeyMissing``.
    """
    return _seal(fiche, identity, period)


def replace(new: NewIdentity, *, period: str) -> None:
    """Writes a corrected identity over the old one, under the month it was first collected in (its retention stays)."""
    keys = search_keys(new.identity, period)
    digests = array(digest for digest, _ in keys)
    kinds = array(kind for _, kind in keys)
    value = _seal(new.fiche, new.identity, period)
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, (value, new.fiche, new.fiche, digests, new.fiche, period, new.area, digests, kinds))


def _seal(fiche: UUID, identity: Identity, period: str) -> bytes:
    return ring().seal(to_bytes(identity), period=period, context=f"{IDENTITY_CONTEXT}{fiche}")


def _masked(identity: Identity, role: Role) -> Identity:
    hidden = _blanks(role)
    return msgspec.structs.replace(identity, **hidden) if hidden else identity


@cache
def _blanks(role: Role) -> dict[str, Any]:
    """The identity fields that ``role`` never sees, each with the value that says nothing."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(Identity)}
    return {
        name: "" if defaults[name] is msgspec.NODEFAULT else defaults[name] for name in hidden_fields(role, "identity")
    }
