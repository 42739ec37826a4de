"""Masks: what a person is entitled to, once an episode, and who may correct it until when."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.access.enums import Permission
from contact_covid.access.policy import Denied
from contact_covid.core.diseases import FOLDER
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS, day_start
from contact_covid.tracing.actions.counter import Visit, record_visits
from contact_covid.tracing.counter_queries import PAGE, deliveries_of_day
from contact_covid.tracing.models import Fiche, MaskDelivery
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules import masks as rules
from contact_covid.tracing.rules.counter import CounterError, Masks
from contact_covid.tracing.rules.masks import MaskRules, of_disease
from contact_covid.tracing.rules.protocol import NoProtocol, in_force
from tests.cast import BEATRICE, CLAIRE, DENIS, FARID, TODAY, contact, person, search
from tests.clock import NOW
from tests.tracing.counter import FOURTEEN, LATER, NO_MASKS, details_of, seen, visit

WOMAN = person()
AS_ENTITLED = Masks(True, None, TODAY)
# Change of clocks, new year, the longest day: pharmacies of Paris, Martinique (UTC-4) and La Réunion (UTC+4).
ONE_DAY = {
    "the same minute": ("2020-05-13T09:40", "2020-05-13T09:40", True),
    "the last second": ("2020-05-13T00:00", "2020-05-13T23:59:59", True),
    "midnight": ("2020-05-13T23:59:59", "2020-05-14T00:00", False),
    "the night that skips an hour": ("2021-03-28T00:30", "2021-03-28T23:30", True),
    "the night that has an hour twice": ("2021-10-31T00:30", "2021-10-31T23:59:59", True),
    "after it": ("2021-10-31T23:59:59", "2021-11-01T00:00", False),
    "new year": ("2020-12-31T23:59:59", "2021-01-01T00:00", False),
    "a year later": ("2020-05-13T09:40", "2021-05-13T09:40", False),
}


@pytest.mark.parametrize(("recorded", "now", "same_day"), ONE_DAY.values(), ids=ONE_DAY)
def test_the_day_ends_at_midnight_in_paris(recorded: str, now: str, *, same_day: bool) -> None:
    at, later = (datetime.fromisoformat(moment).replace(tzinfo=PARIS) for moment in (recorded, now))
    for zone in (PARIS, UTC, ZoneInfo("America/Martinique"), ZoneInfo("Indian/Reunion")):
        assert (at.astimezone(zone) >= day_start(later.astimezone(zone))) is same_day


@given(
    st.integers(0, 4 * 365 * 24 * 60).map(
        lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.timedeltas(timedelta(), timedelta(days=3)),
)
def test_a_day_is_the_date_that_paris_writes(recorded: datetime, passed: timedelta) -> None:
    now = recorded + passed
    assert (recorded >= day_start(now)) is (recorded.astimezone(PARIS).date() == now.astimezone(PARIS).date())


def test_the_rules_of_may_are_two_masks_a_day_for_fourteen_days() -> None:
    found = in_force(of_disease("covid19"), date(2020, 5, 13))
    assert found.version == "covid19/masks/2020-05-13"
    assert [found.entitled(same_household=same) for same in (False, True)] == [28, 28]
    with pytest.raises(NoProtocol):
        in_force(of_disease("covid19"), date(2020, 5, 12))


def test_the_rules_of_the_day_decide() -> None:
    old, new = (MaskRules(str(day), date(2020, 5, day), 28, 28, 100) for day in (13, 20))
    assert [in_force([old, new], date(2020, 5, day)).version for day in (13, 19, 20, 30)] == ["13", "13", "20", "20"]


# --- Recorded ------------------------------------------------------------------------------------------------------


@pytest.fixture
def fiche(db: None) -> Fiche:
    """Hers, found in both pharmacies and at the laboratory."""
    made = contact(WOMAN)
    for actor in (CLAIRE, FARID, BEATRICE):
        search(WOMAN, by=actor)
    return made


def current() -> tuple[int | None, object]:
    row = MaskDelivery.objects.get(superseded_at=None)
    return row.quantity, row.practice


@pytest.mark.parametrize(("household", "quantity"), [(False, 28), (True, 42)])
def test_without_a_number_she_gets_what_she_is_entitled_to(
    fiche: Fiche, monkeypatch: pytest.MonkeyPatch, *, household: bool, quantity: int
) -> None:
    own = MaskRules("covid19/masks/test", date(2020, 5, 1), 28, 42, 100)
    monkeypatch.setattr("contact_covid.tracing.rules.masks.of_disease", lambda _: (own,))
    visit(fiche, details=details_of(WOMAN, same_household=household), masks=AS_ENTITLED)
    assert current()[0] == quantity
    assert MaskDelivery.objects.get().protocol == "covid19/masks/test"


def test_another_number_needs_no_reason(fiche: Fiche) -> None:
    visit(fiche, masks=Masks(True, 100, TODAY))
    visit(fiche, masks=Masks(True, 1, TODAY))
    assert current() == (1, CLAIRE.practice)


def test_what_one_pharmacy_gave_no_other_gives_again(fiche: Fiche) -> None:
    visit(fiche, masks=FOURTEEN)
    for said in (FOURTEEN, Masks(True, 28, TODAY), NO_MASKS, AS_ENTITLED):
        with pytest.raises(CounterError) as told, transaction.atomic():
            visit(fiche, by=FARID, masks=said)
        assert told.value.code == "counter.already_delivered"
    assert current() == (14, CLAIRE.practice)
    assert MaskDelivery.objects.count() == 1


def test_that_a_pharmacy_gave_none_binds_nobody(fiche: Fiche) -> None:
    visit(fiche, masks=NO_MASKS)
    visit(fiche, by=FARID, masks=FOURTEEN)
    assert current() == (14, FARID.practice)
    with pytest.raises(CounterError):
        visit(fiche, masks=NO_MASKS, now=LATER + timedelta(minutes=1))


def test_masks_taken_back_may_be_given_elsewhere(fiche: Fiche) -> None:
    visit(fiche, masks=FOURTEEN)
    visit(fiche, masks=NO_MASKS, now=LATER + timedelta(minutes=1))
    visit(fiche, by=FARID, masks=AS_ENTITLED, now=LATER + timedelta(minutes=2))
    assert current() == (28, FARID.practice)
    assert MaskDelivery.objects.count() == 3


def test_a_delivery_is_corrected_the_same_day_and_no_later(fiche: Fiche) -> None:
    morning, evening, next_day = (datetime(2020, 5, 14, hour, tzinfo=PARIS) for hour in (0, 23, 0))
    next_day += timedelta(days=1)
    for now in (morning, evening, next_day):
        for actor in (CLAIRE, DENIS):
            search(WOMAN, by=actor, now=now)
    visit(fiche, masks=FOURTEEN, now=morning)
    visit(fiche, by=DENIS, masks=Masks(True, 20, TODAY), now=evening)
    for said in (Masks(True, 21, TODAY), NO_MASKS):
        with pytest.raises(CounterError) as told, transaction.atomic():
            visit(fiche, masks=said, now=next_day)
        assert told.value.code == "counter.correction_over"
    visit(fiche, masks=Masks(True, 20, TODAY), now=next_day)  # the same again is no correction
    assert [(row.quantity, bool(row.superseded_at)) for row in MaskDelivery.objects.order_by("recorded_at")] == [
        (14, True),
        (20, False),
    ]


def test_the_database_keeps_two_deliveries_apart_by_itself(fiche: Fiche) -> None:
    visit(fiche, masks=FOURTEEN)
    row = MaskDelivery.objects.get()
    row.id, row.practice = new_id(NOW), FARID.author.practice
    with pytest.raises(IntegrityError, match="tracing_mask_delivery_one_current"), transaction.atomic():
        row.save(force_insert=True)


def test_the_other_s_delivery_does_not_stand_against_details(fiche: Fiche) -> None:
    visit(fiche, masks=FOURTEEN)
    visit(fiche, by=FARID, details=details_of(WOMAN, street="5 rue Neuve"))
    assert seen(fiche)[1].street == "5 rue Neuve"


# --- The day of a pharmacy -----------------------------------------------------------------------------------------


def correct(fiche: Fiche, masks: Masks, *, now: datetime = NOW + timedelta(hours=2), **said: object) -> None:
    """By the list of the day: nobody has searched for her within the half hour."""
    visits = [Visit(fiche.id, masks=masks, **said)]  # type: ignore[arg-type]
    record_visits(actor=DENIS, visits=visits, now=now, reach=Permission.MASKS_CORRECT)


def test_who_was_served_today_is_reached_without_another_search(fiche: Fiche) -> None:
    visit(fiche, masks=FOURTEEN)
    correct(fiche, Masks(True, 20, TODAY))
    correct(fiche, NO_MASKS)
    correct(fiche, Masks(True, 7, TODAY))
    assert current() == (7, DENIS.practice)
    with pytest.raises(Denied):
        correct(fiche, NO_MASKS, details=details_of(WOMAN))
    with pytest.raises(FicheNotFound):
        correct(fiche, NO_MASKS, now=NOW + timedelta(days=1))


def test_who_was_served_elsewhere_or_not_at_all_is_not(fiche: Fiche) -> None:
    with pytest.raises(FicheNotFound):
        correct(fiche, FOURTEEN)
    visit(fiche, by=FARID, masks=FOURTEEN)
    with pytest.raises(FicheNotFound):
        correct(fiche, FOURTEEN)


def test_the_list_is_the_pharmacy_s_own_and_of_today(fiche: Fiche) -> None:
    other = contact(person(2), index=90_001)
    for actor in (CLAIRE, FARID):
        search(person(2), by=actor)
    visit(fiche, masks=FOURTEEN)
    visit(other, by=FARID, masks=FOURTEEN)
    visit(fiche, masks=Masks(True, 20, TODAY), now=LATER + timedelta(minutes=1))
    lines, following = deliveries_of_day(DENIS, NOW + timedelta(hours=1))
    assert [(line.sealed.number, line.quantity, line.corrected) for line in lines] == [
        (fiche.number, 20, False),
        (fiche.number, 14, True),
    ]
    assert following is None
    assert deliveries_of_day(DENIS, NOW + timedelta(days=1)) == ([], None)
    with pytest.raises(Denied):
        deliveries_of_day(BEATRICE, NOW)


def test_a_long_day_has_pages(fiche: Fiche) -> None:
    for minute in range(PAGE + 2):
        visit(fiche, masks=Masks(True, minute + 1, TODAY), now=NOW + timedelta(minutes=minute))
    now, after, told = NOW + timedelta(hours=1), None, []
    for _ in range(2):
        lines, after = deliveries_of_day(CLAIRE, now, after=after)
        told += [line.quantity for line in lines]
    assert after is None
    assert told == list(range(PAGE + 2, 0, -1))


def test_every_file_of_rules_is_complete() -> None:
    assert all(each.contact and each.household and each.most >= each.contact for each in of_disease("covid19"))
    assert rules.read(FOLDER / "covid19" / "masks" / "2020-05-13.toml") in of_disease("covid19")
