"""What an agency asks of a platform, and the talk about it until it is done."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import Denied, check
from contact_covid.clusters.actions.clusters import hold
from contact_covid.clusters.enums import RequestKind, RequestState
from contact_covid.clusters.events import ClustersEvent
from contact_covid.clusters.models import PlatformRequest, RequestNote
from contact_covid.clusters.queries import requests_of
from contact_covid.clusters.rules.transitions import REQUEST_TRANSITIONS, move
from contact_covid.core.errors import RuleError
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.directory.queries import area_fund_of, departments
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail

CONTEXT = "clusters.RequestNote.value:"
LONGEST = 2000


class RequestErrorCode(StrEnum):
    EMPTY = "request.empty"
    TOO_LONG = "request.too_long"
    PAST = "request.past"
    OTHER_FUND = "request.other_fund"


class RequestError(RuleError):
    """What was said cannot be; ``field`` is the name of that answer."""

    def __init__(self, code: RequestErrorCode, field: str) -> None:
        super().__init__(code)
        self.field = field


class TalkChanged(Exception):
    """Somebody has said something of the request, or moved it, since it was read."""


class RequestNotFound(LookupError):
    """No such request of the actor's region or to her fund: nobody is told whether there is another's."""


def funds_of_region(region: str) -> list[str]:
    """The funds whose platforms call the people of a region, by code."""
    areas = (code for code, row in departments().items() if row.region == region)
    return sorted({fund for code in areas if (fund := area_fund_of(code))})


def ask_platform(
    *,
    actor: Actor,
    fund: str,
    kind: RequestKind,
    text: str,
    due_at: datetime,
    cluster: UUID | None,
    submission: Submission,
    now: datetime,
) -> UUID:
    """Asks the platform of a fund of the region for something, for that cluster or for none; returns the request's id.

    Raises ``Denied``, ``ClusterNotFound``, ``RequestError``, ``AlreadyRecorded`` (its target is the request),
    ``KeyMissing``.
    """
    check(actor, Permission.REQUESTS_SEND)
    _check_text(text)
    if due_at <= now:
        raise RequestError(RequestErrorCode.PAST, "due_at")
    if fund not in funds_of_region(actor.region or ""):
        raise RequestError(RequestErrorCode.OTHER_FUND, "fund")
    with transaction.atomic():
        asked = PlatformRequest(
            id=new_id(now),
            region=actor.region or "",
            fund=fund,
            cluster=hold(actor, cluster) if cluster else None,
            kind=kind,
            state_at=now,
            due_at=due_at,
            account=actor.author.account,
            asked_at=now,
        )
        use_up(actor.author.account, submission, target=asked.id, now=now)
        asked.save(force_insert=True)
        _say(actor, asked, text, "", now)
        _record(actor, ClustersEvent.REQUEST_SENT, asked, now)
    return asked.id


def follow_request(
    *,
    actor: Actor,
    request: UUID,
    text: str,
    state: RequestState | None,
    version: int,
    submission: Submission,
    now: datetime,
) -> None:
    """Says something about a request; the platform also moves it. ``state`` None: where it is; ``version``: as it was
    read.

    Raises ``Denied``, ``RequestNotFound``, ``RequestError``, ``TalkChanged``, ``ForbiddenStep``, ``AlreadyRecorded``,
    ``KeyMissing``.
    """
    grant = check(actor, Permission.REQUESTS_FOLLOW)
    if state is not None and grant.scope is not Scope.FUND:
        raise Denied(Permission.REQUESTS_FOLLOW)
    if state is None or state is RequestState.DECLINED:
        _check_text(text)
    with transaction.atomic():
        held = requests_of(actor).filter(id=request).select_for_update(of=("self",)).first()
        if held is None:
            raise RequestNotFound
        use_up(actor.author.account, submission, target=held.id, now=now)
        if held.version != version:
            raise TalkChanged
        if state is not None:
            held.state = move(REQUEST_TRANSITIONS, RequestState(held.state), state)
            held.state_at = now
        held.version += 1
        held.save(update_fields=["state", "state_at", "version"])
        _say(actor, held, text, state or "", now)
        _record(actor, ClustersEvent.REQUEST_FOLLOWED, held, now)


def _check_text(text: str) -> None:
    if not text:
        raise RequestError(RequestErrorCode.EMPTY, "text")
    if len(text) > LONGEST:
        raise RequestError(RequestErrorCode.TOO_LONG, "text")


def _say(actor: Actor, request: PlatformRequest, text: str, state: str, now: datetime) -> None:
    id_ = new_id(now)
    value = ring().seal(text.encode(), period=period_of(now), context=f"{CONTEXT}{id_}")
    RequestNote.objects.create(id=id_, request=request, value=value, state=state, account=actor.author.account, at=now)


def _record(actor: Actor, kind: ClustersEvent, request: PlatformRequest, now: datetime) -> None:
    detail: dict[str, Detail] = {"request": str(request.id), "state": request.state, "fund": request.fund}
    record(Event.by(actor, kind, Purpose.TRACING, Surface.PAGE, detail=detail), now=now)
