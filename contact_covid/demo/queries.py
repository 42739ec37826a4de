"""What of the demonstration is loaded, and whom one can look for in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from contact_covid.core.records import format_number
from contact_covid.core.rules import nir
from contact_covid.demo.models import Load, LoadedDay
from contact_covid.people.queries import open_identity

_TOLD = """
SELECT fiche.id, fiche.number, fiche.kind, fiche.state, fiche.fund, fiche.consent, identity.value,
    ARRAY(SELECT named_by.number FROM tracing_exposure exposure
        JOIN tracing_fiche named_by ON named_by.id = exposure.index_fiche_id
        WHERE exposure.contact_fiche_id = fiche.id ORDER BY exposure.created_at, named_by.number)
FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted (id, place)
JOIN tracing_fiche fiche ON fiche.id = wanted.id
JOIN people_sealed_identity identity ON identity.fiche = fiche.id
ORDER BY wanted.place
"""
_AT_THE_COUNTER = "fiche.kind = 'contact' AND loaded.nir_holder <> ''"
_TWICE = "1 < (SELECT count(*) FROM tracing_exposure WHERE contact_fiche_id = fiche.id)"
# Whom one may want to look for, and how many of a hundred; what is left goes to the first.
_MIX: Sequence[tuple[str, int]] = (
    (f"{_AT_THE_COUNTER} AND loaded.nir_holder = 'own'", 100),
    (f"{_AT_THE_COUNTER} AND fiche.consent = 'refuses'", 10),
    (f"{_AT_THE_COUNTER} AND loaded.nir_holder = 'insured'", 10),
    (f"{_AT_THE_COUNTER} AND {_TWICE}", 10),
    ("fiche.kind = 'index'", 5),
    ("fiche.kind = 'contact' AND loaded.nir_holder = ''", 5),
)
# Numbers follow the calendar and the map; multiplied by a prime they fall anywhere, always the same way.
_SOME = """
SELECT loaded.fiche FROM demo_fiche loaded JOIN tracing_fiche fiche ON fiche.id = loaded.fiche
WHERE loaded.size = %s AND {condition} ORDER BY loaded.number::bigint * 2654435761 %% 4294967296 LIMIT %s
"""
_FINDABLE = 4  # the first of ``_MIX``, whom a counter finds


_CONTENTS = """
WITH loaded AS (SELECT DISTINCT fiche FROM demo_fiche WHERE size = %(size)s)
SELECT count(*), count(*) FILTER (WHERE kind = 'index'), count(*) FILTER (WHERE kind = 'contact'),
    (SELECT count(*) FROM tracing_exposure WHERE index_fiche_id IN (SELECT fiche FROM loaded)),
    (SELECT coalesce(sum(skipped), 0) FROM demo_progress WHERE size = %(size)s)
FROM loaded JOIN tracing_fiche ON id = fiche
"""


@dataclass(frozen=True, slots=True)
class Contents:
    """Counts of what an outbreak became; ``skipped``: calls that the tables of states forbade."""

    fiches: int
    index_cases: int
    contacts: int
    exposures: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Patient:
    """A fiche of the demo outbreak. ``nir``: 15 characters or ""; ``index_records``: who named her."""

    nir: str
    last_name: str
    first_name: str
    record: str
    kind: str
    state: str
    fiche_url: str
    fund: str
    consent: str
    index_records: list[str]


def is_loaded() -> bool:
    """Whether an outbreak is in to its last day, and the cast with it, which is made before."""
    return Load.objects.filter(done_at__isnull=False).exists()


def has_cast() -> bool:
    """Whether the loading of an outbreak has come as far as its fiches: accounts are there."""
    return LoadedDay.objects.exists()


def contents(size: str) -> Contents:
    """What is in of the outbreak of that size."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTENTS, {"size": size})
        return Contents(*cursor.fetchone())


def patients(limit: int) -> list[Patient]:
    """Up to ``limit`` people of the largest outbreak, those whom a counter finds first; the same ones every time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size FROM demo_fiche GROUP BY size ORDER BY count(*) DESC, size LIMIT 1",
        )
        loaded = cursor.fetchone()
        if loaded is None:
            return []
        cursor.execute(_TOLD, [_pick(loaded[0], limit)])
        return [_patient(row) for row in cursor.fetchall()]


def _pick(size: str, limit: int) -> list[UUID]:
    found = [_some(size, condition, max(1, limit * share // 100)) for condition, share in _MIX]
    special = dict.fromkeys([fiche for fiches in found[1:] for fiche in fiches][:limit])
    plain = [fiche for fiche in dict.fromkeys(found[0]) if fiche not in special][: limit - len(special)]
    findable = {fiche for fiches in found[:_FINDABLE] for fiche in fiches}
    return sorted([*plain, *special], key=lambda fiche: fiche not in findable)


def _some(size: str, condition: str, limit: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_SOME.format(condition=condition), [size, limit])
        return [fiche for (fiche,) in cursor.fetchall()]


def _patient(row: Sequence[Any]) -> Patient:
    fiche, number, kind, state, fund, consent, sealed, named_by = row
    identity = open_identity(fiche, bytes(sealed))
    return Patient(
        nir=nir.parse(identity.nir).number if identity.nir else "",
        last_name=identity.used_name or identity.birth_name,
        first_name=identity.first_names.split()[0],
        record=format_number(number),
        kind=kind,
        state=state,
        fiche_url=f"/contact-covid/fiche/{fiche}/",
        fund=fund,
        consent=consent,
        index_records=[format_number(each) for each in named_by],
    )
