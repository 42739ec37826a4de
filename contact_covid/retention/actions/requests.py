"""Requests of people about their data come in, are proved to be theirs, and are refused where the law says so."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import PARIS, period_of
from contact_covid.core.records import format_number, new_number
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import Outgoing, send
from contact_covid.messaging.enums import Channel as Way
from contact_covid.messaging.enums import Language
from contact_covid.messaging.rules.rights import RightsLetter, RightsReceived, RightsRefused
from contact_covid.retention.enums import Channel, Proof, RefusalReason, RequestKind, RequestState
from contact_covid.retention.events import RetentionEvent
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.queries import DETAILS_CONTEXT, details_of, fiches_of, request_of
from contact_covid.retention.rules.requests import (
    Details,
    RightsError,
    RightsErrorCode,
    check_reason,
    check_step,
    due_on,
    proofs,
    to_bytes,
)
from contact_covid.tracing.enums import FicheKind


class RequestChanged(Exception):
    """Somebody else has worked on the request since it was read."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in."""

    kind: RequestKind
    channel: Channel
    received_on: date
    details: Details


def receive(*, actor: Actor, received: Received, submission: Submission, now: datetime) -> RightsRequest:
    """Writes the request down, starts its month, and acknowledges it when there is an address.

    Raises ``Denied``, ``RightsError``, ``AlreadyRecorded``, ``KeyMissing``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    if received.received_on > now.astimezone(PARIS).date():
        raise RightsError(RightsErrorCode.IN_FUTURE)
    made = new_id(now)
    with transaction.atomic():
        use_up(actor.author.account, submission, target=made, now=now)
        request = write_down(actor, received, made, now)
        tell(actor, RetentionEvent.REQUEST_RECEIVED, request, now)
    return request


def write_down(actor: Actor, received: Received, made: UUID, now: datetime) -> RightsRequest:
    """The request ``made``, with its month and the letter that acknowledges it. In the caller's transaction.

    Raises ``KeyMissing``.
    """
    period = period_of(now)
    request = RightsRequest(
        id=made,
        reference=_free_reference(),
        kind=received.kind,
        channel=received.channel,
        received_on=received.received_on,
        due_on=due_on(received.received_on),
        state=RequestState.RECEIVED,
        state_at=now,
        period=period,
        details=_sealed(made, received.details, period),
        created_at=now,
        author_account=actor.author.account,
    )
    letter = RightsReceived(**letter_head(request, received.details), due_on=request.due_on)
    request.receipt = write(received.details, letter, now=now)
    request.save(force_insert=True)
    return request


def _free_reference() -> str:
    while RightsRequest.objects.filter(reference=(drawn := new_number())).exists():
        pass
    return drawn


def _sealed(request: UUID, details: Details, period: str) -> bytes:
    return ring().seal(to_bytes(details), period=period, context=f"{DETAILS_CONTEXT}{request}")


def check_identity(*, actor: Actor, request: UUID, proof: Proof, version: int, now: datetime) -> None:
    """The request is the person's own.

    Raises ``Denied``, ``RightsRequestNotFound``, ``RequestChanged``, ``RightsError``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    with transaction.atomic():
        held = taken(actor, request, version, RequestState.CHECKED)
        if proof not in proofs(Channel(held.channel)):
            raise RightsError(RightsErrorCode.PROOF_NOT_OPEN)
        held.proof = proof
        step(held, RequestState.CHECKED, now)
        tell(actor, RetentionEvent.IDENTITY_CHECKED, held, now, detail={"proof": proof.value})


def refuse(*, actor: Actor, request: UUID, reason: RefusalReason, ground: str, version: int, now: datetime) -> None:
    """The request is refused, by a named person, for a reason that the law gives; the person is told, and how to
    complain. ``ground``: what was weighed, kept with the request.

    Raises ``Denied``, ``RightsRequestNotFound``, ``RequestChanged``, ``RightsError``, ``KeyMissing``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    with transaction.atomic():
        held = taken(actor, request, version, RequestState.REFUSED)
        kinds = [FicheKind(fiche.kind) for fiche in fiches_of(held)]
        check_reason(reason, ground, RequestKind(held.kind), RequestState(held.state), kinds)
        held.reason, details = reason, details_of(held)
        if details:
            details = msgspec.structs.replace(details, ground=ground)
            held.details = _sealed(held.id, details, held.period)
        close(actor, held, RequestState.REFUSED, RightsRefused, {"reason": reason.value}, now)


def taken(actor: Actor, request: UUID, version: int, target: RequestState) -> RightsRequest:
    """The request, locked, on its way to ``target``. Raises as the actions do."""
    held = request_of(actor, request, lock=True)
    check_step(RequestState(held.state), target)
    if held.version != version:
        raise RequestChanged
    return held


def refuse_unchecked(held: RightsRequest) -> None:
    """The person's data are open once her identity is checked, and until she has her answer. Raises ``RightsError``."""
    check_step(RequestState(held.state), RequestState.ANSWERED)  # only from there


def step(held: RightsRequest, target: RequestState, now: datetime) -> None:
    held.state, held.state_at = target, now
    held.version += 1
    held.save()


def close(
    actor: Actor,
    held: RightsRequest,
    target: RequestState,
    letter: type[RightsLetter],
    said: dict[str, Any],
    now: datetime,
) -> None:
    """Ends the request, and writes to the person what became of it. In the caller's transaction."""
    details = details_of(held)
    if details:
        held.answer = write(details, letter(**letter_head(held, details), **said), now=now)
    held.decided_by = actor.author.account
    step(held, target, now)
    kind = RetentionEvent.REQUEST_REFUSED if target is RequestState.REFUSED else RetentionEvent.REQUEST_ANSWERED
    tell(actor, kind, held, now, detail={"reason": held.reason} if held.reason else {})


def letter_head(held: RightsRequest, details: Details) -> dict[str, Any]:
    return {
        "name": details.name,
        "reference": format_number(held.reference),
        "request": str(held.kind),
        "received_on": held.received_on,
        "street": details.street,
        "postcode": details.postcode,
        "commune": details.commune,
    }


def write(details: Details, letter: RightsLetter, *, now: datetime) -> UUID | None:
    """Sends the letter by e-mail, else by post; None without either address. Raises ``KeyMissing``.

    It names no fiche: what is erased with a fiche must not take the answer along.
    """
    if details.email:
        way, recipient = Way.EMAIL, details.email
    elif details.street and (details.postcode or details.commune):
        way, recipient = Way.LETTER, details.name
    else:
        return None
    return send(messages=[Outgoing(way, Language.FRENCH, recipient, letter)], now=now)[0]


def tell(
    actor: Actor, kind: RetentionEvent, held: RightsRequest, now: datetime, *, detail: dict[str, Any] | None = None
) -> None:
    numbers = [fiche.number for fiche in fiches_of(held)]
    said = {"request": held.reference, "kind": str(held.kind), **(detail or {})}
    record(Event.by(actor, kind, Purpose.RIGHTS, Surface.PAGE, fiches=numbers, detail=said), now=now)
