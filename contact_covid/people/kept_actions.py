"""Sealed identities as rows, for who keeps, puts back or erases what is known of a person without looking at it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from contact_covid.people.enums import KeyKind
from contact_covid.people.models import Lookup, SealedIdentity, SearchKey


class KeyRow(NamedTuple):
    """A search key of a fiche."""

    digest: bytes
    period: str
    kind: str
    area: str


class IdentityRows(NamedTuple):
    """The sealed identity of a fiche and what it is found by, as they lie in the tables."""

    period: str
    value: bytes
    keys: tuple[KeyRow, ...]


def identity_rows(fiche: UUID) -> IdentityRows:
    """Raises ``SealedIdentity.DoesNotExist`` when it was erased."""
    sealed = SealedIdentity.objects.get(fiche=fiche)
    keys = SearchKey.objects.filter(fiche=fiche).order_by("digest").values_list("digest", "period", "kind", "area")
    found = tuple(KeyRow(bytes(digest), period, KeyKind(kind).value, area) for digest, period, kind, area in keys)
    return IdentityRows(sealed.period, sealed.value, found)


def put_back(fiche: UUID, rows: IdentityRows) -> None:
    """Writes the rows over what the tables hold of that fiche. In the caller's transaction."""
    SealedIdentity.objects.filter(fiche=fiche).update(period=rows.period, value=rows.value)
    SearchKey.objects.filter(fiche=fiche).delete()
    SearchKey.objects.bulk_create(SearchKey(fiche=fiche, **key._asdict()) for key in rows.keys)


def erase(fiches: Sequence[UUID]) -> None:
    """Who these fiches are of is no longer known: identities, search keys, and the searches that found them go.

    In the caller's transaction; what opened them a moment ago finds nothing.
    """
    SealedIdentity.objects.filter(fiche__in=fiches).delete()
    SearchKey.objects.filter(fiche__in=fiches).delete()
    Lookup.objects.filter(fiches__overlap=list(fiches)).delete()


def erased(fiches: Iterable[UUID]) -> set[UUID]:
    """Those of which no identity is left."""
    wanted = set(fiches)
    return wanted - set(SealedIdentity.objects.filter(fiche__in=wanted).values_list("fiche", flat=True))
