"""Whether a contact has symptoms is known in one place, whoever says so and where."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from contact_covid.tracing.actions.diary import DiarySaid, write_diary
from contact_covid.tracing.actions.during_call import SaidDuringCall, note_said
from contact_covid.tracing.actions.health import HealthSaid, record_health
from contact_covid.tracing.enums import Symptom
from contact_covid.tracing.models import Contact, Fiche, Health
from contact_covid.tracing.rules.health import HealthFacts
from tests.cast import PAUL, TODAY, dossier, enter, named, person
from tests.clock import NOW
from tests.tracing.doubles import key
from tests.tracing.linking import links_first, person_behind
from tests.worklist.calls import JULIEN

pytestmark = pytest.mark.usefixtures("rolled_back")

SOON = NOW + timedelta(minutes=20)


def exposed() -> Fiche:
    with links_first():
        [made] = enter(dossier(person(9), named(person(1))))
    return made.contacts[0]


def on_the_telephone(fiche: Fiche, now: datetime) -> None:
    with transaction.atomic():
        held = Fiche.objects.select_for_update().get(id=fiche.id)
        note_said(actor=JULIEN, fiche=held, said=SaidDuringCall(symptoms=True), now=now)


def in_her_diary(fiche: Fiche, now: datetime) -> None:
    write_diary(actor=person_behind(fiche, now), said=DiarySaid([Symptom.COUGH]), now=now)


def to_her_physician(fiche: Fiche, now: datetime) -> None:
    record_health(actor=PAUL, said=HealthSaid(fiche.id, HealthFacts(onset=now.date()), key()), now=now)


WAYS = [on_the_telephone, in_her_diary, to_her_physician]
each_way = pytest.mark.parametrize("say", WAYS, ids=lambda say: say.__name__)
Say = Callable[[Fiche, datetime], None]


def known_of(fiche: Fiche) -> tuple[date | None, date | None, bool]:
    health = Health.objects.get(fiche=fiche)
    return health.onset, health.symptoms_ended_on, "symptoms" in Fiche.objects.get(id=fiche.id).factors.split()


@each_way
def test_they_are_known_dated_and_put_her_first_whoever_says_so(say: Say) -> None:
    fiche = exposed()
    say(fiche, SOON)
    assert known_of(fiche) == (TODAY, None, True)
    assert Contact.objects.get(fiche=fiche).test_due == TODAY  # tested the same day


@pytest.mark.parametrize("say", WAYS[:2], ids=lambda say: say.__name__)
def test_said_again_elsewhere_they_began_when_they_began(say: Say) -> None:
    fiche = exposed()
    said = HealthSaid(fiche.id, HealthFacts(onset=TODAY - timedelta(days=2)), key())
    record_health(actor=PAUL, said=said, now=NOW)
    say(fiche, SOON)
    assert known_of(fiche) == (TODAY - timedelta(days=2), None, True)


@pytest.mark.parametrize("say", WAYS[:2], ids=lambda say: say.__name__)
def test_symptoms_that_are_back_have_not_ended(say: Say) -> None:
    fiche = exposed()
    facts = HealthFacts(onset=TODAY - timedelta(days=3), symptoms_ended_on=TODAY - timedelta(days=1))
    record_health(actor=PAUL, said=HealthSaid(fiche.id, facts, key()), now=NOW)
    assert known_of(fiche) == (*facts[1:3], False)
    say(fiche, SOON)
    assert known_of(fiche) == (TODAY - timedelta(days=3), None, True)


@each_way
def test_once_they_have_ended_she_is_first_no_more(say: Say) -> None:
    fiche = exposed()
    say(fiche, SOON)
    facts = HealthFacts(onset=TODAY, symptoms_ended_on=TODAY)
    record_health(actor=PAUL, said=HealthSaid(fiche.id, facts, key()), now=SOON)
    assert known_of(fiche) == (TODAY, TODAY, False)
