"""The one statement by which visits to a counter are written: set-based, in parts chosen by what they contain."""

from collections.abc import Iterable, Sequence
from datetime import datetime
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
# Counting what was corrected before inserting keeps the order that the unique indexes of current records need. Only the
# record that was read is corrected: another one that came meanwhile stands against the insertion.
_MASKS = """corrected_masks AS (
    UPDATE tracing_mask_delivery SET superseded_at = %(now)s
    WHERE id = ANY(%(masks_corrected)s::uuid[]) AND superseded_at IS NULL RETURNING id
), masks AS (
    INSERT INTO tracing_mask_delivery
        (id, fiche_id, account, practice, delivered, quantity, delivered_on, protocol, recorded_at)
    SELECT id, fiche, account, practice, delivered, quantity, day, protocol, %(now)s
    FROM unnest(%(masks_ids)s::uuid[], %(masks_fiches)s::uuid[], %(masks_accounts)s::uuid[],
        %(masks_practices)s::uuid[], %(masks_delivered)s::bool[], %(masks_quantities)s::int[], %(masks_days)s::date[],
        %(masks_protocols)s::text[])
        AS given (id, fiche, account, practice, delivered, quantity, day, protocol)
    WHERE (SELECT count(*) FROM corrected_masks) >= 0
)"""
_TESTS = """corrected_tests AS (
    UPDATE tracing_test SET superseded_at = %(now)s
    WHERE id = ANY(%(test_corrected)s::uuid[]) AND superseded_at IS NULL RETURNING id
), tests AS (
    INSERT INTO tracing_test
        (id, sampling, fiche_id, account, practice, done, done_on, kind, result, result_on, place, recorded_at)
    SELECT id, sampling, fiche, account, practice, done, day, kind, result, result_day, place, %(now)s
    FROM unnest(%(test_ids)s::uuid[], %(test_samplings)s::uuid[], %(test_fiches)s::uuid[], %(test_accounts)s::uuid[],
        %(test_practices)s::uuid[], %(test_done)s::bool[], %(test_days)s::date[], %(test_kinds)s::text[],
        %(test_results)s::text[], %(test_result_days)s::date[], %(test_places)s::text[])
        AS given (id, sampling, fiche, account, practice, done, day, kind, result, result_day, place)
    WHERE (SELECT count(*) FROM corrected_tests) >= 0
)"""
_HOUSEHOLD = """latest AS (
    SELECT DISTINCT ON (exposure.contact_fiche_id) exposure.id, given.*
    FROM tracing_exposure exposure
    JOIN tracing_fiche index_fiche ON index_fiche.id = exposure.index_fiche_id AND index_fiche.closure <> 'cancelled'
    JOIN unnest(%(household_fiches)s::uuid[], %(households)s::bool[]) AS given (fiche, same_household)
        ON given.fiche = exposure.contact_fiche_id
    ORDER BY exposure.contact_fiche_id, exposure.last_contact DESC, exposure.created_at DESC, exposure.id DESC
), exposed AS (
    UPDATE tracing_exposure SET same_household = latest.same_household FROM latest WHERE tracing_exposure.id = latest.id
)"""
_TAKEN = """taken AS (
    INSERT INTO core_idempotency_key (account, key, body, target, at)
    SELECT account, key, body, target, %(now)s
    FROM unnest(%(key_accounts)s::uuid[], %(keys)s::text[], %(bodies)s::bytea[], %(targets)s::uuid[])
        AS given (account, key, body, target)
    ON CONFLICT DO NOTHING RETURNING target
)"""


class MasksGiven(NamedTuple):
    """Masks as written: ``protocol`` entitled her to them; ``corrects``: the record that this one replaces."""

    said: Masks
    protocol: str
    corrects: UUID | None


class Tested(NamedTuple):
    """A sampling as written; ``corrects``: the record of it that this one replaces, None for a new sampling."""

    said: TestDone
    sampling: UUID
    corrects: UUID | None


class Row(NamedTuple):
    """A fiche as it is to be after the visit; None where the visit says nothing.

    ``household``: whether the latest exposure is in the household; what follows is the caller's (``redate``).
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
    household: bool | None
    masks: MasksGiven | None
    tested: Tested | None
    submission: Submission | None
    author: Author


def statement(rows: Sequence[Row], *, now: datetime) -> tuple[str, dict[str, Any]]:
    """SQL and parameters. It returns one array: the fiches whose submission key was free."""
    parts = [_MOVED]
    params: dict[str, Any] = {"now": now}
    params |= _columns(_FICHE_NAMES, (row[:9] for row in rows))
    optional: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]] = (
        (_MASKS, _MASKS_NAMES, [_masks(row, row.masks, now) for row in rows if row.masks]),
        (_TESTS, _TEST_NAMES, [_test(row, row.tested, now) for row in rows if row.tested]),
        (_HOUSEHOLD, ("household_fiches", "households"), _households(rows)),
        (_TAKEN, ("key_accounts", "keys", "bodies", "targets"), _submissions(rows)),
    )
    for part, names, values in optional:
        if values:
            parts.append(part)
            params |= _columns(names, values)
    taken = "array(SELECT target FROM taken)" if _TAKEN in parts else "array[]::uuid[]"
    return f"WITH {', '.join(parts)} SELECT {taken}", params


_FICHE_NAMES = ("fiches", "tests", "states", "states_at", "factors", "urgent_at", "departments", "regions", "funds")
_MASKS_NAMES = (
    *("masks_corrected", "masks_ids", "masks_fiches", "masks_accounts", "masks_practices", "masks_delivered"),
    *("masks_quantities", "masks_days", "masks_protocols"),
)
_TEST_NAMES = (
    *("test_corrected", "test_ids", "test_samplings", "test_fiches", "test_accounts", "test_practices", "test_done"),
    *("test_days", "test_kinds", "test_results", "test_result_days", "test_places"),
)


def _masks(row: Row, given: MasksGiven, now: datetime) -> tuple[Any, ...]:
    said = given.said
    record = (new_id(now), row.fiche, *row.author, said.delivered, said.quantity, said.delivered_on, given.protocol)
    return given.corrects, *record


def _test(row: Row, tested: Tested, now: datetime) -> tuple[Any, ...]:
    said = tested.said
    # The first record of a sampling gives it its id.
    id_ = new_id(now) if tested.corrects else tested.sampling
    record = (id_, tested.sampling, row.fiche, *row.author, said.done, said.done_on, said.kind or "")
    return tested.corrects, *record, said.result or "", said.result_on, said.place or ""


def _households(rows: Sequence[Row]) -> list[tuple[UUID, bool]]:
    return [(row.fiche, row.household) for row in rows if row.household is not None]


def _submissions(rows: Sequence[Row]) -> list[tuple[UUID, str, bytes, UUID]]:
    return [(row.author.account, row.submission.key, row.submission.body, row.fiche) for row in rows if row.submission]


def _columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    """Rows of values as one array a name."""
    return dict(zip(names, map(array, zip(*rows, strict=True)), strict=True))
