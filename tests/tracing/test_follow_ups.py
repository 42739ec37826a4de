"""Follow-up by day: who wrote nothing is called, and who is free tomorrow is told so."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contact_covid.access.actor import SYSTEM
from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Channel, Template
from contact_covid.messaging.models import Message, Refusal
from contact_covid.tracing.actions.calls import CallMade, record_calls
from contact_covid.tracing.actions.diary import DiarySaid, write_diary
from contact_covid.tracing.actions.follow_ups import call_to_follow_up, tell_the_end
from contact_covid.tracing.enums import Call, FicheKind
from contact_covid.tracing.models import Contact, Fiche, IndexCase
from contact_covid.tracing.rules.follow_up import By, plan
from tests.cast import PAUL, TODAY, dossier, enter, named, person
from tests.clock import NOW
from tests.tracing.linking import links_first, person_behind

pytestmark = pytest.mark.django_db
FIRST = plan("covid19")[FicheKind.CONTACT][0]


def told(number: int = 1, **changes: object) -> Fiche:
    """A contact whom the platform has told; she met the patient zéro today."""
    with links_first():
        [made] = enter(dossier(person(90_000), named(person(number, **changes), last_contact=TODAY)))
    record_calls(actor=SYSTEM, calls=[CallMade(made.contacts[0].id, Call.INFORMED, PAUL.author)], now=NOW)
    return made.contacts[0]


def call_of(fiche: Fiche) -> str:
    return Fiche.objects.get(id=fiche.id).call


def test_the_plan_is_of_days_to_come() -> None:
    for days in plan("covid19").values():
        assert [each.day for each in days] == sorted({each.day for each in days})
        assert all(each.called_after >= 1 for each in days)


def test_who_wrote_nothing_on_her_day_is_called_on_the_next() -> None:
    fiche = told()
    for day in range(1, FIRST.day + 1):
        assert call_to_follow_up(now=NOW + timedelta(days=day)) == 0
    due = NOW + timedelta(days=FIRST.day + 1)
    assert call_to_follow_up(now=due) == 1
    after = Fiche.objects.get(id=fiche.id)
    assert (after.call, after.callable_from) == ("to_call", due)
    assert after.urgent_at > due
    assert Entry.objects.get(kind="tracing.called_again").detail["reason"] == "follow_up"


def test_who_wrote_is_left_in_peace() -> None:
    fiche = told()
    day = NOW + timedelta(days=FIRST.day)
    write_diary(actor=person_behind(fiche, day), said=DiarySaid([]), now=day)
    assert call_to_follow_up(now=day + timedelta(days=1)) == 0
    assert call_of(fiche) == "informed"


def test_who_was_not_told_or_is_over_is_not_followed() -> None:
    fiche = told()
    due = NOW + timedelta(days=FIRST.day + 1)
    Contact.objects.filter(fiche=fiche).update(followed_until=due.date() - timedelta(days=1))
    assert call_to_follow_up(now=due) == 0
    Contact.objects.filter(fiche=fiche).update(followed_until=due.date())
    Fiche.objects.filter(id=fiche.id).update(closure="closed", state="closed")
    assert call_to_follow_up(now=due) == 0


def test_a_patient_zero_is_called_on_her_day() -> None:
    [made] = enter(dossier(person(9)))
    record_calls(actor=SYSTEM, calls=[CallMade(made.index.id, Call.INTERVIEWED, PAUL.author)], now=NOW)
    [followed] = plan("covid19")[FicheKind.INDEX]
    assert followed.by is By.CALL
    onset = IndexCase.objects.get(fiche=made.index).onset
    assert onset
    due = NOW + timedelta(days=followed.day - (TODAY - onset).days)
    assert call_to_follow_up(now=due - timedelta(days=1)) == 0
    assert call_to_follow_up(now=due) == 1


def test_the_end_is_told_once_and_on_the_day() -> None:
    fiche = told()
    until = Contact.objects.get(fiche=fiche).isolation_until
    assert until
    last = NOW + timedelta(days=(until - TODAY).days)
    told_before = [tell_the_end(now=at) for at in (last - timedelta(days=1), last, last)]
    assert told_before == [0, 1, 0]
    sent = Message.objects.get(fiche=fiche.id, template=Template.END_OF_ISOLATION)
    assert sent.channel == "email"


def test_what_is_refused_is_not_used_and_many_cost_what_one_does() -> None:
    last, statements = NOW + timedelta(days=14), []
    for many in (1, 3):
        fiches = [told(100 * many + number) for number in range(many)]
        Refusal.objects.create(fiche=fiches[0].id, channel=Channel.EMAIL, since=NOW)
        with CaptureQueriesContext(connection) as counted:
            assert tell_the_end(now=last) == many
        statements.append(len(counted))
        sent = dict(Message.objects.filter(template=Template.END_OF_ISOLATION).values_list("fiche", "channel"))
        assert [sent[fiche.id] for fiche in fiches] == ["letter", "email", "email"][:many]
    assert statements[0] == statements[1]


def test_a_person_without_address_is_not_written_to() -> None:
    fiche = told(email="", street="")
    until = Contact.objects.get(fiche=fiche).isolation_until
    assert until
    assert tell_the_end(now=NOW + timedelta(days=(until - TODAY).days)) == 0


def test_nothing_is_told_before_anybody_was() -> None:
    [made] = enter(dossier(person(90_000), named(person(1), last_contact=TODAY)))
    until = Contact.objects.get(fiche=made.contacts[0]).isolation_until
    assert until
    assert tell_the_end(now=NOW + timedelta(days=(until - TODAY).days)) == 0
