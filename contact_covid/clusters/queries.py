"""Reading hand-overs, boards and requests. Nothing here opens an identity: the actions do."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.clusters.enums import HandOverState, RequestState
from contact_covid.clusters.models import HandOver, PlatformRequest, RequestNote
from contact_covid.clusters.rules.policy import Policy, in_force
from contact_covid.tracing.protocol_queries import day_of_rules

Row = TypeVar("Row", bound=Model)


class After(NamedTuple):
    """Where a page ended: the moment sorted by, and the row."""

    at: datetime
    id: UUID


def policy_of_the_day(disease: str, now: datetime) -> Policy:
    """The thresholds of the day, or of the day that the settings put the service in. Raises ``NoPolicy``."""
    return in_force(disease, day_of_rules(now))


def newest(rows: QuerySet[Row], column: str, after: After | None) -> QuerySet[Row]:
    """Rows by a column of moments, the newest first, from behind ``after`` on."""
    if after:
        beyond = Q(**{f"{column}__lt": after.at}) | Q(**{column: after.at}, id__lt=after.id)
        rows = rows.filter(beyond)
    return rows.order_by(f"-{column}", "-id")


def hand_overs(actor: Actor, *, states: Collection[HandOverState], after: After | None, limit: int) -> list[HandOver]:
    """Hand-overs from the actor's fund, or to her region, the newest first, each with its fiche. Raises ``Denied``."""
    found = _hand_overs(actor).filter(state__in=states)
    return list(newest(found, "asked_at", after).select_related("fiche")[:limit])


def _hand_overs(actor: Actor) -> QuerySet[HandOver]:
    permission = Permission.HAND_OVER_ANSWER if actor.region else Permission.HAND_OVER_ASK
    scope = check(actor, permission).scope
    return HandOver.objects.filter(**({"region": actor.region} if scope is Scope.REGION else {"fund": actor.fund}))


def hand_over_of(actor: Actor, asked: UUID) -> HandOver | None:
    """That hand-over to the actor's region, with its fiche. Raises ``Denied``."""
    check(actor, Permission.HAND_OVER_ANSWER)
    return HandOver.objects.filter(region=actor.region, id=asked).select_related("fiche").first()


def last_hand_over(fiche: UUID) -> HandOver | None:
    """The newest hand-over of a fiche, which the caller may read."""
    return HandOver.objects.filter(fiche=fiche).order_by("-asked_at", "-id").first()


def requests(actor: Actor, *, after: After | None, limit: int) -> list[PlatformRequest]:
    """Requests of the actor's region, or to her fund, the newest first, each with its cluster. Raises ``Denied``."""
    return list(newest(requests_of(actor), "asked_at", after)[:limit])


def requests_that_wait(actor: Actor, *, limit: int) -> list[PlatformRequest]:
    """Those that are neither done nor declined, the first due first. Raises ``Denied``."""
    waiting = requests_of(actor).filter(state__in=(RequestState.OPEN, RequestState.TAKEN))
    return list(waiting.order_by("due_at", "id")[:limit])


def requests_of(actor: Actor) -> QuerySet[PlatformRequest]:
    """All of them, for an action that takes one. Raises ``Denied``."""
    scope = check(actor, Permission.REQUESTS_FOLLOW).scope
    mine = {"region": actor.region} if scope is Scope.REGION else {"fund": actor.fund}
    return PlatformRequest.objects.filter(**mine).select_related("cluster")


def notes_of(request: PlatformRequest) -> list[RequestNote]:
    """What was said of a request, sealed, the oldest first."""
    return list(RequestNote.objects.filter(request=request).order_by("at", "id"))
