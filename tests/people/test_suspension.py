from datetime import timedelta

import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.access.policy import Denied
from contact_covid.core.ids import new_id
from contact_covid.journal.models import Entry
from contact_covid.people.actions import LookupsRefused, NotSuspended, lift_suspension
from contact_covid.people.enums import AlertKind
from contact_covid.people.models import Alert, LookupTally
from tests.cast import CLAIRE, DENIS, contact, person, professional, search
from tests.clock import NOW

pytestmark = pytest.mark.django_db
OFFICER = professional(Role.DPO, 80, practice=80)
SOMEONE = person()


def suspended() -> Alert:
    """The newest alert of Claire, who has guessed too often."""
    LookupTally.objects.update_or_create(
        subject=CLAIRE.author.account, slot=NOW, defaults={"lookups": 30, "misses": 20}
    )
    with pytest.raises(LookupsRefused):
        search(SOMEONE)
    return Alert.objects.filter(kind=AlertKind.SUSPENDED, lifted_at=None).get()


def test_a_suspension_once_lifted_lets_search_again() -> None:
    contact(SOMEONE)
    alert = suspended()
    lift_suspension(actor=OFFICER, alert=alert.id, now=NOW)
    assert search(SOMEONE)
    [row] = Entry.objects.filter(kind="people.suspension_lifted")
    assert (row.account, row.detail) == (OFFICER.account, {"alert": str(alert.id), "subject": str(CLAIRE.account)})


@pytest.mark.parametrize("actor", [CLAIRE, DENIS], ids=["herself", "colleague"])
def test_only_the_officer_lifts(actor: Actor) -> None:
    alert = suspended()
    with pytest.raises(Denied):
        lift_suspension(actor=actor, alert=alert.id, now=NOW)


def test_what_is_lifted_or_absent_cannot_be_lifted() -> None:
    alert = suspended()
    lift_suspension(actor=OFFICER, alert=alert.id, now=NOW)
    for absent in (alert.id, new_id(NOW)):
        with pytest.raises(NotSuspended):
            lift_suspension(actor=OFFICER, alert=absent, now=NOW)


def test_who_guesses_on_after_it_is_suspended_again_and_can_be_freed_again_within_the_hour() -> None:
    first = suspended()
    lift_suspension(actor=OFFICER, alert=first.id, now=NOW)
    second = suspended()
    assert second.id != first.id
    lift_suspension(actor=OFFICER, alert=second.id, now=NOW + timedelta(minutes=1))
