"""Isolation and tests in words."""

from collections.abc import Sequence
from datetime import date

from contact_covid.core.dates import date_fr
from contact_covid.tracing.rules.dates import DueTest


def isolation_in_words(until: date | None) -> str:
    """« jusqu’au 24/05/2020 inclus »."""
    return f"jusqu’au {date_fr(until)} inclus" if until else "aucun"


def heading_of_tests(tests: Sequence[DueTest]) -> str:
    return "Tests à faire" if len(tests) > 1 else "Test à faire"


def tests_in_words(tests: Sequence[DueTest], today: date) -> str:
    """« dès maintenant (test antigénique), le 30/07/2021 (test en laboratoire) »."""
    return ", ".join(f"{_when(test.day, today)} ({test.kind.label})" for test in tests)


def _when(day: date, today: date) -> str:
    return "dès maintenant" if day <= today else f"le {date_fr(day)}"
