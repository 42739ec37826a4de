"""A platform lets an organisation call for it: a list of fiches, or an area, until an end; then all is given back."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.rules.arrays import array
from contact_covid.directory.queries import delegate_of, funds
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.queries import open_identities
from contact_covid.tracing.actions import delegating
from contact_covid.tracing.actions.delegating import Back, entrust
from contact_covid.worklist.delegation_queries import delegated_among, delegation_of, waiting_in
from contact_covid.worklist.enums import LeaseEnd
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.models import Assignment, Delegation
from contact_covid.worklist.queries import ASSIGNABLE
from contact_covid.worklist.rules.delegation import DelegationErrorCode, DelegationRefused, end_of, lives_within

A_ROUND = 1_000
_ALL_WRITTEN = timedelta(minutes=10)
"""A fiche that was registered so long ago is written, so that nobody is passed over."""
_FIRST = UUID(int=0)

# Locked before they are judged: who is just being given to an agent is held by her a moment later.
_LOCK = "SELECT id FROM tracing_fiche WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE"
_FREE = f"SELECT id FROM tracing_fiche WHERE id = ANY(%s::uuid[]) AND fund = %s AND {ASSIGNABLE}"
_NEXT = """
SELECT tracing_fiche.id, identity.value FROM tracing_fiche
JOIN people_sealed_identity identity ON identity.fiche = tracing_fiche.id
WHERE {where} AND tracing_fiche.id > %s ORDER BY tracing_fiche.id LIMIT {limit}
"""
# What her agents hold ends; what they had typed stays with their leases, and how a call ends that is being made may
# still be said. Who of the platform answers the person on the line goes on.
_END_LEASES = f"""
UPDATE worklist_lease SET ended_at = %s, ended = '{LeaseEnd.RETURNED.value}'
WHERE fiche_id = ANY(%s::uuid[]) AND ended_at IS NULL AND account IN (
    SELECT post.account_id FROM accounts_post post LEFT JOIN directory_practice place ON place.id = post.practice_id
    WHERE coalesce(post.organisation_id, place.organisation_id) = ANY(%s::uuid[]))
"""


class Delegated(NamedTuple):
    """A delegation just made, and how many fiches the organisation has of it for a start."""

    delegation: UUID
    given: int


def delegate(
    *,
    actor: Actor,
    organisation: UUID,
    fiches: Collection[UUID],
    last_day: date,
    now: datetime,
    submission: Submission | None = None,
) -> Delegated:
    """Lets an organisation call those of the fiches of the actor's fund that wait for a call and are with nobody, to
    the end of ``last_day``; what was assigned to an agent is so no more. One transaction, one journal row.

    Raises ``Denied``, ``DelegationRefused``, ``AlreadyRecorded`` (its target is the delegation).
    """
    made = _begun(actor, organisation, last_day, now)
    with transaction.atomic():
        _save(actor, made, submission, now)
        given = _give(actor, made, fiches, now)
        if not given:
            raise DelegationRefused(DelegationErrorCode.NOBODY)
    return Delegated(made.id, given)


def delegate_area(
    *,
    actor: Actor,
    organisation: UUID,
    department: str,
    postcodes: Collection[str],
    last_day: date,
    now: datetime,
    submission: Submission | None = None,
) -> Delegated:
    """Lets an organisation call who waits in a part of the actor's area, and who comes there until the end of
    ``last_day``: the first thousand at once, the others within minutes (``give_who_came``).

    Raises ``Denied``, ``DelegationRefused``, ``AlreadyRecorded`` (its target is the delegation).
    """
    made = _begun(actor, organisation, last_day, now)
    known = funds().get(made.fund)
    if known is None or department not in known.areas:
        raise DelegationRefused(DelegationErrorCode.NO_AREA)
    made.department, made.postcodes = department, sorted(postcodes)
    with transaction.atomic():
        _save(actor, made, submission, now)
        return Delegated(made.id, _round(actor, made, now).given)


def begin(*, actor: Actor, delegation: UUID, organisation: UUID, until: datetime, now: datetime) -> None:
    """A delegation to which a job gives fiches, in rounds. Raises ``Denied``, ``DelegationRefused``."""
    check(actor, Permission.CALL_DELEGATE)
    if until <= now:
        raise DelegationRefused(DelegationErrorCode.PAST)
    by, fund = actor.author.account, actor.fund or ""
    Delegation(id=delegation, fund=fund, organisation=organisation, by=by, since=now, until=until).save(
        force_insert=True
    )


def give(*, actor: Actor, delegation: UUID, fiches: Collection[UUID], now: datetime) -> None:
    """More fiches of a delegation that has not ended, which the caller has locked and decided on. Raises ``Denied``."""
    check(actor, Permission.CALL_DELEGATE)
    _give(actor, Delegation.objects.get(id=delegation), fiches, now)


def goes_on(delegation: UUID, now: datetime) -> bool:
    """Whether the organisation still calls what it was given. It does until the caller's transaction ends."""
    return Delegation.objects.select_for_update().filter(id=delegation, ended_at=None, until__gt=now).exists()


def take_back(*, actor: Actor, fiches: Sequence[UUID], now: datetime) -> int:
    """The platform calls those of the fiches again that an organisation has; how many. Raises ``Denied``."""
    check(actor, Permission.CALL_DELEGATE)
    wanted = delegated_among(actor, fiches, now)
    with transaction.atomic():
        concerned = _delegations_of(wanted)
        back = delegating.take_back(delegations=[each.id for each in concerned], fiches=wanted)
        _gave_back(actor, concerned, back, now)
    return len(back)


def end_delegation(*, actor: Actor, delegation: UUID, now: datetime) -> int:
    """Ends a delegation of the actor's fund before its time: all its fiches are the platform's again; how many.

    Ended twice changes nothing. Raises ``Denied``, ``DelegationNotFound``.
    """
    found = delegation_of(actor, delegation)
    with transaction.atomic():
        return _end(actor, found.id, now)


def return_due(*, now: datetime) -> int:
    """Ends the delegations whose time is over, each in its transaction; how many fiches came back. By the service."""
    due = Delegation.objects.filter(ended_at=None, until__lte=now).order_by("until", "id")
    back = 0
    for id_ in list(due.values_list("id", flat=True)):
        with transaction.atomic():
            back += _end(SYSTEM, id_, now)
    return back


def give_who_came(*, now: datetime) -> int:
    """Gives to each organisation who has come into its area since; how many. A thousand fiches are looked at in one
    transaction. Who was being called when she was looked at stays with the platform. By the service."""
    given = 0
    areas = Delegation.objects.filter(ended_at=None, until__gt=now).exclude(department="").order_by("since", "id")
    for id_ in list(areas.values_list("id", flat=True)):
        more = True
        while more:
            with transaction.atomic():
                held = Delegation.objects.select_for_update().get(id=id_)
                looked = _round(SYSTEM, held, now) if held.ended_at is None else Looked(0, more=False)
            given, more = given + looked.given, looked.more
    return given


class Looked(NamedTuple):
    """What one round over an area gave, and whether there are more to look at."""

    given: int
    more: bool


def _begun(actor: Actor, organisation: UUID, last_day: date, now: datetime) -> Delegation:
    """Raises ``Denied``, ``DelegationRefused``."""
    check(actor, Permission.CALL_DELEGATE)
    fund = actor.fund or ""
    if not delegate_of(fund, organisation):
        raise DelegationRefused(DelegationErrorCode.NO_ORGANISATION)
    return Delegation(
        id=new_id(now),
        fund=fund,
        organisation=organisation,
        by=actor.author.account,
        since=now,
        until=end_of(last_day, now),
    )


def _save(actor: Actor, made: Delegation, submission: Submission | None, now: datetime) -> None:
    if submission:
        use_up(actor.author.account, submission, target=made.id, now=now)
    made.save(force_insert=True)


def _round(actor: Actor, area: Delegation, now: datetime) -> Looked:
    """Looks at the next fiches of an area. Addresses are opened to compare them, and shown to nobody."""
    where = waiting_in(area.fund, area.department, now)
    sql = _NEXT.format(where=where.sql, limit=A_ROUND)
    with connection.cursor() as cursor:
        cursor.execute(sql, (*where.params, area.looked_until or _FIRST))
        found = [(id_, bytes(value)) for id_, value in cursor.fetchall()]
    chosen = [id_ for id_, _ in found]
    if area.postcodes:
        people = zip(chosen, open_identities(found), strict=True)
        chosen = [id_ for id_, person in people if lives_within(person.postcode, area.postcodes)]
    more = len(found) == A_ROUND
    area.looked_until = found[-1][0] if more else new_id(now - _ALL_WRITTEN)
    area.save(update_fields=["looked_until"])
    return Looked(_give(actor, area, chosen, now) if chosen else 0, more)


def _give(actor: Actor, made: Delegation, fiches: Collection[UUID], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [array(fiches)])
        cursor.execute(_FREE, [array(fiches), made.fund, now])
        free = [id_ for (id_,) in cursor.fetchall()]
    if not free:
        return 0
    numbers = entrust(fiches=free, delegation=made.id, organisation=made.organisation, until=made.until)
    Assignment.objects.filter(fiche__in=free).delete()
    _record(actor, WorklistEvent.DELEGATED, made, numbers, now)
    return len(numbers)


def _delegations_of(fiches: Collection[UUID]) -> list[Delegation]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT delegation FROM tracing_fiche WHERE id = ANY(%s::uuid[])", [array(fiches)])
        ids = [id_ for (id_,) in cursor.fetchall() if id_]
    return list(Delegation.objects.filter(id__in=ids).order_by("id"))


def _end(actor: Actor, delegation: UUID, now: datetime) -> int:
    held = Delegation.objects.select_for_update().get(id=delegation)
    if held.ended_at is not None:
        return 0
    held.ended_at = now
    held.save(update_fields=["ended_at"])
    back = delegating.take_back(delegations=[delegation])
    _gave_back(actor, [held], back, now)
    return len(back)


def _gave_back(actor: Actor, ended: Sequence[Delegation], back: Sequence[Back], now: datetime) -> None:
    if not back:
        return
    with connection.cursor() as cursor:
        places = array(each.organisation for each in ended)
        cursor.execute(_END_LEASES, [now, array(each.id for each in back), places])
    _record(actor, WorklistEvent.RETURNED, ended[0] if len(ended) == 1 else None, [each.number for each in back], now)


def _record(actor: Actor, kind: WorklistEvent, about: Delegation | None, numbers: Sequence[str], now: datetime) -> None:
    surface = Surface.PAGE if actor.session else Surface.JOB
    detail: dict[str, Any] = {}
    if about:
        detail = {
            "delegation": str(about.id),
            "organisation": str(about.organisation),
            "until": about.until.isoformat(),
        }
    record(Event.by(actor, kind, Purpose.TRACING, surface, fiches=numbers, detail=detail), now=now)
