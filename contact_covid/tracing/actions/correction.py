"""What a practice declared of a person is corrected by that practice, what others say of her stands; what she says of
herself on the telephone, by who calls her."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import F

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, refuse_reuse, use_up
from contact_covid.core.period import PARIS
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.actions import NewIdentity, replace, seal_copy
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import open_identities, open_identity, period_of_identity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.dating import hand_over, redate, redate_case
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.actions.matching import KnownFiches
from contact_covid.tracing.actions.new_fiches import area_of
from contact_covid.tracing.enums import Closure, Consent, FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Contact, Declaration, Exposure, Fiche, IndexCase, Stay
from contact_covid.tracing.own_queries import Link, OwnFiche, own_fiche
from contact_covid.tracing.queries import FicheNotFound, identity_of
from contact_covid.tracing.rules.registration import (
    INDEX_FACTS,
    Dossier,
    NamedContact,
    SaidOnTheTelephone,
    check_contact,
    check_index,
    check_other_person,
)
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.tracing.rules.urgency import COLLECTIVE_STAYS, Factor, is_aged

_TRAITS = tuple(field.name for field in msgspec.structs.fields(Identity))
EXPOSURE_FACTS = ("last_contact", "same_household", "circumstance", "calls_self")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a practice now says of a fiche; of a contact, also of her exposure to the patient zéro ``index``.

    ``version``: of the fiche as it was read (``OwnFiche``), None when it was not. ``submission``: see ``idempotency``.
    """

    fiche: UUID
    said: Dossier | NamedContact
    submission: Submission
    index: UUID | None = None
    version: int | None = None


def correct_fiche(*, actor: Actor, correction: Correction, now: datetime) -> None:
    """Replaces what this practice declared, and what follows from it: dates, urgency, search keys, doubt.

    What changes nothing writes nothing. Raises ``Denied``, ``FicheNotFound``, ``FicheChanged``, ``RegistrationError``,
    ``AlreadyRecorded``; ``ForbiddenTransition`` when the fiche is cancelled.
    """
    check(actor, Permission.FICHE_CORRECT)
    said = correction.said
    with transaction.atomic():
        KnownFiches([said.identity]).lock(now)
        fiche = Fiche.objects.select_for_update().filter(id=correction.fiche).first()
        before = own_fiche(actor, correction.fiche)
        if fiche is None or before.kind is not _kind(said):
            raise FicheNotFound
        link = None if isinstance(said, Dossier) else exposure_of(before, correction.index)
        _check(before, said, now)
        _refuse_stale(actor, correction, before)
        if fiche.closure == Closure.CANCELLED:
            raise ForbiddenTransition(fiche.closure, Closure.OPEN)
        fields = _changed(before, link, said)
        if fields:
            use_up(actor.author.account, correction.submission, target=fiche.id, now=now)
            _write(actor, fiche, before, correction, fields, now)


@dataclass(frozen=True, slots=True)
class CallCorrection:
    """What a person says of herself to who calls her. ``version``, ``submission``: see ``Correction``."""

    fiche: UUID
    said: SaidOnTheTelephone
    submission: Submission
    version: int | None = None


def correct_called(*, actor: Actor, correction: CallCorrection, now: datetime) -> None:
    """Replaces on the fiche what the person corrects of herself, and what follows from it, as ``correct_fiche`` does;
    what other practices than its author's declared stands.

    The caller has checked that the fiche is the actor's to call. What changes nothing writes nothing. Raises
    ``Denied``, ``FicheNotFound``, ``FicheChanged``, ``RegistrationError``, ``AlreadyRecorded``;
    ``ForbiddenTransition`` when the fiche is cancelled.
    """
    check(actor, Permission.CALL_CORRECT)
    said = correction.said
    with transaction.atomic():
        KnownFiches([said.applied_to(identity_of(correction.fiche))]).lock(now)
        fiche = Fiche.objects.select_for_update().get(id=correction.fiche)
        known = identity_of(fiche.id)
        person = said.applied_to(known)
        refuse_reuse(actor.author.account, correction.submission)
        if correction.version not in (None, fiche.version):
            raise FicheChanged(fiche.number)
        if fiche.closure == Closure.CANCELLED:
            raise ForbiddenTransition(fiche.closure, Closure.OPEN)
        for other in _exposed_with(fiche):
            check_other_person(person, other)
        fields = _differing((known, person, _TRAITS), (fiche, said, ("department", "consent")))
        if fields:
            use_up(actor.author.account, correction.submission, target=fiche.id, now=now)
            _write_person(fiche, person, said.department, said.consent, fields, now)
            _save(actor, fiche, fields, now, purpose=Purpose.TRACING)


@dataclass(frozen=True, slots=True)
class Rectification:
    """What of a fiche is otherwise, as the person proved. ``version``, ``submission``: see ``Correction``."""

    fiche: UUID
    identity: Identity
    department: str
    consent: Consent
    submission: Submission
    version: int | None = None


def rectify(*, actor: Actor, said: Rectification, now: datetime) -> tuple[str, ...]:
    """Replaces on the fiche what its person had rectified, and what follows from it; the codes of what changed.

    What practices declared of her stands, as they said it. The caller holds the person's request. Raises ``Denied``,
    ``FicheNotFound``, ``FicheChanged``, ``RegistrationError``, ``AlreadyRecorded``; ``ForbiddenTransition`` when the
    fiche is cancelled.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    account = actor.author.account
    with transaction.atomic():
        KnownFiches([said.identity]).lock(now)
        fiche = Fiche.objects.select_for_update().filter(id=said.fiche).first()
        known = identity_of(said.fiche)
        refuse_reuse(account, said.submission)
        if fiche is None:
            raise FicheNotFound
        if said.version not in (None, fiche.version):
            raise FicheChanged(fiche.number)
        if fiche.closure == Closure.CANCELLED:
            raise ForbiddenTransition(fiche.closure, Closure.OPEN)
        for other in _exposed_with(fiche):
            check_other_person(said.identity, other)
        fields = _differing((known, said.identity, _TRAITS), (fiche, said, ("department", "consent")))
        if fields:
            use_up(account, said.submission, target=fiche.id, now=now)
            _write_person(fiche, said.identity, said.department, said.consent, fields, now)
            _save(actor, fiche, fields, now, purpose=Purpose.RIGHTS, kind=TracingEvent.RECTIFIED)
    return fields


def _exposed_with(fiche: Fiche) -> list[Identity]:
    """The patients zéro of a contact, or the contacts of a patient zéro, whoever declared them."""
    mine, theirs = (
        ("index_fiche", "contact_fiche") if fiche.kind == FicheKind.INDEX else ("contact_fiche", "index_fiche")
    )
    others = Exposure.objects.filter(**{mine: fiche}).values(theirs)
    return open_identities(SealedIdentity.objects.filter(fiche__in=others).values_list("fiche", "value"))


def exposure_of(fiche: OwnFiche, index: UUID | None) -> Link:
    """The exposure that is corrected: to that patient zéro, or the latest. Raises ``FicheNotFound``."""
    links = [link for link in fiche.links if index in (None, link.sealed.fiche)]
    if not links:
        raise FicheNotFound
    return max(links, key=lambda link: link.last_contact)


def leave_call(*, actor: Actor, fiche: UUID, now: datetime) -> None:
    """The practice does not call this contact after all: the platform does, unless another practice says it calls.

    Nothing when nobody waits for its call. Raises ``Denied``, ``FicheNotFound``.
    """
    check(actor, Permission.CALL_OWN)
    with transaction.atomic():
        held = Fiche.objects.select_for_update().filter(id=fiche).first()
        if held is None or not own_fiche(actor, fiche).to_call:
            return
        exposures = Exposure.objects.filter(contact_fiche=fiche)
        exposures.filter(author_practice=actor.author.practice).update(calls_self=False)
        calls_self = exposures.filter(calls_self=True).exists()
        Contact.objects.filter(fiche=fiche).update(calls_self=calls_self)
        hand_over(held, now, calls_self=calls_self)
        _save(actor, held, ("calls_self",), now)


def _kind(said: Dossier | NamedContact) -> FicheKind:
    return FicheKind.INDEX if isinstance(said, Dossier) else FicheKind.CONTACT


def _check(before: OwnFiche, said: Dossier | NamedContact, now: datetime) -> None:
    today = now.astimezone(PARIS).date()
    others = open_identities((link.sealed.fiche, link.sealed.value) for link in before.links)
    if isinstance(said, Dossier):
        check_index(said, today=today)
        for contact in others:
            check_other_person(contact, said.identity)
    else:
        for index in others:
            check_contact(said, index=index, today=today)


def _refuse_stale(actor: Actor, correction: Correction, before: OwnFiche) -> None:
    """A form pressed twice is first recognised by its key: the fiche it read is out of date because of itself."""
    refuse_reuse(actor.author.account, correction.submission)
    if correction.version not in (None, before.version):
        raise FicheChanged(before.sealed.number)


def _changed(before: OwnFiche, link: Link | None, said: Dossier | NamedContact) -> tuple[str, ...]:
    """The names of what is said otherwise than before, for the journal."""
    known = open_identity(before.sealed.fiche, before.sealed.value)
    pairs: Sequence[tuple[object, object, Sequence[str]]] = (
        (known, said.identity, _TRAITS),
        (before, said, ("department", "consent", "support_needs")),
        (before.index, said, INDEX_FACTS if before.index else ()),
        (link, said, EXPOSURE_FACTS if link else ()),
    )
    return _differing(*pairs)


def _differing(*pairs: tuple[object, object, Sequence[str]]) -> tuple[str, ...]:
    found = [name for old, new, compared in pairs for name in compared if getattr(old, name) != getattr(new, name)]
    return tuple(name for name in found if name != "quality" or "nir_holder" not in found)  # it follows from it


def _write(
    actor: Actor, fiche: Fiche, before: OwnFiche, correction: Correction, fields: tuple[str, ...], now: datetime
) -> None:
    said = correction.said
    if before.shared:
        _write_declaration(actor, fiche, said)
    else:
        _write_fiche(fiche, said, fields, now)
    if isinstance(said, NamedContact) and set(fields) & set(EXPOSURE_FACTS):
        index = exposure_of(before, correction.index).sealed.fiche
        _write_exposure(actor, fiche, index, said, now)
    _save(actor, fiche, fields, now)


def _save(
    actor: Actor,
    fiche: Fiche,
    fields: tuple[str, ...],
    now: datetime,
    *,
    purpose: Purpose = Purpose.REGISTRATION,
    kind: TracingEvent = TracingEvent.UPDATED,
) -> None:
    fiche.version += 1
    fiche.save(update_fields=_SAVED)
    surface = Surface.PAGE if actor.session else Surface.JOB
    event = Event.by(
        actor,
        kind,
        purpose,
        surface,
        fiches=(fiche.number,),
        detail={"fields": fields, "state": fiche.state},
    )
    record(event, now=now)


_SAVED = [
    *("consent", "support_needs", "department", "region", "fund", "factors", "urgent_at", "callable_from"),
    *("doubtful", "version"),
]


def _write_declaration(actor: Actor, fiche: Fiche, said: Dossier | NamedContact) -> None:
    own = Declaration.objects.get(fiche=fiche, practice=actor.author.practice)
    Declaration.objects.filter(id=own.id).update(
        value=seal_copy(fiche.id, said.identity, period=own.period),
        department=said.department,
        consent=said.consent,
        support_needs=said.support_needs,
        version=F("version") + 1,
        **(_facts(said) if isinstance(said, Dossier) else {}),
    )


def _write_fiche(fiche: Fiche, said: Dossier | NamedContact, fields: tuple[str, ...], now: datetime) -> None:
    """The fiche is this practice's: what it says is what the service knows."""
    if isinstance(said, Dossier) and set(fields) & set(INDEX_FACTS):
        _write_index_case(fiche, said, now)
    fiche.support_needs = said.support_needs
    _write_person(fiche, said.identity, said.department, said.consent, fields, now)


def _write_person(
    fiche: Fiche, person: Identity, department: str, consent: Consent, fields: tuple[str, ...], now: datetime
) -> None:
    """Who she is and where she lives, with what follows: her platform, search keys, doubt, urgency."""
    fiche.consent, fiche.department = consent, department
    fiche.region, fiche.fund = area_of(department, person, fiche.author_practice)
    if set(fields) & {*_TRAITS, "department"}:
        known = KnownFiches([person])
        known.read(now, but=fiche.id)
        fiche.doubtful = known.doubts(fiche.disease, FicheKind(fiche.kind), person)
        replace(NewIdentity(fiche.id, person, fiche.fund), period=period_of_identity(fiche.id))
    known_of = {Factor.AGED: is_aged(person.birth_date, fiche.created_at.astimezone(PARIS).date())}
    if fiche.kind == FicheKind.INDEX:
        known_of[Factor.HEALTH_WORKER] = IndexCase.objects.get(fiche=fiche).health_worker
        known_of[Factor.COLLECTIVE] = Stay.objects.filter(fiche=fiche, kind__in=COLLECTIVE_STAYS).exists()
    hurry(fiche, known_of)


def _write_index_case(fiche: Fiche, said: Dossier, now: datetime) -> None:
    IndexCase.objects.filter(fiche=fiche).update(**_facts(said))
    redate_case(fiche, now)


def _facts(said: Dossier) -> Mapping[str, Any]:
    return {name: getattr(said, name) for name in INDEX_FACTS}


def _write_exposure(actor: Actor, fiche: Fiche, index: UUID, said: NamedContact, now: datetime) -> None:
    own = Exposure.objects.filter(contact_fiche=fiche, index_fiche=index, author_practice=actor.author.practice)
    own.update(**{name: getattr(said, name) for name in EXPOSURE_FACTS})
    redate(fiche, now)
