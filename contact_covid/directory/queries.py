"""Reading the directory: logins, account pages, addresses, areas.

``departments``, ``schemes``, ``funds`` and the postcode table are reference data that only a release changes: they are
read once a process and database. Nothing else is kept.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from contact_covid.core.period import PARIS
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.models import Centre, Commune, Department, Fund, Organisation, Practice, Scheme
from contact_covid.directory.rules.places import department_by_prefix, fold_place
from contact_covid.directory.rules.reference import DepartmentRow, FundRow

_SUGGESTIONS = 20
_POSTCODE = re.compile(r"[0-9]{5}")
_POSTCODE_AREAS = """
    SELECT DISTINCT ON (postcode) postcode, department_id
    FROM directory_commune, unnest(postcodes) AS postcode
    GROUP BY postcode, department_id
    ORDER BY postcode, sum(population) DESC, department_id
"""

Table = TypeVar("Table", bound=Mapping[str, object])


class _Kept(Generic[Table]):
    """A reference table read once for each database this process talks to, and again as long as it is empty."""

    def __init__(self, read: Callable[[], Table]) -> None:
        self._read = read
        self._tables: dict[tuple[object, ...], Table] = {}

    def __call__(self) -> Table:
        settings = connection.settings_dict
        database = (settings["HOST"], settings["PORT"], settings["NAME"])
        table = self._tables.get(database)
        if table is None:
            table = self._read()
            if table:
                self._tables[database] = table
        return table


@_Kept
def departments() -> Mapping[str, DepartmentRow]:
    """Every département by code, overseas included, with its region and time zone."""
    rows = Department.objects.order_by("code")
    for row in rows:
        _zone(row.timezone)
    return MappingProxyType({d.code: DepartmentRow(d.code, d.name, d.region_id, d.timezone) for d in rows})


# Once read they stay: of more than eight zones ZoneInfo itself would read files anew at each claim of a call.
_zone = cache(ZoneInfo)


@_Kept
def schemes() -> Mapping[str, str]:
    """Name of each scheme (« régime ») by its two digits."""
    return MappingProxyType(dict(Scheme.objects.order_by("code").values_list("code", "name")))


@_Kept
def funds() -> Mapping[str, FundRow]:
    """Every fund (« caisse ») by its three digits, with its centres."""
    centres: dict[str, list[str]] = defaultdict(list)
    for fund, code in Centre.objects.order_by("fund", "code").values_list("fund", "code"):
        centres[fund].append(code)
    return MappingProxyType({fund.code: _fund_row(fund, centres[fund.code]) for fund in Fund.objects.order_by("code")})


@_Kept
def _area_funds() -> Mapping[str, str]:
    """The fund whose area a département is, the first one by code where there are several."""
    return MappingProxyType({area: fund.code for fund in reversed([*funds().values()]) for area in fund.areas})


def _fund_row(fund: Fund, centres: list[str]) -> FundRow:
    return FundRow(
        code=fund.code,
        name=fund.name,
        seat_name=fund.seat_name,
        scheme=fund.scheme_id,
        department=fund.department_id,
        street=fund.street,
        postcode=fund.postcode,
        commune=fund.commune,
        phone=fund.phone,
        areas=tuple(fund.areas),
        centres=tuple(centres),
    )


@_Kept
def _postcode_areas() -> Mapping[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_POSTCODE_AREAS)
        return MappingProxyType(dict(cursor.fetchall()))


def practices_by_number(number: str) -> QuerySet[Practice]:
    """Active places of practice with this AM or FINESS number as typed, blanks aside; several may share it."""
    return _places().filter(number="".join(number.split()) or "-", active=True)


def practice_names(practices: Collection[UUID]) -> dict[UUID, str]:
    """Name of each place of practice; who is not known is left out."""
    return dict(Practice.objects.filter(id__in=practices).values_list("id", "name"))


def organisation_names(organisations: Collection[UUID]) -> dict[UUID, str]:
    return dict(Organisation.objects.filter(id__in=organisations).values_list("id", "name"))


def support_cell_of(department: str) -> UUID | None:
    """The cell that helps people of a département to isolate; None where there is none."""
    cells = Organisation.objects.filter(kind=OrganisationKind.SUPPORT_CELL, department=department)
    return cells.order_by("name", "id").values_list("id", flat=True).first()


_DELEGATES = (OrganisationKind.DELEGATED, OrganisationKind.COVID_CENTRE)


def delegates_of(fund: str) -> QuerySet[Organisation]:
    """The organisations that may call for the platform of a fund: those of its area, by name."""
    return Organisation.objects.filter(kind__in=_DELEGATES, fund=fund).order_by("name", "id")


def delegate_of(fund: str, organisation: UUID) -> bool:
    """Whether that organisation may call for the platform of the fund."""
    return delegates_of(fund).filter(id=organisation).exists()


def organisations_named(part: str, *, kinds: Collection[str], most: int) -> QuerySet[Organisation]:
    """Organisations of these kinds whose name holds ``part``, in the order of their names."""
    return Organisation.objects.filter(kind__in=kinds, name__icontains=part).order_by("name", "id")[:most]


def practices_of(professional: UUID) -> QuerySet[Practice]:
    """What the account page lists: every active place of a professional, the oldest first."""
    return _places().filter(professional=professional, active=True)


def _places() -> QuerySet[Practice]:
    return Practice.objects.select_related("professional", "organisation", "fund").order_by("id")


def communes_of(postcode: str) -> QuerySet[Commune]:
    """Communes that have this postcode, the most populous first; none for what is no postcode."""
    if not _POSTCODE.fullmatch(postcode):
        return Commune.objects.none()
    return Commune.objects.filter(postcodes__contains=[postcode]).order_by("-population", "insee")


def communes_starting(text: str, *, department: str | None = None) -> QuerySet[Commune]:
    """Up to 20 communes whose folded name starts with the text, most populous first; none for under 2 letters."""
    start = fold_place(text)
    if len(start) < 2:
        return Commune.objects.none()
    found = Commune.objects.filter(folded__startswith=start)
    if department is not None:
        found = found.filter(department=department)
    return found.order_by("-population", "insee")[:_SUGGESTIONS]


def department_of(text: str) -> str | None:
    """The département code of a postcode, or of a département code typed instead (« Code postal/départ. »).

    A postcode astride two départements gives the one where most of its people live. A postcode no commune has (CEDEX)
    gives what its first digits say. ``None`` when no département is meant.
    """
    typed = text.strip().upper()
    known = departments()
    if typed in known:
        return typed
    if not _POSTCODE.fullmatch(typed):
        return None
    code = _postcode_areas().get(typed) or department_by_prefix(typed)
    return code if code in known else None


class Area(NamedTuple):
    """Codes of a département, its region and the fund whose platform calls there; all unknown, or the fund alone."""

    department: str | None = None
    region: str | None = None
    fund: str | None = None


def areas_by_postcode() -> Callable[[str], Area]:
    """Says the area of a postcode as ``department_of`` does, asking the database now and never again."""
    known, postcodes, area_funds = departments(), _postcode_areas(), _area_funds()

    @cache
    def area(postcode: str) -> Area:
        code = postcodes.get(postcode) or (department_by_prefix(postcode) if postcode else "")
        return Area(code, known[code].region, area_funds.get(code)) if code in known else Area()

    return area


def area_fund_of(department: str) -> str | None:
    """The fund whose platform calls the people of a département: the first one by code where there are several."""
    return _area_funds().get(department)


def fund_of_place(place: UUID) -> str | None:
    """The fund of a practice or of an organisation; None when it is neither, or of no fund."""
    own = Practice.objects.filter(id=place).values_list("fund", flat=True).first()
    return own or Organisation.objects.filter(id=place).values_list("fund", flat=True).first()


def region_of(department: str) -> str | None:
    """The INSEE code of the region a département belongs to."""
    found = departments().get(department)
    return found.region if found else None


def zone_of(department: str) -> ZoneInfo:
    """The time zone of a département; that of Paris for one that is not known."""
    found = departments().get(department)
    return _zone(found.timezone) if found else PARIS
