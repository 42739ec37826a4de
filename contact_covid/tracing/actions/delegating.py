"""Fiches that an organisation calls instead of the platform, for a while. The caller has decided who and until when."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from contact_covid.core.rules.arrays import array

_ENTRUST = """
UPDATE tracing_fiche SET delegation = %s, delegated_to = %s, delegated_until = %s
WHERE id = ANY(%s::uuid[]) RETURNING number
"""
# In the order of their ids, as everybody locks fiches.
_TAKE_BACK = """
WITH back AS (
    SELECT id FROM tracing_fiche WHERE delegation = ANY(%s::uuid[]) AND {which} ORDER BY id FOR NO KEY UPDATE
)
UPDATE tracing_fiche SET delegation = NULL, delegated_to = NULL, delegated_until = NULL
FROM back WHERE tracing_fiche.id = back.id RETURNING tracing_fiche.id, tracing_fiche.number
"""


class Back(NamedTuple):
    """A fiche that its platform calls again."""

    id: UUID
    number: str


def entrust(*, fiches: Collection[UUID], delegation: UUID, organisation: UUID, until: datetime) -> list[str]:
    """Lets the organisation call these fiches, which the caller has locked, and nobody else; returns their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRUST, (delegation, organisation, until, array(fiches)))
        return sorted(number for (number,) in cursor.fetchall())


def take_back(*, delegations: Collection[UUID], fiches: Collection[UUID] | None = None) -> list[Back]:
    """The platform calls them again, each with the urgency that it had: of these delegations all, or among ``fiches``.
    Belongs to the caller's act."""
    which, params = ("TRUE", []) if fiches is None else ("id = ANY(%s::uuid[])", [array(fiches)])
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK.format(which=which), [array(delegations), *params])
        return sorted((Back(*row) for row in cursor.fetchall()), key=lambda each: each.number)
