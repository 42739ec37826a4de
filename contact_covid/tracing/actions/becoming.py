"""A contact who tests positive becomes a patient zéro in one act, and a contact again when her laboratory says so.

Her fiche as a contact is closed and stays what it was: counters find her by it, and her sources are on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor, Author
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.period import PARIS
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.refusal_actions import carry_refusals
from contact_covid.people.actions import NewIdentity, keep
from contact_covid.people.queries import identities_of
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.case_fiches import Became, close_contact, take_along, write_along
from contact_covid.tracing.actions.closing import reopen
from contact_covid.tracing.actions.dating import CASE_DATES, computed, redate_case
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.actions.matching import KnownFiches
from contact_covid.tracing.actions.moving import move, write_moved
from contact_covid.tracing.actions.new_fiches import free_numbers, new_fiche
from contact_covid.tracing.actions.registration_sql import write_registration
from contact_covid.tracing.enums import Call, Closure, ClosureReason, Consent, FicheKind, TestFact, TestKind, TestResult
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Declaration, Exposure, Fiche, Health, IndexCase
from contact_covid.tracing.queries import FicheNotFound, identity_of, visible_to
from contact_covid.tracing.rules.counter import TestDone
from contact_covid.tracing.rules.episodes import another_index_episode
from contact_covid.tracing.rules.registration import check_positive
from contact_covid.tracing.rules.states import CALL_DONE, Facts, derive
from contact_covid.tracing.rules.urgency import Factor, is_aged


@dataclass(frozen=True, slots=True)
class Positive:
    """A contact's positive test. ``author``: whose finding the service relays, None for the actor's own."""

    fiche: UUID
    sampled_on: date
    kind: TestKind
    result_on: date | None = None
    author: Author | None = None


class Result(NamedTuple):
    """What a counter has just recorded of a contact's test; ``before``, ``fact``: what all her tests together said and
    say now."""

    fiche: UUID
    test: TestDone
    before: TestFact
    fact: TestFact
    author: Author | None


def hold_people(fiches: Sequence[UUID], now: datetime) -> None:
    """Keeps others from registering these people until the transaction ends; before the fiches themselves are held."""
    if fiches:
        KnownFiches(identities_of(fiches).values()).lock(now)


def become_cases(*, actor: Actor, positives: Sequence[Positive], now: datetime) -> dict[UUID, Fiche]:
    """Makes patients zéro of contacts who tested positive: their fiches as such, by the fiche of each contact.

    Each contact's fiche is closed; her exposures, tests and masks stay on it. Who is a patient zéro already is linked
    and no second fiche is made. Said twice it is written once. Belongs to a transaction that called ``hold_people``;
    the caller has checked that the fiches are within the actor's reach.

    Raises ``Denied``, ``NoAuthor``, ``ForbiddenTransition`` (a fiche is cancelled), ``KeyMissing``.
    """
    check(actor, Permission.CASE_DECLARE)
    ids = [positive.fiche for positive in positives]
    fiches = {fiche.id: fiche for fiche in Fiche.objects.filter(id__in=ids).order_by("id").select_for_update()}
    cases = _cases_of(ids)
    new = [positive for positive in positives if positive.fiche not in cases]
    made = _make(actor, new, {each.fiche: fiches[each.fiche] for each in new}, now) if new else {}
    for contact, case in cases.items():
        _again(case.fiche, fiches[contact], now)
    return made | {contact: case.fiche for contact, case in cases.items()}


def follow_results(*, actor: Actor, results: Sequence[Result], now: datetime) -> None:
    """What recorded tests make of contacts: patients zéro, or contacts again. See ``become_cases``.

    A later test that finds nothing may end the isolation of a patient zéro; when none of her tests is positive any
    more, the laboratory has corrected the one that was.
    """
    positives = [_positive(result, now) for result in results if result.test.fact is TestFact.POSITIVE]
    others = {result.fiche: result for result in results if result.test.fact is not TestFact.POSITIVE}
    if positives:
        become_cases(actor=actor, positives=positives, now=now)
    for contact, case in (_cases_of(others) if others else {}).items():
        _, test, before, fact, author = others[contact]
        by = actor.on_behalf_of(author)
        # Who was declared by somebody else than her laboratory stays what she was declared, whatever it finds.
        if before is TestFact.POSITIVE is not fact and case.fiche.test == TestFact.POSITIVE:
            _undo(by, Fiche.objects.select_for_update().get(id=contact), case, fact, now)
        elif test.result is TestResult.NEGATIVE and test.done_on and test.done_on > case.sampled_on:
            _found_nothing(by, case.fiche, test.done_on, now)


def declare_positive(
    *, actor: Actor, positive: Positive, submission: Submission, now: datetime, called: bool = False
) -> Fiche:
    """A contact says, or her physician, that she tested positive: her fiche as a patient zéro. See ``become_cases``.

    ``called``: the caller has checked that this platform is calling her. Raises ``Denied``, ``FicheNotFound``,
    ``RegistrationError``, ``AlreadyRecorded`` (its target is that fiche), ``ForbiddenTransition``.
    """
    grant = check(actor, Permission.CASE_DECLARE)
    reach = Fiche.objects if called and grant.scope is Scope.FUND else visible_to(actor, now)
    if not reach.filter(id=positive.fiche, kind=FicheKind.CONTACT).exists():
        raise FicheNotFound
    with transaction.atomic():
        hold_people([positive.fiche], now)
        check_positive(
            identity_of(positive.fiche),
            sampled_on=positive.sampled_on,
            result_on=positive.result_on,
            today=now.astimezone(PARIS).date(),
        )
        case = become_cases(actor=actor, positives=[positive], now=now)[positive.fiche]
        use_up(actor.author.account, submission, target=case.id, now=now)
    return case


def _positive(result: Result, now: datetime) -> Positive:
    test = result.test
    assert test.done_on
    assert test.kind  # a test that was done has both
    return Positive(result.fiche, test.done_on, test.kind, now.astimezone(PARIS).date(), result.author)


def _cases_of(contacts: Iterable[UUID]) -> dict[UUID, Any]:
    """The patients zéro that these contacts became, their fiches locked."""
    found = IndexCase.objects.filter(was_contact__in=list(contacts)).exclude(fiche__closure=Closure.CANCELLED)
    held = found.select_related("fiche").order_by("fiche").select_for_update(of=("fiche",))
    return {case.was_contact_id: case for case in held if case.was_contact_id}


def _make(
    actor: Actor, positives: Sequence[Positive], fiches: Mapping[UUID, Fiche], now: datetime
) -> dict[UUID, Fiche]:
    people = identities_of(fiches)
    health = Health.objects.in_bulk(list(fiches))
    known = KnownFiches(people.values())
    known.read(now)
    numbers = free_numbers(len(positives))
    made: dict[UUID, Fiche] = {}
    became: list[Became] = []
    linked: dict[UUID, UUID] = {}
    for positive in positives:
        contact, person = fiches[positive.fiche], people[positive.fiche]
        found = known.kept(contact.disease, FicheKind.INDEX, person)
        if found and not another_index_episode(registered_at=found.created_at, now=now):
            made[contact.id], linked[found.id] = found, contact.id
            close_contact(contact, now)
        else:
            author = actor.on_behalf_of(positive.author).author
            made[contact.id] = _case_fiche(author, contact, person, next(numbers), now)
            case = _case(made[contact.id], positive, health.get(contact.id))
            became.append(take_along(case, contact, health.get(contact.id), now))
    _write(fiches, people, became, linked, now)
    record(*(_event(actor, positive, fiches[positive.fiche], made[positive.fiche]) for positive in positives), now=now)
    return made


def _case_fiche(author: Author, contact: Fiche, person: Identity, number: str, now: datetime) -> Fiche:
    """First in the queue, for her positive test."""
    fiche = new_fiche(
        number=number,
        disease=contact.disease,
        kind=FicheKind.INDEX,
        author=author,
        department=contact.department,
        consent=Consent.NOT_ASKED,
        person=person,
        now=now,
    )
    fiche.test, fiche.state = TestFact.POSITIVE, derive(Facts(test=TestFact.POSITIVE))
    aged = is_aged(person.birth_date, now.astimezone(PARIS).date())
    hurry(fiche, {Factor.POSITIVE: True, Factor.AGED: aged})
    return fiche


def _case(fiche: Fiche, positive: Positive, health: Health | None) -> IndexCase:
    return IndexCase(
        fiche=fiche,
        onset=health.onset if health else None,
        sampled_on=positive.sampled_on,
        result_on=positive.result_on,
        test_kind=positive.kind,
        health_worker=False,
        social_support=False,
    )


def _write(
    fiches: Mapping[UUID, Fiche],
    people: Mapping[UUID, Identity],
    became: Sequence[Became],
    linked: Mapping[UUID, UUID],
    now: datetime,
) -> None:
    cases = [each.case for each in became]
    new = [(case.fiche, case.was_contact_id) for case in cases if case.was_contact_id]
    if new:
        keep([NewIdentity(fiche.id, people[contact], fiche.fund) for fiche, contact in new], now=now)
    write_registration(
        fiches=[fiche for fiche, _ in new],
        index_cases=cases,
        contacts=(),
        exposures=(),
        declarations=(),
        dates=list(computed(((None, case) for case in cases), CASE_DATES, now)),
    )
    write_along(became, linked)
    write_moved(fiches.values())


def _again(case: Fiche, contact: Fiche, now: datetime) -> None:
    """A positive result of who is a patient zéro already: again, if it had been taken back."""
    if contact.closure != Closure.CLOSED or contact.closure_reason == ClosureReason.FOLLOWED:
        close_contact(contact, now)
        write_moved([contact])
    if case.test not in (TestFact.POSITIVE, TestFact.NONE):  # none: she was declared, not found by this result
        _retest(case, TestFact.POSITIVE, now)


def _undo(actor: Actor, contact: Fiche, case: IndexCase, fact: TestFact, now: datetime) -> None:
    """The positive result is taken back. Nobody has acted on it: she is a contact again, as before. Somebody has: the
    platform is to call her again, her fiche says « Testé négatif », and it decides."""
    fiche = case.fiche
    if _untouched(fiche):
        move(fiche, now, closure=Closure.CANCELLED, closure_reason=ClosureReason.RESULT_CORRECTED)
        write_moved([fiche])
        if contact.closure_reason == ClosureReason.BECAME_CASE:
            reopen(contact, now)
        carry_refusals({fiche.id: contact.id})
    else:
        _retest(fiche, fact, now)
    record(_updated(actor, [fiche, contact], ("test", "closure")), now=now)


def _found_nothing(actor: Actor, case: Fiche, day: date, now: datetime) -> None:
    """A later test of a patient zéro that found nothing: it may end her isolation."""
    health, _ = Health.objects.get_or_create(fiche=case)
    if health.negative_on is None or health.negative_on < day:
        health.negative_on = day
        health.save(update_fields=["negative_on"])
        redate_case(case, now)
        record(_updated(actor, [case], ("negative_on",)), now=now)


def _updated(actor: Actor, fiches: Sequence[Fiche], fields: tuple[str, ...]) -> Event:
    surface = Surface.PAGE if actor.session else Surface.JOB
    detail = {"fields": fields, "state": fiches[0].state}
    numbers = [fiche.number for fiche in fiches]
    return Event.by(actor, TracingEvent.UPDATED, Purpose.TRACING, surface, fiches=numbers, detail=detail)


def _untouched(fiche: Fiche) -> bool:
    """Whether nobody has called, corrected, or named anybody on the fiche of a patient zéro."""
    if fiche.version != 1 or fiche.call != Call.TO_CALL or fiche.closure != Closure.OPEN:
        return False
    named = Exposure.objects.filter(index_fiche=fiche).exists()
    return not named and not Declaration.objects.filter(fiche=fiche).exists()


def _retest(fiche: Fiche, fact: TestFact, now: datetime) -> None:
    """Another result on the fiche of a patient zéro; who was called, or not reached, is called again."""
    again = fiche.call in (CALL_DONE[FicheKind.INDEX], Call.UNREACHABLE)
    move(fiche, now, test=fact, call=Call.CALL_BACK if again else None)
    hurry(fiche, {Factor.POSITIVE: fact is TestFact.POSITIVE})
    fiche.callable_from = now
    write_moved([fiche])


def _event(actor: Actor, positive: Positive, contact: Fiche, case: Fiche) -> Event:
    by = actor.on_behalf_of(positive.author)
    surface = Surface.PAGE if actor.session else Surface.JOB
    numbers = (contact.number, case.number)
    return Event.by(by, TracingEvent.BECAME_CASE, Purpose.TRACING, surface, fiches=numbers)
