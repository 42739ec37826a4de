"""The reference tables shipped in ``directory/data``: how they are written and read.

Geography is one xz file of CSV lines (made by ``build_geography`` from the public "découpage administratif"):
``R,code,name``, ``D,code,name,region`` and ``C,insee,name,population,postcodes``. Schemes, funds and time zones are CSV
files kept by hand.
"""

import csv
import hashlib
import io
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

METROPOLE = "Europe/Paris"
_FILES = ("geography.csv.xz", "timezones.csv", "schemes.csv", "funds.csv")
_DATA = files("contact_covid.directory") / "data"


@dataclass(frozen=True, slots=True)
class RegionRow:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    code: str
    name: str
    region: str
    timezone: str = METROPOLE


@dataclass(frozen=True, slots=True)
class CommuneRow:
    insee: str
    name: str
    population: int
    postcodes: tuple[str, ...]

    @property
    def department(self) -> str:
        """INSEE codes begin with the département, three characters long overseas."""
        return self.insee[:3] if self.insee.startswith(("97", "98")) else self.insee[:2]


@dataclass(frozen=True, slots=True)
class FundRow:
    code: str
    name: str
    seat_name: str
    scheme: str
    department: str
    street: str
    postcode: str
    commune: str
    phone: str
    areas: tuple[str, ...]
    centres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Geography:
    regions: tuple[RegionRow, ...]
    departments: tuple[DepartmentRow, ...]
    communes: tuple[CommuneRow, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference tables; ``schemes``: code → name."""

    geography: Geography
    schemes: dict[str, str]
    funds: tuple[FundRow, ...]


def pack(geography: Geography) -> bytes:
    """The geography file; the same rows give the same bytes."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerows(("R", r.code, r.name) for r in geography.regions)
    lines.writerows(("D", d.code, d.name, d.region) for d in geography.departments)
    lines.writerows(("C", c.insee, c.name, c.population, " ".join(c.postcodes)) for c in geography.communes)
    return lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME)


def unpack(packed: bytes, timezones: dict[str, str]) -> Geography:
    """Inverse of ``pack``; ``timezones``: département code → IANA name where it is not that of Paris."""
    kinds: dict[str, list[list[str]]] = {"R": [], "D": [], "C": []}
    for kind, *values in csv.reader(io.StringIO(lzma.decompress(packed).decode())):
        kinds[kind].append(values)
    return Geography(
        regions=tuple(RegionRow(code, name) for code, name in kinds["R"]),
        departments=tuple(
            DepartmentRow(code, name, region, timezones.get(code, METROPOLE)) for code, name, region in kinds["D"]
        ),
        communes=tuple(
            CommuneRow(insee, name, int(population), tuple(postcodes.split()))
            for insee, name, population, postcodes in kinds["C"]
        ),
    )


def parse_geography(
    regions: Iterable[dict[str, str]], departments: Iterable[dict[str, str]], communes: Iterable[dict[str, str]]
) -> Geography:
    """From the CSV tables of the public "découpage administratif" (columns in French, postcodes separated by "|").

    Municipal arrondissements are left out: their commune carries all their postcodes.
    """
    return Geography(
        regions=tuple(sorted((RegionRow(r["code"], _typeset(r["nom"])) for r in regions), key=lambda r: r.code)),
        departments=tuple(
            sorted(
                (DepartmentRow(d["code"], _typeset(d["nom"]), d["region"]) for d in departments), key=lambda d: d.code
            )
        ),
        communes=tuple(sorted(_communes(communes), key=lambda c: c.insee)),
    )


def _communes(rows: Iterable[dict[str, str]]) -> Iterator[CommuneRow]:
    for row in rows:
        if row["type"] == "commune-actuelle":
            postcodes = tuple(sorted(filter(None, row["codes_postaux"].split("|"))))
            yield CommuneRow(row["code_insee"], _typeset(row["nom"]), int(row["population"] or 0), postcodes)


def _typeset(name: str) -> str:
    return name.replace("'", "’")


def data_version() -> str:
    """Changes whenever one of the shipped files does: SHA-256 of them all."""
    digest = hashlib.sha256()
    for name in _FILES:
        digest.update((_DATA / name).read_bytes())
    return digest.hexdigest()


@cache
def shipped() -> Reference:
    """The reference tables of this release."""
    timezones = {row["department"]: row["timezone"] for row in _table("timezones.csv")}
    return Reference(
        geography=unpack((_DATA / "geography.csv.xz").read_bytes(), timezones),
        schemes={row["code"]: row["name"] for row in _table("schemes.csv")},
        funds=tuple(_fund(row) for row in _table("funds.csv")),
    )


def _table(name: str) -> Iterator[dict[str, str]]:
    return iter(list(csv.DictReader(io.StringIO((_DATA / name).read_text("utf-8")))))


def _fund(row: dict[str, str]) -> FundRow:
    plain = {name: value for name, value in row.items() if name not in ("areas", "centres")}
    return FundRow(**plain, areas=tuple(row["areas"].split()), centres=tuple(row["centres"].split()))
