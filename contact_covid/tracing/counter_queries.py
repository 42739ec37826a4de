"""What a pharmacy reads of its own day: the deliveries that it recorded, corrections included."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.period import day_start
from contact_covid.people.actions import Sealed

PAGE = 25
_LAST_ID = UUID(int=(1 << 128) - 1)
_OF_THE_DAY = f"""
SELECT given.id, fiche.id, fiche.number, identity.value, given.recorded_at, given.delivered, given.quantity,
    given.superseded_at IS NOT NULL
FROM tracing_mask_delivery given
JOIN tracing_fiche fiche ON fiche.id = given.fiche_id AND fiche.closure <> 'cancelled'
JOIN people_sealed_identity identity ON identity.fiche = fiche.id
WHERE given.practice = %(practice)s AND given.recorded_at >= %(since)s
    AND (given.recorded_at, given.id) < (%(at)s, %(id)s)
ORDER BY given.recorded_at DESC, given.id DESC LIMIT {PAGE + 1}
"""


class Delivered(NamedTuple):
    """Masks as recorded at one moment, or that none were given; ``corrected``: a later record says otherwise."""

    id: UUID
    sealed: Sealed
    recorded_at: datetime
    delivered: bool
    quantity: int | None
    corrected: bool


class DayPosition(NamedTuple):
    """Where a page of the day ended."""

    recorded_at: datetime
    id: UUID


def deliveries_of_day(
    actor: Actor, now: datetime, *, after: DayPosition | None = None
) -> tuple[list[Delivered], DayPosition | None]:
    """A page of what this practice recorded since midnight, newest first, and where the next page starts.

    Raises ``Denied``.
    """
    check(actor, Permission.MASKS_CORRECT)
    at, id_ = after or DayPosition(now, _LAST_ID)
    params: dict[str, Any] = {"practice": actor.author.practice, "since": day_start(now), "at": at, "id": id_}
    with connection.cursor() as cursor:
        cursor.execute(_OF_THE_DAY, params)
        rows = cursor.fetchall()
    lines = [
        Delivered(given, Sealed(fiche, number, bytes(value)), recorded_at, delivered, quantity, corrected)
        for given, fiche, number, value, recorded_at, delivered, quantity, corrected in rows[:PAGE]
    ]
    if len(rows) <= PAGE:
        return lines, None
    return lines, DayPosition(lines[-1].recorded_at, lines[-1].id)
