"""What a cell reads of the people who need help, and how it answers. It learns who, where and what she needs: nothing
of tests, symptoms or whom she met."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.core.keyring import ring
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.support.actions.asking import NOTE_CONTEXT
from contact_covid.support.enums import DeclineReason, SupportState
from contact_covid.support.events import SupportEvent
from contact_covid.support.models import SupportRequest
from contact_covid.support.queries import After, page_of, requests_to
from contact_covid.support.rules.asking import SupportError, SupportErrorCode, moved
from contact_covid.tracing.actions.dating import told_today
from contact_covid.tracing.doubles_queries import survivors
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import sealed_value


class SupportNotFound(LookupError):
    """No such request to the actor's cell: nobody is told whether there is another's."""


class SupportChanged(Exception):
    """Somebody has answered the request since it was read."""


class SupportLine(NamedTuple):
    """A request of the list, and for whom."""

    request: SupportRequest
    identity: Identity


@dataclass(frozen=True, slots=True)
class SupportSeen:
    """One request: for whom, what was written with it, until when she is to stay at home (None: nobody knows yet)."""

    request: SupportRequest
    identity: Identity
    note: str
    isolated_until: date | None


def list_support(
    *, actor: Actor, states: Collection[SupportState], after: After | None, limit: int, now: datetime
) -> Sequence[SupportLine]:
    """Requests to the actor's cell, the oldest first; who is shown is in the journal. Three statements.

    Raises ``Denied``.
    """
    found = list(page_of(actor, states=states, after=after, limit=limit))
    whose = _whose([request.fiche_id for request in found])
    people = reveal(actor, list(whose.values()), purpose=Purpose.TRACING, now=now)
    return [SupportLine(request, people[whose[request.fiche_id].fiche]) for request in found]


def open_support(*, actor: Actor, request: UUID, now: datetime) -> SupportSeen:
    """Raises ``Denied``, ``SupportNotFound``."""
    found = requests_to(actor).filter(id=request).select_related("fiche").first()
    if found is None:
        raise SupportNotFound
    [person] = _whose([found.fiche_id]).values()
    identity = reveal(actor, [person], purpose=Purpose.TRACING, now=now)[person.fiche]
    return SupportSeen(found, identity, note_of(found), _isolated_until(person.fiche, now))


def note_of(request: SupportRequest) -> str:
    """What was written with a request, which the caller may read. Raises ``KeyMissing``, ``SealBroken``."""
    return ring().open(bytes(request.note), context=f"{NOTE_CONTEXT}{request.id}").decode() if request.note else ""


def answer_support(
    *, actor: Actor, request: UUID, state: SupportState, reason: DeclineReason | None, version: int, now: datetime
) -> None:
    """Moves a request of the actor's cell; ``reason`` belongs to « sans suite ». ``version``: as it was read.

    Raises ``Denied``, ``SupportNotFound``, ``SupportError``, ``SupportChanged``, ``ForbiddenMove``.
    """
    if state is SupportState.DECLINED and reason is None:
        raise SupportError(SupportErrorCode.REASON_MISSING, "reason")
    with transaction.atomic():
        held = requests_to(actor).filter(id=request).select_for_update(of=("self",)).select_related("fiche").first()
        if held is None:
            raise SupportNotFound
        if held.state == state:
            return
        if held.version != version:
            raise SupportChanged
        held.state, held.state_at = moved(SupportState(held.state), state), now
        held.reason = reason if reason and state is SupportState.DECLINED else ""
        held.answered_by, held.version = actor.author.account, held.version + 1
        held.save(update_fields=["state", "state_at", "reason", "answered_by", "version"])
        detail = {"request": str(held.id), "state": held.state}
        event = Event.by(
            actor, SupportEvent.MOVED, Purpose.TRACING, Surface.PAGE, fiches=(held.fiche.number,), detail=detail
        )
        record(event, now=now)


def _whose(fiches: Sequence[UUID]) -> dict[UUID, Sealed]:
    """By fiche, the person it is of: of one that was merged, by the one it was merged into."""
    led = survivors(list(fiches)) if fiches else {}
    wanted = {fiche: led.get(fiche, fiche) for fiche in fiches}
    rows: Any = Fiche.objects.filter(id__in=set(wanted.values())).annotate(sealed=sealed_value("id"))
    sealed = {row.id: Sealed(row.id, row.number, row.sealed) for row in rows}
    return {fiche: sealed[leading] for fiche, leading in wanted.items()}


def _isolated_until(fiche: UUID, now: datetime) -> date | None:
    found = Fiche.objects.select_related("contact", "index_case", "health").get(id=fiche)
    if found.kind == FicheKind.INDEX:
        return found.index_case.isolation_until
    return told_today(found, now).isolation_until
