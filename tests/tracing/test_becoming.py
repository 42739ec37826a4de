"""A contact who tests positive is a patient zéro in one act; every link stays, and what was a mistake is taken back."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contact_covid.access.actor import SYSTEM
from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, Submission, submission
from contact_covid.journal.models import Entry
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import open_identity
from contact_covid.tracing import enums
from contact_covid.tracing.actions.becoming import Positive, declare_positive
from contact_covid.tracing.actions.cancellation import cancel_fiche
from contact_covid.tracing.actions.counter import Visit, record_visits
from contact_covid.tracing.enums import ClosureReason, Consent, FicheKind
from contact_covid.tracing.models import Contact, DatesComputed, Exposure, Fiche, Health, IndexCase
from contact_covid.tracing.models import Test as Recorded
from contact_covid.tracing.own_queries import own_fiche, own_fiches
from contact_covid.tracing.queries import FicheNotFound, exposures_of
from contact_covid.tracing.rules.registration import RegistrationError
from contact_covid.worklist.actions.queue import claim_next
from tests.cast import BEATRICE, CLAIRE, PAUL, PAULA, TODAY, contact, dossier, enter, found, named, now_of, person
from tests.clock import NOW
from tests.tracing.counter import FOURTEEN, NOT_DONE, a_test, at_both_counters, seen, visit
from tests.worklist.calls import JULIEN, KETTY

pytestmark = pytest.mark.usefixtures("rolled_back")

WOMAN = person()
LATER = NOW + timedelta(minutes=5)
NEXT_DAY = NOW + timedelta(days=1)


def exposed(**changes: Any) -> Fiche:
    fiche = contact(WOMAN, **changes)
    at_both_counters(WOMAN)
    return fiche


def positive(fiche: Fiche, *, on: date = TODAY, now: datetime = LATER) -> IndexCase:
    visit(fiche, by=BEATRICE, test=a_test("positive", on=on), now=now)
    return IndexCase.objects.select_related("fiche").get(was_contact=fiche)


def told(
    fiche: Fiche, result: str, *, on: date = TODAY, now: datetime = NEXT_DAY, sampling: UUID | None = None
) -> None:
    visit_ = Visit(fiche.id, test=a_test(result, on=on), sampling=sampling, author=BEATRICE.author)
    record_visits(actor=SYSTEM, visits=[visit_], now=now)


def taken_back(fiche: Fiche, result: str) -> None:
    """The laboratory corrects what it found."""
    told(fiche, result, sampling=Recorded.objects.get(fiche=fiche, superseded_at=None).sampling)


# --- In one act ----------------------------------------------------------------------------------------------------


def test_a_positive_result_is_a_patient_zero_first_in_the_queue() -> None:
    fiche = exposed(consent=Consent.REFUSES)
    case = positive(fiche)
    made = case.fiche
    assert (made.kind, made.call, made.closure, made.test) == ("index", "to_call", "open", "positive")
    assert (made.consent, made.department, made.fund) == (Consent.REFUSES, "93", "931")
    assert (made.author_account, made.author_practice) == BEATRICE.author
    assert (case.sampled_on, case.result_on, case.test_kind, case.onset) == (TODAY, TODAY, "pcr", None)
    assert (case.window_start, case.isolation_until) == (TODAY - timedelta(days=7), None)
    taken = claim_next(actor=JULIEN, now=LATER)
    assert taken
    assert taken.fiche == made.id


def test_her_fiche_as_a_contact_is_closed_and_keeps_everything() -> None:
    fiche = exposed()
    visit(fiche, masks=FOURTEEN)
    before = list(Exposure.objects.values_list("id", "index_fiche", "contact_fiche", "last_contact"))
    case = positive(fiche)
    after = now_of(fiche)
    assert (after.closure, after.closure_reason, after.state) == ("closed", "became_case", "closed")
    assert list(Exposure.objects.values_list("id", "index_fiche", "contact_fiche", "last_contact")) == before
    assert [each.index_fiche_id for each in exposures_of(fiche.id)] == [before[0][1]]
    assert found(WOMAN, by=CLAIRE, now=LATER) == [fiche.id]  # a counter finds her by it, and by no other
    assert case.fiche_id != fiche.id
    assert [mask.quantity for mask in seen(fiche)[0].masks] == [14]


def test_the_second_degree_is_kept() -> None:
    """Y was exposed by X, who had been exposed by Z: both links stand once X is a patient zéro and names Y."""
    [first] = enter(dossier(person(50), named(WOMAN), named(person(2), same_household=True)))
    fiche = first.contacts[0]
    at_both_counters(WOMAN)
    case = positive(fiche)
    [again] = enter(dossier(WOMAN, named(person(3))), by=PAULA, now=LATER)
    assert again.index.id == case.fiche_id
    [to_her] = Exposure.objects.filter(contact_fiche=again.contacts[0])
    [to_them] = Exposure.objects.filter(contact_fiche=IndexCase.objects.get(fiche=to_her.index_fiche).was_contact)
    assert to_them.index_fiche_id == first.index.id


def test_her_identity_is_sealed_anew_and_the_same() -> None:
    case = positive(exposed())
    sealed = SealedIdentity.objects.get(fiche=case.fiche_id)
    assert open_identity(case.fiche_id, bytes(sealed.value)) == WOMAN


def test_it_is_in_the_journal_by_numbers_in_one_row() -> None:
    fiche = exposed()
    case = positive(fiche)
    [entry] = Entry.objects.filter(kind="tracing.became_case")
    assert (entry.fiches, entry.account) == ([fiche.number, case.fiche.number], BEATRICE.account)


def test_her_health_goes_with_her() -> None:
    fiche = exposed()
    Health.objects.create(fiche=fiche, vaccinated_on=date(2020, 5, 1), onset=date(2020, 5, 11))
    case = positive(fiche)
    assert (case.onset, case.window_start) == (date(2020, 5, 11), date(2020, 5, 9))
    health = Health.objects.get(fiche=case.fiche)
    assert (health.vaccinated_on, health.onset) == (date(2020, 5, 1), None)
    [kept] = DatesComputed.objects.filter(fiche=case.fiche)
    assert (kept.window_start, kept.protocol) == (case.window_start, "covid19/2020-05-13")


def test_a_feed_makes_many_at_once_and_repeats_itself_without_harm() -> None:
    fiches = [contact(person(number), index=50_000 + number) for number in range(1, 6)]
    visits = [Visit(fiche.id, test=a_test("positive"), author=BEATRICE.author) for fiche in fiches]
    for _ in range(2):
        record_visits(actor=SYSTEM, visits=visits, now=LATER)
    cases = IndexCase.objects.filter(was_contact__in=fiches)
    assert {case.was_contact_id for case in cases} == {fiche.id for fiche in fiches}
    assert cases.count() == Entry.objects.filter(kind="tracing.became_case").count() == 5


# --- Nobody is told more than before -------------------------------------------------------------------------------


@pytest.mark.parametrize("result", ["positive", "negative", "pending"])
def test_no_word_of_the_state_tells_the_result_to_who_may_not_know_it(result: str) -> None:
    fiche = exposed()
    visit(fiche, by=BEATRICE, test=a_test(result))
    assert seen(fiche)[0].state == "tested"
    listed = {line.sealed.fiche: line.state for line in own_fiches(PAUL, LATER)[0]}
    assert listed[fiche.id] == own_fiche(PAUL, fiche.id).state == "tested"


def test_a_laboratory_reads_its_result() -> None:
    fiche = exposed()
    positive(fiche)
    assert seen(fiche, by=BEATRICE)[0].state == "positive"


def test_the_case_is_not_in_the_list_of_who_declared_the_contact() -> None:
    fiche = exposed()
    case = positive(fiche)
    assert case.fiche_id not in {line.sealed.fiche for line in own_fiches(PAUL, LATER)[0]}
    with pytest.raises(FicheNotFound):
        own_fiche(PAUL, case.fiche_id)


# --- Taken back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", ["negative", "pending"])
def test_a_correction_before_anybody_acted_makes_her_the_contact_she_was(result: str) -> None:
    fiche = exposed()
    case = positive(fiche)
    taken_back(fiche, result)
    after, made = now_of(fiche), now_of(case.fiche)
    assert (after.closure, after.closure_reason, after.call) == ("open", "", "to_call")
    assert (made.closure, made.closure_reason) == ("cancelled", ClosureReason.RESULT_CORRECTED)
    assert Exposure.objects.filter(contact_fiche=fiche).count() == 1
    assert len(Recorded.objects.filter(fiche=fiche)) == 2


def test_a_test_that_was_not_done_is_a_correction_too() -> None:
    fiche = exposed()
    case = positive(fiche)
    sampling = Recorded.objects.get(fiche=fiche).sampling
    visit(fiche, by=BEATRICE, sampling=sampling, test=NOT_DONE, now=LATER + timedelta(minutes=1))
    assert (now_of(fiche).closure, now_of(case.fiche).closure) == ("open", "cancelled")


def test_a_correction_after_she_was_called_is_for_the_platform_to_see() -> None:
    fiche = exposed()
    case = positive(fiche)
    Fiche.objects.filter(id=case.fiche_id).update(told_at=NOW, call="interviewed", version=2)
    taken_back(fiche, "negative")
    made = now_of(case.fiche)
    assert (made.closure, made.test, made.state, made.call) == ("open", "negative", "negative", "call_back")
    assert now_of(fiche).closure == "closed"
    told(fiche, "positive", now=NEXT_DAY + timedelta(hours=1))
    assert now_of(case.fiche).test == "positive"
    assert IndexCase.objects.filter(was_contact=fiche).count() == 1


def test_positive_again_after_a_correction_is_another_fiche() -> None:
    fiche = exposed()
    first = positive(fiche)
    taken_back(fiche, "negative")
    told(fiche, "positive", now=NEXT_DAY + timedelta(hours=1))
    live = IndexCase.objects.filter(was_contact=fiche).exclude(fiche__closure="cancelled").get()
    assert live.fiche_id != first.fiche_id
    assert now_of(fiche).closure_reason == "became_case"


def test_a_negative_test_of_a_later_day_is_no_correction() -> None:
    fiche = exposed()
    case = positive(fiche)
    told(fiche, "negative", on=TODAY + timedelta(days=6), now=NOW + timedelta(days=6))
    assert (now_of(fiche).closure, now_of(case.fiche).closure) == ("closed", "open")
    assert Health.objects.get(fiche=case.fiche).negative_on == TODAY + timedelta(days=6)


@pytest.mark.parametrize("result", ["pending", "negative"])
def test_what_a_laboratory_finds_later_takes_no_declared_case_back(result: str) -> None:
    fiche = exposed()
    case = declare(fiche)
    told(fiche, result)
    made = now_of(case)
    assert (now_of(fiche).closure_reason, made.closure, made.test) == ("became_case", "open", "positive")


@pytest.mark.parametrize("reason", [ClosureReason.REFUSED, ClosureReason.DECEASED])
def test_who_refused_or_has_died_stays_so_whatever_becomes_of_her_test(reason: ClosureReason) -> None:
    fiche = exposed()
    Fiche.objects.filter(id=fiche.id).update(closure="closed", closure_reason=reason, state="closed")
    case = positive(fiche)
    assert now_of(fiche).closure_reason == reason
    assert now_of(case.fiche).closure == ("closed" if reason is ClosureReason.DECEASED else "open")
    taken_back(fiche, "negative")
    assert (now_of(fiche).closure, now_of(fiche).closure_reason) == ("closed", reason)


def test_a_corrected_case_is_first_in_the_queue_no_more() -> None:
    fiche = exposed()
    case = positive(fiche)
    Fiche.objects.filter(id=case.fiche_id).update(call="unreachable", call_reason="ladder", version=2)
    taken_back(fiche, "negative")
    made = now_of(case.fiche)
    assert (made.call, made.call_reason, "positive" in made.factors) == ("call_back", "", False)
    assert made.urgent_at > made.created_at - timedelta(days=1)


# --- As a physician or a platform says -----------------------------------------------------------------------------


def test_a_contact_who_is_registered_as_a_patient_zero_became_one() -> None:
    fiche = contact(WOMAN)
    [made] = enter(dossier(WOMAN), by=PAULA, now=LATER)
    assert IndexCase.objects.get(fiche=made.index).was_contact_id == fiche.id
    assert (now_of(fiche).closure_reason, Exposure.objects.filter(contact_fiche=fiche).count()) == ("became_case", 1)


def test_a_result_after_the_physician_registered_her_makes_no_second_case() -> None:
    fiche = exposed()
    [made] = enter(dossier(WOMAN), by=PAULA, now=LATER)
    case = positive(fiche, now=LATER + timedelta(minutes=1))
    assert case.fiche_id == made.index.id
    taken_back(fiche, "negative")  # what the physician says stands
    assert now_of(made.index).closure == "open"


def test_a_case_registered_in_error_is_a_contact_again() -> None:
    fiche = contact(WOMAN)
    [made] = enter(dossier(WOMAN), by=PAULA, now=LATER)
    cancel_fiche(actor=PAULA, fiche=made.index.id, reason=ClosureReason.ERROR, version=None, now=LATER)
    assert (now_of(fiche).closure, now_of(fiche).state) == ("open", "to_call")


def test_a_patient_zero_who_is_named_as_a_contact_is_not_called_as_one() -> None:
    [made] = enter(dossier(WOMAN))
    fiche = contact(WOMAN, now=LATER)
    assert (now_of(fiche).closure_reason, Exposure.objects.filter(contact_fiche=fiche).count()) == ("became_case", 1)
    assert IndexCase.objects.get(fiche=made.index).was_contact_id == fiche.id
    again = contact(WOMAN, index=90_001, now=LATER + timedelta(minutes=1))
    assert again.id == fiche.id
    assert Exposure.objects.filter(contact_fiche=fiche).count() == 2


def declare(fiche: Fiche, *, by: Any = JULIEN, key: Submission | None = None, **facts: Any) -> Fiche:
    known: dict[str, Any] = {"sampled_on": TODAY, "kind": enums.TestKind.ANTIGEN}
    said = Positive(fiche.id, **known | facts)
    return declare_positive(actor=by, positive=said, submission=key or submission(str(uuid4()), {}), now=LATER)


@pytest.mark.parametrize("by", [JULIEN, PAUL])
def test_who_calls_her_or_declared_her_may_say_so(by: Any) -> None:
    fiche, key = exposed(), submission("key", {})
    made = declare(fiche, by=by, key=key)
    assert (made.kind, made.test, now_of(fiche).closure_reason) == (FicheKind.INDEX, "positive", "became_case")
    with pytest.raises(AlreadyRecorded) as once:
        declare(fiche, by=by, key=key)
    assert once.value.target == made.id
    assert Fiche.objects.filter(kind="index").count() == 2


def test_others_may_not() -> None:
    fiche = exposed()
    for by, refused in ((KETTY, FicheNotFound), (PAULA, FicheNotFound), (CLAIRE, Denied)):
        with pytest.raises(refused):
            declare(fiche, by=by)
    with pytest.raises(RegistrationError):
        declare(fiche, sampled_on=TODAY + timedelta(days=1))
    assert now_of(fiche).closure == "open"
    assert Contact.objects.get(fiche=fiche).tests == [["2020-05-17", "laboratory"]]
