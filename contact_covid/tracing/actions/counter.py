"""What pharmacies and laboratories write on contacts' fiches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection, transaction

from contact_covid.access.actor import Actor, Author
from contact_covid.access.enums import Permission
from contact_covid.access.policy import Denied, check
from contact_covid.core.diseases import usual
from contact_covid.core.idempotency import Submission, refuse_reuse
from contact_covid.core.period import PARIS
from contact_covid.core.rules.arrays import array
from contact_covid.directory.queries import area_fund_of, region_of, zone_of
from contact_covid.directory.rules.countries import ABROAD
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.actions import COUNTER_PURPOSE, NewIdentity, replace, reveal
from contact_covid.people.queries import open_identity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions import counter_sql
from contact_covid.tracing.actions.becoming import Result, follow_results, hold_people
from contact_covid.tracing.actions.counter_acts import facts_after, masks_given, tested
from contact_covid.tracing.actions.dating import redate_written
from contact_covid.tracing.enums import Closure, TestFact
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Exposure
from contact_covid.tracing.protocol_queries import mask_rules
from contact_covid.tracing.queries import CounterFiche, at_the_counter
from contact_covid.tracing.rules.counter import Details, Masks, TestDone, check_masks, check_test
from contact_covid.tracing.rules.states import Facts, derive
from contact_covid.tracing.rules.urgency import Factor, held, told, urgent_at

_LOCK = "SELECT FROM tracing_fiche WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"
_IDENTITY_DETAILS = ("phone", "email", "street", "postcode", "commune")


class FicheChanged(Exception):
    """Somebody else has written on the fiche since it was read (``queries.last_change`` tells who and what)."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True, slots=True)
class Visit:
    """What a counter records of one person at once; None: nothing said.

    ``sampling``: which one the test is about, None when that is not said (``rules.samplings.meant``). ``version`` is
    that of the fiche as it was read, None when the writer did not read it (a feed). ``submission`` makes a form sent
    twice written once. ``author``: whose visit the service relays, None for the actor's own.
    """

    fiche: UUID
    details: Details | None = None
    masks: Masks | None = None
    test: TestDone | None = None
    sampling: UUID | None = None
    version: int | None = None
    submission: Submission | None = None
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class _Household:
    """« Même foyer » as changed: of the latest exposure, and of all together."""

    latest: bool
    any: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """What a visit really changes of a fiche; ``fields`` names it for the journal."""

    before: CounterFiche
    visit: Visit
    identity: Identity | None
    household: _Household | None
    department: str
    masks: counter_sql.MasksGiven | None
    tested: counter_sql.Tested | None
    facts: Facts
    fields: tuple[str, ...]

    @property
    def fund(self) -> str:
        """Whose platform calls the person: that of her département."""
        return area_fund_of(self.department) or self.before.fund

    @property
    def turned_positive(self) -> bool:
        return self.facts.test is TestFact.POSITIVE is not self.before.facts.test

    @property
    def turns(self) -> bool:
        """Whether the result may make a patient zéro of her, or of a patient zéro a contact again."""
        became = self.before.facts.closure is Closure.CLOSED
        tests = (self.before.facts.test, self.facts.test)
        return self.tested is not None and (became or TestFact.POSITIVE in tests)


def open_at_the_counter(
    *, actor: Actor, fiche: UUID, permission: Permission, now: datetime
) -> tuple[CounterFiche, Identity]:
    """One contact's fiche with the identity as far as the role may see it; the reading is in the journal.

    Raises ``Denied``, ``FicheNotFound``.
    """
    found = at_the_counter(actor, [fiche], permission, now)[fiche]
    return found, reveal(actor, [found.sealed], purpose=COUNTER_PURPOSE[actor.role], now=now)[fiche]


def record_visits(
    *, actor: Actor, visits: Sequence[Visit], now: datetime, reach: Permission = Permission.FICHE_UPDATE
) -> list[UUID]:
    """Writes what happened at a counter: one transaction, all or nothing. What changes nothing writes nothing.

    ``reach``: by which permission the fiches are reached; by ``MASKS_CORRECT`` only masks are written.

    Returns the fiches that have turned positive.

    Raises ``Denied``, ``FicheNotFound``, ``SamplingNotFound``, ``CounterError``, ``FicheChanged``,
    ``AlreadyRecorded``.
    """
    _check(actor, visits, now)
    if reach is Permission.MASKS_CORRECT and any(visit.details or visit.test for visit in visits):
        raise Denied(Permission.FICHE_UPDATE)
    positive: list[UUID] = []
    with transaction.atomic():
        hold_people([visit.fiche for visit in visits if visit.test and visit.test.fact is TestFact.POSITIVE], now)
        _lock_unread(visits)
        for distinct in _rounds(visits):
            fiches = at_the_counter(actor, [visit.fiche for visit in distinct], reach, now, lock=True)
            for visit in distinct:
                _refuse_stale(actor, visit, fiches[visit.fiche])
            changes = [_change(actor, fiches[visit.fiche], visit, now) for visit in distinct]
            _write(actor, [change for change in changes if change.fields], now)
            follow_results(actor=actor, results=[_result(change) for change in changes if change.turns], now=now)
            redate_written([change.visit.fiche for change in changes if change.household], now)
            positive += [change.visit.fiche for change in changes if change.turned_positive]
    return positive


def _lock_unread(visits: Sequence[Visit]) -> None:
    """Waits for other writers of fiches whose version nobody compares: the reading that follows sees what they wrote.

    A statement that had to wait for its lock sees the row as it is now, but the records beside it as they were before.
    """
    unread = [visit.fiche for visit in visits if visit.version is None]
    if unread:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [array(unread)])


def _rounds(visits: Sequence[Visit]) -> list[list[Visit]]:
    """The visits in rounds that have each person once: her second visit builds on what her first one wrote."""
    rounds: list[list[Visit]] = []
    seen: Counter[UUID] = Counter()
    for visit in visits:
        if seen[visit.fiche] == len(rounds):
            rounds.append([])
        rounds[seen[visit.fiche]].append(visit)
        seen[visit.fiche] += 1
    return rounds


def _check(actor: Actor, visits: Sequence[Visit], now: datetime) -> None:
    today = now.astimezone(PARIS).date()
    for visit in visits:
        if visit.masks:
            check(actor, Permission.MASKS_RECORD)
            check_masks(visit.masks, mask_rules(usual(), now), today=today)
        if visit.test:
            check(actor, Permission.TEST_RECORD)
            check_test(visit.test, today=today)


def _refuse_stale(actor: Actor, visit: Visit, fiche: CounterFiche) -> None:
    """A form pressed twice is first recognised by its key: the fiche it read is out of date because of itself."""
    if visit.version in (None, fiche.version):
        return
    if visit.submission:
        refuse_reuse(actor.author.account, visit.submission)
    raise FicheChanged(fiche.sealed.number)


def _change(actor: Actor, fiche: CounterFiche, visit: Visit, now: datetime) -> _Change:
    identity, department, household = None, fiche.department, None
    fields: list[str] = []
    if visit.details:
        known = open_identity(fiche.sealed.fiche, fiche.sealed.value)
        wanted = {name: getattr(visit.details, name) for name in _IDENTITY_DETAILS}
        if visit.details.department == ABROAD:
            wanted["postcode"] = known.postcode  # the counter's field holds the département alone
        else:
            wanted["country"] = ""
        fields += [name for name, value in wanted.items() if getattr(known, name) != value]
        if fields:
            identity = msgspec.structs.replace(known, **wanted)
        if visit.details.department != fiche.department:
            department = visit.details.department
            fields.append("department")
        if visit.details.same_household != fiche.same_household:
            household = _household(fiche.sealed.fiche, visit.details.same_household)
            fields += ["same_household"] if household else []
    practice = actor.on_behalf_of(visit.author).author.practice
    masks, test = None, None
    if visit.masks:
        at_home = household.any if household else fiche.same_household
        rules = mask_rules(fiche.disease, now)
        masks = masks_given(fiche, visit.masks, rules, same_household=at_home, practice=practice, now=now)
    if visit.test:
        test = tested(fiche, visit.test, sampling=visit.sampling, practice=practice, now=now)
    fields += [name for name, given in (("masks", masks), ("test", test)) if given]
    facts = facts_after(fiche, test, practice)
    return _Change(fiche, visit, identity, household, department, masks, test, facts, tuple(fields))


def _household(fiche: UUID, said: bool) -> _Household | None:  # noqa: FBT001 - what the form said
    """What changes when the latest exposure is said to be in the household or not; None when it already is so."""
    exposures = Exposure.objects.filter(contact_fiche=fiche).exclude(index_fiche__closure=Closure.CANCELLED)
    ordered = exposures.order_by("-last_contact", "-created_at", "-id").values_list("same_household", flat=True)
    latest, *others = list(ordered) or [said]
    return None if latest == said else _Household(latest=said, any=said or any(others))


def _write(actor: Actor, changes: Sequence[_Change], now: datetime) -> None:
    if not changes:
        return
    for change in changes:
        if change.identity:
            new = NewIdentity(change.before.sealed.fiche, change.identity, change.fund)
            replace(new, period=change.before.period)
    with connection.cursor() as cursor:
        cursor.execute(*counter_sql.statement([_row(actor, change, now) for change in changes], now=now))
        taken = set(cursor.fetchone()[0])
    for change in changes:
        submission = change.visit.submission
        if submission and change.visit.fiche not in taken:
            refuse_reuse(actor.author.account, submission)
    record(*(_event(actor, change) for change in changes), now=now)


def _row(actor: Actor, change: _Change, now: datetime) -> counter_sql.Row:
    before, facts = change.before, change.facts
    state, positive = derive(facts), facts.test is TestFact.POSITIVE
    same_household = change.household.any if change.household else before.same_household
    factors = told(before.factors, {Factor.POSITIVE: positive, Factor.HOUSEHOLD: same_household})
    return counter_sql.Row(
        fiche=before.sealed.fiche,
        test=facts.test,
        state=state,
        state_at=before.state_at if state is derive(before.facts) else now,
        factors=factors,
        urgent_at=urgent_at(
            before.disease, before.kind, before.counts_from, *held(factors), zone=zone_of(change.department)
        ),
        department=change.department,
        region=region_of(change.department) or "",
        fund=change.fund,
        household=change.household.latest if change.household else None,
        masks=change.masks,
        tested=change.tested,
        submission=change.visit.submission,
        author=actor.on_behalf_of(change.visit.author).author,
    )


def _result(change: _Change) -> Result:
    assert change.tested is not None  # ``turns`` says so
    before, after = change.before.facts.test, change.facts.test
    return Result(change.visit.fiche, change.tested.said, before, after, change.visit.author)


def _event(actor: Actor, change: _Change) -> Event:
    purpose = COUNTER_PURPOSE.get(actor.role, Purpose.TRACING)
    return Event.by(
        actor.on_behalf_of(change.visit.author),
        TracingEvent.UPDATED,
        purpose,
        Surface.PAGE if actor.session else Surface.JOB,
        fiches=(change.before.sealed.number,),
        detail={"fields": change.fields, "state": derive(change.facts).value},
    )
