"""What a person does on her own pages: she has read, asks for a call, has nobody to name, wants no messages."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.refusal_actions import say_refused
from contact_covid.tracing.actions.dating import tell
from contact_covid.tracing.actions.hurrying import call_at_once
from contact_covid.tracing.actions.moving import move, write_moved
from contact_covid.tracing.enums import Call, Closure, FicheKind, Spoken
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche, SecureLink
from contact_covid.tracing.queries import FicheNotFound, followed
from contact_covid.tracing.rules.states import WAITING
from contact_covid.tracing.rules.urgency import SELDOM, Factor, held


def confirm(*, actor: Actor, now: datetime) -> None:
    """« J’ai lu »: a contact who was not called yet is told by this, and needs no call; twice is once.

    Who has symptoms, a positive test or a question is still called; a patient zéro always is. Raises ``Denied``,
    ``FicheNotFound``.
    """
    with transaction.atomic():
        fiche = own(actor)
        link = SecureLink.objects.filter(fiche=fiche, revoked_at=None, confirmed_at=None)
        if not link.update(confirmed_at=now):
            return
        told = fiche.kind == FicheKind.CONTACT and not fiche.told_at and not {*SELDOM} & {*held(fiche.factors)}
        if told:
            move(fiche, now, call=Call.INFORMED)
            write_moved([fiche])
            tell([fiche.id], now)
        note(actor, TracingEvent.LINK_CONFIRMED, fiche, now, {"call": fiche.call} if told else {})


def ask_call(*, actor: Actor, now: datetime) -> bool:
    """She asks to be called: she is, before most others. Asked twice is asked once.

    False: an agency follows her, and the platform calls her no more. Raises as ``confirm``.
    """
    with transaction.atomic():
        fiche = own(actor)
        if fiche.closure != Closure.OPEN:
            return False
        waits = fiche.call in WAITING and fiche.callable_from and fiche.callable_from <= now
        if waits and Factor.ASKS_CALL in held(fiche.factors):
            return True
        call_at_once([fiche], {Factor.ASKS_CALL: True}, now)
        note(actor, TracingEvent.CALLED_AGAIN, fiche, now, {"fields": ("call",), "call": fiche.call, "reason": "asked"})
    return True


def say_none(*, actor: Actor, now: datetime) -> None:
    """A patient zéro says that she met nobody: she is asked again, by telephone. Twice is once. Raises as ``confirm``;
    ``FicheNotFound`` for a contact too."""
    with transaction.atomic():
        fiche = own(actor)
        if fiche.kind != FicheKind.INDEX:
            raise FicheNotFound
        link = SecureLink.objects.filter(fiche=fiche, revoked_at=None, named_none_at=None)
        if not link.update(named_none_at=now, fell_back_at=now):
            return
        if fiche.call in WAITING:
            call_at_once([fiche], {Factor.NAMED_NONE: True}, now)
        note(actor, TracingEvent.NAMED_NONE, fiche, now)


def choose_language(*, actor: Actor, language: Language, now: datetime) -> None:
    """Her language: of her pages on every device, of messages, and of who calls her. Raises as ``confirm``."""
    with transaction.atomic():
        fiche = own(actor)
        if fiche.language == language:
            return
        fiche.language, fiche.version = Spoken(language.value), fiche.version + 1
        fiche.save(update_fields=["language", "version"])
        note(actor, TracingEvent.UPDATED, fiche, now, {"fields": ("language",)})


def refuse_messages(*, actor: Actor, refused: Collection[Channel], now: datetime) -> None:
    """By which channels she wants no more messages, all of them. Raises as ``confirm``."""
    with transaction.atomic():
        fiche = own(actor)
        say_refused(actor=actor, fiche=fiche.id, number=fiche.number, refused=refused, now=now)


def own(actor: Actor) -> Fiche:
    """The person's fiche, locked, in the caller's transaction. Raises ``Denied``, ``FicheNotFound``."""
    check(actor, Permission.LINK_USE)
    fiche = Fiche.objects.select_for_update().filter(followed(), id=actor.author.account).first()
    if fiche is None:
        raise FicheNotFound
    return fiche


def note(
    actor: Actor, kind: TracingEvent, fiche: Fiche, now: datetime, detail: Mapping[str, Detail] | None = None
) -> None:
    """What she did, in the journal."""
    event = Event.by(actor, kind, Purpose.TRACING, Surface.PAGE, fiches=(fiche.number,), detail=detail)
    record(event, now=now)
