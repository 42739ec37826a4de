"""Reading requests for help. Nothing here opens an identity or a note: the actions do."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.support.enums import SupportState
from contact_covid.support.models import SupportRequest


class After(NamedTuple):
    """Where a page ended: the moment sorted by, and the row."""

    at: datetime
    id: UUID


def requests_to(actor: Actor) -> QuerySet[SupportRequest]:
    """All requests to the actor's cell. Raises ``Denied``."""
    check(actor, Permission.SUPPORT_ANSWER)
    return SupportRequest.objects.filter(cell=actor.organisation or UUID(int=0))


def page_of(
    actor: Actor, *, states: Collection[SupportState], after: After | None, limit: int
) -> QuerySet[SupportRequest]:
    """Requests to the actor's cell in these states, the oldest first, each with its fiche. Raises ``Denied``."""
    found = requests_to(actor).filter(state__in=states)
    if after:
        found = found.filter(Q(asked_at__gt=after.at) | Q(asked_at=after.at, id__gt=after.id))
    return found.select_related("fiche").order_by("asked_at", "id")[:limit]


def last_request(fiche: UUID) -> SupportRequest | None:
    """The newest request of a fiche, which the caller may read."""
    return SupportRequest.objects.filter(fiche=fiche).order_by("-asked_at", "-id").first()
