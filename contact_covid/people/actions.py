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
from contact_covid.people.models import Alert, Lookup, LookupTally, SealedIdentity, SearchKey
from contact_covid.people.queries import IDENTITY_CONTEXT, digests, open_identity
from contact_covid.people.rules.identity import Identity, to_bytes
from contact_covid.people.rules.keys import KeyValue, search_values
from contact_covid.people.rules.quotas import (
    DAY,
    FLEET,
    HOUR,
    MISSES_ALLOWED,
    MISSES_JUDGED_FROM,
    QUOTAS,
    Quota,
    Tally,
    clock_hour,
    is_many,
    refusal,
    slot_of,
)

_COUNT_AND_FIND = """
SELECT past.hour, past.day, past.misses, found.fiche, found.value FROM (
    SELECT coalesce(sum(lookups) FILTER (WHERE slot >= %(an_hour_ago)s), 0)::int AS hour,
           coalesce(sum(lookups), 0)::int AS day, coalesce(sum(misses), 0)::int AS misses
    FROM people_lookup_tally WHERE subject = %(subject)s AND slot >= %(a_day_ago)s AND slot < %(slot)s
) past LEFT JOIN (
    SELECT identity.fiche, identity.value FROM people_search_key
    JOIN people_sealed_identity identity USING (fiche) WHERE people_search_key.digest = ANY(%(digests)s::bytea[])
) found ON TRUE
"""

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
    SELECT %(lookup)s, %(account)s, %(practice)s, %(digest)s, %(found)s, %(at)s FROM counted WHERE allowed
), journal AS (
    {INSERT} FROM counted WHERE allowed
)
SELECT allowed, lookups, misses FROM counted
"""

# Rows with bytes travel a parameter a value, and a statement has 65,535 parameters at most.
_ROWS_A_STATEMENT = 5_000
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
# What a counter may open an identity for.
FLEET_SUBJECT = UUID(int=0)
"""Many together are one subject: one alert an hour."""
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
    return {row.fiche: _masked(open_identity(row.fiche, row.value), actor.role) for row in sealed}


def search_exactly(*, actor: Actor, nir: Nir, last_name: str, first_name: str, now: datetime) -> UUID:
    """Looks a person up by number, surname and first given name, all three exact; returns the id of the ``Lookup``.

    What was found is open to this account and practice for half an hour. Raises ``Denied``, ``LookupsRefused``.
    """
    check(actor, Permission.FICHE_SEARCH)
    quota, slot = QUOTAS[actor.role], slot_of(now)
    searched = digests(KeyValue(KeyKind.NIR, nir.body), now)
    given: dict[str, Any] = {
        "subject": _subject(actor, quota),
        "slot": slot,
        "an_hour_ago": slot - HOUR,
        "a_day_ago": slot - DAY,
        "digests": array(searched),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_AND_FIND, given)
        rows = cursor.fetchall()
    fiches = [fiche for *_, fiche, value in rows if fiche and _is(fiche, value, last_name, first_name)]
    return _record_lookup(actor, quota, Tally(*rows[0][:3]), searched[0], fiches, now)


def _record_lookup(
    actor: Actor, quota: Quota, past: Tally, digest: bytes, fiches: Sequence[UUID], now: datetime
) -> UUID:
    """Counts the look-up beside the ``past`` ones, keeps it and writes the journal, in one statement.

    Raises ``LookupsRefused``: then nothing of it is kept.
    """
    lookup, enforced = new_id(now), settings.QUOTAS_ENFORCED
    purpose, detail = COUNTER_PURPOSE[actor.role], {"lookup": str(lookup)}
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
        "misses_allowed": MISSES_ALLOWED,
        "missed": 0 if fiches else 1,
        "lookup": lookup,
        "digest": digest,
        "found": array(fiches),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_LOOKUP, given)
        allowed, lookups, misses = cursor.fetchone()
    tally = Tally(past.hour + lookups, past.day + lookups, past.day_misses + misses)
    refused = None if allowed else refusal(quota, tally)
    if refused:
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
    SealedIdentity.objects.bulk_create(
        [
            SealedIdentity(fiche=new.fiche, period=period, value=_seal(new.fiche, new.identity, period))
            for new in identities
        ],
        batch_size=_ROWS_A_STATEMENT,
    )
    keys = [key for new in identities for key in _search_keys(new, period)]
    SearchKey.objects.bulk_create(keys, batch_size=_ROWS_A_STATEMENT)


def replace(new: NewIdentity, *, period: str) -> None:
    """Writes a corrected identity over the old one, under the month it was first collected in (its retention stays)."""
    keys = _search_keys(new, period)
    digests = array(bytes(key.digest) for key in keys)
    kinds = array(key.kind for key in keys)
    value = _seal(new.fiche, new.identity, period)
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, (value, new.fiche, new.fiche, digests, new.fiche, period, new.area, digests, kinds))


def _seal(fiche: UUID, identity: Identity, period: str) -> bytes:
    return ring().seal(to_bytes(identity), period=period, context=f"{IDENTITY_CONTEXT}{fiche}")


def _search_keys(new: NewIdentity, period: str) -> list[SearchKey]:
    keys = ring()
    return [
        SearchKey(
            digest=keys.digest(period, value.kind, value.value),
            fiche=new.fiche,
            period=period,
            kind=value.kind,
            area=new.area,
        )
        for value in search_values(new.identity)
    ]


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
