"""Somebody asks about her data, and the officer works on it."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.core.idempotency import submission
from contact_covid.messaging.models import Refusal
from contact_covid.people.rules.identity import Identity
from contact_covid.retention.actions.person import ByNumber, find_person
from contact_covid.retention.actions.requests import Received, check_identity, receive
from contact_covid.retention.enums import Channel, Proof, RequestKind
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.rules.requests import Details
from contact_covid.tracing.actions.health import HealthSaid, record_health
from contact_covid.tracing.models import Certificate, DiaryEntry, Fiche, Reach
from contact_covid.tracing.rules.health import HealthFacts
from contact_covid.worklist.actions.outcomes import record_outcome
from contact_covid.worklist.actions.queue import claim
from contact_covid.worklist.enums import Outcome
from tests.cast import TODAY, parsed, professional
from tests.clock import NOW
from tests.tracing.doubles import JULIEN

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


def tried(fiche: Fiche) -> None:
    lease = claim(actor=JULIEN, fiche=fiche.id, now=NOW)
    record_outcome(actor=JULIEN, lease=lease.id, outcome=Outcome.NO_ANSWER, note="Zqnote of her", now=NOW)


def known_better(fiche: Fiche) -> None:
    """Her health, a letter, what an agency may open, what she needs and by which way she wants no message."""
    facts = HealthFacts(vaccinated_on=TODAY - timedelta(days=60))
    said_ = HealthSaid(fiche.id, facts, submission(str(uuid4()), {}), called=True)
    record_health(actor=JULIEN, said=said_, now=NOW)
    Fiche.objects.filter(id=fiche.id).update(support_needs=["meals"], language="wo")
    Refusal.objects.create(fiche=fiche.id, channel="email", since=NOW)
    Reach.objects.create(id=uuid4(), fiche=fiche, region="11", source=uuid4(), since=NOW)
    Certificate.objects.create(
        id=uuid4(), fiche=fiche, since=TODAY, digest=b"d", birth=b"b", issued_at=NOW, account=uuid4(), practice=uuid4()
    )
    DiaryEntry.objects.create(id=uuid4(), fiche=fiche, day=TODAY, symptoms=["fever"], at=NOW)
