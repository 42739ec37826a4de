"""What an agent reads: the card, the list of the area, who is on the line; what it costs and leaves in the journal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import submission
from contact_covid.journal.models import Entry
from contact_covid.people.actions import LookupsRefused
from contact_covid.people.models import LookupTally
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import Consent, FicheKind, State
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.urgency import Factor, rules
from contact_covid.worklist.actions.area import find_caller, open_area
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.queue import LEASE, claim, claim_next
from contact_covid.worklist.area_queries import AreaFilter
from contact_covid.worklist.enums import Outcome, Sort
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver
from contact_covid.worklist.rules.ladder import CallError
from tests.cast import BORN, CLAIRE, PAUL, dossier, enter, named, now_of, person, traits
from tests.clock import NOW
from tests.worklist.calls import ISABELLE, JULIEN, KETTY, LATER, agent, claimed, people, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back")
ELODIE, MARC, MANON, LUC = (person(n) for n in range(1, 5))


@contextmanager
def statements(*, most: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as captured:
        yield
    sent = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(sent) <= most, sent


def family(consent: Consent = Consent.AGREES, **of_luc: object) -> tuple[Fiche, Fiche, Fiche, Fiche]:
    """Élodie's contacts: Marc and Manon of her household, Luc whom she met."""
    contacts = (
        named(MARC, same_household=True),
        named(MANON, same_household=True, last_contact=NOW.date()),
        named(LUC, **of_luc),
    )
    [registered] = enter(dossier(ELODIE, *contacts, consent=consent))
    return registered.index, *registered.contacts  # type: ignore[return-value]


def test_the_card_of_a_contact() -> None:
    index, marc, manon, _ = family()
    lease = claim(actor=JULIEN, fiche=marc.id, now=NOW)
    card = open_card(actor=JULIEN, lease=lease.id, now=NOW)
    assert (card.fiche.number, card.identity) == (marc.number, MARC)
    assert card.fiche.contact.same_household
    assert [(e.number, e.index, e.same_household) for e in card.exposures] == [(index.number, ELODIE, True)]
    assert [(m.number, m.identity) for m in card.around] == [(manon.number, MANON)]
    assert card.urgency.bonuses == [rules("covid19").bonuses[Factor.HOUSEHOLD]]
    assert card.urgency.deadline - timedelta(hours=4) == marc.urgent_at
    assert (card.open_now, card.zone.key, card.test, card.attempts) == (True, "Europe/Paris", None, [])
    [row] = Entry.objects.filter(kind="people.revealed")
    assert (row.account, row.purpose, set(row.fiches)) == (
        JULIEN.account,
        "tracing",
        {marc.number, manon.number, index.number},
    )


def test_the_card_of_an_index_case_has_everybody_she_named() -> None:
    index, marc, manon, luc = family()
    card = open_card(actor=JULIEN, lease=claim(actor=JULIEN, fiche=index.id, now=NOW).id, now=NOW)
    assert {(m.fiche, m.same_household) for m in card.around} == {(marc.id, True), (manon.id, True), (luc.id, False)}
    assert card.fiche.index_case.window_start
    assert (card.exposures, card.urgency.bonuses) == ([], [])


def test_who_was_met_elsewhere_has_no_household() -> None:
    _, _, _, luc = family()
    card = open_card(actor=JULIEN, lease=claim(actor=JULIEN, fiche=luc.id, now=NOW).id, now=NOW)
    assert (card.around, len(card.exposures)) == ([], 1)


@pytest.mark.parametrize("consent", [Consent.REFUSES, Consent.NOT_ASKED])
def test_an_index_case_who_does_not_agree_is_on_no_card(consent: Consent) -> None:
    _, marc, _, luc = family(consent)
    for fiche in (marc, luc):
        card = open_card(actor=JULIEN, lease=claim(actor=JULIEN, fiche=fiche.id, now=NOW).id, now=NOW)
        assert [e.index for e in card.exposures] == [None]
        assert not any(trait in repr(card).lower().encode() for trait in traits(ELODIE))


@pytest.mark.parametrize(("own", "shown"), [(Consent.AGREES, True), (Consent.REFUSES, False)])
def test_an_exposure_overrides_the_consent(own: Consent, shown: bool) -> None:
    _, marc, _, _ = family(Consent.REFUSES if shown else Consent.AGREES)
    marc.exposures.update(consent=own)
    card = open_card(actor=JULIEN, lease=claim(actor=JULIEN, fiche=marc.id, now=NOW).id, now=NOW)
    assert [e.index for e in card.exposures] == [ELODIE if shown else None]


@pytest.mark.parametrize("change", [{"consent": "refuses"}, {"fund": "972"}])
def test_a_member_of_the_household_who_refuses_or_lives_elsewhere_is_a_number(change: dict[str, str]) -> None:
    _, marc, manon, _ = family()
    Fiche.objects.filter(id=manon.id).update(**change)
    card = open_card(actor=JULIEN, lease=claim(actor=JULIEN, fiche=marc.id, now=NOW).id, now=NOW)
    assert [(m.number, m.identity) for m in card.around] == [(manon.number, None)]


def test_a_card_of_a_lease_that_is_over_is_closed() -> None:
    someone()
    lease = claimed()
    late = NOW + LEASE + timedelta(minutes=1)
    assert open_card(actor=JULIEN, lease=lease.id, now=late).lease.id == lease.id
    second = claimed(ISABELLE, late)
    with pytest.raises(LeaseTakenOver):
        open_card(actor=JULIEN, lease=lease.id, now=late)
    told(second, Outcome.INFORMED, by=ISABELLE, now=late)
    with pytest.raises(LeaseEnded):
        open_card(actor=ISABELLE, lease=second.id, now=late)


@pytest.mark.parametrize("size", [1, 6])
def test_statements_are_few_and_the_same_for_any_size(size: int) -> None:
    contacts = [named(person(100 + n), same_household=True) for n in range(size)]
    fiches = [enter(dossier(person(200 + n), *contacts))[0].contacts[0] for n in range(size)]
    claim_next(actor=agent(30), now=NOW)  # reference tables are read once
    with statements(most=3):
        lease = claimed(agent(31))
    for n in range(size):
        told(claim(actor=JULIEN, fiche=fiches[0].id, now=LATER), Outcome.NO_ANSWER, now=LATER + timedelta(minutes=n))
    card_of = claim(actor=JULIEN, fiche=fiches[0].id, now=LATER)
    with statements(most=8):
        assert len(open_card(actor=JULIEN, lease=card_of.id, now=LATER).attempts) == size
    with statements(most=4):
        open_area(actor=JULIEN, now=LATER)
    with statements(most=4):
        assert len(find_caller(actor=JULIEN, phone=person(100).phone, now=LATER)) == 1
    with statements(most=11):
        told(lease, Outcome.NO_ANSWER, by=agent(31), submission=submission("key", {}))


KEYS: dict[Sort, Callable[[Fiche], object]] = {
    Sort.URGENCY: lambda fiche: (fiche.urgent_at, fiche.id),
    Sort.CREATION: lambda fiche: (fiche.created_at, fiche.id),
    Sort.STATE: lambda fiche: (fiche.state_at, fiche.id),
}


@pytest.mark.parametrize("sort", Sort)
def test_the_pages_of_the_list_are_everybody_once_in_order(sort: Sort) -> None:
    fiches = [now_of(someone(person(n), now=NOW + timedelta(minutes=n % 3))) for n in range(7)]
    fiches += Fiche.objects.filter(kind="index")
    seen, after = [], None
    while True:
        page = open_area(actor=JULIEN, sort=sort, after=after, limit=3, now=LATER)
        seen += [line.fiche.sealed.fiche for line in page.lines]
        assert (page.count, page.many) == (len(fiches), False)
        if not page.after:
            break
        after = page.after
    wanted = sorted(fiches, key=KEYS[sort], reverse=sort is not Sort.URGENCY)  # type: ignore[arg-type]
    assert seen == [fiche.id for fiche in wanted]


def test_the_list_is_filtered_counted_and_in_the_journal() -> None:
    marc, luc = people(2)
    told(claimed(), Outcome.NO_ANSWER)
    called = now_of(marc) if now_of(marc).attempts else now_of(luc)
    page = open_area(actor=JULIEN, chosen=AreaFilter(state=State.CALL_BACK), now=LATER)
    [line] = page.lines
    assert (line.fiche.sealed.number, line.fiche.attempts, line.fiche.held_by) == (called.number, 1, None)
    assert (line.fiche.at, line.fiche.callable_from) == (called.urgent_at, called.callable_from)
    assert line.identity in (person(1), person(2))
    assert (page.count, page.counters[State.TO_CALL], page.counters[State.CALL_BACK]) == (1, 1, 1)
    assert page.counters[State.INTERVIEWED] == 2
    assert Entry.objects.filter(kind="people.revealed").get().fiches == [called.number]
    for chosen in (AreaFilter(kind=FicheKind.INDEX), AreaFilter(department="93"), AreaFilter(department="75")):
        assert open_area(actor=JULIEN, chosen=chosen, now=LATER).count == {"93": 4, "75": 0}.get(
            chosen.department or "", 2
        )


def test_the_list_tells_who_is_being_called() -> None:
    someone()
    taken = claimed()
    for now, by in ((NOW, JULIEN.account), (NOW + LEASE, None)):
        held = {line.fiche.sealed.fiche: line.fiche.held_by for line in open_area(actor=ISABELLE, now=now).lines}
        assert held.pop(taken.fiche) == by
        assert set(held.values()) == {None}


def test_more_than_a_thousand_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contact_covid.worklist.area_queries.MOST_COUNTED", 2)
    monkeypatch.setattr("contact_covid.worklist.actions.area.MOST_COUNTED", 2)
    people(4)
    page = open_area(actor=JULIEN, limit=1, now=NOW)
    assert (page.count, page.many, page.counters[State.TO_CALL]) == (3, True, 3)


def test_an_area_is_one_fund_s_and_platforms_only() -> None:
    someone()
    assert open_area(actor=KETTY, now=NOW).lines == []
    for actor in (CLAIRE, PAUL):
        with pytest.raises(Denied):
            open_area(actor=actor, now=NOW)
        with pytest.raises(Denied):
            find_caller(actor=actor, phone=MARC.phone, now=NOW)


def callers(**said: object) -> list[Identity]:
    return [line.identity for line in find_caller(actor=JULIEN, now=LATER, **said)]  # type: ignore[arg-type]


def test_who_is_on_the_line_is_found_by_telephone() -> None:
    someone(MARC)
    someone(LUC)
    assert callers(phone=MARC.phone) == [MARC]
    assert callers(phone="+33639989999") == []


def test_who_is_on_the_line_is_found_by_any_words_of_the_names_and_the_birth_date() -> None:
    marc = person(2, used_name="de La Tour", first_names="Éloïse, Marie")
    someone(marc)
    someone(LUC)
    assert callers(names="marie eloise", birth_date=BORN) == [marc]
    assert callers(names=f"LA TOUR {marc.birth_name}", birth_date=BORN) == [marc]
    assert set(callers(names="Marie", birth_date=BORN)) == {marc, LUC, person(50_000)}
    assert callers(names="Mari", birth_date=BORN) == []
    assert callers(names="marie eloise", birth_date=BORN + timedelta(days=1)) == []
    assert callers(names=f"eloise {LUC.birth_name}", birth_date=BORN) == []


@pytest.mark.parametrize("said", [{}, {"names": "Marie"}, {"birth_date": BORN}, {"names": " - ", "birth_date": BORN}])
def test_too_little_finds_nobody(said: dict[str, object]) -> None:
    with pytest.raises(CallError):
        callers(**said)
    assert not LookupTally.objects.exists()


def test_a_caller_of_another_area_is_not_found() -> None:
    someone(MARC)
    assert find_caller(actor=KETTY, phone=MARC.phone, now=LATER) == []


def test_looking_for_a_caller_is_counted_in_the_journal_and_stopped() -> None:
    fiche = someone(MARC)
    callers(phone=MARC.phone)
    callers(phone="+33639989999")
    tally = LookupTally.objects.get(subject=JULIEN.author.account)
    assert (tally.lookups, tally.misses) == (2, 1)
    searched = list(Entry.objects.filter(kind="people.searched").order_by("id").values_list("count", "organisation"))
    assert searched == [(1, JULIEN.organisation), (0, JULIEN.organisation)]
    assert Entry.objects.get(kind="people.revealed").fiches == [fiche.number]
    LookupTally.objects.filter(subject=JULIEN.author.account).update(lookups=59, misses=0)
    with pytest.raises(LookupsRefused):
        callers(phone=MARC.phone)


def test_a_source_who_was_a_contact_herself_is_told_with_hers_by_number() -> None:
    [first] = enter(dossier(ELODIE, named(MARC)))
    [second] = enter(dossier(MARC, named(LUC)), now=LATER)
    lease = claim(actor=JULIEN, fiche=second.contacts[0].id, now=LATER)
    card = open_card(actor=JULIEN, lease=lease.id, now=LATER)
    [seen] = card.exposures
    assert (seen.number, seen.through) == (second.index.number, [first.index.number])
    assert ELODIE.birth_name not in repr(card)


def test_who_lives_with_a_contact_who_became_a_patient_zero_is_proposed_until_she_is_named() -> None:
    _, marc, manon, luc = family()
    [made] = enter(dossier(MARC), now=LATER)
    lease = claim(actor=JULIEN, fiche=made.index.id, now=LATER)
    with statements(most=8):
        card = open_card(actor=JULIEN, lease=lease.id, now=LATER)
    assert ([each.fiche for each in card.proposed], list(card.around)) == ([manon.id], [])
    assert card.proposed[0].identity == MANON
    assert luc.id not in {each.fiche for each in card.proposed}
    enter(dossier(MARC, named(MANON, same_household=True)), now=LATER + timedelta(minutes=1))
    card = open_card(actor=JULIEN, lease=lease.id, now=LATER + timedelta(minutes=1))
    assert ([each.fiche for each in card.around], list(card.proposed)) == ([manon.id], [])
    assert now_of(marc).closure_reason == "became_case"
