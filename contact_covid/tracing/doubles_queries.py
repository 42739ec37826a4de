"""Fiches that resemble one another, and those that were made one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.core.rules.arrays import array
from contact_covid.people.actions import Sealed
from contact_covid.people.enums import KeyKind
from contact_covid.people.queries import fiches_by_value, open_identities
from contact_covid.people.rules.keys import person_values
from contact_covid.tracing.enums import Closure
from contact_covid.tracing.models import Distinct, Fiche, Merge
from contact_covid.tracing.queries import FicheNotFound, sealed_value, within

_LEADS_TO = """
WITH RECURSIVE led (start, fiche) AS (
    SELECT loser_id, survivor_id FROM tracing_merge WHERE loser_id = ANY(%s::uuid[]) AND undone_at IS NULL
    UNION ALL
    SELECT led.start, merge.survivor_id FROM led
    JOIN tracing_merge merge ON merge.loser_id = led.fiche AND merge.undone_at IS NULL
)
SELECT start, fiche FROM led WHERE NOT EXISTS (
    SELECT FROM tracing_merge further WHERE further.loser_id = led.fiche AND further.undone_at IS NULL)
"""
MADE_ONE_SQL = """
WITH RECURSIVE one (fiche) AS (
    SELECT unnest(%s::uuid[])
    UNION
    SELECT merge.loser_id FROM one
    JOIN tracing_merge merge ON merge.survivor_id = one.fiche AND merge.undone_at IS NULL
)
SELECT fiche FROM one
"""
"""The ids of some fiches (one parameter, an array) with all that were merged into them."""


NUMBERS_SQL = """ARRAY(
    WITH RECURSIVE one (fiche) AS (
        SELECT id FROM tracing_fiche WHERE number = %s
        UNION
        SELECT merge.loser_id FROM one
        JOIN tracing_merge merge ON merge.survivor_id = one.fiche AND merge.undone_at IS NULL
    )
    SELECT number::text FROM tracing_fiche JOIN one ON one.fiche = tracing_fiche.id ORDER BY number)"""
"""The numbers of a fiche (one parameter, its number) and of all that were merged into it."""


def survivors(fiches: Collection[UUID]) -> dict[UUID, UUID]:
    """Where each of these fiches leads that were merged into another; the others are left out. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LEADS_TO, [array(fiches)])
        return dict(cursor.fetchall())


def led_to(fiche: UUID) -> UUID:
    """The fiche that this one was merged into; itself when it was not."""
    return survivors([fiche]).get(fiche, fiche)


def made_one(fiches: Iterable[UUID]) -> dict[UUID, str]:
    """These fiches with all that were merged into them, and their numbers. One statement."""
    merged = RawSQL(MADE_ONE_SQL, [list(fiches)])
    return dict(Fiche.objects.filter(id__in=merged).order_by("id").values_list("id", "number"))


def numbers_made_one(number: str) -> list[str]:
    """The numbers of all fiches that were merged into that one, which is not among them. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NUMBERS_SQL}", [number])
        return [other for other in cursor.fetchone()[0] if other != number]


class Resembling(NamedTuple):
    """A fiche that may be of the same person; ``by``: what both carry. ``ours``: in the actor's area."""

    fiche: Fiche
    by: frozenset[KeyKind]
    ours: bool


class Doubtful(NamedTuple):
    """A fiche flagged when it was registered or corrected, with those that it resembles today."""

    fiche: Fiche
    sealed: Sealed
    resembling: Sequence[Resembling]


class Position(NamedTuple):
    """Where a page ended."""

    created_at: datetime
    fiche: UUID


def doubtful(
    actor: Actor, now: datetime, *, after: Position | None = None, limit: int
) -> tuple[list[Doubtful], Position | None]:
    """A page of the doubtful fiches of the actor's area, newest first, and where the next begins. Five statements.

    Raises ``Denied``, ``KeyMissing``.
    """
    found = _open_within(actor, now).filter(doubtful=True).order_by("-created_at", "-id")
    if after:
        found = found.filter(Q(created_at__lt=after.created_at) | Q(created_at=after.created_at, id__lt=after.fiche))
    rows = list(found.annotate(sealed=sealed_value("id")).exclude(sealed=None)[: limit + 1])
    page = rows[:limit]
    sealed = {row.id: bytes(row.sealed) for row in page}
    alike = resembling(actor.fund, sealed, now)
    lines = [Doubtful(row, Sealed(row.id, row.number, sealed[row.id]), alike.get(row.id, ())) for row in page]
    return lines, Position(page[-1].created_at, page[-1].id) if len(rows) > limit else None


def _open_within(actor: Actor, now: datetime) -> QuerySet[Any]:
    reach = within(actor, Permission.DOUBLES_MERGE, now)
    return Fiche.objects.filter(RawSQL(reach.sql, reach.params, output_field=BooleanField()), closure=Closure.OPEN)


def resembling(fund: str | None, sealed: Mapping[UUID, bytes], now: datetime) -> dict[UUID, list[Resembling]]:
    """The open fiches that each of these resembles and was not told apart from, oldest first. Three statements.

    One of the other kind that is proved to be of the same person is hers too, and no double. Raises ``KeyMissing``.
    """
    opened = open_identities(sealed.items())
    people = dict(zip(sealed, map(person_values, opened), strict=True))
    found = fiches_by_value([value for values in people.values() for value in values.alike], now)
    others = {fiche for fiches in found.values() for fiche in fiches}
    known = {
        row.id: row for row in Fiche.objects.filter(id__in=others | set(sealed), closure=Closure.OPEN).order_by("id")
    }
    apart = _told_apart(known)
    alike: dict[UUID, list[Resembling]] = {}
    for fiche, values in people.items():
        proved = {
            other
            for number, born in values.same.values()
            for other in set(found.get(number, ())) & set(found.get(born, ()))
        }
        for other, row in known.items():
            by = frozenset(value.kind for value in values.alike if other in found.get(value, ()))
            is_hers = other in proved and fiche in known and row.kind != known[fiche].kind
            if by and other != fiche and not is_hers and frozenset((fiche, other)) not in apart:
                alike.setdefault(fiche, []).append(Resembling(row, by, row.fund == fund))
    return alike


def _told_apart(fiches: Iterable[UUID]) -> set[frozenset[UUID]]:
    pairs = Distinct.objects.filter(first__in=fiches, second__in=fiches).values_list("first", "second")
    return {frozenset(pair) for pair in pairs}


class Pair(NamedTuple):
    """Two fiches of the actor's area, the one created first first. ``apart``: told apart before."""

    first: Fiche
    second: Fiche
    apart: Distinct | None

    @property
    def both(self) -> tuple[Fiche, Fiche]:
        return self.first, self.second


def pair_of(actor: Actor, fiches: tuple[UUID, UUID], now: datetime, *, lock: bool = False) -> Pair:
    """Raises ``Denied``; ``FicheNotFound`` when one is absent, of another area, or both are the same."""
    reach = within(actor, Permission.DOUBLES_MERGE, now)
    found = Fiche.objects.filter(RawSQL(reach.sql, reach.params, output_field=BooleanField()), id__in=fiches)
    rows = list((found.select_for_update() if lock else found).order_by("id"))
    if len(rows) < 2:
        raise FicheNotFound
    apart = Distinct.objects.filter(first=rows[0], second=rows[1]).first()
    first, second = sorted(rows, key=lambda row: (row.created_at, row.id))
    return Pair(first, second, apart)


def merge_of(actor: Actor, merge: UUID, now: datetime, *, lock: bool = False) -> Merge:
    """A merge whose surviving fiche is in the actor's area, with both fiches. Raises ``Denied``, ``FicheNotFound``."""
    reach = within(actor, Permission.DOUBLES_MERGE, now)
    fiches = Fiche.objects.filter(RawSQL(reach.sql, reach.params, output_field=BooleanField()))
    found = Merge.objects.select_related("survivor", "loser").filter(id=merge, survivor__in=fiches)
    known = (found.select_for_update() if lock else found).first()
    if known is None:
        raise FicheNotFound
    return known


def merge_between(actor: Actor, fiches: tuple[UUID, UUID], now: datetime) -> UUID | None:
    """The merge, in the actor's area, that made one of these two, while it stands. Raises ``Denied``."""
    reach = within(actor, Permission.DOUBLES_MERGE, now)
    seen = Fiche.objects.filter(RawSQL(reach.sql, reach.params, output_field=BooleanField()), id__in=fiches)
    ours = list(seen.values_list("id", flat=True))
    found = Merge.objects.filter(undone_at=None, survivor__in=ours, loser__in=fiches)
    return found.values_list("id", flat=True).first()


def merges_of(actor: Actor, now: datetime, *, limit: int) -> list[Merge]:
    """The last merges of the actor's area that stand, newest first. One statement. Raises ``Denied``."""
    reach = within(actor, Permission.DOUBLES_MERGE, now)
    fiches = Fiche.objects.filter(RawSQL(reach.sql, reach.params, output_field=BooleanField()))
    found = Merge.objects.select_related("survivor", "loser").filter(undone_at=None, survivor__in=fiches)
    return list(found.defer("kept").order_by("-at", "-id")[:limit])
