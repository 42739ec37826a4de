"""The diseases as the pages name them: not at all where one is followed and nobody could mean another."""

from contact_covid.core.diseases import disease, followed
from contact_covid.portal.person.presenters import Facts

Choices = list[tuple[str, str]]


def choices() -> Choices:
    """Code and label of each; empty where there is nothing to choose."""
    found = followed()
    return [(each.code, each.label) for each in found] if len(found) > 1 else []


def fact(code: str) -> Facts:
    """« Maladie : Rougeole », where several are followed."""
    return [("Maladie", disease(code).label)] if choices() else []


def suffix(code: str) -> str:
    """« · Rougeole », where several are followed."""
    return f" · {disease(code).label}" if choices() else ""
