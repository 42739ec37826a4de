"""Two fiches of one person become one by hand, and two again; two people who resemble each other stay two."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, refuse_reuse, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.kept_actions import identity_rows
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import identities_of, lock_people
from contact_covid.people.rules.identity import Identity
from contact_covid.people.rules.keys import person_values
from contact_covid.tracing.actions import snapshots
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.dating import (
    CASE_DATES,
    CONTACT_DATES,
    computed,
    redate,
    redate_cohabitants,
    tell_new_dates,
)
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.actions.merging_own import oppose_still
from contact_covid.tracing.actions.merging_rows import join, test_fact
from contact_covid.tracing.actions.moving import derive_state, move, write_moved
from contact_covid.tracing.doubles_queries import Pair, merge_of, pair_of, resembling
from contact_covid.tracing.enums import Call, CallReason, Closure, ClosureReason, Consent, FicheKind, Spoken
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Contact, DatesComputed, Distinct, Fiche, IndexCase, Merge
from contact_covid.tracing.queries import FicheNotFound, identity_of
from contact_covid.tracing.rules import merging as rules
from contact_covid.tracing.rules.merging import Known, MergeError, MergeErrorCode, Side
from contact_covid.tracing.rules.registration import INDEX_FACTS
from contact_covid.tracing.rules.snapshots import Kept, Undoing, from_bytes, to_bytes, undoing

KEPT_CONTEXT = "tracing.Merge.kept:"


@dataclass(frozen=True, slots=True)
class Merging:
    """What somebody decided who had both fiches before her. ``survivor``: which of the two keeps its number.

    ``choices``: group of ``rules.merging`` → whose value stays; ``versions``: of the fiches as they were read.
    """

    fiches: tuple[UUID, UUID]
    survivor: Side
    choices: Mapping[str, Side]
    versions: Mapping[UUID, int]
    submission: Submission


def merge(*, actor: Actor, merging: Merging, now: datetime) -> UUID:
    """Makes two fiches one: all that is known of both is on the survivor, the other is cancelled and leads to it.

    One transaction; ``undo`` gives both back. Returns the id of the ``Merge``. The caller has made sure that nobody is
    calling either person. Raises ``Denied``, ``FicheNotFound``, ``FicheChanged``, ``MergeError``, ``AlreadyRecorded``,
    ``KeyMissing``.
    """
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        _lock_people(merging.fiches, now)
        pair = pair_of(actor, merging.fiches, now, lock=True)
        account = _account(actor)
        refuse_reuse(account, merging.submission)
        first, second = known_of(pair.first), known_of(pair.second)
        _refuse(pair, first, second)
        for fiche in pair.both:
            if merging.versions.get(fiche.id) != fiche.version:
                raise FicheChanged(fiche.number)
        made = new_id(now)
        use_up(account, merging.submission, target=made, now=now)
        survivor, loser = pair.both if merging.survivor is Side.FIRST else (pair.second, pair.first)
        before = snapshots.rows_of(merging.fiches)
        told = loser.told_at is not None and survivor.told_at is None
        chosen = _merge_facts(survivor, loser, first, second, merging, now)
        join(survivor, loser, chosen, now, told=told)
        survivor.doubtful = _is_doubtful(survivor, now)
        survivor.save(update_fields=_SAVED)
        kept = Kept(before, snapshots.rows_of(merging.fiches), snapshots.keys_of(before, loser.id))
        period = min(identity_rows(fiche.id).period for fiche in pair.both)
        Merge.objects.create(
            id=made,
            survivor=survivor,
            loser=loser,
            at=now,
            account=account,
            place=actor.author.practice,
            kept=ring().seal(to_bytes(kept), period=period, context=f"{KEPT_CONTEXT}{made}"),
        )
        _tell(actor, TracingEvent.MERGED, survivor, loser, now, fields=tuple(rules.differing(first, second)))
    return made


_SAVED = ["call", "callable_from", "attempts", "call_reason", "told_at", "test", "state", "state_at", "consent"]
_SAVED += ["department", "onward_opposed", "region", "fund", "factors", "urgent_at", "language", "support_needs"]
_SAVED += ["doubtful", "version"]


def known_of(fiche: Fiche, identity: Identity | None = None) -> Known:
    """What the rules compare of a fiche. ``identity``: its person as she was revealed, None to open her here.

    Raises ``FicheNotFound`` when the identity was erased.
    """
    kind = FicheKind(fiche.kind)
    index = IndexCase.objects.filter(fiche=fiche).values(*INDEX_FACTS).first() if kind is FicheKind.INDEX else None
    return Known(
        kind=kind,
        closure=Closure(fiche.closure),
        created_at=fiche.created_at,
        identity=identity or identity_of(fiche.id),
        department=fiche.department,
        consent=Consent(fiche.consent),
        language=Spoken(fiche.language),
        index=index or {},
    )


def _account(actor: Actor) -> UUID:
    return actor.author.account


def _lock_people(fiches: tuple[UUID, UUID], now: datetime) -> None:
    """Nobody registers either person meanwhile; as in a registration, before the fiches are locked."""
    people = identities_of(fiches).values()
    lock_people([value for identity in people for value in person_values(identity).same], now)


def _refuse(pair: Pair, first: Known, second: Known) -> None:
    code = refusal(pair, first, second)
    if code:
        raise MergeError(code)


def refusal(pair: Pair, first: Known, second: Known) -> MergeErrorCode | None:
    """Why these two stay two, None when they may become one."""
    return rules.refusal(first, second) or (MergeErrorCode.TOLD_APART if pair.apart else None)


def _merge_facts(
    survivor: Fiche, loser: Fiche, first: Known, second: Known, said: Merging, now: datetime
) -> rules.Chosen:
    """The survivor's facts, not yet saved, and the loser closed."""
    chosen = rules.chosen(first, second, said.choices)
    survivor.onward_opposed = survivor.onward_opposed or loser.onward_opposed
    survivor.consent = Consent.REFUSES if survivor.onward_opposed else chosen.consent
    survivor.department, survivor.language = chosen.department, chosen.language
    stands = rules.calling(_calling(survivor), _calling(loser))
    survivor.call, survivor.callable_from = stands.call, stands.callable_from
    survivor.attempts, survivor.call_reason = stands.attempts, stands.call_reason or ""
    survivor.told_at = min((each.told_at for each in (survivor, loser) if each.told_at), default=None)
    move(loser, now, closure=Closure.CANCELLED, closure_reason=ClosureReason.DUPLICATE)
    write_moved([loser])
    survivor.version += 1
    return chosen


def _calling(fiche: Fiche) -> rules.Calling:
    reason = CallReason(fiche.call_reason) if fiche.call_reason else None
    return rules.Calling(Call(fiche.call), fiche.callable_from, fiche.attempts, reason)


def _is_doubtful(fiche: Fiche, now: datetime) -> bool:
    """Whether an open fiche resembles this one still."""
    value = SealedIdentity.objects.filter(fiche=fiche.id).values_list("value", flat=True).get()
    return bool(resembling(None, {fiche.id: value}, now))


def _tell(
    actor: Actor,
    kind: TracingEvent,
    first: Fiche,
    second: Fiche,
    now: datetime,
    *,
    fields: tuple[str, ...] = (),
) -> None:
    detail: dict[str, Any] = {"fields": fields} if fields else {}
    numbers = (first.number, second.number)
    record(Event.by(actor, kind, Purpose.TRACING, Surface.PAGE, fiches=numbers, detail=detail), now=now)


def tell_apart(*, actor: Actor, fiches: tuple[UUID, UUID], now: datetime) -> None:
    """« Ce sont deux personnes »: they are never proposed as one again. Said twice it is written once.

    Raises ``Denied``, ``FicheNotFound``, ``KeyMissing``.
    """
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        pair = pair_of(actor, fiches, now, lock=True)
        if pair.apart:
            return
        first, second = sorted(pair.both, key=lambda fiche: fiche.id)
        Distinct.objects.create(id=new_id(now), first=first, second=second, at=now, account=_account(actor))
        _judge_again(pair, now)
        _tell(actor, TracingEvent.TOLD_APART, pair.first, pair.second, now)


def take_back(*, actor: Actor, fiches: tuple[UUID, UUID], now: datetime) -> None:
    """They may be one person after all. Raises ``Denied``, ``FicheNotFound``, ``KeyMissing``."""
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        pair = pair_of(actor, fiches, now, lock=True)
        if pair.apart:
            pair.apart.delete()
            _judge_again(pair, now)
            _tell(actor, TracingEvent.DOUBTED_AGAIN, pair.first, pair.second, now)


def lift_doubt(*, actor: Actor, fiche: UUID, now: datetime) -> None:
    """The fiche that this one resembled is no longer open: there is nothing left to compare.

    Nothing happens while there is. Raises ``Denied``, ``FicheNotFound``, ``KeyMissing``.
    """
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        held = Fiche.objects.select_for_update().filter(id=fiche, fund=actor.fund, closure=Closure.OPEN).first()
        if held is None:
            raise FicheNotFound
        if held.doubtful and not _is_doubtful(held, now):
            Fiche.objects.filter(id=fiche).update(doubtful=False)
            event = Event.by(actor, TracingEvent.DOUBT_LIFTED, Purpose.TRACING, Surface.PAGE, fiches=(held.number,))
            record(event, now=now)


def _judge_again(pair: Pair, now: datetime) -> None:
    for fiche in pair.both:
        if fiche.closure == Closure.OPEN:
            Fiche.objects.filter(id=fiche.id).update(doubtful=_is_doubtful(fiche, now))


def undo(*, actor: Actor, merge: UUID, now: datetime) -> list[str]:
    """Both fiches as they were. What was written since on the survivor stays there; returns the tables it is in.

    The last merge first. Raises ``Denied``, ``FicheNotFound``, ``MergeError``, ``KeyMissing``.
    """
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        held = merge_of(actor, merge, now)
        list(Fiche.objects.filter(id__in=[held.survivor_id, held.loser_id]).order_by("id").select_for_update())
        held = merge_of(actor, merge, now, lock=True)
        kept, plan = _plan(held)
        attempts, dated = _attempts(held, kept), _dated(held)
        redated = bool(plan.later) and isinstance(dated, Contact)
        if redated:  # from what she was last told
            plan.put["contact"].pop(str(held.survivor_id), None)
        snapshots.write(plan, loser=held.loser_id, mine=kept.loser)
        oppose_still(held, kept)
        _settle(held, kept, plan, attempts, now)
        if not redated:
            _tell_dates(held, dated, now)
        Merge.objects.filter(id=held.id).update(undone_at=now, undone_by=_account(actor), kept=None)
        _tell(actor, TracingEvent.MERGE_UNDONE, held.survivor, held.loser, now)
    return list(plan.later)


def later_facts(held: Merge) -> list[str]:
    """In which tables something was written since, which would stay with the survivor. Raises ``MergeError``."""
    return list(_plan(held)[1].later)


def _plan(held: Merge) -> tuple[Kept, Undoing]:
    if held.undone_at:
        raise MergeError(MergeErrorCode.UNDONE)
    standing = Merge.objects.filter(undone_at=None)
    last = standing.filter(survivor=held.survivor_id).aggregate(at=Max("at"))["at"]
    if last != held.at or standing.filter(loser=held.survivor_id).exists():
        raise MergeError(MergeErrorCode.NOT_LAST)
    if held.kept is None:
        raise MergeError(MergeErrorCode.NOTHING_KEPT)
    kept = from_bytes(ring().open(held.kept, context=f"{KEPT_CONTEXT}{held.id}"))
    return kept, undoing(kept, snapshots.rows_of([held.survivor_id, held.loser_id]))


def _attempts(held: Merge, kept: Kept) -> int:
    """The survivor's own calls: those before, and those made since."""
    key = str(held.survivor_id)
    now = Fiche.objects.values_list("attempts", flat=True).get(id=held.survivor_id)
    own: int = kept.before["fiche"][key]["attempts"]
    return own + now - int(kept.after["fiche"][key]["attempts"])


def _settle(held: Merge, kept: Kept, plan: Undoing, attempts: int, now: datetime) -> None:
    """What follows from what was put back; and a version that nobody has read."""
    versions = [row["version"] for rows in (kept.before, kept.after) for row in rows["fiche"].values()]
    survivor, loser = (Fiche.objects.get(id=fiche) for fiche in (held.survivor_id, held.loser_id))
    survivor.version = loser.version = max(held.survivor.version, *versions) + 1
    survivor.attempts = attempts
    for fiche in (survivor, loser):
        if "test" in plan.later:
            fiche.test = test_fact(fiche)
        derive_state(fiche, now)
    if plan.later:
        hurry(survivor, {})
        if survivor.kind == FicheKind.CONTACT:
            redate(survivor, now)
    survivor.save()
    loser.save(update_fields=["test", "state", "state_at", "version"])


def _dated(held: Merge) -> Contact | IndexCase:
    """The survivor's row with her dates."""
    model: type[Any] = Contact if held.survivor.kind == FicheKind.CONTACT else IndexCase
    row: Contact | IndexCase = model.objects.get(fiche=held.survivor_id)
    return row


def _tell_dates(held: Merge, before: Contact | IndexCase, now: datetime) -> None:
    """Dates that are others again are kept as such; who was told the merged ones is told, and who lives with them."""
    after, survivor = _dated(held), Fiche.objects.get(id=held.survivor_id)
    if isinstance(before, Contact) and isinstance(after, Contact):
        DatesComputed.objects.bulk_create(computed([(before, after)], CONTACT_DATES, now))
        tell_new_dates(survivor, before, after, now)
        return
    DatesComputed.objects.bulk_create(computed([(before, after)], CASE_DATES, now))
    for fiche in (survivor, Fiche.objects.get(id=held.loser_id)):
        redate_cohabitants(fiche, now)
