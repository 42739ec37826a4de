"""The only writers of the directory: the shipped reference tables, and batches of organisations, people and places.

Every loader is idempotent on the natural key of its rows (code, FINESS, national id, number): loading again updates.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.core.ids import new_id
from contact_covid.directory.events import DirectoryEvent
from contact_covid.directory.models import (
    Centre,
    Department,
    Fund,
    Organisation,
    Practice,
    Professional,
    ReferenceLoad,
    Region,
    Scheme,
)
from contact_covid.directory.rules.entries import NewOrganisation, NewPractice, NewProfessional
from contact_covid.directory.rules.places import fold_place
from contact_covid.directory.rules.reference import CommuneRow, Geography, Reference, data_version, shipped
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row", Organisation, Professional, Practice)
_REFERENCE = "reference"
_LOCK = 0x0D1EC7
_UPSERT_COMMUNES = """
    INSERT INTO directory_commune (insee, name, folded, department_id, postcodes, population)
    SELECT insee, name, folded, department, string_to_array(postcodes, ' '), population
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[])
         AS row (insee, name, folded, department, postcodes, population)
    ON CONFLICT (insee) DO UPDATE SET name = excluded.name, folded = excluded.folded,
        department_id = excluded.department_id, postcodes = excluded.postcodes, population = excluded.population
"""


def load_reference(*, now: datetime) -> bool:
    """Brings the reference tables to the shipped version; false when they were there already (one SELECT)."""
    version = data_version()
    if ReferenceLoad.objects.filter(name=_REFERENCE, version=version).exists():
        return False
    reference = shipped()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _load_areas(reference.geography)
        _load_communes(reference.geography.communes)
        _load_funds(reference)
        ReferenceLoad.objects.update_or_create(name=_REFERENCE, defaults={"version": version, "loaded_at": now})
    return True


def _load_areas(geography: Geography) -> None:
    Region.objects.bulk_create(
        (Region(code=r.code, name=r.name) for r in geography.regions),
        update_conflicts=True, unique_fields=["code"], update_fields=["name"],
    )  # fmt: skip
    Department.objects.bulk_create(
        (Department(code=d.code, name=d.name, region_id=d.region, timezone=d.timezone) for d in geography.departments),
        update_conflicts=True, unique_fields=["code"], update_fields=["name", "region", "timezone"],
    )  # fmt: skip


def _load_communes(communes: Sequence[CommuneRow]) -> None:
    columns: list[list[object]] = [
        [c.insee for c in communes],
        [c.name for c in communes],
        [fold_place(c.name) for c in communes],
        [c.department for c in communes],
        [" ".join(c.postcodes) for c in communes],
        [c.population for c in communes],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_COMMUNES, columns)


def _load_funds(reference: Reference) -> None:
    Scheme.objects.bulk_create(
        (Scheme(code=code, name=name) for code, name in reference.schemes.items()),
        update_conflicts=True, unique_fields=["code"], update_fields=["name"],
    )  # fmt: skip
    changing = ["name", "seat_name", "street", "postcode", "commune", "phone"]
    Fund.objects.bulk_create(
        (
            Fund(
                code=fund.code,
                scheme_id=fund.scheme,
                department_id=fund.department,
                areas=list(fund.areas),
                **{name: getattr(fund, name) for name in changing},
            )
            for fund in reference.funds
        ),
        update_conflicts=True, unique_fields=["code"], update_fields=[*changing, "scheme", "department", "areas"],
    )  # fmt: skip
    Centre.objects.bulk_create(
        (Centre(fund_id=fund.code, code=code) for fund in reference.funds for code in fund.centres),
        ignore_conflicts=True,
    )


@transaction.atomic
def load_fund_addresses(*, actor: Actor, addresses: Mapping[str, str], now: datetime) -> set[str]:
    """Sets the e-mail addresses of funds by their code; the others keep theirs, and what changes none leaves no row.

    Returns the codes that a fund has. Raises ``policy.Denied``.
    """
    policy.check(actor, Permission.DIRECTORY_LOAD)
    named = [fund for fund in Fund.objects.only("code", "email") if fund.code in addresses]
    changed = [fund for fund in named if fund.email != addresses[fund.code]]
    for fund in changed:
        fund.email = addresses[fund.code]
    if changed:
        Fund.objects.bulk_update(changed, ["email"])
        detail: dict[str, Detail] = {
            "source": "fund_addresses",
            "rows": len(named),
            "refused": len(addresses) - len(named),
            "updated": {"funds": len(changed)},
        }
        told = Event.by(actor, DirectoryEvent.LOADED, Purpose.ADMINISTRATION, Surface.COMMAND, detail=detail)
        record(told, now=now)
    return {fund.code for fund in named}


@transaction.atomic
def load_organisations(*, organisations: Iterable[NewOrganisation], now: datetime) -> list[UUID]:
    """Creates or updates the organisations; their ids, in the order given. Two rows of one key are one organisation."""
    wanted = list(organisations)
    by_key = {row.key: row for row in wanted}
    finess = [row.finess for row in by_key.values() if row.finess]
    names = [row.name for row in by_key.values() if not row.finess]
    known: dict[tuple[str, ...], UUID] = {(o.finess,): o.id for o in Organisation.objects.filter(finess__in=finess)}
    unnumbered = Organisation.objects.filter(finess="", name__in=names)
    known |= {(o.kind, o.name, o.postcode): o.id for o in unnumbered}
    ids = _ids_for(by_key, known, now)
    fields = ["kind", "finess", "name", "street", "postcode", "commune"]
    areas = ["department", "region", "fund"]
    _save(
        Organisation,
        [
            Organisation(
                id=ids[key],
                **{name: getattr(row, name) for name in fields},
                **{f"{name}_id": getattr(row, name) for name in areas},
            )
            for key, row in by_key.items()
        ],
        fields + areas,
    )
    return [ids[row.key] for row in wanted]


@transaction.atomic
def load_professionals(*, professionals: Iterable[NewProfessional], now: datetime) -> list[UUID]:
    """Creates or updates the professionals by national id; their ids, in the order given."""
    wanted = list(professionals)
    by_key = {row.national_id: row for row in wanted}
    known = dict(Professional.objects.filter(national_id__in=list(by_key)).values_list("national_id", "id"))
    ids = _ids_for(by_key, known, now)
    fields = ["national_id", "title", "last_name", "first_name", "profession", "specialty"]
    rows = [Professional(id=ids[key], **{name: getattr(row, name) for name in fields}) for key, row in by_key.items()]
    _save(Professional, rows, fields)
    return [ids[row.national_id] for row in wanted]


@transaction.atomic
def load_practices(*, practices: Iterable[NewPractice], now: datetime) -> list[UUID]:
    """Creates or updates places of practice, active again if they were not; their ids, in the order given."""
    wanted = list(practices)
    by_key = {row.key: row for row in wanted}
    numbered = Practice.objects.filter(number__in=[row.number for row in by_key.values() if row.number])
    people = [row.professional for row in by_key.values() if not row.number]
    others = Practice.objects.filter(number="", professional__in=people)
    known: dict[tuple[UUID | None, str | UUID | None], UUID] = {
        **{(place.professional_id, place.number): place.id for place in numbered},
        **{(place.professional_id, place.organisation_id): place.id for place in others},
    }
    ids = _ids_for(by_key, known, now)
    fields = ["number", "name", "street", "postcode", "commune", "convention", "radiology"]
    links = ["professional", "organisation", "department", "fund"]
    rows = [
        Practice(
            id=ids[key],
            active=True,
            **{name: getattr(row, name) for name in fields},
            **{f"{name}_id": getattr(row, name) for name in links},
        )
        for key, row in by_key.items()
    ]
    _save(Practice, rows, [*fields, *links, "active"])
    return [ids[row.key] for row in wanted]


def _ids_for(rows: Mapping[Key, object], known: Mapping[Key, UUID], now: datetime) -> dict[Key, UUID]:
    return {key: known.get(key) or new_id(now) for key in rows}


def _save(model: type[Row], rows: Sequence[Row], fields: Sequence[str]) -> None:
    model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)
