"""``manage.py load_directory``: who practises where, as the national directories say it today."""

import json
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts
from contact_covid.accounts.queries import known_login, open_posts
from contact_covid.accounts.rules.logins import Login
from contact_covid.demo.rules.professional_numbers import rpps
from contact_covid.directory.actions import load_organisations, load_practices, load_professionals
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.directory.models import Organisation, Practice, Professional
from contact_covid.directory.rules.entries import NewOrganisation, NewPractice, NewProfessional
from contact_covid.directory.rules.extract_files import LONGEST_LINE
from contact_covid.journal.enums import Surface
from contact_covid.journal.models import Entry
from tests.directory.extracts import (
    CABINET,
    FINESS_HEADER,
    HOSPITAL,
    LABORATORY,
    PHARMACY,
    activity,
    establishment,
    load,
    pharmacist,
    written,
)
from tests.server import ROOT

pytestmark = pytest.mark.usefixtures("rolled_back")
ADELI = "939999997"
AM_HEADER = "rpps;am_number;finess;postcode;fund;convention;radiology"
REPEATED = "ce lieu ou ce numéro figure déjà plus haut avec une autre valeur"
EXTRACTS = ROOT.parent / "shared" / "data" / "health_ids_fr"


def annuaire(folder: Path, *lines: str, **options: Any) -> dict[str, Any]:
    told: dict[str, Any] = load(annuaire=written(folder / "annuaire.txt", lines), **options)["annuaire"]
    return told


def finess(folder: Path, *lines: str, **options: Any) -> dict[str, Any]:
    path = written(folder / "finess.csv", lines, header=FINESS_HEADER)
    told: dict[str, Any] = load(finess=path, **options)["finess"]
    return told


def adeli(folder: Path, *pairs: tuple[str, str]) -> dict[str, Any]:
    path = written(folder / "adeli.csv", map(";".join, pairs), header="N° ADELI;N° RPPS")
    told: dict[str, Any] = load(adeli=path)["adeli"]
    return told


def am(folder: Path, *lines: str, header: str = AM_HEADER) -> dict[str, Any]:
    told: dict[str, Any] = load(am=written(folder / "am.csv", lines, header=header))["am"]
    return told


def reasons(told: dict[str, Any]) -> dict[int, str]:
    """Why each refused line was, by its number in the file."""
    lines = [line.split(";") for line in Path(told["rejects"]).read_text().splitlines()[1:]]
    return {int(number): reason for number, reason, *_ in lines}


def places(**filters: Any) -> dict[str, Practice]:
    return {place.place: place for place in Practice.objects.filter(**filters).select_related("organisation")}


def everything() -> list[list[tuple[object, ...]]]:
    return [sorted(model.objects.values_list(), key=str) for model in (Organisation, Professional, Practice)]


def test_professionals_come_with_their_places_their_departement_and_its_fund(tmp_path: Path) -> None:
    told = annuaire(
        tmp_path,
        activity(1, last_name="D'ALMÉIDA", specialty="Médecine générale"),
        activity(1, last_name="D'ALMÉIDA", place="R2", postcode="97410", commune="Saint-Pierre"),
    )

    assert (told["lines"], told["rows"], told["refused"], told["left_out"]) == (2, 2, 0, {})
    assert told["created"] == {"organisations": 0, "professionals": 1, "practices": 2}
    [known] = Professional.objects.all()
    assert known.display_name == "Dr Zoé D'ALMÉIDA"
    assert (known.national_id, known.profession, known.specialty) == (f"8{rpps(1)}", "physician", "Médecine générale")
    mine = places(professional=known)
    assert mine[f"{CABINET}1"].street == "12 Rue de la République"
    assert {place.postcode: (place.department_id, place.fund_id, place.number) for place in mine.values()} == {
        "93200": ("93", "931", ""),
        "97410": ("974", "974", ""),
    }


@pytest.mark.parametrize(
    ("line", "profession", "kind", "number"),
    [
        (pharmacist(1), Profession.PHARMACIST, OrganisationKind.PHARMACY, PHARMACY),
        (pharmacist(1, mode="S", section="D"), Profession.PHARMACIST, OrganisationKind.PHARMACY, ""),
        (
            pharmacist(1, section="G", sector="SA25", sector_label="Laboratoire de biologie médicale"),
            Profession.BIOLOGIST,
            OrganisationKind.LABORATORY,
            PHARMACY,
        ),
        (pharmacist(1, section="H", sector="SA01", mode="S"), Profession.PHARMACIST, OrganisationKind.HOSPITAL, ""),
        (
            activity(1, finess=PHARMACY, specialty="Biologie médicale", sector="SA99", sector_label="Laboratoire"),
            Profession.BIOLOGIST,
            OrganisationKind.LABORATORY,
            PHARMACY,
        ),
        (activity(1, finess=PHARMACY, sector="SA01", mode="S"), Profession.PHYSICIAN, OrganisationKind.HOSPITAL, ""),
        (activity(1, finess=PHARMACY, sector="SA05"), Profession.PHYSICIAN, OrganisationKind.MEDICAL_PRACTICE, ""),
    ],
    ids=[
        "holder of a pharmacy",
        "employee of a pharmacy",
        "holder of a laboratory",
        "employee of a hospital's pharmacy",
        "medical biologist",
        "physician of a hospital",
        "physician of a group practice",
    ],
)
def test_who_holds_a_pharmacy_or_a_laboratory_logs_in_by_its_finess(
    tmp_path: Path, line: str, profession: Profession, kind: OrganisationKind, number: str
) -> None:
    annuaire(tmp_path, line)
    [place] = places().values()
    assert place.professional is not None
    assert place.organisation is not None
    assert (place.professional.profession, place.organisation.kind, place.number) == (profession, kind, number)


def test_whom_the_service_is_not_for_is_counted_by_reason(tmp_path: Path) -> None:
    lines = [activity(1, profession="60"), pharmacist(2, section="B"), activity(3, place=""), "", activity(4)]
    told = annuaire(tmp_path, *lines)
    assert told["left_out"] == {"blank": 1, "no_place": 1, "profession": 1, "section": 1}
    assert (told["lines"], told["rows"]) == (5, 1)


def test_establishments_are_organisations_that_log_in_by_their_finess(tmp_path: Path) -> None:
    told = finess(
        tmp_path,
        establishment(PHARMACY, "620", "3301", name="PHARMACIE DU PARC"),
        establishment(LABORATORY, "611", "3301", long="LABORATOIRE; DU PARC"),
        establishment(HOSPITAL, "355", "1102", line="97306 CAYENNE CEDEX"),
        establishment(HOSPITAL, "500", "4401"),
    )
    assert (told["rows"], told["left_out"], told["refused"]) == (3, {"category": 1}, 0)
    own = places(professional=None)
    assert {place.number: (place.organisation.kind, place.name) for place in own.values() if place.organisation} == {
        PHARMACY: ("pharmacy", "PHARMACIE DU PARC"),
        LABORATORY: ("laboratory", "LABORATOIRE; DU PARC"),
        HOSPITAL: ("hospital", "PARC"),
    }
    hospital = own[HOSPITAL]
    assert (hospital.commune, hospital.department_id, hospital.fund_id) == ("CAYENNE CEDEX", "973", "973")
    assert hospital.organisation
    assert hospital.organisation.region_id == "03"


def test_what_finess_says_of_an_establishment_wins_over_the_annuaire(tmp_path: Path) -> None:
    annuaire(tmp_path, pharmacist(1, name="ANCIEN NOM"))
    finess(tmp_path, establishment(PHARMACY, "620", "3301", name="PHARMACIE DU PARC"))
    annuaire(tmp_path, pharmacist(1, name="ANCIEN NOM"))
    assert Organisation.objects.get(finess=PHARMACY).name == "PHARMACIE DU PARC"


def test_the_same_files_again_change_nothing(tmp_path: Path) -> None:
    lines = [activity(1), pharmacist(2), pharmacist(3, mode="S")]
    annuaire(tmp_path, *lines)
    before = everything()
    told = annuaire(tmp_path, *lines)
    assert everything() == before
    assert (sum(told["created"].values()), sum(told["updated"].values()), told["ended"]) == (0, 0, 0)


def test_a_newer_file_updates_ends_what_vanished_and_brings_back_what_returns(tmp_path: Path) -> None:
    annuaire(tmp_path, activity(1), activity(2), activity(3))
    ids = {place.place: place.id for place in places().values()}
    told = annuaire(tmp_path, activity(1, street="du Parc"), activity(2))
    assert (told["updated"]["practices"], told["ended"]) == (1, 1)
    assert set(places(active=True)) == {f"{CABINET}1", f"{CABINET}2"}
    assert places()[f"{CABINET}1"].street == "12 Rue du Parc"

    annuaire(tmp_path, activity(1), activity(2), activity(3))
    assert {place.place: place.id for place in places(active=True).values()} == ids


def test_a_place_that_ends_opens_nothing_to_its_account_until_it_returns(tmp_path: Path, now: datetime) -> None:
    annuaire(tmp_path, pharmacist(1), pharmacist(2, finess=LABORATORY))
    place = places()[PHARMACY]
    new = NewAccount("Zqnom1", (NewPost(Role.PHARMACIST, place.id),), professional=place.professional_id)
    [account] = create_accounts(actor=SYSTEM, accounts=[new], surface=Surface.COMMAND, now=now)
    login = Login(PHARMACY, is_email=False)
    assert known_login(login, now)

    annuaire(tmp_path, pharmacist(2, finess=LABORATORY))
    assert (known_login(login, now), list(open_posts(account, now))) == (None, [])

    annuaire(tmp_path, pharmacist(1), pharmacist(2, finess=LABORATORY))
    assert known_login(login, now)


def test_professionals_and_establishments_end_by_their_own_files_only(tmp_path: Path) -> None:
    annuaire(tmp_path, pharmacist(1))
    finess(tmp_path, establishment(PHARMACY, "620", "3301"))
    assert Practice.objects.filter(active=True).count() == 2
    annuaire(tmp_path, pharmacist(1))
    finess(tmp_path, establishment(PHARMACY, "620", "3301"), establishment(LABORATORY, "611", "3301"))
    finess(tmp_path, establishment(LABORATORY, "611", "3301"))
    # Of the two places of one number, the pharmacist's is still open.
    assert {(place.number, place.professional_id is None) for place in Practice.objects.filter(active=True)} == {
        (PHARMACY, False),
        (LABORATORY, True),
    }
    assert Practice.objects.filter(active=False).get().place == PHARMACY


def test_places_that_no_directory_feeds_are_left_alone(tmp_path: Path, now: datetime) -> None:
    agent = NewProfessional(
        national_id="platform-1", last_name="Zqagent", first_name="Léa", profession=Profession.HEALTH_FUND_STAFF
    )
    [professional] = load_professionals(professionals=[agent], now=now)
    platform = NewOrganisation(kind=OrganisationKind.PLATFORM, name="Plateforme 931")
    [organisation] = load_organisations(organisations=[platform], now=now)
    place = NewPractice(professional=professional, organisation=organisation, name="Plateforme 931")
    [practice] = load_practices(practices=[place], now=now)
    annuaire(tmp_path, activity(1))
    finess(tmp_path, establishment(PHARMACY, "620", "3301"))
    assert Practice.objects.get(id=practice).active


def test_a_place_recorded_before_becomes_the_one_of_the_directory(tmp_path: Path, now: datetime) -> None:
    claire = NewProfessional(
        national_id=f"8{rpps(1)}", last_name="Zqnom1", first_name="Zoé", profession=Profession.PHARMACIST
    )
    [professional] = load_professionals(professionals=[claire], now=now)
    pharmacy = NewOrganisation(kind=OrganisationKind.PHARMACY, name="Parc", finess=PHARMACY)
    [organisation] = load_organisations(organisations=[pharmacy], now=now)
    place = NewPractice(professional=professional, organisation=organisation, name="Parc", number=PHARMACY)
    [practice] = load_practices(practices=[place], now=now)

    annuaire(tmp_path, pharmacist(1))

    assert [(found.id, found.place, found.name) for found in places().values()] == [
        (practice, PHARMACY, "PHARMACIE DU PARC")
    ]


def test_a_file_cut_short_is_refused_unless_it_is_meant(tmp_path: Path) -> None:
    annuaire(tmp_path, *map(activity, range(5)))
    before = everything()
    with pytest.raises(CommandError, match=r"2 lieux, 5 sont ouverts.*--allow-shrink"):
        annuaire(tmp_path, activity(0), activity(9))
    with pytest.raises(CommandError, match="0 lieux"):
        annuaire(tmp_path)
    assert everything() == before
    assert annuaire(tmp_path, activity(0), activity(1), activity(2))["ended"] == 2
    assert annuaire(tmp_path, activity(9), allow_shrink=True)["ended"] == 3


def test_refused_lines_are_corrected_in_place_and_sent_again(tmp_path: Path) -> None:
    annuaire(tmp_path, activity(1), activity(2), activity(3))
    cut = activity(2).rsplit("|", 4)[0]
    told = annuaire(tmp_path, activity(1, street="du Parc"), cut, activity(3), activity(4, rpps="10000000001"))
    rejects = Path(told["rejects"])

    assert (told["lines"], told["rows"], told["refused"], told["ended"]) == (4, 2, 2, 0)
    lines = rejects.read_text().splitlines()
    assert lines[0].startswith("Ligne|Motif|Type d'identifiant PP|")
    assert lines[1] == f"3|il manque des colonnes|{cut}"
    assert lines[2].startswith("5|numéro RPPS ou ADELI invalide|8|10000000001|")

    corrected = lines[0] + "\n" + f"3||{activity(2, street='Neuve')}\n5|corrigé|{activity(4)}\n"
    rejects.write_text(corrected)
    told = load(annuaire=rejects)["annuaire"]
    assert (told["rows"], told["refused"], told["ended"]) == (2, 0, 0)
    assert {place.street for place in places(active=True).values()} == {
        "12 Rue du Parc",
        "12 Rue Neuve",
        "12 Rue de la République",
    }
    assert len(places(active=True)) == 4


def test_whom_a_refused_line_names_keeps_her_places(tmp_path: Path) -> None:
    annuaire(tmp_path, activity(1), activity(2), activity(3), activity(4))
    told = annuaire(tmp_path, activity(1), activity(2), activity(3, street="a|b"))
    assert (told["refused"], told["ended"]) == (1, 1)
    assert set(places(active=True)) == {f"{CABINET}1", f"{CABINET}2", f"{CABINET}3"}


def test_nothing_ends_by_a_file_with_a_line_too_long_to_be_read(tmp_path: Path) -> None:
    endless = activity(3, street="x" * LONGEST_LINE)
    annuaire(tmp_path, activity(1), activity(2), activity(3))
    finess(tmp_path, establishment(PHARMACY, "620", "3301"), establishment(LABORATORY, "611", "3301"))

    told = annuaire(tmp_path, activity(1), activity(2), endless)
    assert (told["refused"], told["too_long"], told["ended"]) == (1, 1, 0)
    told = finess(tmp_path, establishment(PHARMACY, "620", "3301"), f"structureet;{LABORATORY}{endless}")
    assert (told["refused"], told["too_long"], told["ended"]) == (1, 1, 0)
    assert not places(active=False)

    out = StringIO()
    path = written(tmp_path / "a.txt", [activity(1), activity(2), endless])
    call_command("load_directory", annuaire=path, stdout=out, stderr=StringIO())
    assert "aucun lieu n’a été fermé" in out.getvalue()
    told = annuaire(tmp_path, activity(1), activity(2))
    assert (told["too_long"], told["ended"]) == (0, 1)


def test_refused_establishments_are_corrected_too(tmp_path: Path) -> None:
    wrong = establishment("123456789", "620", "3301", name="A;B")
    told = finess(tmp_path, wrong, establishment(LABORATORY, "611", "3301"))
    rejects = Path(told["rejects"])
    text = rejects.read_text()
    assert text.splitlines() == [f"Ligne;Motif;{FINESS_HEADER}", f"2;numéro FINESS invalide;{wrong}"]
    rejects.write_text(text.replace("123456789", PHARMACY))
    assert load(finess=rejects)["finess"]["rows"] == 1
    assert set(places(active=True)) == {PHARMACY, LABORATORY}
    assert places()[PHARMACY].name == "A;B"


def test_an_adeli_number_leads_to_the_professional_of_the_rpps_number(tmp_path: Path) -> None:
    old = activity(1, kind="0", rpps=ADELI)
    annuaire(tmp_path, old)
    [known] = Professional.objects.all()
    assert known.national_id == f"0{ADELI}"

    adeli(tmp_path, (ADELI, rpps(1)))
    renamed = Professional.objects.get()
    assert (renamed.id, renamed.national_id) == (known.id, f"8{rpps(1)}")

    annuaire(tmp_path, old, activity(1, place="R2"))
    assert Professional.objects.get().id == known.id
    assert set(places(active=True)) == {f"{CABINET}1", "R2"}


def test_who_was_known_by_both_numbers_becomes_one(tmp_path: Path) -> None:
    annuaire(tmp_path, activity(1, kind="0", rpps=ADELI), activity(1, kind="0", rpps=ADELI, place="R2"), activity(1))
    told = adeli(tmp_path, (ADELI, rpps(1)))
    one = Professional.objects.get(national_id=f"8{rpps(1)}")
    assert set(places(active=True, professional=one)) == {f"{CABINET}1", "R2"}
    assert Practice.objects.filter(active=True).count() == 2
    assert (told["updated"]["practices"], told["ended"]) == (1, 1)


def test_the_funds_give_the_am_number_the_fund_and_the_convention(tmp_path: Path) -> None:
    annuaire(tmp_path, activity(1), activity(1, place="R2", postcode="93100"), activity(2, postcode="75001"))
    told = am(
        tmp_path,
        f"{rpps(1)};931000001;;93200;931;sector_2;oui",
        f"{rpps(1)};931000002;;93100;931;sector_1;non",
        f"{rpps(2)};75100001;;;751;out;non",
    )
    assert (told["rows"], told["refused"], told["updated"]) == (3, 0, {"practices": 3})
    found = {p.number: (p.place, p.fund_id, p.convention, p.radiology) for p in places().values()}
    assert found == {
        "931000001": (f"{CABINET}1", "931", "sector_2", True),
        "931000002": ("R2", "931", "sector_1", False),
        "75100001": (f"{CABINET}2", "751", "out", False),
    }
    annuaire(tmp_path, activity(1), activity(1, place="R2", postcode="93100"), activity(2, postcode="75001"))
    assert {p.number for p in places().values()} == set(found)


def test_two_places_may_swap_their_am_numbers(tmp_path: Path) -> None:
    annuaire(tmp_path, activity(1), activity(1, place="R2", postcode="93100"))
    one, two = "931000001", "931000002"
    am(tmp_path, f"{rpps(1)};{one};;93200;931;none;non", f"{rpps(1)};{two};;93100;931;none;non")
    am(tmp_path, f"{rpps(1)};{two};;93200;931;none;non", f"{rpps(1)};{one};;93100;931;none;non")
    assert {p.postcode: p.number for p in places().values()} == {"93200": two, "93100": one}


def test_am_numbers_that_cannot_be_placed_are_refused_with_the_reason(tmp_path: Path) -> None:
    annuaire(tmp_path, activity(1), activity(1, place="R2", postcode="93100"), pharmacist(2))
    lines = {
        f"{rpps(9)};931000001;;;931;none;non": "professionnel absent de l’annuaire",
        f"{rpps(1)};931000001;;;931;none;non": "plusieurs lieux possibles : précisez finess ou postcode",
        f"{rpps(1)};931000001;;75001;931;none;non": "n’a pas de lieu à cet endroit",
        f"{rpps(2)};931000001;;;931;none;non": "n’a pas de lieu à cet endroit",
        f"{rpps(1)};931000001;;93200;999;none;non": "aucune caisse n’a ce code",
        f"{rpps(1)};931000001;;93200;93;none;non": "caisse : 3 chiffres attendus",
        f"{rpps(1)};931;;93200;931;none;non": "8 à 11 chiffres",
        f"{rpps(1)};931000001;;93200;931;secteur;non": "situation conventionnelle",
        f"{rpps(1)};931000001;;93200;931;none;peut-être": "oui ou non",
        f"{rpps(1)};931000001;;9320;931;none;non": "5 chiffres",
        f"{rpps(1)};931000001;12;;931;none;non": "FINESS invalide",
        "1;931000001;;;931;none;non": "RPPS ou ADELI invalide",
    }
    told = am(tmp_path, *lines)
    assert (told["rows"], told["refused"]) == (0, len(lines))
    written_down = {
        line.split(";", 2)[2]: line.split(";")[1] for line in Path(told["rejects"]).read_text().splitlines()[1:]
    }
    assert {line: wanted in written_down[line] for line, wanted in lines.items()} == dict.fromkeys(lines, True)
    assert not Practice.objects.filter(number__startswith="9310").exists()


def test_a_refused_am_number_makes_no_later_line_a_repetition(tmp_path: Path) -> None:
    annuaire(tmp_path, activity(1), activity(1, place="R2", postcode="93100"))
    told = am(
        tmp_path,
        f"{rpps(1)};931000001;;93200;999;none;non",
        f"{rpps(1)};931000001;;93200;931;none;non",  # the number and the place of a refused line
        f"{rpps(1)};931000002;;93200;931;none;non",
        f"{rpps(1)};931000002;;93100;931;none;non",  # the number of a line refused as a repetition
    )
    assert reasons(told) == {2: "aucune caisse n’a ce code", 4: REPEATED}
    assert {p.postcode: p.number for p in places().values()} == {"93200": "931000001", "93100": "931000002"}


def test_the_same_am_number_said_twice_is_no_contradiction(tmp_path: Path) -> None:
    annuaire(tmp_path, activity(1), activity(1, place="R2", postcode="93100"))
    told = am(
        tmp_path,
        f"{rpps(1)};931000001;;93200;931;none;non",
        f"{rpps(1)};931000001;;93200;931;none;non",
        f"{rpps(1)};931000001;;93200;931;sector_2;non",
        f"{rpps(1)};931000001;;93100;931;none;non",
    )
    assert (told["rows"], reasons(told), told["updated"]) == (2, {4: REPEATED, 5: REPEATED}, {"practices": 1})
    assert {p.postcode: p.number for p in places().values()} == {"93200": "931000001", "93100": ""}


def test_standard_output_is_json_alone_and_neither_it_nor_the_journal_names_anybody(tmp_path: Path) -> None:
    out, err = StringIO(), StringIO()
    path = written(tmp_path / "a.txt", [activity(1, rpps="10000000001"), activity(2)])
    call_command("load_directory", annuaire=path, json=True, stdout=out, stderr=err)
    told = json.loads(out.getvalue())["annuaire"]
    assert (told["rows"], told["refused"]) == (1, 1)
    [row] = Entry.objects.filter(kind="directory.loaded")
    assert (row.role, row.surface, row.detail["source"]) == ("system", "command", "activities")
    assert "zqnom" not in (out.getvalue() + err.getvalue() + repr(row.detail)).lower()


def test_without_json_it_says_in_french_what_it_did(tmp_path: Path) -> None:
    out = StringIO()
    path = written(tmp_path / "a.txt", [activity(1), activity(2, profession="60"), activity(3, last_name="")])
    call_command("load_directory", annuaire=path, stdout=out, stderr=StringIO())
    assert "3 lignes, 1 chargées" in out.getvalue()
    assert "professions sans usage du service : 1" in out.getvalue()
    assert "refusées : 1, à corriger dans" in out.getvalue()
    with pytest.raises(CommandError, match="--annuaire"):
        call_command("load_directory")


@pytest.mark.skipif(not EXTRACTS.exists(), reason="published extracts are not on this machine")
def test_published_extracts_are_read_line_by_line(tmp_path: Path) -> None:
    files = {
        "finess": EXTRACTS / "finess" / "etalab-cs1100502-extract.csv",
        "adeli": EXTRACTS / "annuaire_sante" / "correspondance_adeli_rpps.csv",
    }
    told = load(**files, rejects=tmp_path)
    assert (told["finess"]["lines"], told["finess"]["rows"], told["finess"]["refused"]) == (13, 5, 0)
    assert (told["adeli"]["lines"], told["adeli"]["rows"], told["adeli"]["refused"]) == (10, 10, 0)
    for name in ("creations_amar.psv", "updates_amar.psv"):
        path = EXTRACTS / "annuaire_sante" / name
        out = StringIO()
        with pytest.raises(CommandError, match="0 lieux"):  # test cards, at places that do not exist
            call_command("load_directory", annuaire=path, rejects=tmp_path, stdout=out, stderr=StringIO())
        [rejects] = tmp_path.glob(f"{name}.rejets-*")
        faults = {line.split("|")[1] for line in rejects.read_text().splitlines()[1:]}
        assert faults <= {"numéro FINESS invalide", "numéro RPPS ou ADELI invalide"}
