"""What pharmacies and laboratories write: each its own, corrections kept, nobody overwritten."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import IntegrityError, transaction

from contact_covid.access.actor import SYSTEM, Actor, NoAuthor
from contact_covid.access.enums import Permission, Role
from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.journal.models import Entry
from contact_covid.people.models import SealedIdentity, SearchKey
from contact_covid.people.rules.keys import person_values
from contact_covid.tracing import models
from contact_covid.tracing.actions.counter import FicheChanged, Visit, open_at_the_counter, record_visits
from contact_covid.tracing.enums import Closure
from contact_covid.tracing.models import Fiche, IndexCase, MaskDelivery
from contact_covid.tracing.queries import FicheNotFound, at_the_counter, found_by, last_change
from contact_covid.tracing.rules.counter import CounterError, Masks
from tests.cast import (
    BEATRICE,
    CLAIRE,
    DENIS,
    FARID,
    LEA,
    PAUL,
    TODAY,
    contact,
    dossier,
    enter,
    found,
    named,
    now_of,
    person,
    professional,
    search,
    traits,
)
from tests.clock import NOW
from tests.tracing import counter
from tests.tracing.counter import FOURTEEN, LATER, NO_MASKS, NOT_DONE, at_both_counters, details_of, seen, visit

pytestmark = pytest.mark.django_db
WOMAN = person()


@pytest.fixture
def fiche() -> Fiche:
    """Hers, found at both counters."""
    made = contact(WOMAN)
    at_both_counters(WOMAN)
    return made


def updates() -> list[tuple[Any, list[str], Any]]:
    rows = Entry.objects.filter(kind="tracing.updated").order_by("id")
    return [(row.account, row.fiches, row.detail["fields"]) for row in rows]


def test_masks_are_recorded_with_day_quantity_and_pharmacy(fiche: Fiche) -> None:
    visit(fiche, masks=FOURTEEN, version=1)
    [given] = seen(fiche)[0].masks
    assert (given.delivered, given.quantity, given.delivered_on, given.superseded) == (True, 14, TODAY, False)
    assert given.recorded_at == LATER
    row = MaskDelivery.objects.get()
    assert (row.account, row.practice) == (CLAIRE.account, CLAIRE.practice)
    assert updates() == [(CLAIRE.account, [fiche.number], ["masks"])]


def test_masks_are_a_fact_not_a_state(fiche: Fiche) -> None:
    visit(fiche, masks=FOURTEEN)
    after = now_of(fiche)
    assert (after.state, after.state_at, after.urgent_at) == (fiche.state, fiche.state_at, fiche.urgent_at)
    assert after.version == 2


def test_a_correction_stays_visible(fiche: Fiche) -> None:
    for minutes, masks in enumerate([FOURTEEN, Masks(True, 10, TODAY), NO_MASKS], start=1):
        visit(fiche, masks=masks, now=NOW + timedelta(minutes=minutes))
    told = [(given.delivered, given.quantity, given.superseded) for given in seen(fiche)[0].masks]
    assert told == [(True, 14, True), (True, 10, True), (False, None, False)]


def test_a_test_becomes_the_state(fiche: Fiche) -> None:
    visit(fiche, by=BEATRICE, test=counter.a_test("pending"))
    after = now_of(fiche)
    assert (after.test, after.state, after.state_at, after.call) == ("sampled", "tested", LATER, "to_call")
    assert after.urgent_at == fiche.urgent_at


def test_a_positive_test_comes_first_in_the_queue_and_a_correction_takes_it_back(fiche: Fiche) -> None:
    oldest = contact(person(2), index=90_001)
    visit(fiche, by=BEATRICE, test=counter.a_test("positive"))
    case = IndexCase.objects.get(was_contact=fiche).fiche
    assert (case.state, now_of(fiche).state, seen(fiche, by=BEATRICE)[0].state) == ("positive", "closed", "positive")
    assert case.urgent_at < NOW - timedelta(days=180) < now_of(oldest).urgent_at
    sampling = seen(fiche, by=BEATRICE)[0].tests[0].sampling
    visit(fiche, by=BEATRICE, sampling=sampling, test=counter.a_test("negative"), now=LATER + timedelta(minutes=1))
    assert (now_of(fiche).state, now_of(fiche).urgent_at) == ("negative", fiche.urgent_at)
    visit(fiche, by=BEATRICE, sampling=sampling, test=NOT_DONE, now=LATER + timedelta(minutes=2))
    assert (now_of(fiche).state, now_of(fiche).test) == ("to_call", "none")
    assert [(test.done, test.superseded) for test in seen(fiche, by=BEATRICE)[0].tests] == [
        (True, True),
        (True, True),
        (False, False),
    ]


def test_a_test_of_a_closed_fiche_is_kept_and_does_not_open_it(fiche: Fiche) -> None:
    Fiche.objects.filter(id=fiche.id).update(closure=Closure.CLOSED, state="closed")
    visit(fiche, by=BEATRICE, test=counter.a_test("positive"))
    assert (now_of(fiche).state, now_of(fiche).test) == ("closed", "positive")


def test_details_are_sealed_again_under_the_first_month(fiche: Fiche) -> None:
    june = datetime(2020, 6, 2, 12, tzinfo=UTC)
    search(WOMAN, now=june)
    changed = msgspec.structs.replace(WOMAN, phone="+33639980077", email="", street="3 bis, cour Zqnewstreet")
    visit(fiche, details=details_of(changed), now=june)
    assert seen(fiche, now=june)[1] == msgspec.structs.replace(changed, sex=seen(fiche, now=june)[1].sex)
    assert SealedIdentity.objects.get(fiche=fiche.id).period == "2020-05"
    assert updates() == [(CLAIRE.account, [fiche.number], ["phone", "email", "street"])]


def test_the_old_phone_leads_nowhere_the_number_still_does(fiche: Fiche) -> None:
    visit(fiche, details=details_of(WOMAN, phone="+33639980077"))
    values = set(person_values(person(nir="")).alike) - set(person_values(person(nir="", phone="")).alike)
    old = {ring().digest("2020-05", value.kind, value.value) for value in values}
    kept = {bytes(digest) for digest in SearchKey.objects.values_list("digest", flat=True)}
    assert old & kept == set()
    assert found(WOMAN, by=FARID) == [fiche.id]
    new = person(nir="", phone="+33639980077")
    assert enter(dossier(person(77), named(new)))[0].contacts[0].id == fiche.id


def test_a_new_department_moves_the_fiche(fiche: Fiche) -> None:
    visit(fiche, details=details_of(WOMAN, department="69", postcode="69001", commune="Lyon"))
    assert now_of(fiche).department == "69"
    assert updates() == [(CLAIRE.account, [fiche.number], ["postcode", "commune", "department"])]


def test_what_changes_nothing_writes_nothing(fiche: Fiche) -> None:
    visit(fiche, masks=FOURTEEN, details=details_of(WOMAN))
    before = (now_of(fiche).version, SealedIdentity.objects.get(fiche=fiche.id).value, Entry.objects.count())
    visit(fiche, masks=FOURTEEN, details=details_of(WOMAN), now=LATER + timedelta(minutes=1))
    visit(fiche, now=LATER + timedelta(minutes=1))
    assert before == (now_of(fiche).version, SealedIdentity.objects.get(fiche=fiche.id).value, Entry.objects.count())


def test_the_second_writer_is_told_who_changed_what(fiche: Fiche) -> None:
    visit(fiche, by=BEATRICE, test=counter.a_test("pending"), version=1)
    with pytest.raises(FicheChanged) as told:
        visit(fiche, masks=FOURTEEN, version=1)
    assert told.value.number == fiche.number
    change = last_change(fiche.number)
    assert change
    assert (change.account, change.at, change.fields) == (BEATRICE.account, LATER, ("test",))
    assert not MaskDelivery.objects.exists()


def test_a_form_pressed_twice_is_written_once(fiche: Fiche) -> None:
    once: dict[str, Any] = {"masks": FOURTEEN, "version": 1, "submission": submission("key", {"masks": 14})}
    visit(fiche, **once)
    with pytest.raises(AlreadyRecorded) as told:
        visit(fiche, **once)
    assert (told.value.same, told.value.target) == (True, fiche.id)
    assert MaskDelivery.objects.count() == 1


@pytest.mark.parametrize("version", [1, 2, None])
def test_a_used_key_with_other_content_is_refused(fiche: Fiche, version: int | None) -> None:
    visit(fiche, masks=FOURTEEN, version=1, submission=submission("key", {"masks": 14}))
    with pytest.raises(AlreadyRecorded) as told, transaction.atomic():
        visit(fiche, masks=Masks(True, 20, TODAY), version=version, submission=submission("key", {"masks": 20}))
    assert not told.value.same
    assert [row.quantity for row in MaskDelivery.objects.all()] == [14]
    assert now_of(fiche).version == 2


def test_a_refused_form_does_not_use_its_key_up(fiche: Fiche) -> None:
    once: dict[str, Any] = {"version": 1, "submission": submission("key", {"masks": 14})}
    with pytest.raises(CounterError):
        visit(fiche, masks=Masks(True, 14, TODAY + timedelta(days=1)), **once)
    visit(fiche, masks=FOURTEEN, **once)


def test_a_key_used_for_one_person_is_used_for_another_too(fiche: Fiche) -> None:
    other = contact(person(2), index=90_001)
    search(person(2))
    visit(fiche, masks=FOURTEEN, submission=submission("key", {"fiche": 1}))
    with pytest.raises(AlreadyRecorded) as told, transaction.atomic():
        visit(other, masks=FOURTEEN, submission=submission("key", {"fiche": 2}))
    assert (told.value.same, told.value.target) == (False, fiche.id)
    assert now_of(other).version == 1


WRONG_MASKS = {
    "tomorrow": (Masks(True, 14, TODAY + timedelta(days=1)), "counter.in_future"),
    "too_old": (Masks(True, 14, TODAY - timedelta(days=91)), "counter.too_old"),
    "none_delivered": (Masks(True, 0, TODAY), "counter.quantity"),
    "negative": (Masks(True, -1, TODAY), "counter.quantity"),
    "too_many": (Masks(True, 101, TODAY), "counter.quantity"),
    "no_day": (Masks(True, 14, None), "counter.incomplete"),
}


@pytest.mark.parametrize("case", WRONG_MASKS)
def test_masks_that_cannot_be(case: str, fiche: Fiche) -> None:
    masks, code = WRONG_MASKS[case]
    with pytest.raises(CounterError) as told:
        visit(fiche, masks=masks)
    assert told.value.code == code
    assert not MaskDelivery.objects.exists()


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=91)], ids=["tomorrow", "too_old"])
def test_a_test_of_another_time_is_refused(day: date, fiche: Fiche) -> None:
    with pytest.raises(CounterError):
        visit(fiche, by=BEATRICE, test=counter.a_test("pending", on=day))
    visit(fiche, by=BEATRICE, test=counter.a_test("pending", on=TODAY - timedelta(days=90)))


def test_today_is_the_day_in_paris(fiche: Fiche) -> None:
    after_midnight = datetime(2020, 5, 13, 22, 30, tzinfo=UTC)
    search(WOMAN, now=after_midnight)
    visit(fiche, masks=Masks(True, 14, date(2020, 5, 14)), now=after_midnight)
    with pytest.raises(CounterError):
        visit(fiche, masks=Masks(True, 14, date(2020, 5, 15)), now=after_midnight)


def test_the_database_refuses_masks_without_quantity_or_day(fiche: Fiche) -> None:
    for given in ({"quantity": None, "delivered_on": TODAY}, {"quantity": 14, "delivered_on": None}):
        row = MaskDelivery(id=new_id(NOW), fiche=fiche, delivered=True, recorded_at=NOW, **given)
        row.practice, row.account = CLAIRE.author.practice, CLAIRE.author.account
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_each_counter_records_its_own_only(fiche: Fiche) -> None:
    with pytest.raises(Denied):
        visit(fiche, by=CLAIRE, test=counter.a_test("positive"))
    with pytest.raises(Denied):
        visit(fiche, by=BEATRICE, masks=FOURTEEN)
    with pytest.raises(Denied):
        visit(fiche, by=CLAIRE, masks=FOURTEEN, test=NOT_DONE)
    assert (now_of(fiche).version, updates()) == (1, [])


def test_neither_sees_the_other_s_records(fiche: Fiche) -> None:
    visit(fiche, masks=FOURTEEN)
    visit(fiche, by=BEATRICE, test=counter.a_test("positive"))
    at_pharmacy, at_laboratory = seen(fiche)[0], seen(fiche, by=BEATRICE)[0]
    assert ([*at_pharmacy.tests], at_pharmacy.state) == ([], "tested")
    assert ([*at_laboratory.masks], at_laboratory.state) == ([], "positive")
    assert len(at_pharmacy.masks) == len(at_laboratory.tests) == 1


@pytest.mark.parametrize("result", ["pending", "negative", "positive"])
def test_a_pharmacist_is_told_that_a_test_was_done_never_its_result(result: str, fiche: Fiche) -> None:
    visit(fiche, by=BEATRICE, test=counter.a_test(result))
    [line] = found_by(CLAIRE, search(WOMAN), LATER)
    assert (line.state, seen(fiche)[0].state) == ("tested", "tested")
    told = repr((line, seen(fiche)[0].state, seen(fiche)[0].tests))
    assert "positive" not in told
    assert "negative" not in told


@pytest.mark.parametrize("actor", [DENIS, FARID, LEA], ids=["colleague", "stranger", "laboratory"])
def test_a_fiche_that_was_not_found_is_like_one_that_does_not_exist(actor: Actor, fiche: Fiche) -> None:
    told = []
    for id_ in (fiche.id, new_id(NOW)):
        for attempt in (
            lambda id_=id_: record_visits(actor=actor, visits=[Visit(id_, details=details_of(WOMAN))], now=LATER),
            lambda id_=id_: open_at_the_counter(actor=actor, fiche=id_, permission=Permission.FICHE_SEARCH, now=LATER),
        ):
            with pytest.raises(FicheNotFound) as error:
                attempt()
            told.append((type(error.value), error.value.args))
    assert set(told) == {(FicheNotFound, ())}


def test_half_an_hour_later_nothing_can_be_written(fiche: Fiche) -> None:
    with pytest.raises(FicheNotFound):
        visit(fiche, masks=FOURTEEN, now=NOW + timedelta(minutes=30))


def test_one_unknown_fiche_among_several_stops_all(fiche: Fiche) -> None:
    visits = [Visit(fiche.id, masks=FOURTEEN), Visit(new_id(NOW), masks=FOURTEEN)]
    with pytest.raises(FicheNotFound):
        record_visits(actor=CLAIRE, visits=visits, now=LATER)
    assert not MaskDelivery.objects.exists()


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.PHARMACIST, Role.BIOLOGIST, Role.SYSTEM, Role.PERSON)]
)
def test_no_other_role_writes_or_reads_at_a_counter(role: Role, fiche: Fiche) -> None:
    actor = professional(role, 40, practice=1)
    for said in ({"masks": FOURTEEN}, {"test": NOT_DONE}, {"details": details_of(WOMAN)}):
        with pytest.raises(Denied):
            visit(fiche, by=actor, **said)
    with pytest.raises(Denied):
        at_the_counter(actor, [fiche.id], Permission.FICHE_SEARCH, LATER)


def test_a_patient_zero_is_out_of_reach_even_when_found() -> None:
    [registered] = enter(dossier(WOMAN))
    search(WOMAN)
    with pytest.raises(FicheNotFound):
        visit(registered.index, masks=FOURTEEN)


def test_a_patient_zero_who_was_a_contact_is_found_by_that_fiche(fiche: Fiche) -> None:
    """Once she is a patient zéro herself and the call is over too; her other fiche stays out of reach."""
    [registered] = enter(dossier(WOMAN))
    Fiche.objects.filter(id=fiche.id).update(closure=Closure.CLOSED, state="closed")
    assert found(WOMAN) == [fiche.id] != [registered.index.id]
    visit(fiche, masks=FOURTEEN)
    visit(fiche, by=BEATRICE, test=counter.a_test("pending"))
    assert now_of(fiche).version == 4


def test_the_feed_writes_for_a_laboratory_and_repeats_itself_without_harm(fiche: Fiche) -> None:
    message = Visit(fiche.id, test=counter.a_test("positive"), author=BEATRICE.author)
    record_visits(actor=SYSTEM, visits=[message], now=LATER)
    once = now_of(fiche).version
    record_visits(actor=SYSTEM, visits=[message], now=LATER + timedelta(minutes=1))
    [row] = models.Test.objects.all()
    assert (row.account, row.practice) == (BEATRICE.account, BEATRICE.practice)
    assert now_of(fiche).version == once


def test_a_batch_may_speak_of_one_person_several_times(fiche: Fiche) -> None:
    """A feed brings a sampling, then its result, and masks meanwhile."""
    author = BEATRICE.author
    visits = [
        Visit(fiche.id, test=counter.a_test("pending"), author=author),
        Visit(fiche.id, masks=FOURTEEN, author=CLAIRE.author),
        Visit(fiche.id, test=counter.a_test("negative"), author=author),
    ]
    record_visits(actor=SYSTEM, visits=visits, now=LATER)
    assert (now_of(fiche).state, now_of(fiche).version) == ("negative", 4)
    assert [(test.result, test.superseded) for test in seen(fiche, by=BEATRICE)[0].tests] == [
        ("pending", True),
        ("negative", False),
    ]


def test_reading_a_fiche_is_in_the_journal(fiche: Fiche) -> None:
    seen(fiche)
    row = Entry.objects.get(kind="people.revealed")
    assert (row.account, row.fiches, row.purpose) == (CLAIRE.account, [fiche.number], "masks")


def test_no_journal_row_holds_a_trait(fiche: Fiche) -> None:
    visit(fiche, details=details_of(WOMAN, street="4 rue Zqplanted", email="zqnew@zqnew.example"), masks=FOURTEEN)
    told = repr(list(Entry.objects.values())).lower().encode()
    assert [trait for trait in [*traits(WOMAN), b"zqplanted", b"zqnew"] if trait in told] == []


def test_a_counter_writes_in_nobody_else_s_name(fiche: Fiche) -> None:
    with pytest.raises(NoAuthor):
        visit(fiche, masks=FOURTEEN, author=PAUL.author)
