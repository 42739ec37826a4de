"""What a session goes through before it opens pages."""

from collections.abc import Iterable

from contact_covid.accounts.enums import Step


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Those steps, each once, in the order in which they are gone through."""
    due = set(steps)
    return [step for step in Step if step in due]
