"""A registration in the making is kept step by step, sealed, until it is registered, discarded or stale."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import PARIS, period_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.actions.registration import register
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Draft
from contact_covid.tracing.own_queries import (
    DRAFT_CONTEXT,
    DraftNotFound,
    DraftOpened,
    draft_content,
    drafts_of,
    of_draft,
)
from contact_covid.tracing.protocol_queries import rules_in_force
from contact_covid.tracing.rules import drafts as rules
from contact_covid.tracing.rules.dates import CaseFacts, case_dates
from contact_covid.tracing.rules.drafts import DraftContact, DraftContent, DraftStay
from contact_covid.tracing.rules.registration import Dossier, NamedContact, check_contact, check_index
from contact_covid.tracing.rules.stays import NamedStay, check_stay

KEPT = timedelta(days=7)


class DraftChanged(Exception):
    """The draft was written on, from another tab, since it was read."""


def start_draft(*, actor: Actor, dossier: Dossier, submission: Submission, now: datetime) -> UUID:
    """Keeps the patient zéro of a new registration, without contacts; returns the draft's id.

    Raises ``Denied``, ``RegistrationError``, ``AlreadyRecorded`` (its target is the draft made by that form).
    """
    check(actor, Permission.FICHE_REGISTER)
    check_index(dossier, today=now.astimezone(PARIS).date())
    author, id_ = actor.author, new_id(now)
    with transaction.atomic():
        use_up(author.account, submission, target=id_, now=now)
        draft = Draft(id=id_, account=author.account, practice=author.practice, created_at=now, updated_at=now)
        _seal(draft, DraftContent(_without_contacts(dossier)), now)
        draft.save(force_insert=True)
        _record(actor, TracingEvent.DRAFT_SAVED, draft.id, now)
    return id_


def correct_index(*, actor: Actor, draft: UUID, version: int | None, dossier: Dossier, now: datetime) -> None:
    """Replaces what was typed of the patient zéro; the contacts stay. ``version``: as it was read, or None.

    Raises ``Denied``, ``DraftNotFound``, ``DraftChanged``, ``RegistrationError``.
    """
    check_index(dossier, today=now.astimezone(PARIS).date())
    _change(actor, draft, version, lambda content: rules.with_dossier(content, _without_contacts(dossier)), now)


def add_contact(*, actor: Actor, draft: UUID, contact: NamedContact, submission: Submission, now: datetime) -> None:
    """Adds a contact after the others; two tabs may add at once.

    Raises ``Denied``, ``DraftNotFound``, ``RegistrationError``, ``AlreadyRecorded`` (its target is the contact).
    """
    id_ = new_id(now)

    def add(content: DraftContent) -> DraftContent:
        check_contact(contact, index=content.dossier.identity, today=now.astimezone(PARIS).date())
        use_up(actor.author.account, submission, target=id_, now=now)
        return rules.with_contact(content, DraftContact(id_, contact))

    _change(actor, draft, None, add, now)


def correct_contact(
    *, actor: Actor, draft: UUID, version: int | None, contact: UUID, named: NamedContact, now: datetime
) -> None:
    """Replaces what was typed of a contact.

    Raises ``Denied``, ``DraftNotFound`` (the contact removed meanwhile too), ``DraftChanged``, ``RegistrationError``.
    """

    def correct(content: DraftContent) -> DraftContent:
        if content.contact(contact) is None:
            raise DraftNotFound
        check_contact(named, index=content.dossier.identity, today=now.astimezone(PARIS).date())
        return rules.with_contact(content, DraftContact(contact, named))

    _change(actor, draft, version, correct, now)


def remove_contact(*, actor: Actor, draft: UUID, contact: UUID, now: datetime) -> None:
    """Takes a contact out; removing it twice is removing it once. Raises ``Denied``, ``DraftNotFound``."""
    _change(actor, draft, None, lambda content: rules.without_contact(content, contact), now)


def add_stay(*, actor: Actor, draft: UUID, stay: NamedStay, submission: Submission, now: datetime) -> None:
    """Adds a stay after the others.

    Raises ``Denied``, ``DraftNotFound``, ``StayError``, ``AlreadyRecorded`` (its target is the stay).
    """
    id_ = new_id(now)

    def add(content: DraftContent) -> DraftContent:
        _check_stay(stay, content, now)
        use_up(actor.author.account, submission, target=id_, now=now)
        return rules.with_stay(content, DraftStay(id_, stay))

    _change(actor, draft, None, add, now)


def correct_stay(
    *, actor: Actor, draft: UUID, version: int | None, stay: UUID, named: NamedStay, now: datetime
) -> None:
    """Replaces what was typed of a stay.

    Raises ``Denied``, ``DraftNotFound`` (the stay removed meanwhile too), ``DraftChanged``, ``StayError``.
    """

    def correct(content: DraftContent) -> DraftContent:
        if content.stay(stay) is None:
            raise DraftNotFound
        _check_stay(named, content, now)
        return rules.with_stay(content, DraftStay(stay, named))

    _change(actor, draft, version, correct, now)


def remove_stay(*, actor: Actor, draft: UUID, stay: UUID, now: datetime) -> None:
    """Takes a stay out; removing it twice is removing it once. Raises ``Denied``, ``DraftNotFound``."""
    _change(actor, draft, None, lambda content: rules.without_stay(content, stay), now)


def discard_draft(*, actor: Actor, draft: UUID, now: datetime) -> None:
    """Throws a draft away. Raises ``Denied``, ``DraftNotFound``."""
    with transaction.atomic():
        of_draft(actor, draft, lock=True).delete()
        _record(actor, TracingEvent.DRAFT_DISCARDED, draft, now)


def register_draft(*, actor: Actor, draft: UUID, version: int | None, submission: Submission, now: datetime) -> UUID:
    """Registers what the draft holds and removes it, in one transaction; returns the fiche of the patient zéro.

    Raises ``Denied``, ``DraftNotFound``, ``DraftChanged``, ``RegistrationError`` (a day that has become too old),
    ``StayError`` (one that the look-back does not reach any more), ``AlreadyRecorded`` (its target is that fiche).
    """
    with transaction.atomic():
        known = of_draft(actor, draft, lock=True)
        if version is not None and version != known.version:
            raise DraftChanged
        content = draft_content(known)
        _check(content, now)
        [registered] = register(actor=actor, dossiers=[content.whole], now=now)
        use_up(actor.author.account, submission, target=registered.index.id, now=now)
        known.delete()
    return registered.index.id


def open_draft(*, actor: Actor, draft: UUID, now: datetime) -> DraftOpened:
    """A draft of this account and practice; the reading is in the journal. Raises ``Denied``, ``DraftNotFound``."""
    known = of_draft(actor, draft)
    _record(actor, TracingEvent.DRAFT_READ, draft, now)
    return DraftOpened(known.id, known.version, known.updated_at, draft_content(known))


def open_drafts(*, actor: Actor, now: datetime) -> list[DraftOpened]:
    """The drafts that this account left in this practice, the last one first; the reading is in the journal."""
    known = drafts_of(actor)
    if known:
        detail = {"drafts": [str(draft.id) for draft in known]}
        event = Event.by(actor, TracingEvent.DRAFT_READ, Purpose.REGISTRATION, Surface.PAGE, detail=detail)
        record(event, now=now)
    return [DraftOpened(draft.id, draft.version, draft.updated_at, draft_content(draft)) for draft in known]


def purge_drafts(*, now: datetime) -> int:
    """Deletes drafts that nobody has touched for a week; returns how many rows went."""
    return Draft.objects.filter(updated_at__lt=now - KEPT).delete()[0]


def _check(content: DraftContent, now: datetime) -> None:
    today = now.astimezone(PARIS).date()
    check_index(content.dossier, today=today)
    for contact in content.contacts:
        check_contact(contact.named, index=content.dossier.identity, today=today)
    for stay in content.stays:
        _check_stay(stay.named, content, now)


def _check_stay(stay: NamedStay, content: DraftContent, now: datetime) -> None:
    dossier = content.dossier
    since = case_dates(rules_in_force(dossier.disease, now), CaseFacts(dossier.onset, dossier.sampled_on)).window_start
    check_stay(stay, window_start=since, today=now.astimezone(PARIS).date())


def _change(
    actor: Actor, draft: UUID, version: int | None, change: Callable[[DraftContent], DraftContent], now: datetime
) -> None:
    with transaction.atomic():
        known = of_draft(actor, draft, lock=True)
        if version is not None and version != known.version:
            raise DraftChanged
        before = draft_content(known)
        after = change(before)
        if after == before:
            return
        _seal(known, after, now)
        known.version += 1
        known.updated_at = now
        known.save(update_fields=["period", "value", "version", "updated_at"])
        _record(actor, TracingEvent.DRAFT_SAVED, known.id, now)


def _seal(draft: Draft, content: DraftContent, now: datetime) -> None:
    draft.period = period_of(now)
    plain, context = rules.to_bytes(content), f"{DRAFT_CONTEXT}{draft.id}"
    draft.value = ring().seal(plain, period=draft.period, context=context)


def _without_contacts(dossier: Dossier) -> Dossier:
    return replace(dossier, contacts=(), stays=())


def _record(actor: Actor, kind: TracingEvent, draft: UUID, now: datetime) -> None:
    event = Event.by(actor, kind, Purpose.REGISTRATION, Surface.PAGE, detail={"draft": str(draft)})
    record(event, now=now)
