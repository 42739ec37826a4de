"""The journal read by the data protection officer: who did what, who saw whom, and the files that leave it."""

import csv
import io
import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.models import Account
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number, new_number
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.models import Entry
from contact_covid.journal.rules.export_check import check_export
from contact_covid.journal.rules.filter import Filter
from contact_covid.people.events import PeopleEvent
from contact_covid.portal.oversight.journal_views import PAGE_SIZE
from contact_covid.portal.oversight.kinds import KINDS
from tests.cast import traits
from tests.journeys.kinds import OpenPage, SignedIn
from tests.journeys.officer import EXPORT, ROWS, SEARCH, fiche_page, shown, text_of
from tests.journeys.statements import watched
from tests.journeys.steps import check_page
from tests.journeys.world import CLAIRE, DPO, KARIM, LOGINS, SOPHIE, Patient, World, account_name, as_owner
from tests.server import wait_until
from tests.weights import LIGHT

ADDRESS = re.compile(
    r"/contact-covid/(alertes/|journal/(export/|lignes/|fiche/[0-9A-Z]{8}/)?)"
    r"(\?((account=[0-9a-f-]{36}|fiche=[0-9A-Z]{8}|(since|until)=\d{4}-\d\d-\d\d|kind=[a-z_.]+|(before|after)=\d+-\d+)&?)*)?"
)
"""What an address of these pages may hold: ids, record numbers, dates, codes, positions."""


@pytest.fixture
def officer(signed_in: SignedIn) -> Client:
    return signed_in(DPO)


def account_of(login: str) -> UUID:
    return Account.objects.get(email=login).id


def seen_by(world: World, login: str, numbers: tuple[str, ...], *, days: int = 0, count: int = 1) -> None:
    """That account is shown those fiches so many times."""
    event = Event.by(world.actor(login), PeopleEvent.REVEALED, Purpose.MASKS, Surface.PAGE, fiches=numbers)
    record(*[event] * count, now=timezone.now() - timedelta(days=days))


# --- Finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [CLAIRE, CLAIRE.upper(), f"  {CLAIRE} "], ids=["as it is", "in capitals", "with spaces"]
)
def test_an_account_is_found_by_its_address_which_stays_out_of_the_url(officer: Client, typed: str) -> None:
    found = officer.post(SEARCH, {"login": typed})

    assert found.headers["Location"] == f"{ROWS}?account={account_of(CLAIRE)}"
    assert account_name(CLAIRE) in text_of(officer, found.headers["Location"])


def test_an_account_is_found_by_the_number_of_its_place(world: World, officer: Client) -> None:
    [[number]] = as_owner("SELECT number FROM directory_practice WHERE id = %s", world.actor(CLAIRE).practice)  # type: ignore[arg-type]
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"

    assert officer.post(SEARCH, {"login": spaced}).headers["Location"] == f"{ROWS}?account={account_of(CLAIRE)}"


def test_several_accounts_of_one_place_are_offered(world: World, officer: Client) -> None:
    world.colleague(KARIM, last_name="Yvon", email="yvon@example.org")
    [[number]] = as_owner("SELECT number FROM directory_practice WHERE id = %s", world.actor(KARIM).practice)  # type: ignore[arg-type]
    page = officer.post(SEARCH, {"login": number, "since": "01/05/2020"}).content.decode()

    for login in (KARIM, "yvon@example.org"):
        assert f'href="{ROWS}?account={account_of(login)}&amp;since=2020-05-01">{account_name(login)}</a>' in page


def test_a_fiche_is_found_however_its_number_is_typed(officer: Client) -> None:
    number = new_number()
    for typed in (number, format_number(number), number.lower(), f" {number[:4]} {number[4:]} "):
        assert officer.post(SEARCH, {"fiche": typed}).headers["Location"] == fiche_page(number)
    assert officer.get(fiche_page(number.lower())).headers["Location"] == fiche_page(number)


def test_without_account_fiche_or_period_it_is_today(officer: Client) -> None:
    today = timezone.now().astimezone(PARIS).date()
    found = officer.post(SEARCH, {"kind": "accounts.logged_in"}).headers["Location"]

    assert found == f"{ROWS}?kind=accounts.logged_in&since={today}&until={today}"
    assert f"le {date_fr(today)}" in text_of(officer, found)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "nobody@example.org"}, "Aucun compte ne répond à cet identifiant."),
        ({"login": "\x07"}, ""),
        ({"fiche": "K7M4-2QXE"}, "Le numéro de fiche est invalide."),
        ({"fiche": "x" * 21}, "Le texte saisi est trop long."),
        ({"since": "31/02/2020"}, "La date saisie est invalide."),
        ({"since": "02/05/2020", "until": "01/05/2020"}, "La fin de la période est avant son début."),
        ({"kind": "other"}, "Choisissez une des réponses proposées."),
    ],
)
def test_a_mistake_is_told_and_the_input_kept(officer: Client, fields: dict[str, str], said: str) -> None:
    answer = officer.post(SEARCH, fields)
    if not said:  # nothing that can be read was typed
        assert answer.status_code == 302
        return
    page = answer.content.decode()
    assert said in page
    assert "<title>Erreur : " in page
    assert all(f'value="{value}"' in page for name, value in fields.items() if name != "kind")


@pytest.mark.parametrize(
    "query",
    ["account=x", "fiche=K7M42QXE", "since=hier", "until=9999-12-31", "kind=other", "kind=%00", "account=%00"]
    + [
        f"kind=journal.read&{end}={value}"
        for end in ("before", "after")
        for value in ("x", "1", "1-", "-1-1", "9" * 40)
    ],
)
def test_an_address_made_by_hand_leads_nowhere(officer: Client, query: str) -> None:
    assert officer.get(f"{ROWS}?{query}").status_code == 404


def test_nothing_asked_leads_to_the_form(officer: Client) -> None:
    assert officer.get(ROWS).headers["Location"] == SEARCH
    assert officer.get(fiche_page("K7M42QXE")).status_code == 404


def test_the_account_found_is_kept_for_the_next_search(officer: Client) -> None:
    claire = str(account_of(CLAIRE))
    found = officer.post(SEARCH, {"account": claire, "since": "01/05/2020"}).headers["Location"]

    assert found == f"{ROWS}?account={claire}&since=2020-05-01"
    assert f'name="account" value="{claire}" checked' in officer.get(found).content.decode()


# --- Rows ----------------------------------------------------------------------------------------------------------


def test_a_row_says_who_where_what_why_and_about_whom(world: World, officer: Client) -> None:
    first, second = new_number(), new_number()
    seen_by(world, CLAIRE, (first, second))
    [row] = shown(officer, f"{ROWS}?account={account_of(CLAIRE)}&fiche={first}", "Lignes du journal")
    [[place]] = as_owner("SELECT name FROM directory_practice WHERE id = %s", world.actor(CLAIRE).practice)  # type: ignore[arg-type]

    at, who, what, fiches, people = row
    assert at == datetime_fr(Entry.objects.get(fiches__contains=[first]).at)
    assert who == f"{account_name(CLAIRE)} {Role.PHARMACIST.label} – {place}"
    assert what == "Identité consultée Délivrance de masques – page"
    assert fiches.split() == [format_number(first), format_number(second)]
    assert people == "2"


def test_a_row_of_the_service_and_one_of_an_unknown_account_are_shown(officer: Client) -> None:
    number = new_number()
    events = [
        Event.by(SYSTEM, "tracing.updated", Purpose.TRACING, Surface.JOB, fiches=(number,)),
        Event("tracing.retired", "old_role", Purpose.TRACING, Surface.API, new_id(timezone.now()), fiches=(number,)),
    ]
    record(*events, now=timezone.now())
    rows = shown(officer, fiche_page(number), "Lignes du journal")

    assert {row[1] for row in rows} == {"Service Service", "Compte non connu old_role"}
    assert {row[2].split(" ")[0] for row in rows} == {"Fiche", "tracing.retired"}


def test_a_row_about_thousands_shows_the_first_ones_and_how_many_others(world: World, officer: Client) -> None:
    numbers = tuple(new_number() for _ in range(3_000))
    seen_by(world, CLAIRE, numbers)
    [row] = shown(officer, fiche_page(numbers[2_999]), "Lignes du journal")

    assert row[3].split() == [*map(format_number, numbers[:4]), "et", "2996", "autres"]
    assert len(officer.get(fiche_page(numbers[0])).content) < LIGHT


def test_the_period_is_of_days_in_paris(world: World, officer: Client) -> None:
    number = new_number()
    event = Event.by(world.actor(CLAIRE), PeopleEvent.REVEALED, Purpose.MASKS, Surface.PAGE, fiches=(number,))
    day = Filter(since=timezone.localdate() - timedelta(days=20)).opens
    assert day is not None
    for moment in (
        day - timedelta(microseconds=1),
        day,
        day + timedelta(hours=23, minutes=59),
        day + timedelta(days=1),
    ):
        record(event, now=moment)

    def found(since: int, until: int) -> int:
        period = (day.date() + timedelta(days=each) for each in (since, until))
        query = "&".join(f"{name}={each}" for name, each in zip(("since", "until"), period, strict=True))
        return len(shown(officer, f"{ROWS}?fiche={number}&{query}", "Lignes du journal"))

    assert (found(0, 0), found(-1, -1), found(1, 1), found(-1, 1), found(2, 9)) == (2, 1, 1, 4, 0)


def test_pages_go_through_every_row_once_in_both_directions(world: World, officer: Client) -> None:
    number = new_number()
    seen_by(world, CLAIRE, (number,), count=2 * PAGE_SIZE + 7)
    path, visited = f"{ROWS}?fiche={number}", []
    while path:
        html = officer.get(path).content.decode()
        visited.append(shown(officer, path, "Lignes du journal"))
        path = neighbour(html, "next")
    assert [len(rows) for rows in visited] == [PAGE_SIZE, PAGE_SIZE, 7]

    back = neighbour(html, "prev")
    assert shown(officer, back, "Lignes du journal") == visited[1]
    first = neighbour(officer.get(back).content.decode(), "prev")
    html = officer.get(first).content.decode()
    assert (neighbour(html, "prev"), bool(neighbour(html, "next"))) == ("", True)


def neighbour(html: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', html)
    return found[1].replace("&amp;", "&") if found else ""


def test_every_kind_of_event_has_a_label() -> None:
    """All the enumerations of all ``events.py``, found in the files themselves."""
    package = Path(__file__).parents[2] / "contact_covid"
    sources = [path.read_text() for path in sorted(package.glob("*/events.py"))]
    kinds = {kind for source in sources for kind in re.findall(r'= "([a-z_]+\.[a-z_.]+)"', source)}

    assert len(kinds) > 15
    assert kinds - KINDS.keys() == set()
    assert len(set(KINDS.values())) == len(KINDS)


# --- Who saw this person -------------------------------------------------------------------------------------------


def test_who_saw_this_person_is_complete(world: World, signed_in: SignedIn, officer: Client) -> None:
    """Claire opens the fiche twice after her search, Sophie once, Karim sees somebody else."""
    patient, other = world.patient(), world.patient()
    for login, looked in ((CLAIRE, 2), (SOPHIE, 1)):
        client = signed_in(login)
        client.get(client.post("/contact-covid/recherche/", patient.searched).headers["Location"])
        for _ in range(looked):
            assert client.get(patient.path).status_code == 200
    client = signed_in(KARIM)
    client.get(client.post("/contact-covid/recherche/", other.searched).headers["Location"])

    viewers = shown(officer, fiche_page(patient.number), "Comptes qui ont vu cette fiche")
    told = {row[0].split(" Pharm")[0].split(" Biol")[0]: row[2:] for row in viewers}
    rows = Entry.objects.filter(fiches__contains=[patient.number])
    acts = Counter(row.account for row in rows if row.kind != "people.revealed")
    claire, sophie = (acts[account_of(login)] for login in (CLAIRE, SOPHIE))
    assert told.pop("Compte non connu Médecin") == ["0", "1", Purpose.REGISTRATION.label]
    assert told == {
        account_name(CLAIRE): ["3", str(claire), Purpose.MASKS.label],
        account_name(SOPHIE): ["2", str(sophie), Purpose.TESTING.label],
    }
    assert len(shown(officer, fiche_page(patient.number), "Lignes du journal")) == rows.count()


def test_first_and_last_time_are_told(world: World, officer: Client) -> None:
    number = new_number()
    seen_by(world, CLAIRE, (number,), days=20)
    seen_by(world, CLAIRE, (number, new_number()), days=3)
    [row] = shown(officer, fiche_page(number), "Comptes qui ont vu cette fiche")
    first, last = Entry.objects.filter(fiches__contains=[number]).order_by("at")

    assert row[1:4] == [f"{datetime_fr(first.at)} {datetime_fr(last.at)}", "2", "0"]


def test_nobody_saw_a_fiche_that_is_not_there(officer: Client) -> None:
    assert "Aucune ligne trouvée" in text_of(officer, fiche_page(new_number()))


# --- What it costs and leaves ---------------------------------------------------------------------------------------


def test_reading_the_journal_is_in_the_journal(officer: Client) -> None:
    number = new_number()
    claire = account_of(CLAIRE)
    officer.get(f"{ROWS}?account={claire}&since=2020-05-01&kind=people.revealed&fiche={number}")
    officer.get(fiche_page(number))
    of_rows, of_fiche = Entry.objects.filter(kind="journal.read").order_by("id").reverse()[:2][::-1]

    assert of_rows.account == account_of(DPO)
    assert of_rows.detail == {
        "account": str(claire),
        "fiche": number,
        "since": "2020-05-01",
        "kind": "people.revealed",
        "rows": 0,
    }
    assert of_fiche.detail == {"fiche": number, "rows": 0}
    assert (of_fiche.purpose, of_fiche.fiches, of_fiche.count) == ("security", [], 0)


def test_a_page_costs_the_same_with_ten_rows_and_two_thousand(world: World, officer: Client) -> None:
    costs = {}
    for count in (10, 2_000):
        number = new_number()
        seen_by(world, CLAIRE, (number,), count=count)
        for name, path in (("rows", f"{ROWS}?fiche={number}"), ("fiche", fiche_page(number))):
            with watched() as seen:
                officer.get(path)
            costs[name, count] = len(seen)

    assert costs == {("rows", 10): 4, ("rows", 2_000): 4, ("fiche", 10): 6, ("fiche", 2_000): 6}


@pytest.mark.parametrize("role", [role for role in LOGINS if role is not Role.DPO])
def test_the_journal_is_for_the_officer_alone(signed_in: SignedIn, role: Role) -> None:
    client = signed_in(LOGINS[role])
    for path in (SEARCH, f"{ROWS}?kind=journal.read", fiche_page(new_number())):
        assert client.get(path).status_code == 403, path
    for path in (SEARCH, EXPORT):
        assert client.post(path, {"kind": "journal.read", "format": "csv"}).status_code == 403, path


def test_no_address_holds_a_name_a_number_or_an_e_mail(world: World, signed_in: SignedIn, officer: Client) -> None:
    patient = world.patient()
    claire = signed_in(CLAIRE)
    claire.get(claire.post("/contact-covid/recherche/", patient.searched).headers["Location"])
    paths = [SEARCH, fiche_page(patient.number)]
    searches: list[dict[str, str]] = [
        {"login": CLAIRE},
        {"login": CLAIRE, "fiche": patient.number, "since": "01/05/2020"},
        {},
    ]
    paths += [officer.post(SEARCH, fields).headers["Location"] for fields in searches]
    assert [path for path in paths if not ADDRESS.fullmatch(path)] == []
    for path in paths:
        html = officer.get(path).content.decode()
        addresses = [found.replace("&amp;", "&") for found in re.findall(r'(?:href|action)="([^"]+)"', html)]
        ours = [found for found in addresses if "/journal/" in found or "alertes" in found]
        assert [found for found in ours if not ADDRESS.fullmatch(found)] == [], path
        assert not [trait for trait in traits(patient.identity) if trait in html.lower().encode()], path
    assert not ADDRESS.fullmatch(f"{ROWS}?login={CLAIRE}")


# --- Files ---------------------------------------------------------------------------------------------------------


def settled() -> bool:
    """No transaction of the server, of another test's database even, is older than the journal's last row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM journal_entry WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()))"
        )
        return bool(cursor.fetchone()[0])


def ask_export(officer: Client, **fields: str) -> Any:
    """An export counts and holds what is settled: it waits for that."""
    wait_until(settled, seconds=60)
    return officer.post(EXPORT, fields)


def exported(officer: Client, **fields: str) -> bytes:
    answer = ask_export(officer, **fields)
    assert answer.streaming
    assert re.fullmatch(r'attachment; filename="journal-\d{8}-\d{6}\.\w+"', answer.headers["Content-Disposition"])
    file: bytes = answer.getvalue()
    return file


def test_an_export_proves_itself_and_is_in_the_journal(world: World, officer: Client) -> None:
    number = new_number()
    seen_by(world, CLAIRE, (number,), count=3)
    file = exported(officer, fiche=number, format="jsonl").splitlines()
    report = check_export(file, None)
    event = Entry.objects.filter(kind="journal.exported").latest("id")

    assert (report.rows + report.unsealed, report.findings) == (3, [])
    digest = Filter(fiche=number).digest()
    assert json.loads(file[0])["filter_sha256"] == digest
    assert event.detail == {"fiche": number, "rows": 3, "filter_sha256": digest, "format": "jsonl"}
    assert event.account == account_of(DPO)


def test_the_file_for_a_spreadsheet_says_the_same_and_runs_nothing(world: World, officer: Client) -> None:
    number, name = new_number(), "=cmd|' /C calc'!A0"
    login = world.colleague(CLAIRE, last_name="Formule", email="formule@example.org")
    Account.objects.filter(email=login).update(title="", first_name="", last_name=name)
    seen_by(world, login, (number,), count=2)
    text = exported(officer, fiche=number, format="csv").decode("utf-8-sig")
    heads, *rows = csv.reader(io.StringIO(text), delimiter=";")

    assert len(rows) == 2
    row = dict(zip(heads, rows[0], strict=True))
    assert row["Compte"] == f"'{name.upper()}"
    assert (row["Action"], row["Code"], row["Fiches"]) == (
        "Identité consultée",
        "people.revealed",
        format_number(number),
    )
    assert [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")] == []


def test_an_export_without_an_end_is_refused_with_a_sentence(officer: Client) -> None:
    claire = str(account_of(CLAIRE))
    for fields, said in (
        ({"account": claire}, "indiquez le début et la fin de la période"),
        ({"kind": "journal.read", "since": "2020-05-01"}, "indiquez le début et la fin de la période"),
        (
            {"since": "2020-05-01", "until": "2020-06-01"},
            "La période est trop longue pour un export : 31 jours au plus",
        ),
    ):
        page = officer.post(EXPORT, {**fields, "format": "jsonl"})
        assert said in page.content.decode()
    assert exported(officer, since="2020-05-01", until="2020-05-31", format="jsonl")
    assert officer.post(EXPORT, {"fiche": new_number(), "format": "xlsx"}).status_code == 404


def test_too_many_rows_are_refused_with_a_sentence(
    world: World, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = new_number()
    seen_by(world, CLAIRE, (number,), count=3)
    monkeypatch.setattr("contact_covid.portal.oversight.exports.MOST_ROWS", 2)
    page = ask_export(officer, fiche=number, format="csv").content.decode()

    assert "réduisez la période pour l’exporter" in page


# --- In the browser ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def busy(world: World) -> Patient:
    """A patient whom several accounts have seen."""
    patient = world.patient()
    for login, days, count in ((CLAIRE, 9, 3), (SOPHIE, 4, 2), (KARIM, 1, 60)):
        seen_by(world, login, (patient.number,), days=days, count=count)
    seen_by(world, CLAIRE, (patient.number, *(new_number() for _ in range(24))))
    return patient


def test_the_pages_are_accessible_and_fit_every_width(open_page: OpenPage, busy: Patient) -> None:
    page = open_page(DPO)
    for path, heading in (
        (SEARCH, "Journal des accès"),
        (fiche_page(busy.number), "Qui a vu cette personne"),
        (f"{ROWS}?account={account_of(CLAIRE)}&until={timezone.localdate()}", "Lignes trouvées"),
        (f"{ROWS}?account={account_of(KARIM)}", "Lignes trouvées"),
    ):
        page.goto(path)
        check_page(page, heading)
    page.goto(SEARCH)
    page.get_by_label("Numéro de fiche").fill("faux")
    page.get_by_role("button", name="Rechercher").click()
    check_page(page, "Journal des accès", mistake=True)
    expect(page.locator("[data-errsum]")).to_be_focused()


def test_the_officer_walks_from_the_tile_to_the_file_without_javascript(
    open_page: OpenPage, busy: Patient, tmp_path: Path
) -> None:
    page = open_page(DPO, java_script_enabled=False)
    page.goto("/accueil/")
    page.get_by_role("link", name="Contact COVID").first.click()
    expect(page.get_by_role("heading", name="Journal des accès")).to_be_visible()

    page.get_by_label("Numéro de fiche").fill(format_number(busy.number).lower())
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_role("heading", name="Qui a vu cette personne")).to_be_visible()
    page.get_by_role("link", name="Page suivante").click()
    expect(page.get_by_role("link", name="Page précédente")).to_be_visible()
    file = saved(page, "Exporter avec la preuve (JSON)", tmp_path)
    assert check_export(file.read_bytes().splitlines(), None).findings == []

    page.get_by_role("link", name=account_name(CLAIRE)).first.click()
    expect(page.get_by_role("heading", name="Lignes trouvées")).to_be_visible()
    page.get_by_role("link", name="Alertes sur les recherches").click()
    expect(page.get_by_role("heading", name="Alertes sur les recherches")).to_be_visible()
    page.get_by_role("link", name="Journal", exact=True).click()
    expect(page).to_have_url(re.compile(f"{SEARCH}$"))


def saved(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
