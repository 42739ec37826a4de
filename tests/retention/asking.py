"""Somebody asks about her data, and the officer works on it."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.core.idempotency import submission
from contact_covid.people.rules.identity import Identity
from contact_covid.retention.actions.person import ByNumber, find_person
from contact_covid.retention.actions.requests import Received, check_identity, receive
from contact_covid.retention.enums import Channel, Proof, RequestKind
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.rules.requests import Details
from tests.cast import TODAY, parsed, professional
from tests.clock import NOW

CATHERINE: Actor = professional(Role.DPO, 40, practice=40)
LATER = NOW + timedelta(hours=3)


def asked(
    kind: RequestKind, person: Identity, *, received_on: date = TODAY, now: datetime = LATER, email: str | None = None
) -> RightsRequest:
    details = Details(
        name=person.name,
        email=person.email if email is None else email,
        street=person.street,
        postcode=person.postcode,
        commune=person.commune,
    )
    received = Received(kind, Channel.POST, received_on, details)
    return receive(actor=CATHERINE, received=received, submission=submission(str(uuid4()), {}), now=now)


def checked(request: RightsRequest) -> RightsRequest:
    check_identity(actor=CATHERINE, request=request.id, proof=Proof.ID_COPY, version=request.version, now=LATER)
    request.refresh_from_db()
    return request


def found(request: RightsRequest, person: Identity) -> int:
    first, *_ = person.first_names.split()
    wanted = ByNumber(parsed(person), person.birth_name, first)
    return find_person(actor=CATHERINE, request=request.id, asked=wanted, now=LATER)


def ready(kind: RequestKind, person: Identity) -> RightsRequest:
    """A request whose person is proved and found."""
    request = checked(asked(kind, person))
    found(request, person)
    request.refresh_from_db()
    return request
