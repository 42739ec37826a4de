"""The one statement by which visits to a counter are written: set-based, in parts chosen by what they contain."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from contact_covid.access.actor import Author
from contact_covid.core.idempotency import Submission
from contact_covid.core.ids import new_id
from contact_covid.core.rules.arrays import array
from contact_covid.tracing.enums import State, TestFact
from contact_covid.tracing.rules.counter import Masks, TestDone

_MOVED = """moved AS (
    UPDATE tracing_fiche SET test = given.test, state = given.state, state_at = given.state_at,
        factors = given.factors, urgent_at = given.urgent_at, department = given.department, region = given.region,
        fund = given.fund, version = version + 1
    FROM unnest(%(fiches)s::uuid[], %(tests)s::text[], %(states)s::text[], %(states_at)s::timestamptz[],
        %(factors)s::text[], %(urgent_at)s::timestamptz[], %(departments)s::text[], %(regions)s::text[],
        %(funds)s::text[])
        AS given (id, test, state, state_at, factors, urgent_at, department, region, fund)
    WHERE tracing_fiche.id = given.id
)"""
# Counting what was corrected before inserting keeps the order that the unique index of current records needs.
_MASKS = """corrected_masks AS (
    UPDATE tracing_mask_delivery SET superseded_at = %(now)s
    WHERE fiche_id = ANY(%(masks_fiches)s) AND superseded_at IS NULL RETURNING fiche_id
), masks AS (
    INSERT INTO tracing_mask_delivery
        (id, fiche_id, account, practice, delivered, quantity, delivered_on, recorded_at)
    SELECT id, fiche, account, practice, delivered, quantity, day, %(now)s
    FROM unnest(%(masks_ids)s::uuid[], %(masks_fiches)s::uuid[], %(masks_accounts)s::uuid[],
        %(masks_practices)s::uuid[], %(masks_delivered)s::bool[], %(masks_quantities)s::int[], %(masks_days)s::date[])
        AS given (id, fiche, account, practice, delivered, quantity, day)
    WHERE (SELECT count(*) FROM corrected_masks) >= 0
)"""
_TESTS = """corrected_tests AS (
    UPDATE tracing_test SET superseded_at = %(now)s
    WHERE fiche_id = ANY(%(test_fiches)s) AND superseded_at IS NULL RETURNING fiche_id
), tests AS (
    INSERT INTO tracing_test (id, fiche_id, account, practice, done, done_on, kind, result, recorded_at)
    SELECT id, fiche, account, practice, done, day, kind, result, %(now)s
    FROM unnest(%(test_ids)s::uuid[], %(test_fiches)s::uuid[], %(test_accounts)s::uuid[], %(test_practices)s::uuid[],
        %(test_done)s::bool[], %(test_days)s::date[], %(test_kinds)s::text[], %(test_results)s::text[])
        AS given (id, fiche, account, practice, done, day, kind, result)
    WHERE (SELECT count(*) FROM corrected_tests) >= 0
)"""
_HOUSEHOLD = """latest AS (
    SELECT DISTINCT ON (exposure.contact_fiche_id) exposure.id, given.*
    FROM tracing_exposure exposure
    JOIN tracing_fiche index_fiche ON index_fiche.id = exposure.index_fiche_id AND index_fiche.closure <> 'cancelled'
    JOIN unnest(%(household_fiches)s::uuid[], %(households)s::bool[], %(any_household)s::bool[], %(tests_due)s::date[])
        AS given (fiche, same_household, any_household, test_due) ON given.fiche = exposure.contact_fiche_id
    ORDER BY exposure.contact_fiche_id, exposure.last_contact DESC, exposure.created_at DESC, exposure.id DESC
), exposed AS (
    UPDATE tracing_exposure SET same_household = latest.same_household FROM latest WHERE tracing_exposure.id = latest.id
), household AS (
    UPDATE tracing_contact SET same_household = latest.any_household, test_due = latest.test_due
    FROM latest WHERE tracing_contact.fiche_id = latest.fiche
)"""
_TAKEN = """taken AS (
    INSERT INTO core_idempotency_key (account, key, body, target, at)
    SELECT account, key, body, target, %(now)s
    FROM unnest(%(key_accounts)s::uuid[], %(keys)s::text[], %(bodies)s::bytea[], %(targets)s::uuid[])
        AS given (account, key, body, target)
    ON CONFLICT DO NOTHING RETURNING target
)"""


class Row(NamedTuple):
    """A fiche as it is to be after the visit; None where the visit says nothing.

    ``household``: whether the latest exposure is in the household, whether any is, and the day the test is due.
    """

    fiche: UUID
    test: TestFact
    state: State
    state_at: datetime
    factors: str
    urgent_at: datetime
    department: str
    region: str
    fund: str
    household: tuple[bool, bool, date] | None
    masks: Masks | None
    test_done: TestDone | None
    submission: Submission | None
    author: Author


def statement(rows: Sequence[Row], *, now: datetime) -> tuple[str, dict[str, Any]]:
    """SQL and parameters. It returns one array: the fiches whose submission key was free."""
    parts = [_MOVED]
    params: dict[str, Any] = {"now": now}
    params |= _columns(_FICHE_NAMES, (row[:9] for row in rows))
    optional: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]] = (
        (_MASKS, _MASKS_NAMES, [_masks(row, row.masks, now) for row in rows if row.masks]),
        (_TESTS, _TEST_NAMES, [_test(row, row.test_done, now) for row in rows if row.test_done]),
        (_HOUSEHOLD, ("household_fiches", "households", "any_household", "tests_due"), _households(rows)),
        (_TAKEN, ("key_accounts", "keys", "bodies", "targets"), _submissions(rows)),
    )
    for part, names, values in optional:
        if values:
            parts.append(part)
            params |= _columns(names, values)
    taken = "array(SELECT target FROM taken)" if _TAKEN in parts else "array[]::uuid[]"
    return f"WITH {', '.join(parts)} SELECT {taken}", params


_FICHE_NAMES = ("fiches", "tests", "states", "states_at", "factors", "urgent_at", "departments", "regions", "funds")
_MASKS_NAMES = tuple(
    f"masks_{name}" for name in ("ids", "fiches", "accounts", "practices", "delivered", "quantities", "days")
)
_TEST_NAMES = tuple(
    f"test_{name}" for name in ("ids", "fiches", "accounts", "practices", "done", "days", "kinds", "results")
)


def _masks(row: Row, masks: Masks, now: datetime) -> tuple[Any, ...]:
    return new_id(now), row.fiche, *row.author, masks.delivered, masks.quantity, masks.delivered_on


def _test(row: Row, test: TestDone, now: datetime) -> tuple[Any, ...]:
    return new_id(now), row.fiche, *row.author, test.done, test.done_on, test.kind or "", test.result or ""


def _households(rows: Sequence[Row]) -> list[tuple[UUID, bool, bool, date]]:
    return [(row.fiche, *row.household) for row in rows if row.household]


def _submissions(rows: Sequence[Row]) -> list[tuple[UUID, str, bytes, UUID]]:
    return [(row.author.account, row.submission.key, row.submission.body, row.fiche) for row in rows if row.submission]


def _columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    """Rows of values as one array a name."""
    return dict(zip(names, map(array, zip(*rows, strict=True)), strict=True))
