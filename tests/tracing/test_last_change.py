"""Whoever had a fiche open is told who wrote on it meanwhile, whatever kind of writing it was."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contact_covid.portal.calls.pages import who_changed
from contact_covid.tracing import enums
from contact_covid.tracing.actions.becoming import Positive, declare_positive
from contact_covid.tracing.actions.cancellation import cancel_fiche
from contact_covid.tracing.actions.closing import close_ended
from contact_covid.tracing.actions.diary import DiarySaid, write_diary
from contact_covid.tracing.actions.person_acts import ask_call, confirm, say_none
from contact_covid.tracing.events import WRITINGS, TracingEvent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.own_queries import own_fiche, own_history
from contact_covid.tracing.queries import last_change
from tests.cast import PAUL, TODAY, dossier, enter, named, person
from tests.clock import NOW
from tests.tracing.doubles import key, made_one, misspelt
from tests.tracing.linking import links_first, person_behind

pytestmark = pytest.mark.usefixtures("rolled_back")

SOON = NOW + timedelta(minutes=20)
BESIDE = {
    TracingEvent.CERTIFICATE_ISSUED: "a letter about what the fiche says",
    TracingEvent.TOLD_APART: "of two fiches, on neither",
    TracingEvent.DOUBTED_AGAIN: "of two fiches, on neither",
    TracingEvent.DOUBT_LIFTED: "what it resembles, not what it says",
    TracingEvent.DRAFT_SAVED: "no fiche yet",
    TracingEvent.DRAFT_READ: "no fiche yet",
    TracingEvent.DRAFT_DISCARDED: "no fiche yet",
    TracingEvent.LINK_SENT: "goes with the registration",
    TracingEvent.LINK_OPENED: "a reading",
    TracingEvent.END_TOLD: "a message",
}


def test_each_kind_is_a_writing_or_says_why_it_is_none() -> None:
    assert WRITINGS | BESIDE.keys() == set(TracingEvent)
    assert not WRITINGS & BESIDE.keys()


def registered() -> tuple[Fiche, Fiche]:
    """A patient zéro and a contact, both with a link."""
    with links_first():
        [made] = enter(dossier(person(9), named(person(1))))
    return made.index, made.contacts[0]


def in_her_diary() -> tuple[Fiche, TracingEvent]:
    fiche = registered()[1]
    write_diary(actor=person_behind(fiche, SOON), said=DiarySaid([enums.Symptom.OTHER]), now=SOON)
    return fiche, TracingEvent.DIARY_WRITTEN


def how_she_is() -> tuple[Fiche, TracingEvent]:
    fiche = registered()[1]
    write_diary(actor=person_behind(fiche, SOON), said=DiarySaid([]), now=SOON)
    return fiche, TracingEvent.DIARY_WRITTEN


def that_she_has_read() -> tuple[Fiche, TracingEvent]:
    fiche = registered()[1]
    confirm(actor=person_behind(fiche, SOON), now=SOON)
    return fiche, TracingEvent.LINK_CONFIRMED


def that_she_met_nobody() -> tuple[Fiche, TracingEvent]:
    fiche = registered()[0]
    say_none(actor=person_behind(fiche, SOON), now=SOON)
    return fiche, TracingEvent.NAMED_NONE


def that_she_wants_a_call() -> tuple[Fiche, TracingEvent]:
    fiche = registered()[1]
    ask_call(actor=person_behind(fiche, SOON), now=SOON)
    return fiche, TracingEvent.CALLED_AGAIN


OF_THE_PERSON = [in_her_diary, how_she_is, that_she_has_read, that_she_met_nobody, that_she_wants_a_call]


@pytest.mark.parametrize("said", OF_THE_PERSON, ids=lambda said: said.__name__)
def test_what_the_person_wrote_is_told_as_hers(said: Callable[[], tuple[Fiche, TracingEvent]]) -> None:
    fiche, kind = said()
    change = last_change(fiche.number)
    assert change
    assert (change.kind, change.account, change.by_person) == (kind, None, True)
    [line] = who_changed(fiche.number)
    assert line.startswith("La personne elle-même, le ")
    assert not line.endswith(": .")


def test_what_became_of_a_fiche_elsewhere_is_told_by_name() -> None:
    first, second = (
        enter(dossier(person(90 + n), named(woman)))[0].contacts[0]
        for n, woman in enumerate([person(1), misspelt(person(1))])
    )
    made_one(first, second)
    assert who_changed(first.number)[0].endswith(" : fiches fusionnées.")


def test_a_contact_who_became_a_case_and_a_follow_up_that_ended_are_told() -> None:
    fiche = registered()[1]
    case = declare_positive(
        actor=PAUL, positive=Positive(fiche.id, TODAY, enums.TestKind.PCR, TODAY), submission=key(), now=SOON
    )
    for each in (fiche, case):
        assert who_changed(each.number)[0].endswith(" : contact devenu patient zéro.")
    [told] = own_history(PAUL, own_fiche(PAUL, case.id))
    assert told.kind is TracingEvent.BECAME_CASE


def test_what_the_service_does_itself_is_told_as_its_own() -> None:
    fiche = registered()[1]
    Fiche.objects.filter(id=fiche.id).update(told_at=NOW, call="informed", state="informed")
    assert close_ended(now=NOW + timedelta(days=60)) == 1
    [line] = who_changed(fiche.number)
    assert line.startswith("Le service, le ")
    assert line.endswith(" : clôture.")


def test_a_cancelled_fiche_says_by_whom() -> None:
    fiche = registered()[1]
    cancel_fiche(actor=PAUL, fiche=fiche.id, reason=enums.ClosureReason.ERROR, version=None, now=SOON)
    change = last_change(fiche.number)
    assert change
    assert (change.kind, change.account, change.by_person) == (TracingEvent.CANCELLED, PAUL.account, False)
