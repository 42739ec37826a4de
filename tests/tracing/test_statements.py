"""Statements a page or a writing costs; the session of the request is one more. Reference tables are read once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contact_covid.access.enums import Permission
from contact_covid.core.idempotency import submission
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import reveal
from contact_covid.tracing.actions.counter import Visit, open_at_the_counter, record_visits
from contact_covid.tracing.queries import found_by
from contact_covid.tracing.rules.counter import Masks
from tests.cast import CLAIRE, TODAY, contact, person, search
from tests.clock import NOW

WOMAN = person()


@pytest.fixture(autouse=True)
def _woman(rolled_back: None) -> None:
    contact(WOMAN)


def statements(captured: CaptureQueriesContext) -> list[str]:
    """Without those that begin and end transactions, which in these tests are savepoints."""
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


def test_a_search_is_two() -> None:
    with CaptureQueriesContext(connection) as captured:
        search(WOMAN)
    assert len(statements(captured)) == 2


def test_its_result_is_two() -> None:
    lookup = search(WOMAN)
    with CaptureQueriesContext(connection) as captured:
        lines = found_by(CLAIRE, lookup, NOW)
        assert reveal(CLAIRE, [line.sealed for line in lines], purpose=Purpose.MASKS, now=NOW)
    assert len(statements(captured)) == 2


def test_opening_a_fiche_is_two() -> None:
    [line] = found_by(CLAIRE, search(WOMAN), NOW)
    with CaptureQueriesContext(connection) as captured:
        open_at_the_counter(actor=CLAIRE, fiche=line.sealed.fiche, permission=Permission.FICHE_SEARCH, now=NOW)
    assert len(statements(captured)) == 2


def test_recording_masks_is_three_with_the_form_s_key_and_version() -> None:
    [line] = found_by(CLAIRE, search(WOMAN), NOW)
    visit = Visit(
        line.sealed.fiche, masks=Masks(True, 14, TODAY), version=1, submission=submission("key", {"masks": 14})
    )
    with CaptureQueriesContext(connection) as captured:
        record_visits(actor=CLAIRE, visits=[visit], now=NOW + timedelta(minutes=1))
    assert len(statements(captured)) == 3
