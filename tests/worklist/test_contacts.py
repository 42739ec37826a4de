"""The contacts that a patient zéro names to the platform: hers of the area only, in the name of the agent."""

from datetime import timedelta

import pytest

from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import submission
from contact_covid.core.ids import new_id
from contact_covid.tracing.actions.registration import name_contacts
from contact_covid.tracing.models import Exposure, Fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.registration import RegistrationError
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.contacts import name_during_call, open_index
from contact_covid.worklist.actions.queue import LEASE, LeaseTaken, claim
from contact_covid.worklist.models import Lease
from contact_covid.worklist.queries import LeaseNotFound
from tests.cast import CLAIRE, dossier, enter, named, person
from tests.clock import NOW
from tests.worklist.calls import ISABELLE, JULIEN, KETTY, LATER

pytestmark = pytest.mark.usefixtures("rolled_back")
SENT = submission("of-the-tests", {})


def index_called() -> tuple[Fiche, LeaseTaken]:
    [registered] = enter(dossier(person(1), named(person(2))))
    return registered.index, claim(actor=JULIEN, fiche=registered.index.id, now=NOW)


def test_who_is_named_on_the_telephone_is_the_agent_s_own_registration() -> None:
    index, lease = index_called()
    expired = NOW + LEASE + timedelta(hours=1)
    made = name_during_call(actor=JULIEN, lease=lease.id, contacts=[named(person(3))], submission=SENT, now=expired)
    [fiche] = made.contacts
    assert (fiche.author_account, fiche.author_practice) == JULIEN.author
    assert Exposure.objects.filter(index_fiche=index).count() == 2
    assert Lease.objects.get(id=lease.id).expires_at == expired + LEASE


def test_the_card_names_who_was_recorded_during_the_call_wherever_she_lives() -> None:
    _, lease = index_called()
    far = [named(person(n), department="972") for n in (3, 4)]
    made = name_during_call(actor=JULIEN, lease=lease.id, contacts=far, submission=SENT, now=LATER)
    refuses, agrees = made.contacts
    Fiche.objects.filter(id=refuses.id).update(consent="refuses")
    seen = {member.fiche: member.identity for member in open_card(actor=JULIEN, lease=lease.id, now=LATER).around}
    assert (seen[refuses.id], seen[agrees.id]) == (None, person(4))

    Exposure.objects.filter(contact_fiche=agrees.id).update(author_practice=new_id(NOW))
    seen = {member.fiche: member.identity for member in open_card(actor=JULIEN, lease=lease.id, now=LATER).around}
    assert seen[agrees.id] is None


def test_what_she_says_is_kept_when_a_colleague_has_taken_her_meanwhile() -> None:
    index, lease = index_called()
    late = NOW + LEASE + timedelta(minutes=1)
    hers = claim(actor=ISABELLE, fiche=index.id, now=late)
    name_during_call(actor=JULIEN, lease=lease.id, contacts=[named(person(3))], submission=SENT, now=late)
    assert Exposure.objects.filter(index_fiche=index).count() == 2
    assert Lease.objects.get(id=hers.id).expires_at == late + LEASE
    assert Lease.objects.get(id=lease.id).ended_at == late


def test_nobody_names_contacts_of_a_contact_or_of_another_area() -> None:
    index, _ = index_called()
    contact = Fiche.objects.get(kind="contact")
    held = claim(actor=JULIEN, fiche=contact.id, now=NOW)
    for actor, fiche in ((JULIEN, contact.id), (KETTY, index.id)):
        with pytest.raises(FicheNotFound):
            name_contacts(actor=actor, index=fiche, contacts=[named(person(3))], submission=SENT, now=LATER)
    with pytest.raises(FicheNotFound):
        open_index(actor=JULIEN, lease=held.id, now=LATER)
    assert Exposure.objects.count() == 1


def test_a_lease_of_another_agent_and_another_role_open_nothing() -> None:
    _, lease = index_called()
    with pytest.raises(LeaseNotFound):
        open_index(actor=ISABELLE, lease=lease.id, now=LATER)
    with pytest.raises(Denied):
        name_during_call(actor=CLAIRE, lease=lease.id, contacts=[named(person(3))], submission=SENT, now=LATER)


def test_a_patient_zero_does_not_name_herself() -> None:
    _, lease = index_called()
    with pytest.raises(RegistrationError):
        name_during_call(actor=JULIEN, lease=lease.id, contacts=[named(person(1))], submission=SENT, now=LATER)
