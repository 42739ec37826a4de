"""Where a patient zéro was: named with her or later, read by who named it, two stays at one place share a digest."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.period import PARIS
from contact_covid.journal.models import Entry
from contact_covid.tracing.actions import drafts
from contact_covid.tracing.actions.cancellation import cancel_fiche
from contact_covid.tracing.actions.stays import StayChanged, correct_stay, name_stays, remove_stay
from contact_covid.tracing.enums import ClosureReason, FicheKind, StayKind
from contact_covid.tracing.models import Fiche, Stay
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.tracing.rules.stays import NamedStay, StayDetails, StayError, check_stay, to_bytes
from contact_covid.tracing.rules.urgency import held, urgent_at
from contact_covid.tracing.stay_queries import StayNotFound, StaySeen, stays_of
from tests.cast import CLAIRE, PAUL, PAULA, TODAY, dossier, enter, ident, named, person, professional
from tests.clock import NOW

pytestmark = pytest.mark.usefixtures("rolled_back")
_AGENT = professional(Role.PLATFORM_AGENT, 40, practice=40)
AGENT = replace(_AGENT, practice=None, organisation=ident(3, 40), fund="931")
ELSEWHERE = replace(AGENT, account=ident(1, 41), fund="972")
SCHOOL = StayDetails(name="École Zqferry", group="CM2 A", postcode="93100", others="vingt élèves")


def stay(details: StayDetails = SCHOOL, **changes: Any) -> NamedStay:
    said: dict[str, Any] = {
        "kind": StayKind.SCHOOL,
        "since": TODAY - timedelta(days=3),
        "until": TODAY - timedelta(days=1),
        "department": "93",
    }
    return NamedStay(details=details, **said | changes)


def key(text: str = "") -> Any:
    return submission(text or str(uuid4()), {})


def index(number: int = 1, *stays: NamedStay, by: Actor = PAUL, now: datetime = NOW) -> UUID:
    return enter(dossier(person(number), named(person(number + 50)), stays=stays), by=by, now=now)[0].index.id


def add(fiche: UUID, *stays: NamedStay, by: Actor = PAUL, **more: Any) -> None:
    name_stays(actor=by, index=fiche, stays=stays or [stay()], **{"submission": key(), "now": NOW} | more)


def correct(fiche: UUID, known: StaySeen, said: NamedStay, *, by: Actor = PAUL, **more: Any) -> None:
    given: dict[str, Any] = {"version": known.version, "now": NOW} | more
    correct_stay(actor=by, index=fiche, stay=known.id, said=said, **given)


# --- Naming --------------------------------------------------------------------------------------------------------


def test_stays_are_registered_with_the_patient_zero_and_read_back() -> None:
    journey = stay(StayDetails(name="Vol ZQ 12", country="Belgique"), kind=StayKind.TRAVEL, department="99")
    fiche = index(1, stay(), journey)
    assert {seen.named.details.name: seen.named for seen in stays_of(PAUL, fiche)} == {
        "École Zqferry": stay(),
        "Vol ZQ 12": journey,
    }


def test_what_is_said_of_a_stay_is_sealed() -> None:
    fiche = index(1, stay())
    value = bytes(Stay.objects.get(fiche=fiche).value)
    assert to_bytes(SCHOOL) not in value
    assert b"Zqferry" not in value


def test_a_draft_keeps_stays_and_registers_them_in_one_go() -> None:
    draft = drafts.start_draft(actor=PAUL, dossier=dossier(person(1)), submission=key(), now=NOW)
    once = key()
    drafts.add_stay(actor=PAUL, draft=draft, stay=stay(), submission=once, now=NOW)
    with pytest.raises(AlreadyRecorded):
        drafts.add_stay(actor=PAUL, draft=draft, stay=stay(), submission=once, now=NOW)
    [kept] = drafts.open_draft(actor=PAUL, draft=draft, now=NOW).content.stays
    longer = stay(since=TODAY - timedelta(days=4))
    drafts.correct_stay(actor=PAUL, draft=draft, version=None, stay=kept.id, named=longer, now=NOW)
    drafts.add_stay(actor=PAUL, draft=draft, stay=stay(), submission=key(), now=NOW)
    other = drafts.open_draft(actor=PAUL, draft=draft, now=NOW).content.stays[1]
    for _ in range(2):
        drafts.remove_stay(actor=PAUL, draft=draft, stay=other.id, now=NOW)
    drafts.correct_index(actor=PAUL, draft=draft, version=None, dossier=dossier(person(1), department="75"), now=NOW)
    fiche = drafts.register_draft(actor=PAUL, draft=draft, version=None, submission=key(), now=NOW)
    assert [seen.named for seen in stays_of(PAUL, fiche)] == [longer]


def test_a_draft_whose_look_back_moved_beyond_a_stay_is_refused_whole() -> None:
    draft = drafts.start_draft(actor=PAUL, dossier=dossier(person(1)), submission=key(), now=NOW)
    drafts.add_stay(actor=PAUL, draft=draft, stay=stay(), submission=key(), now=NOW)
    later = dossier(person(1), onset=TODAY + timedelta(days=2), sampled_on=TODAY + timedelta(days=2), result_on=None)
    soon = NOW + timedelta(days=2)
    drafts.correct_index(actor=PAUL, draft=draft, version=None, dossier=later, now=soon)
    with pytest.raises(StayError):
        drafts.register_draft(actor=PAUL, draft=draft, version=None, submission=key(), now=soon)


TOLD: dict[str, tuple[dict[str, Any], str]] = {
    "whole window": ({"since": TODAY - timedelta(days=20), "until": TODAY}, ""),
    "first day": ({"since": TODAY - timedelta(days=9), "until": TODAY - timedelta(days=6)}, ""),
    "before": ({"since": TODAY - timedelta(days=9), "until": TODAY - timedelta(days=7)}, "stay.before_window"),
    "reversed": ({"since": TODAY, "until": TODAY - timedelta(days=1)}, "stay.reversed"),
    "tomorrow": ({"since": TODAY, "until": TODAY + timedelta(days=1)}, "stay.in_future"),
    "long ago": ({"since": TODAY - timedelta(days=91), "until": TODAY}, "stay.too_old"),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_stay_reaches_into_the_look_back(case: str) -> None:
    days, code = TOLD[case]
    window_start = TODAY - timedelta(days=6)
    if not code:
        return check_stay(stay(**days), window_start=window_start, today=TODAY)
    with pytest.raises(StayError) as error:
        check_stay(stay(**days), window_start=window_start, today=TODAY)
    assert error.value.code == code
    return None


# --- Later ---------------------------------------------------------------------------------------------------------


def test_stays_are_added_once_corrected_and_taken_out_with_a_line_in_the_journal_each() -> None:
    fiche, once = index(), key()
    add(fiche, submission=once)
    with pytest.raises(AlreadyRecorded):
        add(fiche, submission=once)
    [known] = stays_of(PAUL, fiche)
    said = stay(StayDetails(name="Collège Zqhugo", postcode="93200"))
    correct(fiche, known, said)
    correct(fiche, known, said)  # a second press
    with pytest.raises(StayChanged):
        correct(fiche, known, stay())
    assert [seen.named for seen in stays_of(PAUL, fiche)] == [said]
    for _ in range(2):
        remove_stay(actor=PAUL, index=fiche, stay=known.id, now=NOW)
    assert stays_of(PAUL, fiche) == []
    written = Entry.objects.filter(kind="tracing.updated")
    assert [row.detail["fields"] for row in written] == [["stays"]] * 3


def test_a_practice_reads_and_changes_its_own_and_a_platform_all_of_its_area() -> None:
    fiche = index(1, stay())
    assert index(1, stay(StayDetails(name="Gare Zqnord", commune="Paris")), by=PAULA) == fiche
    assert [seen.named.details.name for seen in stays_of(PAUL, fiche)] == ["École Zqferry"]
    assert len(stays_of(AGENT, fiche)) == 2
    theirs = next(seen for seen in stays_of(AGENT, fiche) if seen.named != stay())
    with pytest.raises(StayNotFound):
        correct(fiche, theirs, stay())
    remove_stay(actor=PAUL, index=fiche, stay=theirs.id, now=NOW)
    correct(fiche, theirs, stay(), by=AGENT)
    assert [seen.named for seen in stays_of(PAULA, fiche)] == [stay()]


@pytest.mark.parametrize("stranger", [PAULA, ELSEWHERE], ids=["physician", "platform"])
def test_nobody_else_names_a_stay(stranger: Actor) -> None:
    fiche = index(1, stay())
    with pytest.raises(FicheNotFound):
        add(fiche, by=stranger)
    with pytest.raises(FicheNotFound):
        remove_stay(actor=stranger, index=fiche, stay=stays_of(PAUL, fiche)[0].id, now=NOW)


def test_a_counter_neither_names_nor_reads_stays() -> None:
    fiche = index(1, stay())
    with pytest.raises(Denied):
        add(fiche, by=CLAIRE)
    with pytest.raises(Denied):
        stays_of(CLAIRE, fiche)


def test_a_contact_has_no_stays() -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    with pytest.raises(FicheNotFound):
        add(registered.contacts[0].id)
    with pytest.raises(FicheNotFound):
        add(registered.contacts[0].id, by=AGENT)


def test_a_cancelled_fiche_takes_no_more_stays() -> None:
    fiche = index()
    cancel_fiche(actor=PAUL, fiche=fiche, reason=ClosureReason.ERROR, version=None, now=NOW)
    with pytest.raises(ForbiddenTransition):
        add(fiche)


# --- The same place ------------------------------------------------------------------------------------------------


def places(number: int, details: StayDetails, *, now: datetime = NOW, **changes: Any) -> set[bytes]:
    known = {"onset": None, "sampled_on": now.date(), "result_on": None}
    [registered] = enter(dossier(person(number), stays=[stay(details, **changes)], **known), now=now)
    return {bytes(place) for place in Stay.objects.get(fiche=registered.index).places}


def test_two_stays_at_one_place_share_a_digest_and_those_of_one_class_two() -> None:
    here = places(1, SCHOOL)
    written_otherwise = places(2, StayDetails(name="ECOLE ZQFERRY", group="cm2 a", postcode="93100"))
    other_class = places(3, StayDetails(name="École Zqferry", group="CP", postcode="93100"))
    other_town = places(4, StayDetails(name="École Zqferry", group="CM2 A", postcode="93200"))
    assert here == written_otherwise
    assert len(here & other_class) == 2  # the school, under the keys of two months
    assert not here & other_town


def test_a_stay_of_the_next_month_shares_one_and_one_of_the_month_after_none() -> None:
    here = places(1, SCHOOL)
    june, july = (datetime(2020, month, 20, 12, tzinfo=UTC) for month in (6, 7))
    days: list[dict[str, Any]] = [{"since": day.date(), "until": day.date()} for day in (june, july)]
    next_month = places(2, SCHOOL, now=june, **days[0])
    assert len(here & next_month) == 2
    assert not here & places(3, SCHOOL, now=july, **days[1])


def test_a_correction_keeps_the_months_of_the_first_writing() -> None:
    fiche = index(1, stay())
    before = Stay.objects.get(fiche=fiche)
    [known] = stays_of(PAUL, fiche)
    late = datetime(2020, 6, 2, 12, tzinfo=UTC)
    correct(fiche, known, stay(since=date(2020, 5, 10)), now=late)
    after = Stay.objects.get(fiche=fiche)
    assert (after.period, set(map(bytes, after.places))) == (before.period, set(map(bytes, before.places)))


# --- Among many ----------------------------------------------------------------------------------------------------

HOME = StayDetails(name="Foyer Zqhome", postcode="93100")


def queued(fiche: UUID) -> tuple[str, int]:
    """What puts her before others, and the version of her fiche; her place in the queue follows."""
    found = Fiche.objects.get(id=fiche)
    assert found.urgent_at == urgent_at(
        found.disease, FicheKind.INDEX, found.counts_from, *held(found.factors), zone=PARIS
    )
    return found.factors, found.version


def test_a_stay_among_many_puts_her_before_others_for_as_long_as_it_is_said() -> None:
    fiche, at_work = index(1), stay(HOME, kind=StayKind.WORK)
    add(fiche, at_work)
    assert queued(fiche) == ("", 1)
    add(fiche, stay(), stay(HOME, kind=StayKind.COLLECTIVE))
    assert queued(fiche) == ("collective", 2)
    by_kind = {seen.named.kind: seen for seen in stays_of(PAUL, fiche)}
    school, home = by_kind[StayKind.SCHOOL], by_kind[StayKind.COLLECTIVE]
    remove_stay(actor=PAUL, index=fiche, stay=school.id, now=NOW)
    assert queued(fiche) == ("collective", 2)
    correct(fiche, home, at_work)
    assert queued(fiche) == ("", 3)
    correct(fiche, next(seen for seen in stays_of(PAUL, fiche) if seen.id == home.id), stay())
    remove_stay(actor=PAUL, index=fiche, stay=home.id, now=NOW)
    assert queued(fiche) == ("", 5)


def test_who_is_registered_again_with_a_stay_among_many_is_called_before_others_too() -> None:
    fiche = index(1)
    assert index(1, stay(), by=PAULA) == fiche
    assert queued(fiche) == ("collective", 2)
    assert queued(index(2, stay())) == ("collective", 1)
