from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.management import call_command

from contact_covid.directory.rules.reference import data_version, pack, parse_geography, shipped, unpack

REGION = {"code": "11", "nom": "Île-de-France"}
DEPARTMENT = {"code": "95", "nom": "Val-d'Oise", "region": "11"}
COMMUNE = {
    "code_insee": "95018",
    "nom": "L'Isle",
    "population": "7",
    "codes_postaux": "95102|95101",
    "type": "commune-actuelle",
}


def test_geography_survives_packing_with_the_same_bytes_each_time() -> None:
    geography = parse_geography([REGION], [DEPARTMENT], [COMMUNE])

    assert unpack(pack(geography), {}) == geography
    assert pack(geography) == pack(parse_geography([REGION], [DEPARTMENT], [COMMUNE]))
    assert geography.communes[0].name == "L’Isle"
    assert geography.communes[0].postcodes == ("95101", "95102")
    assert geography.communes[0].department == "95"


def test_municipal_arrondissements_are_part_of_their_commune() -> None:
    assert parse_geography([], [], [COMMUNE | {"type": "arrondissement-municipal"}]).communes == ()


def test_the_build_command_reads_the_public_tables(tmp_path: Path) -> None:
    for name, row in (("regions", REGION), ("departements", DEPARTMENT), ("communes", COMMUNE)):
        lines = (",".join(row), ",".join(row.values()))
        (tmp_path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")

    call_command("build_geography", source=tmp_path, target=tmp_path / "out.xz", verbosity=0)

    assert unpack((tmp_path / "out.xz").read_bytes(), {}) == parse_geography([REGION], [DEPARTMENT], [COMMUNE])


def test_the_whole_country_is_shipped() -> None:
    geography = shipped().geography

    assert (len(geography.regions), len(geography.departments), len(geography.communes)) == (26, 109, 34969)
    assert {commune.department for commune in geography.communes} == {d.code for d in geography.departments}
    assert {d.region for d in geography.departments} == {r.code for r in geography.regions}


def test_time_zones_exist_and_the_overseas_ones_are_their_own() -> None:
    zones = {d.code: d.timezone for d in shipped().geography.departments}

    assert all(ZoneInfo(zone) for zone in zones.values())
    assert {code for code, zone in zones.items() if zone != "Europe/Paris"} == {c for c in zones if len(c) > 2}
    assert zones["972"] == "America/Martinique"


def test_every_inhabited_department_has_a_fund_that_calls_its_people() -> None:
    reference = shipped()
    inhabited = {c.department for c in reference.geography.communes if c.population}
    areas = {area for fund in reference.funds for area in fund.areas}

    assert inhabited <= areas
    assert {fund.scheme for fund in reference.funds} <= set(reference.schemes)
    assert all(len(fund.code) == 3 and fund.centres for fund in reference.funds)
    assert {f.code: f.name for f in reference.funds}["011"] == "Caisse primaire de l’Ain"
    assert {f.code: f.seat_name for f in reference.funds}["931"] == "caisse de Bobigny"


def test_the_version_is_stable() -> None:
    assert data_version() == data_version()
