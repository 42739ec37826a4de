"""Patients zéro and their contacts enter here, one or thousands at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from contact_covid.access.actor import Actor, Author
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS, period_of
from contact_covid.core.records import new_number
from contact_covid.core.rules.arrays import array
from contact_covid.directory.queries import area_fund_of, region_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.actions import NewIdentity, keep, seal_copy
from contact_covid.people.queries import open_identity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.actions.matching import KnownFiches
from contact_covid.tracing.actions.registration_sql import write_again, write_registration
from contact_covid.tracing.enums import Closure, Consent, FicheKind, TestFact
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Contact, Declaration, Exposure, Fiche, IndexCase
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import FicheNotFound, sealed_value, visible_to
from contact_covid.tracing.rules import protocol
from contact_covid.tracing.rules.episodes import another_contact_episode, another_index_episode
from contact_covid.tracing.rules.protocol import Protocol
from contact_covid.tracing.rules.registration import INDEX_FACTS, Dossier, NamedContact, check_contact
from contact_covid.tracing.rules.states import Facts, ForbiddenTransition, derive
from contact_covid.tracing.rules.urgency import Factor, is_aged, is_collective

DISEASE = "covid19"
_NEW = Facts()


@dataclass(frozen=True, slots=True)
class Registered:
    """The fiches of a dossier, contacts in the order given; whether a person was known before is not told."""

    index: Fiche
    contacts: tuple[Fiche, ...]


@dataclass(slots=True)
class _Batch:
    """What one transaction will write. ``second_hand``: told to a platform on the telephone, after the registration."""

    rules: Protocol
    now: datetime
    known: KnownFiches
    numbers: Iterator[str]
    fiches: list[Fiche] = field(default_factory=list)
    identities: list[NewIdentity] = field(default_factory=list)
    index_cases: list[IndexCase] = field(default_factory=list)
    contacts: dict[UUID, Contact] = field(default_factory=dict)
    exposures: dict[tuple[UUID, UUID, UUID], Exposure] = field(default_factory=dict)
    declarations: dict[tuple[UUID, UUID], Declaration] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    second_hand: bool = False


def register(*, actor: Actor, dossiers: Sequence[Dossier], now: datetime) -> list[Registered]:
    """Registers patients zéro with their contacts: one transaction, all or nothing.

    A person who already has an open fiche of that kind keeps it: a contact named again gets another exposure. Who is
    the same person: domain § 2. Raises ``Denied``, ``NoAuthor``, ``NoProtocol``, ``KeyMissing``.
    """
    check(actor, Permission.FICHE_REGISTER)
    rules = rules_in_force(now)
    people = [person for dossier in dossiers for person in _people(dossier)]
    with transaction.atomic():
        known = KnownFiches(people)
        known.lock(now)
        known.read(now)
        batch = _Batch(rules, now, known, free_numbers(len(people)))
        registered = [_register(batch, actor.on_behalf_of(dossier.author), dossier) for dossier in dossiers]
        _write(batch)
    return registered


def name_contacts(
    *,
    actor: Actor,
    index: UUID,
    contacts: Sequence[NamedContact],
    submission: Submission,
    now: datetime,
    called: bool = False,
) -> Registered:
    """Adds contacts to a patient zéro whom this practice declared, or who lives in the area of this platform; what
    ``register`` says of contacts holds here.

    ``called``: the caller has checked that this platform is calling her, wherever she now says she lives.

    Raises ``Denied``, ``FicheNotFound``, ``ForbiddenTransition`` (the fiche is cancelled), ``RegistrationError``,
    ``AlreadyRecorded`` (its target is the first contact's fiche).
    """
    grant = check(actor, Permission.CONTACTS_NAME)
    value = (
        _declared_index(actor, index)
        if grant.scope is Scope.OWN
        else _index_of_the_area(actor, index, now, called=called)
    )
    today = now.astimezone(PARIS).date()
    for contact in contacts:
        check_contact(contact, index=open_identity(index, value), today=today)
    people = [contact.identity for contact in contacts]
    with transaction.atomic():
        known = KnownFiches(people)
        known.lock(now)
        fiche = Fiche.objects.select_for_update().get(id=index)
        if fiche.closure == Closure.CANCELLED:
            raise ForbiddenTransition(fiche.closure, Closure.OPEN)
        known.read(now)
        batch = _Batch(rules_in_force(now), now, known, free_numbers(len(people)))
        batch.second_hand = grant.scope is not Scope.OWN
        registered = _name(batch, actor, fiche, contacts)
        use_up(actor.author.account, submission, target=registered.contacts[0].id, now=now)
        _write(batch)
    return registered


def _declared_index(actor: Actor, index: UUID) -> bytes:
    """The sealed identity of a patient zéro as this practice declared her. Raises ``FicheNotFound``."""
    declared = own_fiche(actor, index)
    if declared.kind is not FicheKind.INDEX:
        raise FicheNotFound
    return declared.sealed.value


def _index_of_the_area(actor: Actor, index: UUID, now: datetime, *, called: bool) -> bytes:
    """The sealed identity of a patient zéro whom this platform may read, or calls. Raises ``FicheNotFound``."""
    reach = Fiche.objects if called else visible_to(actor, now)
    known = reach.filter(id=index, kind=FicheKind.INDEX).annotate(sealed=sealed_value("id"))
    value = known.values_list("sealed", flat=True).first()
    if value is None:
        raise FicheNotFound
    return bytes(value)


def rules_in_force(now: datetime) -> Protocol:
    """The protocol of the day, or of the day that the settings put the service in. Raises ``NoProtocol``."""
    return protocol.in_force(protocol.of_disease(DISEASE), settings.PROTOCOL_AS_OF or now.astimezone(PARIS).date())


def free_numbers(count: int) -> Iterator[str]:
    """Record numbers that no fiche has: among a million fiches, one drawing in 30,000 meets one that is taken."""
    drawn: set[str] = set()
    while len(drawn) < count:
        fresh = {new_number() for _ in range(count - len(drawn))} - drawn
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM tracing_fiche WHERE number = ANY(%s::varchar[])", [array(fresh)])
            drawn |= fresh - {number for (number,) in cursor.fetchall()}
    return iter(drawn)


def _people(dossier: Dossier) -> Iterator[Identity]:
    yield dossier.identity
    for contact in dossier.contacts:
        yield contact.identity


def _register(batch: _Batch, actor: Actor, dossier: Dossier) -> Registered:
    known_index = _known_index(batch, dossier)
    if known_index:
        _declare(batch, actor.author, known_index, dossier)
    index = known_index or _new_fiche(
        batch, actor.author, FicheKind.INDEX, dossier.identity, dossier.department, dossier.consent
    )
    if not known_index:
        batch.index_cases.append(_index_case(batch.rules, index, dossier))
        hurry(index, {Factor.HEALTH_WORKER: dossier.health_worker})
    return _name(batch, actor, index, dossier.contacts, **{"again" if known_index else "new": [index]})


def _name(
    batch: _Batch,
    actor: Actor,
    index: Fiche,
    named: Sequence[NamedContact],
    *,
    new: Sequence[Fiche] = (),
    again: Sequence[Fiche] = (),
) -> Registered:
    """The contacts of a patient zéro; ``new``, ``again``: fiches that this dossier has made already, or named again."""
    contacts: list[Fiche] = []
    made, exposed = list(new), list(again)
    for person in named:
        known = _known_contact(batch, person)
        if known:
            _declare(batch, actor.author, known, person)
        fiche = known or _new_fiche(
            batch, actor.author, FicheKind.CONTACT, person.identity, person.department, person.consent
        )
        _expose(batch, actor.author, index, fiche, person)
        contacts.append(fiche)
        (exposed if known else made).append(fiche)
    batch.events += _events(actor, made, exposed)
    return Registered(index, tuple(contacts))


def _known_index(batch: _Batch, dossier: Dossier) -> Fiche | None:
    """The fiche of this patient zéro, when it is of this episode."""
    known = batch.known.find(FicheKind.INDEX, dossier.identity)
    if known and another_index_episode(registered_at=known.created_at, now=batch.now):
        return None
    return known


def _known_contact(batch: _Batch, named: NamedContact) -> Fiche | None:
    """The fiche of this contact, when it is of this episode."""
    known = batch.known.find(FicheKind.CONTACT, named.identity)
    dated = (batch.contacts.get(known.id) or batch.known.contact(known)) if known else None
    if dated and another_contact_episode(isolation_until=dated.isolation_until, last_contact=named.last_contact):
        return None
    return known


def _new_fiche(
    batch: _Batch, author: Author, kind: FicheKind, identity: Identity, department: str, consent: Consent
) -> Fiche:
    fiche = Fiche(
        id=new_id(batch.now),
        number=next(batch.numbers),
        kind=kind,
        call=_NEW.call,
        test=_NEW.test,
        closure=_NEW.closure,
        state=derive(_NEW),
        state_at=batch.now,
        consent=consent,
        department=department,
        region=region_of(department) or "",
        fund=area_fund_of(department) or identity.fund,
        created_at=batch.now,
        callable_from=batch.now,
        doubtful=batch.known.resembles(identity),
        author_account=author.account,
        author_practice=author.practice,
    )
    aged = is_aged(identity.birth_date, batch.now.astimezone(PARIS).date())
    hurry(fiche, {Factor.AGED: aged, Factor.SECOND_HAND: batch.second_hand})
    batch.fiches.append(fiche)
    batch.identities.append(NewIdentity(fiche.id, identity, fiche.fund))
    batch.known.add(fiche, identity)
    return fiche


def _declare(batch: _Batch, author: Author, fiche: Fiche, said: Dossier | NamedContact) -> None:
    """Keeps what this practice typed of a person whom another one had declared before."""
    if fiche.author_practice != author.practice:
        batch.declarations[author.practice, fiche.id] = _declaration(batch.now, author, fiche, said)


def _declaration(now: datetime, author: Author, fiche: Fiche, said: Dossier | NamedContact) -> Declaration:
    period = period_of(now)
    return Declaration(
        id=new_id(now),
        fiche=fiche,
        practice=author.practice,
        account=author.account,
        declared_at=now,
        period=period,
        value=seal_copy(fiche.id, said.identity, period=period),
        department=said.department,
        consent=said.consent,
        **({name: getattr(said, name) for name in INDEX_FACTS} if isinstance(said, Dossier) else {}),
    )


def _index_case(rules: Protocol, fiche: Fiche, dossier: Dossier) -> IndexCase:
    return IndexCase(
        fiche=fiche,
        **{name: getattr(dossier, name) for name in INDEX_FACTS},
        window_start=protocol.window_start(rules, onset=dossier.onset, sampled_on=dossier.sampled_on),
        isolation_until=protocol.case_isolation_end(rules, onset=dossier.onset, sampled_on=dossier.sampled_on),
        protocol=rules.version,
    )


def _expose(batch: _Batch, author: Author, index: Fiche, fiche: Fiche, named: NamedContact) -> None:
    """Adds the exposure; the latest one decides the contact's dates."""
    batch.exposures[index.id, fiche.id, author.practice] = Exposure(
        id=new_id(batch.now),
        index_fiche_id=index.id,
        contact_fiche_id=fiche.id,
        last_contact=named.last_contact,
        same_household=named.same_household,
        circumstance=named.circumstance,
        calls_self=named.calls_self,
        created_at=batch.now,
        author_practice=author.practice,
    )
    contact = batch.contacts.get(fiche.id) or batch.known.contact(fiche)
    last_contact, same_household = named.last_contact, named.same_household
    if contact:
        last_contact = max(last_contact, contact.last_contact)
        same_household = same_household or contact.same_household
    dates = protocol.contact_dates(
        batch.rules,
        last_contact=last_contact,
        same_household=same_household,
        told_on=batch.now.astimezone(PARIS).date(),
    )
    batch.contacts[fiche.id] = Contact(
        fiche=fiche,
        last_contact=last_contact,
        same_household=same_household,
        calls_self=named.calls_self or bool(contact and contact.calls_self),
        isolation_until=dates.isolation_until,
        test_due=dates.test_due,
        protocol=batch.rules.version,
    )
    facts = {Factor.POSITIVE: fiche.test == TestFact.POSITIVE, Factor.HOUSEHOLD: same_household}
    # A class or care among her exposures stays one, whatever another exposure is.
    hurry(fiche, facts | ({Factor.COLLECTIVE: True} if is_collective([named.circumstance]) else {}))
    if batch.contacts[fiche.id].calls_self:
        fiche.callable_from = None


def _events(actor: Actor, new: Sequence[Fiche], exposed: Sequence[Fiche]) -> Iterator[Event]:
    surface = Surface.PAGE if actor.session else Surface.JOB
    for kind, fiches in ((TracingEvent.INITIALISED, new), (TracingEvent.EXPOSED, exposed)):
        if fiches:
            numbers = [fiche.number for fiche in fiches]
            yield Event.by(actor, kind, Purpose.REGISTRATION, surface, fiches=numbers)


def _write(batch: _Batch) -> None:
    new = {fiche.id for fiche in batch.fiches}
    again = [contact for contact in batch.contacts.values() if contact.fiche_id not in new]
    keep(batch.identities, now=batch.now)
    write_registration(
        fiches=batch.fiches,
        index_cases=batch.index_cases,
        contacts=[contact for contact in batch.contacts.values() if contact.fiche_id in new],
        exposures=list(batch.exposures.values()),
        declarations=list(batch.declarations.values()),
    )
    if again:
        write_again(again)
    record(*batch.events, now=batch.now)
