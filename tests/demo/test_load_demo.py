"""The commands of the demonstration, on a real database."""

import signal
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from contact_covid.access.enums import Role
from contact_covid.accounts.actions.login import log_in
from contact_covid.accounts.queries import OpenSession
from contact_covid.core import records
from contact_covid.core.records import format_number
from contact_covid.core.rules import nir
from contact_covid.demo.actions.cast import PASSWORD, load_cast
from contact_covid.demo.actions.outbreak import load_outbreak
from contact_covid.demo.models import LoadedFiche
from contact_covid.demo.queries import is_loaded
from contact_covid.demo.rules.cast import named_cast
from contact_covid.directory.queries import departments
from contact_covid.journal.actions import ensure_partitions, seal_batch
from contact_covid.people.actions import search_exactly
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import found_by
from tests.demo.loading import SIZE, Loaded, load, loading, rows, run, states
from tests.server import wait_until

OF_A_FUND = {Role.PLATFORM_AGENT, Role.PLATFORM_SUPERVISOR, Role.DELEGATED_TRACER}
WITHOUT_FUND = {Role.ARS_AGENT, Role.EPIDEMIOLOGIST, Role.DPO, Role.ADMINISTRATOR}


@pytest.fixture(autouse=True)
def demo(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO = True
    settings.JOURNAL_ANCHOR = tmp_path / "journal.anchor"


@pytest.fixture(scope="module")
def loaded(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """A small outbreak, loaded at one go into the database of this module."""
    with override_settings(DEMO=True, JOURNAL_ANCHOR=tmp_path_factory.mktemp("loaded") / "journal.anchor"):
        told = load()
    return Loaded(told, rows(), states())


# --- load_demo -----------------------------------------------------------------------------------------------------


def test_all_of_the_outbreak_is_in(loaded: Loaded) -> None:
    assert loaded.told["size"] == str(SIZE)
    assert not loaded.told["already"]
    assert loaded.told["contacts"] == SIZE
    assert loaded.told["fiches"] == SIZE + loaded.told["index_cases"]
    assert loaded.told["exposures"] >= SIZE
    assert loaded.told["skipped"] == 0
    assert loaded.rows["tracing_fiche"] == loaded.told["fiches"] == loaded.rows["people_sealed_identity"]
    assert loaded.rows["tracing_test"] > 30
    assert loaded.rows["tracing_mask_delivery"] > 20
    assert is_loaded()


def test_loading_again_changes_nothing(loaded: Loaded) -> None:
    before = rows()

    assert load() == loaded.told | {"already": True}
    assert rows() == before


def test_dates_count_back_from_the_day_of_loading(loaded: Loaded) -> None:
    now = timezone.now()
    zones = {code: ZoneInfo(row.timezone) for code, row in departments().items()}

    for fiche in Fiche.objects.filter(kind="index"):
        assert now - timedelta(days=62) < fiche.created_at <= fiche.state_at < now
        assert 7 < fiche.created_at.astimezone(zones[fiche.department]).hour < 24
    assert len({fiche.created_at.time() for fiche in Fiche.objects.all()}) > 30


def test_a_case_who_was_a_contact_has_two_fiches_and_one_of_them_is_positive(loaded: Loaded) -> None:
    positive = Fiche.objects.filter(kind="contact", test="positive")

    assert positive.count() >= 3
    assert set(positive.values_list("state", "closure_reason")) == {("closed", "became_case")}
    assert set(positive.filter(tests__result="positive", became__isnull=False)) == set(positive)


def test_the_journal_holds(loaded: Loaded) -> None:
    seal_batch(now=timezone.now())
    verified = run("verify_journal")

    assert verified["intact"]
    # Transactions of other tests, on the same server, may keep the newest rows from being sealed yet.
    assert verified["sealed"] + verified["unsealed"] == rows()["journal_entry"]


def test_outside_a_demonstration_the_commands_refuse(loaded: Loaded, settings: Settings) -> None:
    settings.DEMO = False
    for command in ("load_demo", "demo_accounts", "demo_patients"):
        with pytest.raises(CommandError, match="DEMO=1"):
            call_command(command)


def test_what_fails_within_a_day_leaves_nothing_of_that_day(loaded: Loaded, fresh_database: str) -> None:
    now = timezone.now()
    run("keys", "ensure", back=3)
    call_command("load_geography", stdout=StringIO())
    ensure_partitions(first=now.date() - timedelta(days=62), months=4)
    cast = load_cast(now=now)
    with pytest.raises(KeyError):  # a call, after registrations of the same day, by a platform that is not there
        list(load_outbreak(size=SIZE, cast=replace(cast, platforms={}), now=now))
    assert rows()["tracing_fiche"] == rows()["demo_fiche"]

    steps = load_outbreak(size=SIZE, cast=cast, now=now)
    for _ in range(40):
        next(steps)
    steps.close()
    assert rows()["demo_progress"] == 40
    assert not is_loaded()

    assert load() == loaded.told
    assert (rows(), states()) == (loaded.rows, loaded.states)


@pytest.mark.parametrize("days", [1, 30])
def test_killed_it_goes_on_and_writes_nobody_twice(loaded: Loaded, fresh_database: str, days: int) -> None:
    with loading(fresh_database) as process:
        wait_until(lambda: rows()["demo_progress"] >= days or process.poll() is not None, seconds=120)
        process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not is_loaded()

    assert load() == loaded.told
    assert (rows(), states()) == (loaded.rows, loaded.states)
    seal_batch(now=timezone.now())
    assert run("verify_journal")["intact"]


# --- demo_accounts -------------------------------------------------------------------------------------------------


def enter(account: dict[str, Any], login: str) -> OpenSession:
    return log_in(login=login, password=account["password"], device_token=None, now=timezone.now()).session


def test_every_role_can_log_in_two_funds_at_least(loaded: Loaded) -> None:
    accounts = run("demo_accounts")
    members = {member.email: member for member in named_cast()}

    funds: dict[str, set[str | None]] = {}
    for account in accounts:
        assert set(account) == {"role", "login", "password", "name", "fund", "organisation"}
        funds.setdefault(account["role"], set()).add(account["fund"])
        session = enter(account, account["login"])
        assert session.actor.role == account["role"]
        assert session.actor.author
        assert session.profile.place in {place.organisation.name for place in members[account["login"]].places}
        assert (session.actor.fund is not None) == (account["role"] in OF_A_FUND)
        assert (session.actor.region is not None) == (account["role"] == Role.ARS_AGENT)
    assert set(funds) == set(Role) - {Role.PERSON, Role.SYSTEM, Role.ACCOUNTANT}, "accountants are named by a holder"
    assert all(len(found) >= 2 for role, found in funds.items() if role not in WITHOUT_FUND)


def test_professionals_log_in_by_number_too(loaded: Loaded) -> None:
    numbers = {member.email: member.number for member in named_cast() if member.number}
    accounts = {account["login"]: account for account in run("demo_accounts")}

    assert {accounts[login]["role"] for login in numbers} == {"pharmacist", "biologist", "physician", "hospital"}
    for login, number in numbers.items():
        assert enter(accounts[login], number).profile.number == number


def test_a_secretary_acts_at_the_practice_of_her_physician(loaded: Loaded) -> None:
    [secretary, *_], [physician, *_] = (run("demo_accounts", role=role) for role in ("secretary", "physician"))

    holder, delegate = (enter(account, account["login"]).actor for account in (physician, secretary))
    assert delegate.practice == holder.practice
    assert delegate.account != holder.account


def test_more_accounts_of_a_role_are_made_once(loaded: Loaded) -> None:
    before = rows()["accounts_account"]

    made = run("demo_accounts", role="pharmacist", count=40)

    assert len({account["login"] for account in made}) == 40
    assert {account["role"] for account in made} == {"pharmacist"}
    assert rows()["accounts_account"] == before + 38
    assert enter(made[-1], made[-1]["login"]).actor.role == Role.PHARMACIST
    assert run("demo_accounts", role="pharmacist", count=40) == made
    assert run("demo_accounts", role="pharmacist", count=5) == made[:5]
    assert rows()["accounts_account"] == before + 38


@pytest.mark.parametrize(
    "options", [{"count": 3}, {"role": "pharmacist", "count": 0}, {"role": "dpo", "count": 99_999}]
)
def test_a_count_that_cannot_be_is_refused(loaded: Loaded, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="--count"):
        run("demo_accounts", **options)


def test_accounts_are_shown_as_a_table(loaded: Loaded) -> None:
    shown = StringIO()
    call_command("demo_accounts", stdout=shown)

    lines = shown.getvalue().splitlines()
    assert len(lines) == 1 + len(named_cast())
    assert len({line.index("@example.org") > 0 and line.index(PASSWORD) for line in lines[1:]}) == 1


def test_without_an_outbreak_there_are_no_accounts(fresh_database: str) -> None:
    with pytest.raises(CommandError, match="load_demo"):
        call_command("demo_accounts")
    assert run("demo_patients") == []


# --- demo_patients -------------------------------------------------------------------------------------------------


def test_patients_at_the_counter_are_found_by_a_pharmacist(loaded: Loaded) -> None:
    [account, *_] = run("demo_accounts", role="pharmacist")
    actor = enter(account, account["login"]).actor
    now = timezone.now()
    contacts = [each for each in run("demo_patients", limit=30) if each["kind"] == "contact" and each["nir"]]

    assert len(contacts) >= 20
    for each in contacts:
        number = nir.parse(each["nir"])
        assert len(each["nir"]) == 15
        lookup = search_exactly(
            actor=actor, nir=number, last_name=each["last_name"], first_name=each["first_name"], now=now
        )
        urls = [f"/contact-covid/fiche/{found.sealed.fiche}/" for found in found_by(actor, lookup, now)]
        assert each["fiche_url"] in urls


def test_patients_are_a_mix_those_whom_a_counter_finds_first(loaded: Loaded) -> None:
    patients = run("demo_patients", limit=40)

    at_the_counter = [each["kind"] == "contact" and each["nir"] != "" for each in patients]
    assert at_the_counter == sorted(at_the_counter, reverse=True)
    assert len(patients) == len({each["fiche_url"] for each in patients}) == 40
    assert {each["kind"] for each in patients} == {"contact", "index"}
    assert {each["consent"] for each in patients} == {"agrees", "refuses", "not_asked"}
    assert any(len(each["index_records"]) == 2 for each in patients)
    assert any(each["nir"] == "" for each in patients)
    assert any(each["nir"] and is_a_childs(each) for each in patients)
    assert len({each["fund"] for each in patients}) > 5
    for each in patients:
        record, index_records = each["record"], each["index_records"]
        assert format_number(records.parse(record)) == record
        assert (index_records == []) == (each["kind"] == "index")


def is_a_childs(patient: dict[str, Any]) -> bool:
    fiche = UUID(patient["fiche_url"].split("/")[3])
    return LoadedFiche.objects.filter(fiche=fiche, nir_holder="insured").exists()


def test_patients_are_the_same_every_time_and_as_many_as_asked(loaded: Loaded) -> None:
    assert run("demo_patients", limit=25) == run("demo_patients", limit=25)
    assert [len(run("demo_patients", limit=n)) for n in (0, 1, 3, 60)] == [0, 1, 3, 60]


@pytest.mark.parametrize("limit", [-1, 10**20])
def test_a_number_of_patients_that_cannot_be_is_refused(loaded: Loaded, limit: int) -> None:
    with pytest.raises(CommandError, match="--limit"):
        run("demo_patients", limit=limit)


@pytest.mark.parametrize("size", ["huge", "20K", "0", "-3", "²", "1000001", "9" * 20])
def test_a_size_that_cannot_be_is_refused(loaded: Loaded, size: str) -> None:
    with pytest.raises(CommandError, match="--size"):
        call_command("load_demo", f"--size={size}")


def test_patients_are_shown_as_a_table(loaded: Loaded) -> None:
    shown = StringIO()
    call_command("demo_patients", limit=5, stdout=shown)
    assert len(shown.getvalue().splitlines()) == 5
