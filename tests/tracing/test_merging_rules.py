"""Whether two fiches may become one, and whose values the one keeps: tables, and what holds for any two people."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.people.enums import NirHolder
from contact_covid.tracing.enums import Call, CallReason, Closure, Consent, FicheKind, Spoken
from contact_covid.tracing.rules.health import HealthFacts
from contact_covid.tracing.rules.merging import (
    Calling,
    Known,
    MergeErrorCode,
    Record,
    Side,
    Why,
    calling,
    chosen,
    differing,
    health,
    proposed,
    refusal,
    standing_record,
)
from tests.cast import BORN, number_of, person
from tests.clock import NOW

INSURED: dict[str, Any] = {"nir_holder": NirHolder.INSURED}


def known(
    *,
    kind: FicheKind = FicheKind.CONTACT,
    closure: Closure = Closure.OPEN,
    consent: Consent = Consent.AGREES,
    minutes: int = 0,
    **traits: Any,
) -> Known:
    return Known(kind, closure, NOW + timedelta(minutes=minutes), person(1, **traits), "93", consent, Spoken.FRENCH, {})


OTHER_DAY = BORN + timedelta(days=400)
REFUSALS: list[tuple[dict[str, Any], MergeErrorCode | None]] = [
    ({}, None),
    ({"nir": "", "phone": "+33639980042"}, None),
    ({"kind": FicheKind.INDEX}, MergeErrorCode.KINDS_DIFFER),
    ({"closure": Closure.CANCELLED}, MergeErrorCode.NOT_OPEN),
    ({"closure": Closure.CLOSED}, MergeErrorCode.NOT_OPEN),
    ({"nir": number_of(2)}, MergeErrorCode.NUMBERS_DIFFER),
    ({"nir": number_of(2), **INSURED}, None),
    ({"birth_date": OTHER_DAY}, None),  # one number of her own: a slip of the pen
    ({"birth_date": OTHER_DAY, "nir": ""}, MergeErrorCode.BIRTH_DATES_DIFFER),
    ({"birth_date": OTHER_DAY, **INSURED}, MergeErrorCode.BIRTH_DATES_DIFFER),
    ({"birth_date": None, "nir": ""}, None),
    ({"first_names": "Zqtwin", "nir": ""}, MergeErrorCode.TWINS),
    ({"first_names": "Zqtwin", **INSURED}, MergeErrorCode.TWINS),
    ({"first_names": "Zqtwin"}, None),
]


@pytest.mark.parametrize(("changes", "code"), REFUSALS)
def test_who_stays_two(changes: dict[str, Any], code: MergeErrorCode | None) -> None:
    assert refusal(known(), known(**changes)) is refusal(known(**changes), known()) is code


def test_twins_under_a_parent_s_number_stay_two() -> None:
    one, other = known(**INSURED), known(first_names="Zqtwin", **INSURED)
    assert one.identity.nir == other.identity.nir
    assert refusal(one, other) is MergeErrorCode.TWINS


TRAITS = st.fixed_dictionaries(
    {},
    optional={
        "nir": st.sampled_from(["", number_of(1), number_of(2)]),
        "nir_holder": st.sampled_from(NirHolder),
        "first_names": st.sampled_from(["Zqone", "Zqtwo"]),
        "birth_date": st.sampled_from([None, BORN, OTHER_DAY]),
        "street": st.sampled_from(["", "1 rue Zqone", "2 rue Zqtwo"]),
        "phone": st.sampled_from(["", "+33639980041", "+33639980042"]),
        "consent": st.sampled_from(Consent),
    },
)


@given(one=TRAITS, other=TRAITS, closures=st.tuples(st.sampled_from(Closure), st.sampled_from(Closure)))
def test_never_across_kinds(one: dict[str, Any], other: dict[str, Any], closures: tuple[Closure, Closure]) -> None:
    index = known(kind=FicheKind.INDEX, closure=closures[0], **one)
    assert refusal(index, known(closure=closures[1], **other)) is MergeErrorCode.KINDS_DIFFER


@given(one=TRAITS, other=TRAITS)
def test_what_stays_was_said_by_one_of_the_two_and_a_refusal_is_proposed(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = known(**one), known(**other)
    kept = chosen(first, second, {})
    for name in ("nir", "phone", "street", "birth_date"):
        assert getattr(kept.identity, name) in {getattr(first.identity, name), getattr(second.identity, name)}
    assert set(proposed(first, second)) == set(differing(first, second))
    if Consent.REFUSES in (first.consent, second.consent):
        assert kept.consent is Consent.REFUSES
    assert chosen(first, second, dict.fromkeys(differing(first, second), Side.FIRST)).identity == first.identity


def test_an_address_stays_in_one_piece() -> None:
    first, second = known(street="", postcode="", commune=""), known(street="9 quai Zq", postcode="97200")
    assert proposed(first, second)["address"] == (Side.SECOND, Why.ONLY_ONE)
    kept = chosen(first, second, {"address": Side.FIRST}).identity
    assert (kept.street, kept.postcode, kept.commune) == ("", "", "")


@pytest.mark.parametrize(
    ("survivor", "loser", "wanted"),
    [
        ((Call.TO_CALL, 1, None), (Call.INFORMED, 2, None), (Call.INFORMED, 3, None)),
        (
            (Call.UNREACHABLE, 4, CallReason.WRONG_NUMBER),
            (Call.TO_CALL, 0, None),
            (Call.TO_CALL, 4, None),
        ),
        ((Call.CALL_BACK, 1, None), (Call.TO_CALL, 0, None), (Call.CALL_BACK, 1, None)),
        (
            (Call.UNREACHABLE, 4, CallReason.LADDER),
            (Call.UNREACHABLE, 1, CallReason.WRONG_NUMBER),
            (Call.UNREACHABLE, 5, CallReason.LADDER),
        ),
    ],
)
def test_all_tries_count_and_who_was_told_is_told(survivor: Any, loser: Any, wanted: Any) -> None:
    one, other = (Calling(call, NOW, attempts, reason) for call, attempts, reason in (survivor, loser))
    assert calling(one, other) == Calling(wanted[0], NOW, wanted[1], wanted[2])


def test_an_appointment_is_kept() -> None:
    later = NOW + timedelta(days=2)
    waiting, agreed = Calling(Call.TO_CALL, NOW, 0, None), Calling(Call.CALL_BACK, later, 1, None)
    assert calling(waiting, agreed).callable_from == calling(agreed, waiting).callable_from == later


def test_the_last_delivery_of_masks_stands() -> None:
    old, new = Record("old", date(2020, 5, 1), NOW), Record("new", date(2020, 5, 9), NOW)
    assert standing_record([new, old]) == new
    assert standing_record([]) is None


DAYS = st.none() | st.dates(date(2021, 7, 1), date(2021, 7, 20))
HEALTH = st.builds(HealthFacts, DAYS, DAYS, DAYS, DAYS, DAYS)


@given(HEALTH, HEALTH)
def test_of_two_days_about_her_health_the_later_one_holds(first: HealthFacts, second: HealthFacts) -> None:
    both = health(first, second)
    for name in HealthFacts._fields:
        said = [day for day in (getattr(first, name), getattr(second, name)) if day]
        assert getattr(both, name) in (max(said, default=None), None if name == "symptoms_ended_on" else ...)
    assert not (both.onset and both.symptoms_ended_on and both.symptoms_ended_on < both.onset)
    assert both == health(second, first)


def test_a_language_other_than_french_was_asked_for() -> None:
    first, second = replace(known(), language=Spoken.SONINKE), known(minutes=1)
    assert proposed(first, second) == {"language": (Side.FIRST, Why.ONLY_ONE)}
    assert chosen(first, second, {}).language is Spoken.SONINKE
