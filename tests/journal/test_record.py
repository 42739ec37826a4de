"""An act and its row live and die together; what could name a person is refused; no act is lost."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.journal.actions import INSERT, Event, ensure_partitions, parameters, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.models import Entry
from contact_covid.journal.queries import state
from contact_covid.journal.rules.details import NotACode
from tests.clock import NOW
from tests.journal.support import ACCOUNT, FICHE, Journal, masks_recorded

PRACTICE = UUID("0196c8a2-0000-7000-8000-000000000002")
SESSION = UUID("0196c8a2-0000-7000-8000-000000000003")


@pytest.mark.django_db
def test_a_row_says_who_did_what_to_whom_from_where_and_why() -> None:
    pharmacist = Actor(account=ACCOUNT, session=SESSION, role=Role.PHARMACIST, practice=PRACTICE)
    detail = {"quantity": 14, "before": None, "codes": ["a", "b"]}
    event = Event.by(pharmacist, "tracing.masks_recorded", Purpose.MASKS, Surface.PAGE, fiches=[FICHE], detail=detail)
    record(event, now=NOW)
    row = Entry.objects.get()
    assert (row.at, row.kind, row.account, row.session) == (NOW, "tracing.masks_recorded", ACCOUNT, SESSION)
    assert (row.role, row.practice, row.organisation) == ("pharmacist", PRACTICE, None)
    assert (row.purpose, row.surface, row.fiches, row.count, row.detail) == ("masks", "page", [FICHE], 1, detail)


@pytest.mark.django_db
def test_many_events_are_one_statement(django_assert_num_queries: Any) -> None:
    fiches = [(), (FICHE,), (FICHE, "00000000")]
    events = [masks_recorded(fiches=numbers, detail={"n": n}) for n, numbers in enumerate(fiches)]
    with django_assert_num_queries(1):
        record(*events, now=NOW)
    rows = Entry.objects.order_by("id").values_list("fiches", "count", "detail", "account", "session")
    assert list(rows) == [
        ([], 0, {"n": 0}, ACCOUNT, None),
        ([FICHE], 1, {"n": 1}, ACCOUNT, None),
        ([FICHE, "00000000"], 2, {"n": 2}, ACCOUNT, None),
    ]


@pytest.mark.django_db
def test_a_job_says_how_many_people_without_naming_their_fiches() -> None:
    record(masks_recorded(fiches=(), count=1200, surface=Surface.JOB), now=NOW)
    assert Entry.objects.get().count == 1200


@pytest.mark.django_db
def test_no_event_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        record(now=NOW)


@pytest.mark.django_db
def test_a_hot_path_writes_its_row_in_its_own_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH journal AS ({INSERT}) SELECT %(n)s + 1", parameters(masks_recorded(), now=NOW) | {"n": 41}
        )
        assert cursor.fetchone() == (42,)
    assert Entry.objects.get().fiches == [FICHE]


def test_an_act_undone_leaves_no_row(journal: Journal) -> None:
    def fail() -> None:
        with transaction.atomic():
            journal.write()
            raise RuntimeError("the act failed after its row")

    with pytest.raises(RuntimeError):
        fail()
    assert Entry.objects.count() == 0
    with transaction.atomic():
        journal.write()
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "value",
    ["269054958815780", "2690549588157", "253072a07300443", "Jeanne Ébauche", "a b", "élan", "x" * 129, 1.5, object()],
)
@pytest.mark.parametrize("place", [lambda v: {"k": v}, lambda v: {"k": [v]}, lambda v: {"k": {"l": v}}])
def test_what_may_name_a_person_is_refused_and_not_quoted(value: Any, place: Any) -> None:
    with pytest.raises(NotACode) as refusal:
        masks_recorded(detail=place(value))
    assert str(value) not in str(refusal.value)


def test_a_key_is_a_code_too() -> None:
    for detail in ({"269054958815780": 1}, {"k": {"Jeanne Ébauche": 1}}):
        with pytest.raises(NotACode):
            masks_recorded(detail=detail)


@pytest.mark.parametrize(
    "fiche", ["269054958815780", "Jeanne", "K7M4-2QXD", "", "K7M42QXD,00000000", 'a"}{"bcd', "k7m42qxd"]
)
def test_a_fiche_is_a_record_number(fiche: str) -> None:
    with pytest.raises(NotACode):
        masks_recorded(fiches=(FICHE, fiche))


@pytest.mark.parametrize(
    "code", ["", "02A", "2020-05-13T10:00:00+02:00", str(ACCOUNT), "a" * 64, "750000001", "10003456781"]
)
def test_codes_dates_ids_and_hashes_pass(code: str) -> None:
    assert masks_recorded(detail={"code": code, "n": 1, "yes": True, "no": None}).detail["code"] == code


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"kind": "masks recorded"}, {"kind": "masks"}, {"count": -1}])
def test_the_database_refuses_a_malformed_row(change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        record(masks_recorded(**change), now=NOW)


@pytest.mark.parametrize(
    "at", [datetime(2020, 5, 1, tzinfo=UTC), datetime(2020, 5, 31, 23, 59, 59, 999999, tzinfo=UTC)]
)
def test_a_month_has_its_partition(journal: Journal, at: datetime) -> None:
    assert ensure_partitions(first=date(2020, 4, 30), months=3) == [
        "journal_entry_2020_04", "journal_entry_2020_05", "journal_entry_2020_06",
    ]  # fmt: skip
    record(masks_recorded(), now=at)
    assert journal.one("SELECT tableoid::regclass::text FROM journal_entry") == "journal_entry_2020_05"
    assert state().strays == 0


def test_partitions_are_made_once(journal: Journal) -> None:
    assert ensure_partitions(first=date(2020, 4, 1), months=2)
    assert ensure_partitions(first=date(2020, 4, 1), months=2) == []


def test_the_next_months_are_there_from_the_start(journal: Journal) -> None:
    today = datetime.now(UTC)
    until = state().partitions_until
    assert until is not None
    assert (until.year * 12 + until.month) - (today.year * 12 + today.month) in (3, 4)


def test_an_act_of_a_month_without_partition_is_kept_sealed_and_told(journal: Journal) -> None:
    record(masks_recorded(), now=datetime(2031, 1, 1, tzinfo=UTC))
    assert state().strays == 1
    assert journal.seal() is not None
    assert ensure_partitions(first=date(2020, 12, 1), months=1) == ["journal_entry_2020_12"]
    assert journal.verify()["sealed"] == 1


def test_rows_of_last_resort_stay_where_they_are(journal: Journal) -> None:
    journal.write()
    assert ensure_partitions(first=NOW.date(), months=2) == ["journal_entry_2020_06"]
    assert (Entry.objects.count(), state().strays) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "months"), [(date(1999, 1, 1), 1), (date(2020, 5, 1), 0), (date(2020, 5, 1), 121)])
def test_the_service_cannot_make_partitions_without_end(first: date, months: int) -> None:
    with pytest.raises(DataError):
        ensure_partitions(first=first, months=months)


@pytest.mark.django_db
def test_the_order_of_keys_is_not_kept_by_the_database() -> None:
    """So that the text it gives back for sealing is one for each value."""
    record(masks_recorded(detail={"bb": 1, "a": 2}), masks_recorded(detail={"a": 2, "bb": 1}), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT detail::text FROM journal_entry")
        assert [json.loads(text) for (text,) in cursor.fetchall()] == [{"a": 2, "bb": 1}]
