"""``manage.py write_search_keys``: every fiche is found by what rules.keys gives today, whenever it was registered."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.db.models import QuerySet
from pytest_django import Settings

from config import embedded, postgres
from contact_covid.core.idempotency import submission
from contact_covid.core.keyring import ring
from contact_covid.directory.actions import load_reference
from contact_covid.journal.models import Entry
from contact_covid.people.enums import KeyKind
from contact_covid.people.models import SearchKey
from contact_covid.people.queries import search_keys
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.correction import Correction, correct_fiche
from contact_covid.tracing.models import Fiche
from tests.cast import PAUL, contact, named, person, traits
from tests.clock import NOW
from tests.server import ROOT, wait_until
from tests.settings import HOME

NEW_KINDS = (KeyKind.PHONE, KeyKind.NAME_TOKEN, KeyKind.BIRTH_DATE)
JUNE = datetime(2020, 6, 20, 12, tzinfo=UTC)


def run(**options: Any) -> dict[str, int]:
    told: dict[str, int] = json.loads(shown(json=True, **options)[0])
    return told


def shown(**options: Any) -> tuple[str, str]:
    """Standard output and error."""
    out, err = StringIO(), StringIO()
    call_command("write_search_keys", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def kept(*fiches: Fiche) -> set[tuple[object, ...]]:
    keys = SearchKey.objects.filter(fiche__in=[fiche.id for fiche in fiches]) if fiches else SearchKey.objects.all()
    return {(bytes(key.digest), key.fiche, key.period, key.kind, key.area) for key in keys}


def of(fiche: Fiche, identity: Identity, *, area: str = "931") -> set[tuple[object, ...]]:
    """What a fiche of that person registered in May has today."""
    return {(digest, fiche.id, "2020-05", kind, area) for digest, kind in search_keys(identity, "2020-05")}


def registered_before() -> QuerySet[SearchKey]:
    """The keys that fiches of former times lack."""
    return SearchKey.objects.filter(kind__in=NEW_KINDS)


@pytest.mark.django_db
def test_what_is_missing_is_put_back_and_what_is_there_stays() -> None:
    load_reference(now=NOW)
    contact(person(1))
    contact(person(2), index=90_001, department="972")
    before = kept()
    removed, _ = registered_before().delete()
    assert run(batch=3) == {"fiches": 4, "keys_added": removed, "unreadable": 0}
    assert kept() == before
    assert {area for *_, area in before} == {"931", "972"}


@pytest.mark.django_db
def test_a_fiche_without_any_key_is_searched_by_the_platform_of_its_departement() -> None:
    load_reference(now=NOW)
    woman = person(2, nir="", phone="", birth_date=None)
    fiche = contact(woman, department="972")
    SearchKey.objects.all().delete()
    run()
    assert kept(fiche) == of(fiche, woman, area="972")


@pytest.mark.django_db
def test_each_month_has_its_own_keys() -> None:
    may, june = contact(person(1)), contact(person(2), index=90_001, now=JUNE, last_contact=JUNE.date())
    before = kept(may, june)
    SearchKey.objects.all().delete()
    run()
    assert kept(may, june) == before
    assert {period for _, _, period, *_ in before} == {"2020-05", "2020-06"}


@pytest.mark.django_db
def test_twice_adds_nothing() -> None:
    contact(person())
    registered_before().delete()
    assert run()["keys_added"] > 0
    after = kept()
    assert run() == {"fiches": 2, "keys_added": 0, "unreadable": 0}
    assert kept() == after


@pytest.mark.django_db
def test_without_any_fiche_there_is_nothing_to_do() -> None:
    assert run() == {"fiches": 0, "keys_added": 0, "unreadable": 0}
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_it_goes_on_after_a_fiche() -> None:
    contact(person())
    SearchKey.objects.all().delete()
    first, last = Fiche.objects.order_by("id").values_list("id", flat=True)
    assert run(after=first)["fiches"] == 1
    assert set(SearchKey.objects.values_list("fiche", flat=True)) == {last}


@pytest.mark.django_db
def test_an_identity_whose_key_was_destroyed_is_skipped_and_counted(settings: Settings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path
    ring().ensure(["2020-05", "2020-06"])
    may, june = contact(person(1)), contact(person(2), index=90_001, now=JUNE, last_contact=JUNE.date())
    readable = kept(june)
    SearchKey.objects.all().delete()
    (tmp_path / "2020-05.key").unlink()
    assert run() == {"fiches": 2, "keys_added": SearchKey.objects.count(), "unreadable": 2}
    assert (kept(may), kept(june)) == (set(), readable)


@pytest.mark.django_db
def test_a_damaged_key_stops_it_and_says_which(settings: Settings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path
    ring().ensure(["2020-05"])
    contact(person())
    (tmp_path / "2020-05.key").unlink()
    (tmp_path / "2020-05.key").write_bytes(b"short")
    with pytest.raises(CommandError, match="2020-05"):
        run()


@pytest.mark.django_db
def test_one_journal_row_a_batch_tells_how_many() -> None:
    contact(person(1))
    contact(person(2), index=90_001)
    removed, _ = SearchKey.objects.all().delete()
    run(batch=3)
    rows = Entry.objects.filter(kind="people.keys_written").order_by("id")
    assert [(row.role, row.account, row.surface, row.purpose, row.count) for row in rows] == [
        ("system", None, "command", "operation", 3),
        ("system", None, "command", "operation", 1),
    ]
    assert [row.detail["unreadable"] for row in rows] == [0, 0]
    assert sum(row.detail["keys"] for row in rows) == removed


@pytest.mark.django_db
def test_nothing_it_says_or_keeps_betrays_anybody() -> None:
    women = [person(1, used_name="Zqusedname"), person(90_000)]
    contact(women[0])
    registered_before().delete()
    told = "".join((*shown(batch=1), *shown(json=True)))
    told += repr(list(Entry.objects.filter(kind="people.keys_written").values()))
    assert [trait for woman in women for trait in traits(woman) if trait in told.lower().encode()] == []


@pytest.mark.django_db
def test_json_alone_is_on_standard_output_progress_is_not() -> None:
    contact(person())
    out, err = shown(batch=1, json=True)
    assert set(json.loads(out)) == {"fiches", "keys_added", "unreadable"}
    assert len(err.splitlines()) == 2
    with pytest.raises(CommandError):
        run(batch=0)


@contextmanager
def writing(database: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a process of its own, fiche by fiche."""
    server = embedded.of(HOME)
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment |= {"DATABASE_URL": server.url(postgres.SERVICE, database)}
    command = [sys.executable, "manage.py", "write_search_keys", "--batch", "1"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        yield process


def test_killed_it_has_written_whole_fiches_and_the_next_run_writes_the_others(fresh_database: str) -> None:
    for number in range(1, 6):
        contact(person(number), index=90_000 + number)
    before, fiches = kept(), list(Fiche.objects.order_by("id"))
    removed, _ = registered_before().delete()
    with transaction.atomic(), writing(fresh_database) as process:
        Fiche.objects.select_for_update().get(id=fiches[6].id)  # where it is when it dies
        wait_until(lambda: of_new_kind(fiches[5].id) > 0, seconds=60)
        process.kill()
    assert process.wait() == -signal.SIGKILL
    written = of_new_kind(*(fiche.id for fiche in fiches[:6]))
    assert kept(*fiches[:6]) == {key for key in before if key[1] in {fiche.id for fiche in fiches[:6]}}
    assert of_new_kind(*(fiche.id for fiche in fiches[6:])) == 0
    assert run() == {"fiches": 10, "keys_added": removed - written, "unreadable": 0}
    assert kept() == before


def of_new_kind(*fiches: UUID) -> int:
    return registered_before().filter(fiche__in=fiches).count()


def test_who_is_being_corrected_is_waited_for_and_no_key_of_the_former_name_comes_back(fresh_database: str) -> None:
    """The others of the batch do not wait."""
    load_reference(now=NOW)
    before, after = person(1), msgspec.structs.replace(person(1), birth_name="Zqafterwards")
    fiche, other = contact(before), contact(person(2), index=90_001)
    complete = kept(other)
    registered_before().delete()
    corrected, may_commit = Event(), Event()

    def correct() -> None:
        try:
            with transaction.atomic():
                said = Correction(fiche.id, named(after), submission("key", {"said": 1}))
                correct_fiche(actor=PAUL, correction=said, now=NOW)
                corrected.set()
                assert may_commit.wait(timeout=60)
        finally:
            corrected.set()
            connections.close_all()

    def write() -> dict[str, int]:
        try:
            return run()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        correcting = pool.submit(correct)
        assert corrected.wait(timeout=60)
        writes = pool.submit(write)
        try:
            wait_until(lambda: kept(other) == complete, seconds=30)
            assert not writes.done()
        finally:
            may_commit.set()
        correcting.result()
        assert writes.result()["fiches"] == 4
    assert kept(fiche) == of(fiche, after)
