"""A right exercised on a person's own pages is a request of the officer, with its month."""

from datetime import date

import msgspec
import pytest

from contact_covid.access.enums import Permission, Role
from contact_covid.access.policy import POLICY, Denied
from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Template
from contact_covid.messaging.models import Message
from contact_covid.people.rules.identity import Identity
from contact_covid.retention.actions.own_requests import ask
from contact_covid.retention.actions.person import open_person
from contact_covid.retention.actions.requests import check_identity, refuse
from contact_covid.retention.enums import Channel, Proof, RefusalReason, RequestKind, RequestState
from contact_covid.retention.events import RetentionEvent
from contact_covid.retention.models import RequestFiche, RightsRequest
from contact_covid.retention.queries import asked_by, details_of, open_requests
from contact_covid.retention.rules.requests import RightsError, RightsErrorCode, due_on
from contact_covid.tracing.actions.registration import Registered
from contact_covid.tracing.models import Fiche
from tests.cast import PAULA, TODAY, dossier, enter, named, person
from tests.retention.asking import CATHERINE, LATER, asked
from tests.tracing.linking import links_first, person_behind

pytestmark = pytest.mark.django_db
WOMAN = person(1)


def registered(woman: Identity = WOMAN) -> Registered:
    with links_first():
        [made] = enter(dossier(person(101), named(woman)))
    return made


def asks(fiche: Fiche, kind: RequestKind = RequestKind.ACCESS) -> RightsRequest:
    return ask(actor=person_behind(fiche, LATER), kind=kind, now=LATER)


def test_it_waits_for_the_officer_with_its_month_and_is_acknowledged() -> None:
    fiche = registered().contacts[0]
    request = asks(fiche)
    assert [each.id for each in open_requests(CATHERINE, limit=10)] == [request.id]
    assert (request.channel, request.state, request.due_on) == (Channel.LINK, RequestState.RECEIVED, due_on(TODAY))
    assert request.receipt
    assert Message.objects.get(id=request.receipt).template == Template.RIGHTS_RECEIVED
    details = details_of(request)
    assert details
    assert (details.name, details.email, details.street) == (WOMAN.name, WOMAN.email, WOMAN.street)
    entry = Entry.objects.get(kind=RetentionEvent.REQUEST_RECEIVED)
    assert (entry.role, entry.purpose, entry.fiches) == ("person", "rights", [fiche.number])


def test_asked_twice_it_is_one_request_until_it_is_answered() -> None:
    fiche = registered().contacts[0]
    first, again = asks(fiche), asks(fiche)
    assert first.id == again.id
    assert asks(fiche, RequestKind.OPPOSITION).id != first.id
    reason = RefusalReason.UNPROVEN
    refuse(actor=CATHERINE, request=first.id, reason=reason, ground="", version=first.version, now=LATER)
    assert asks(fiche).id != first.id


def test_all_her_fiches_are_of_the_request_and_open_once_the_officer_says_who_she_is() -> None:
    registered()
    with links_first():
        [again] = enter(dossier(WOMAN), by=PAULA)
    request = asks(again.index)
    assert RequestFiche.objects.filter(request=request).count() == 2
    assert open_person(actor=CATHERINE, request=request.id, now=LATER) == []
    check_identity(actor=CATHERINE, request=request.id, proof=Proof.LINK, version=request.version, now=LATER)
    assert {who.birth_name for _, who in open_person(actor=CATHERINE, request=request.id, now=LATER)} == {
        WOMAN.birth_name
    }


def test_a_request_by_post_is_not_proved_by_a_link() -> None:
    registered()
    request = asked(RequestKind.ACCESS, WOMAN)
    with pytest.raises(RightsError) as told:
        check_identity(actor=CATHERINE, request=request.id, proof=Proof.LINK, version=request.version, now=LATER)
    assert told.value.code is RightsErrorCode.PROOF_NOT_OPEN


def test_a_patient_zero_opposes_onward_transmission_only() -> None:
    index = registered().index
    with pytest.raises(RightsError) as told:
        asks(index, RequestKind.OPPOSITION)
    assert told.value.code is RightsErrorCode.OTHER_KIND
    assert asks(index, RequestKind.ONWARD).kind == RequestKind.ONWARD


def test_she_sees_what_she_has_asked_and_nobody_elses() -> None:
    made = registered()
    request = asks(made.contacts[0])
    asks(made.index)
    asked(RequestKind.ACCESS, WOMAN)
    assert [each.id for each in asked_by(person_behind(made.contacts[0], LATER))] == [request.id]
    for act in (asked_by, lambda actor: ask(actor=actor, kind=RequestKind.ACCESS, now=LATER)):
        with pytest.raises(Denied) as refused:
            act(CATHERINE)
        assert refused.value.permission is Permission.LINK_USE


def test_of_a_child_the_answer_goes_where_her_representative_lives() -> None:
    born = date(2010, 5, 4)
    fiche = registered(msgspec.structs.replace(WOMAN, birth_date=born, representative_phone="+33639980003")).contacts[0]
    details = details_of(ask(actor=person_behind(fiche, LATER, born=born), kind=RequestKind.ACCESS, now=LATER))
    assert details
    assert (details.email, details.street) == ("", WOMAN.street)


def test_nothing_leaves_the_service_for_analyses() -> None:
    """Whoever grants the epidemiologist an extract leaves out who opposed (``Fiche.onward_opposed``), and says so in
    ``docs/adr/rights-by-request.md`` and on the person's page of rights."""
    granted = {permission for permission, grants in POLICY.items() if Role.EPIDEMIOLOGIST in grants}
    assert granted == {Permission.PORTAL_USE}
