from datetime import date, timedelta
from pathlib import Path

from django.core.management import call_command

from contact_covid.demo.rules.names import proper_case, select
from contact_covid.demo.rules.template import pack, shipped_template, unpack
from contact_covid.demo.rules.thinning import NEW_EPISODE_DAYS, SAME_EPISODE_DAYS, thin

LAST = date(2020, 5, 30)


def case(number: int, back: int, *, onset: int | None = None, household: int = 0) -> dict[str, str]:
    """A line of the line list diagnosed ``back`` days before the last day."""
    day = LAST - timedelta(days=back)
    return {
        "case_id": str(number),
        "age": "40",
        "sex": "F",
        "household_id": f"{household or number}.0",
        "date_onset": "" if onset is None else str(LAST - timedelta(days=onset)),
        "date_test": str(day - timedelta(days=1)),
        "date_diagnosis": str(day),
    }


def met(index: int, *contacts: int, layer: str = "work") -> list[dict[str, str]]:
    return [{"index_case": str(index), "contact": str(contact), "layer": layer} for contact in contacts]


def named(linelist: list[dict[str, str]], contacts: list[dict[str, str]]) -> dict[int, list[tuple[int, int]]]:
    template = thin(linelist, contacts)
    return {c.person: [(n.contact, n.episode) for n in c.namings] for c in template.cases}


def test_the_whole_household_is_kept_and_comes_first() -> None:
    contacts = met(1, *range(100, 130)) + met(1, 90, 91, 92, 93, 94, layer="household")

    kept = [contact for contact, _ in named([case(1, 0)], contacts)[1]]

    assert kept[:5] == [90, 91, 92, 93, 94]
    assert 6 <= len(kept) <= 9


def test_cases_before_the_last_sixty_days_are_left_out() -> None:
    assert set(named([case(1, 60), case(2, 59), case(3, 0)], [])) == {2, 3}


def test_a_person_is_not_named_after_their_own_diagnosis() -> None:
    assert named([case(1, 20), case(2, 10)], met(2, 1))[2] == []


def test_a_person_who_falls_ill_soon_is_kept() -> None:
    contacts = met(1, *range(100, 130), 2)
    assert (2, 1) in named([case(1, 10), case(2, 5)], contacts)[1]


def test_two_mentions_are_one_fiche_or_two_episodes_never_in_between() -> None:
    def second(gap: int) -> list[tuple[int, int]]:
        return named([case(1, gap), case(2, 0)], met(1, 50) + met(2, 50))[2]

    assert second(SAME_EPISODE_DAYS) == [(50, 1)]
    assert second(SAME_EPISODE_DAYS + 1) == []
    assert second(NEW_EPISODE_DAYS - 1) == []
    assert second(NEW_EPISODE_DAYS) == [(50, 2)]


def test_an_onset_after_the_result_is_not_known_yet() -> None:
    [unknown, known] = thin([case(1, 5, onset=3), case(2, 0, onset=3)], []).cases
    assert unknown.onset is None
    assert known.onset == -4


def test_the_template_survives_packing() -> None:
    assert unpack(pack(shipped_template())) == shipped_template()
    assert pack(shipped_template()) == pack(shipped_template())


def test_names_are_written_as_people_write_them() -> None:
    assert [proper_case(name) for name in ("LE GOFF", "LILY-ROSE", "N'DIAYE", "LÉO")] == [
        "Le Goff", "Lily-Rose", "N'Diaye", "Léo",
    ]  # fmt: skip
    rows = select([{"name": "LEFEVRE", "percent": "0.140"}], [{"name": "JADE", "percent": "1.179"}], [])
    assert rows == [("surname", "Lefèvre", 140), ("F", "Jade", 1179)]


def test_the_build_command_writes_what_thinning_gives(tmp_path: Path) -> None:
    linelist, contacts = [case(1, 0)], met(1, 5, 6)
    for name, rows in (("linelist", linelist), ("contacts", contacts)):
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")

    call_command("build_outbreak", source=tmp_path, names=None, target=tmp_path, verbosity=0)

    assert unpack((tmp_path / "outbreak.csv.xz").read_bytes()) == thin(linelist, contacts)
