"""What an opposition does to fiches: a contact's person is erased, a patient zéro's data serve no analysis."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Model, Q

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.erasure import erase_messages
from contact_covid.people import kept_actions
from contact_covid.tracing.actions.moving import move, write_moved
from contact_covid.tracing.enums import Closure, ClosureReason, Consent, FicheKind, Spoken
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import (
    Answers,
    Certificate,
    Declaration,
    DiaryEntry,
    Exposure,
    Fiche,
    Health,
    Merge,
    Reach,
    SecureLink,
    Stay,
)

_OF_HER: tuple[type[Model], ...] = (Answers, Declaration, Stay, Health, Certificate, Reach, DiaryEntry, SecureLink)


class NotAContact(Exception):
    """A patient zéro is not erased: the law gives her no opposition to that (decree 2020-551)."""


def erase_contacts(*, actor: Actor, fiches: Sequence[UUID], now: datetime) -> None:
    """Nobody is named by these fiches any more: identity, search keys, declarations, stays, health, letters, messages,
    what agencies may open, what a merge kept. Dates, tests and exposures stay, of nobody. They are cancelled, and no
    call is made.

    A registration in the making that names the person is sealed for who types it, and goes when it is stale.

    In the caller's transaction; the caller holds the person's request. Raises ``Denied``, ``NotAContact``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    held = list(Fiche.objects.filter(id__in=fiches).order_by("id").select_for_update())
    if any(fiche.kind != FicheKind.CONTACT for fiche in held):
        raise NotAContact
    ids = [fiche.id for fiche in held]
    for fiche in held:
        _cancel(fiche, now)
    for model in _OF_HER:
        model._default_manager.filter(fiche__in=ids).delete()
    Merge.objects.filter(Q(survivor__in=ids) | Q(loser__in=ids)).update(kept=None)
    kept_actions.erase(ids)
    erase_messages(ids)
    _tell(actor, TracingEvent.ERASED, held, now)


_NOTHING_SAID: Mapping[str, Any] = {
    "consent": Consent.NOT_ASKED,
    "language": Spoken.FRENCH,
    "support_needs": [],
    "factors": "",
    "doubtful": False,
    "call_reason": "",
    "callable_from": None,
    "delegation": None,
    "delegated_to": None,
    "delegated_until": None,
}
"""What a fiche that nobody has said anything of holds."""


def _cancel(fiche: Fiche, now: datetime) -> None:
    if fiche.closure != Closure.CANCELLED:
        move(fiche, now, closure=Closure.CANCELLED, closure_reason=ClosureReason.OPPOSITION)
    for name, value in _NOTHING_SAID.items():
        setattr(fiche, name, value)
    fiche.counts_from = fiche.urgent_at = fiche.created_at  # they would tell factors, and her days
    fiche.save(update_fields=_NOTHING_SAID)
    write_moved([fiche])


def keep_in(*, actor: Actor, fiches: Sequence[UUID], now: datetime) -> None:
    """Nothing of these fiches is passed on for analyses any more, nor is their person named to anybody; her follow-up
    goes on, by an agency too.

    In the caller's transaction; the caller holds the person's request. Raises ``Denied``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    held = list(Fiche.objects.filter(id__in=fiches).order_by("id").select_for_update())
    oppose([fiche.id for fiche in held], onward_opposed=True)
    _tell(actor, TracingEvent.ONWARD_OPPOSED, held, now)


def oppose(fiches: Sequence[UUID], **also: bool) -> None:
    """Their persons are named to nobody, whatever was agreed of an exposure. ``also``: what else they oppose."""
    Fiche.objects.filter(id__in=fiches).update(consent=Consent.REFUSES, version=F("version") + 1, **also)
    Exposure.objects.filter(index_fiche__in=fiches).update(consent=None)  # as the fiche says: she refuses


def _tell(actor: Actor, kind: TracingEvent, fiches: Sequence[Fiche], now: datetime) -> None:
    numbers = [fiche.number for fiche in fiches]
    record(Event.by(actor, kind, Purpose.RIGHTS, Surface.PAGE, fiches=numbers), now=now)
