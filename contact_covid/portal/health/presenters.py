"""Isolation and tests in words."""

from collections.abc import Sequence
from datetime import date

from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.tracing.enums import Symptom
from contact_covid.tracing.models import DiaryEntry, SecureLink
from contact_covid.tracing.rules.dates import DueTest


def isolation_in_words(until: date | None) -> str:
    """« jusqu’au 24/05/2020 inclus »."""
    return f"jusqu’au {date_fr(until)} inclus" if until else "aucun"


def mask_in_words(until: date | None) -> str:
    """« jusqu’au 24/05/2020 »."""
    return f"jusqu’au {date_fr(until)}" if until else "aucun"


def heading_of_tests(tests: Sequence[DueTest]) -> str:
    return "Tests à faire" if len(tests) > 1 else "Test à faire"


def tests_in_words(tests: Sequence[DueTest], today: date) -> str:
    """« dès maintenant (test antigénique), le 30/07/2021 (test en laboratoire) »."""
    return ", ".join(f"{_when(test.day, today)} ({test.kind.label})" for test in tests)


def _when(day: date, today: date) -> str:
    return "dès maintenant" if day <= today else f"le {date_fr(day)}"


def link_in_words(link: SecureLink | None) -> str:
    """How far a person has come with her secure link; empty when she was sent none."""
    if link is None:
        return ""
    sent = f"Lien personnel envoyé le {datetime_fr(link.issued_at)}"
    if link.confirmed_at:
        return f"{sent}, consignes lues le {datetime_fr(link.confirmed_at)}."
    if link.opened_at:
        return f"{sent}, ouvert le {datetime_fr(link.opened_at)}, consignes non confirmées."
    return f"{sent}, pas encore ouvert."


def diary_in_words(entries: Sequence[DiaryEntry]) -> list[tuple[str, str]]:
    """A day and what she wrote of it: « Toux, Fièvre ou frissons – 38,2 °C »."""
    return [(date_fr(entry.day), _entry(entry)) for entry in entries]


def _entry(entry: DiaryEntry) -> str:
    said = ", ".join(Symptom(code).label for code in entry.symptoms) or "Aucun symptôme"
    degrees = "" if entry.temperature is None else f" – {entry.temperature:.1f}\u00a0°C".replace(".", ",")
    return f"{said}{degrees}"
