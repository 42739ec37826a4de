"""Patients zéro and their contacts enter here, one or thousands at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor, Author
from contact_covid.access.enums import Permission, Role, Scope
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS, period_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.actions import NewIdentity, keep, seal_copy
from contact_covid.people.queries import open_identity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.case_fiches import Became, take_along, write_along
from contact_covid.tracing.actions.dating import (
    CASE_DATES,
    CONTACT_DATES,
    computed,
    date_case,
    expose,
    hand_over,
    recovery_of,
    tell_new_dates,
)
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.actions.matching import KnownFiches
from contact_covid.tracing.actions.moving import move, write_moved
from contact_covid.tracing.actions.new_fiches import free_numbers, new_fiche
from contact_covid.tracing.actions.registration_sql import write_again, write_registration
from contact_covid.tracing.actions.secure_links import new_links, send_links
from contact_covid.tracing.actions.stays import new_stay, write_stays
from contact_covid.tracing.enums import Closure, ClosureReason, FicheKind, TestFact
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Contact, Declaration, Exposure, Fiche, IndexCase, Stay
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.protocol_queries import rules_in_force
from contact_covid.tracing.queries import FicheNotFound, sealed_value, visible_to
from contact_covid.tracing.rules.episodes import another_contact_episode, another_index_episode
from contact_covid.tracing.rules.registration import INDEX_FACTS, Dossier, NamedContact, check_contact
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.tracing.rules.urgency import COLLECTIVE_STAYS, Factor, is_aged, is_collective

# Whose word it is that adds a contact: the practice's own, the person's own, else what she says on the telephone.
_TOLD = {Scope.OWN: None, Scope.SELF: Factor.BY_PERSON}


@dataclass(frozen=True, slots=True)
class Registered:
    """The fiches of a dossier, contacts in the order given; whether a person was known before is not told."""

    index: Fiche
    contacts: tuple[Fiche, ...]


@dataclass(slots=True)
class _Batch:
    """What one transaction will write. ``told``: by whom new contacts are named, when not by their registrant."""

    now: datetime
    known: KnownFiches
    numbers: Iterator[str]
    fiches: list[Fiche] = field(default_factory=list)
    identities: list[NewIdentity] = field(default_factory=list)
    index_cases: dict[UUID, IndexCase] = field(default_factory=dict)
    recoveries: dict[UUID, date | None] = field(default_factory=dict)
    closed: dict[UUID, Fiche] = field(default_factory=dict)
    """Fiches of the database that this batch closes."""
    became: list[Became] = field(default_factory=list)
    linked: dict[UUID, UUID] = field(default_factory=dict)
    """Patients zéro of the database, with their fiches as contacts."""
    contacts: dict[UUID, Contact] = field(default_factory=dict)
    exposures: dict[tuple[UUID, UUID, UUID], Exposure] = field(default_factory=dict)
    declarations: dict[tuple[UUID, UUID], Declaration] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    told: Factor | None = None


def register(*, actor: Actor, dossiers: Sequence[Dossier], now: datetime) -> list[Registered]:
    """Registers patients zéro with their contacts: one transaction, all or nothing.

    A person who already has an open fiche of that kind keeps it: a contact named again gets another exposure. Who is
    the same person: domain § 2. Raises ``Denied``, ``NoAuthor``, ``NoProtocol``, ``KeyMissing``.
    """
    check(actor, Permission.FICHE_REGISTER)
    people = [person for dossier in dossiers for person in _people(dossier)]
    with transaction.atomic():
        known = KnownFiches(people)
        known.lock(now)
        known.read(now)
        batch = _Batch(now, known, free_numbers(len(people)))
        registered = [_register(batch, actor.on_behalf_of(dossier.author), dossier) for dossier in dossiers]
        _write(batch, actor)
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
        batch = _Batch(now, known, free_numbers(len(people)))
        batch.told = _TOLD.get(grant.scope, Factor.SECOND_HAND)
        registered = _name(batch, actor, fiche, contacts)
        use_up(actor.author.account, submission, target=registered.contacts[0].id, now=now)
        _write(batch, actor)
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


def _people(dossier: Dossier) -> Iterator[Identity]:
    yield dossier.identity
    for contact in dossier.contacts:
        yield contact.identity


def _register(batch: _Batch, actor: Actor, dossier: Dossier) -> Registered:
    known_index = _known_index(batch, dossier)
    if known_index:
        _declare(batch, actor.author, known_index, dossier)
    index = known_index or _new_fiche(batch, actor.author, dossier.disease, FicheKind.INDEX, dossier)
    if not known_index:
        _become(batch, index, dossier)
        collective = any(stay.kind in COLLECTIVE_STAYS for stay in dossier.stays)
        hurry(index, {Factor.HEALTH_WORKER: dossier.health_worker, Factor.COLLECTIVE: collective})
    batch.stays += [new_stay(index, stay, author=actor.author, now=batch.now) for stay in dossier.stays]
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
        known = _known_contact(batch, index.disease, person)
        if known:
            _declare(batch, actor.author, known, person)
        fiche = known or _new_contact(batch, actor.author, index, person)
        _expose(batch, actor.author, index, fiche, person)
        contacts.append(fiche)
        (exposed if known else made).append(fiche)
    batch.events += _events(actor, made, exposed)
    return Registered(index, tuple(contacts))


def _known_index(batch: _Batch, dossier: Dossier) -> Fiche | None:
    """The fiche of this patient zéro, when it is of this episode."""
    known = batch.known.kept(dossier.disease, FicheKind.INDEX, dossier.identity)
    over = known and another_index_episode(registered_at=known.created_at, now=batch.now)
    return None if over else known


def _known_contact(batch: _Batch, disease: str, named: NamedContact) -> Fiche | None:
    """The fiche of this contact, when it is of this episode; one whose follow-up has ended is opened again."""
    known = batch.known.kept(disease, FicheKind.CONTACT, named.identity)
    dated = (batch.contacts.get(known.id) or batch.known.contact(known)) if known else None
    if dated and another_contact_episode(followed_until=dated.followed_until, last_contact=named.last_contact):
        return None
    if known and known.closure_reason == ClosureReason.FOLLOWED:
        move(known, batch.now, closure=Closure.OPEN)
    return known


def _new_contact(batch: _Batch, author: Author, index: Fiche, named: NamedContact) -> Fiche:
    """The fiche of a contact; who is a patient zéro herself is called as such only, her fiche keeps the link."""
    case = batch.known.kept(index.disease, FicheKind.INDEX, named.identity)
    fiche = _new_fiche(batch, author, index.disease, FicheKind.CONTACT, named)
    fiche.language = index.language if named.same_household else fiche.language  # until somebody says another
    if case and not another_index_episode(registered_at=case.created_at, now=batch.now):
        move(fiche, batch.now, closure=Closure.CLOSED, closure_reason=ClosureReason.BECAME_CASE)
        if case.id in batch.index_cases:
            batch.index_cases[case.id].was_contact = batch.index_cases[case.id].was_contact or fiche
        else:
            batch.linked.setdefault(case.id, fiche.id)
    return fiche


def _become(batch: _Batch, index: Fiche, dossier: Dossier) -> None:
    """A new patient zéro; her fiche as a contact of this episode is closed and linked, its exposures stay on it."""
    case = IndexCase(fiche=index, **{name: getattr(dossier, name) for name in INDEX_FACTS})
    contact = _was_contact(batch, dossier)
    if contact:
        known = batch.known.contact(contact)
        became = take_along(case, contact, batch.known.health(contact), batch.now)
        batch.became.append(became)
        if known:
            batch.closed[contact.id] = contact
    else:
        date_case(case, None, rules_in_force(index.disease, batch.now))
    batch.index_cases[index.id], batch.recoveries[index.id] = case, case.isolation_until


def _was_contact(batch: _Batch, dossier: Dossier) -> Fiche | None:
    """Her fiche as a contact of the episode in which she fell ill, open or not; who became another case is that one."""
    known = batch.known
    contact = known.kept(dossier.disease, FicheKind.CONTACT, dossier.identity)
    dated = (batch.contacts.get(contact.id) or known.contact(contact)) if contact else None
    ill_from = dossier.onset or dossier.sampled_on
    if contact is None or dated is None or contact.closure_reason == ClosureReason.BECAME_CASE:
        return None
    over = another_contact_episode(followed_until=dated.followed_until, last_contact=ill_from)
    return None if over else contact


def _new_fiche(batch: _Batch, author: Author, disease: str, kind: FicheKind, said: Dossier | NamedContact) -> Fiche:
    identity = said.identity
    fiche = new_fiche(
        number=next(batch.numbers),
        disease=disease,
        kind=kind,
        author=author,
        department=said.department,
        consent=said.consent,
        person=identity,
        now=batch.now,
    )
    fiche.support_needs = said.support_needs
    fiche.doubtful = batch.known.resembles(disease, identity)
    aged = is_aged(identity.birth_date, batch.now.astimezone(PARIS).date())
    hurry(fiche, {Factor.AGED: aged} | ({batch.told: True} if batch.told else {}))
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
        support_needs=said.support_needs,
        **({name: getattr(said, name) for name in INDEX_FACTS} if isinstance(said, Dossier) else {}),
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
        co_exposed=named.co_exposed,
        created_at=batch.now,
        author_practice=author.practice,
    )
    before = batch.contacts.get(fiche.id) or batch.known.contact(fiche)
    contact = Contact(
        fiche=fiche,
        last_contact=named.last_contact,
        same_household=named.same_household,
        calls_self=named.calls_self,
        cohabitant_recovers=_recovery(batch, index) if named.same_household else None,
    )
    if before and (fiche.id in batch.contacts or batch.known.exposed(fiche)):
        contact.last_contact = max(contact.last_contact, before.last_contact)
        contact.same_household = contact.same_household or before.same_household
        contact.calls_self = contact.calls_self or before.calls_self
        contact.cohabitant_recovers = max(
            (day for day in (contact.cohabitant_recovers, before.cohabitant_recovers) if day), default=None
        )
    expose(contact, before, fiche, batch.known.health(fiche), batch.now)
    batch.contacts[fiche.id] = contact
    facts = {Factor.POSITIVE: fiche.test == TestFact.POSITIVE, Factor.HOUSEHOLD: contact.same_household}
    # A class or care among her exposures stays one, whatever another exposure is.
    hurry(fiche, facts | ({Factor.COLLECTIVE: True} if is_collective([named.circumstance]) else {}))
    hand_over(fiche, batch.now, calls_self=contact.calls_self)


def _recovery(batch: _Batch, index: Fiche) -> date | None:
    if index.id not in batch.recoveries:
        batch.recoveries[index.id] = recovery_of([index.id])
    return batch.recoveries[index.id]


def _events(actor: Actor, new: Sequence[Fiche], exposed: Sequence[Fiche]) -> Iterator[Event]:
    surface = Surface.PAGE if actor.session else Surface.JOB
    for kind, fiches in ((TracingEvent.INITIALISED, new), (TracingEvent.EXPOSED, exposed)):
        if fiches:
            numbers = [fiche.number for fiche in fiches]
            yield Event.by(actor, kind, Purpose.REGISTRATION, surface, fiches=numbers)


def _write(batch: _Batch, actor: Actor) -> None:
    new = {fiche.id for fiche in batch.fiches}
    contacts = [(batch.known.contact(contact.fiche), contact) for contact in batch.contacts.values()]
    cases = [(None, case) for case in batch.index_cases.values()]
    # Who is relayed from elsewhere is told elsewhere.
    refused = write_along(batch.became, batch.linked)
    links = new_links(batch.fiches, batch.identities, refused, batch.now) if actor.role is not Role.SYSTEM else []
    keep(batch.identities, now=batch.now)
    write_registration(
        fiches=batch.fiches,
        index_cases=list(batch.index_cases.values()),
        contacts=[contact for contact in batch.contacts.values() if contact.fiche_id in new],
        exposures=list(batch.exposures.values()),
        declarations=list(batch.declarations.values()),
        dates=[*computed(cases, CASE_DATES, batch.now), *computed(contacts, CONTACT_DATES, batch.now)],
    )
    if batch.stays:
        write_stays(batch.stays)
    again = [contact for contact in batch.contacts.values() if contact.fiche_id not in new]
    if again:
        write_again(again)
    _write_closed(batch)
    record(*batch.events, now=batch.now)
    send_links(links, batch.now)
    if actor.role is not Role.SYSTEM:
        for before, after in contacts:
            if before:
                tell_new_dates(after.fiche, before, after, batch.now)


def _write_closed(batch: _Batch) -> None:
    """Contacts known before who are patients zéro now; who is named again too is written as such."""
    write_moved([fiche for fiche in batch.closed.values() if fiche.id not in batch.contacts])
