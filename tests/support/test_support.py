"""Help during isolation: who may ask, who answers, what the cell learns, what may follow what."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.access.fields import FIELDS
from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.ids import new_id
from contact_covid.directory.models import Organisation
from contact_covid.journal.models import Entry
from contact_covid.support.actions.answering import (
    SupportChanged,
    SupportNotFound,
    answer_support,
    list_support,
    open_support,
)
from contact_covid.support.actions.asking import (
    SupportAsked,
    ask_support,
    ask_support_during_call,
    withdraw_support,
    withdraw_support_during_call,
)
from contact_covid.support.actions.erasure import forget_support
from contact_covid.support.enums import DeclineReason, SupportState
from contact_covid.support.models import OPEN, SupportRequest
from contact_covid.support.queries import After, last_request
from contact_covid.support.rules.asking import (
    LONGEST_NOTE,
    TRANSITIONS,
    ForbiddenMove,
    SupportError,
    SupportErrorCode,
    moved,
)
from contact_covid.tracing.enums import SupportNeed
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.worklist.actions.queue import claim
from contact_covid.worklist.queries import LeaseNotFound
from tests.cast import CLAIRE, PAUL, PAULA, dossier, enter, named, person, professional
from tests.clock import NOW
from tests.support.helping import ELSEWHERE, FATOU, MEALS, asked, cells, sent
from tests.worklist.calls import agent, hired

pytestmark = pytest.mark.usefixtures("rolled_back")
SOON = NOW + timedelta(hours=1)
EVERY = tuple(SupportState)


@pytest.fixture(autouse=True)
def there_are_cells() -> None:
    cells()


@pytest.fixture
def contact() -> Fiche:
    [registered] = enter(dossier(person(900), named(person(1))))
    return registered.contacts[0]


def answered(request: SupportRequest, state: SupportState, reason: DeclineReason | None = None) -> None:
    answer_support(actor=FATOU, request=request.id, state=state, reason=reason, version=request.version, now=SOON)
    request.refresh_from_db()


def test_the_cell_of_her_departement_learns_who_where_and_what(contact: Fiche) -> None:
    request = asked(contact.id)
    [line] = list_support(actor=FATOU, states=OPEN, after=None, limit=9, now=SOON)
    seen = open_support(actor=FATOU, request=request.id, now=SOON)
    her = person(1)
    assert line.identity.name == her.name
    assert (seen.identity.phone, seen.identity.street) == (her.phone, her.street)
    assert (seen.note, seen.request.needs) == (MEALS.note, ["meals", "children"])
    assert seen.isolated_until == contact.contact.isolation_until
    assert (seen.identity.nir, seen.identity.birth_date, seen.identity.email) == ("", None, "")


def test_it_sees_nothing_of_her_health() -> None:
    """No field of a test, of symptoms or of an exposure is shown to that role."""
    seen = {entity for entity, fields in FIELDS.items() if any(Role.SUPPORT_CELL in roles for roles in fields.values())}
    assert seen == {"identity", "fiche", "support_request"}
    assert {name for name, roles in FIELDS["fiche"].items() if Role.SUPPORT_CELL in roles} == {"number"}


def test_another_cell_reads_and_answers_nothing_of_it(contact: Fiche) -> None:
    request = asked(contact.id)
    assert list_support(actor=ELSEWHERE, states=EVERY, after=None, limit=9, now=SOON) == []
    with pytest.raises(SupportNotFound):
        open_support(actor=ELSEWHERE, request=request.id, now=SOON)
    with pytest.raises(SupportNotFound):
        answer_support(actor=ELSEWHERE, request=request.id, state=SupportState.TAKEN, reason=None, version=1, now=SOON)


def test_who_was_shown_is_in_the_journal_and_nothing_of_what_was_said(contact: Fiche) -> None:
    request = asked(contact.id)
    open_support(actor=FATOU, request=request.id, now=SOON)
    rows = list(Entry.objects.filter(fiches__contains=[contact.number], at__gte=NOW).values_list("kind", flat=True))
    assert "support.asked" in rows
    assert Entry.objects.get(kind="people.revealed", account=FATOU.account).fiches == [contact.number]
    assert "zqnote" not in str(list(Entry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (SupportAsked([], "", agreed=True), SupportErrorCode.NOTHING),
        (SupportAsked([SupportNeed.MEALS], "x" * (LONGEST_NOTE + 1), agreed=True), SupportErrorCode.NOTE_TOO_LONG),
        (SupportAsked([SupportNeed.MEALS], "", agreed=False), SupportErrorCode.NOT_AGREED),
    ],
)
def test_nothing_goes_without_a_need_or_her_word(contact: Fiche, what: SupportAsked, code: SupportErrorCode) -> None:
    with pytest.raises(SupportError) as refused:
        asked(contact.id, what=what)
    assert refused.value.code == code
    assert not SupportRequest.objects.exists()


def test_a_departement_without_cell_is_told(contact: Fiche) -> None:
    Organisation.objects.filter(kind="support_cell").delete()
    with pytest.raises(SupportError) as refused:
        asked(contact.id)
    assert refused.value.code == SupportErrorCode.NO_CELL


def test_one_is_open_at_a_time_and_another_follows_the_first(contact: Fiche) -> None:
    first = asked(contact.id)
    with pytest.raises(SupportError) as refused:
        asked(contact.id)
    assert refused.value.code == SupportErrorCode.OPEN_ALREADY
    answered(first, SupportState.HELPED)
    second = asked(contact.id, now=SOON)
    assert last_request(contact.id) == second


def test_the_database_knows_it_too(contact: Fiche) -> None:
    first = asked(contact.id)
    first.id = new_id(SOON)
    with pytest.raises(IntegrityError, match="support_request_one_open"), transaction.atomic():
        first.save(force_insert=True)


def test_a_form_sent_twice_is_one_request(contact: Fiche) -> None:
    again = submission("same key", {"needs": "meals"})
    ask_support(actor=PAUL, fiche=contact.id, asked=MEALS, submission=again, now=NOW)
    with pytest.raises(AlreadyRecorded) as before:
        ask_support(actor=PAUL, fiche=contact.id, asked=MEALS, submission=again, now=SOON)
    assert before.value.same
    assert SupportRequest.objects.count() == 1


def test_a_practice_asks_for_whom_it_declared_and_a_person_for_herself(contact: Fiche) -> None:
    with pytest.raises(FicheNotFound):
        asked(contact.id, by=PAULA)
    herself = Actor(account=None, session=None, role=Role.PERSON, fiche=contact.id)
    other = replace(herself, fiche=PAUL.account)
    with pytest.raises(FicheNotFound):
        asked(contact.id, by=other)
    assert asked(contact.id, by=herself).practice == contact.id


@pytest.mark.parametrize("by", [CLAIRE, FATOU, professional(Role.ARS_AGENT, 60, practice=60)])
def test_others_do_not_ask(contact: Fiche, by: Actor) -> None:
    with pytest.raises(Denied):
        asked(contact.id, by=by)


def test_an_agent_asks_for_whom_she_calls(contact: Fiche) -> None:
    julien, other = agent(41), agent(42)
    hired(julien, other)
    lease = claim(actor=julien, fiche=contact.id, now=SOON)
    ask_support_during_call(actor=julien, lease=lease.id, asked=MEALS, submission=sent(), now=SOON)
    with pytest.raises(LeaseNotFound):
        withdraw_support_during_call(actor=other, lease=lease.id, now=SOON)
    with pytest.raises(FicheNotFound):
        withdraw_support(actor=julien, fiche=contact.id, now=SOON)
    withdraw_support_during_call(actor=julien, lease=lease.id, now=SOON)
    assert SupportRequest.objects.get().state == SupportState.WITHDRAWN


def test_nothing_is_asked_on_a_cancelled_fiche(contact: Fiche) -> None:
    Fiche.objects.filter(id=contact.id).update(closure="cancelled", closure_reason="error", state="cancelled")
    with pytest.raises(ForbiddenTransition):
        asked(contact.id)


@pytest.mark.parametrize(("source", "target"), list(product(SupportState, SupportState)))
def test_the_table_decides_what_follows(source: SupportState, target: SupportState) -> None:
    if target in TRANSITIONS[source]:
        assert moved(source, target) is target
    else:
        with pytest.raises(ForbiddenMove):
            moved(source, target)


def test_who_closes_it_says_why_and_a_stale_answer_writes_nothing(contact: Fiche) -> None:
    request = asked(contact.id)
    with pytest.raises(SupportError) as refused:
        answered(request, SupportState.DECLINED)
    assert refused.value.code == SupportErrorCode.REASON_MISSING
    stale = SupportRequest.objects.get()
    answered(request, SupportState.TAKEN)
    with pytest.raises(SupportChanged):
        answered(stale, SupportState.DECLINED, DeclineReason.NO_MORE)
    answered(request, SupportState.DECLINED, DeclineReason.NO_MORE)
    assert (request.state, request.reason) == (SupportState.DECLINED, DeclineReason.NO_MORE)
    with pytest.raises(ForbiddenMove):
        answered(request, SupportState.HELPED)


def test_an_answer_given_twice_is_given_once(contact: Fiche) -> None:
    request = asked(contact.id)
    stale = SupportRequest.objects.get()
    answered(request, SupportState.TAKEN)
    answered(stale, SupportState.TAKEN)
    assert Entry.objects.filter(kind="support.moved").count() == 1


def test_taking_it_back_twice_or_without_one_changes_nothing(contact: Fiche) -> None:
    withdraw_support(actor=PAUL, fiche=contact.id, now=SOON)
    asked(contact.id)
    for _ in range(2):
        withdraw_support(actor=PAUL, fiche=contact.id, now=SOON)
    assert Entry.objects.filter(kind="support.withdrawn").count() == 1


def test_the_clock_counts_call_hours(contact: Fiche) -> None:
    """NOW is within call hours: eleven of them end a day later at the same hour."""
    request = asked(contact.id)
    assert request.answer_due_at == NOW + timedelta(days=1)


def test_pages_of_the_list_follow_each_other() -> None:
    [registered] = enter(dossier(person(901), *(named(person(number)) for number in range(5))))
    made = [asked(fiche.id, now=NOW + timedelta(seconds=place)) for place, fiche in enumerate(registered.contacts)]
    first = list_support(actor=FATOU, states=OPEN, after=None, limit=3, now=SOON)
    last = first[-1].request
    rest = list_support(actor=FATOU, states=OPEN, after=After(last.asked_at, last.id), limit=3, now=SOON)
    assert [line.request.id for line in (*first, *rest)] == [request.id for request in made]


def test_whose_data_are_erased_has_no_requests_left(contact: Fiche) -> None:
    asked(contact.id)
    forget_support(actor=professional(Role.DPO, 40, practice=40), fiches=[contact.id])
    assert not SupportRequest.objects.exists()
