"""Reading requests about people's data; the fiches of one are opened by its actions only."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.keyring import ring
from contact_covid.messaging.models import Message
from contact_covid.retention.enums import RequestState
from contact_covid.retention.models import RequestFiche, RightsRequest
from contact_covid.retention.rules.requests import ALERTED, CLOSED, Details, from_bytes
from contact_covid.tracing.models import Fiche

DETAILS_CONTEXT = "retention.RightsRequest.details:"
MOST_COUNTED = 1_000


class RightsRequestNotFound(Exception):
    """No such request."""


def request_of(actor: Actor, request: UUID, *, lock: bool = False) -> RightsRequest:
    """Raises ``Denied``, ``RightsRequestNotFound``."""
    check(actor, Permission.RIGHTS_MANAGE)
    found = RightsRequest.objects.filter(id=request)
    known = (found.select_for_update() if lock else found).first()
    if known is None:
        raise RightsRequestNotFound
    return known


def details_of(request: RightsRequest) -> Details | None:
    """Who asked; None once it is forgotten. Raises ``KeyMissing``, ``SealBroken``."""
    if request.details is None:
        return None
    return from_bytes(ring().open(request.details, context=f"{DETAILS_CONTEXT}{request.id}"))


def fiches_of(request: RightsRequest) -> list[Fiche]:
    """The fiches that the request opens, oldest first."""
    linked = RequestFiche.objects.filter(request=request).values("fiche")
    return list(Fiche.objects.filter(id__in=linked).order_by("created_at", "id"))


def letters_of(request: RightsRequest) -> dict[UUID, Message]:
    """What was written to the person because of the request, by id, unopened. One statement."""
    wanted = [each for each in (request.receipt, request.answer) if each]
    return {each.id: each for each in Message.objects.filter(id__in=wanted).defer("recipient", "content")}


def asked_by(actor: Actor) -> Sequence[RightsRequest]:
    """What a person has asked on her own pages, the last first. One statement. Raises ``Denied``."""
    check(actor, Permission.LINK_USE)
    found = RightsRequest.objects.filter(author_account=actor.author.account).defer("details")
    return list(found.order_by("-created_at", "-id"))


class DuePosition(NamedTuple):
    """Where a page of open requests ended."""

    due_on: date
    id: UUID


class StatePosition(NamedTuple):
    """Where a page of answered requests ended."""

    at: datetime
    id: UUID


def open_requests(actor: Actor, *, after: DuePosition | None = None, limit: int) -> Sequence[RightsRequest]:
    """Requests without an answer, the next due first. One statement. Raises ``Denied``."""
    check(actor, Permission.RIGHTS_MANAGE)
    found = RightsRequest.objects.exclude(state__in=CLOSED).defer("details")
    if after:
        found = found.filter(Q(due_on__gt=after.due_on) | Q(due_on=after.due_on, id__gt=after.id))
    return list(found.order_by("due_on", "id")[:limit])


def closed_requests(actor: Actor, *, after: StatePosition | None = None, limit: int) -> Sequence[RightsRequest]:
    """Requests that were answered or refused, the last first. One statement. Raises ``Denied``."""
    check(actor, Permission.RIGHTS_MANAGE)
    found = RightsRequest.objects.filter(state__in=CLOSED).defer("details")
    if after:
        found = found.filter(Q(state_at__lt=after.at) | Q(state_at=after.at, id__lt=after.id))
    return list(found.order_by("-state_at", "-id")[:limit])


class Waiting(NamedTuple):
    """How many requests have no answer yet, how many of them must have one within days, how many are late."""

    open: int
    soon: int
    late: int


def waiting(actor: Actor, today: date) -> Waiting:
    """Numbers beyond a thousand say 1,001. One statement. Raises ``Denied``."""
    check(actor, Permission.RIGHTS_MANAGE)
    due = list(
        RightsRequest.objects.filter(state__in=[RequestState.RECEIVED, RequestState.CHECKED])
        .order_by("due_on")
        .values_list("due_on", flat=True)[: MOST_COUNTED + 1]
    )
    late = sum(day < today for day in due)
    return Waiting(len(due), sum(day - today < ALERTED for day in due) - late, late)
