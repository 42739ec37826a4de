"""What a session goes through before it opens pages."""

from collections.abc import Iterable
from uuid import UUID

from contact_covid.accounts.enums import Step


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Those steps, each once, in the order in which they are gone through.

    One login comes with a new password: nobody chooses two in a row.
    """
    due = set(steps)
    if Step.ONE_LOGIN in due:
        due.discard(Step.NEW_PASSWORD)
    return [step for step in Step if step in due]


def one_login_due(practices: Iterable[UUID]) -> bool:
    """Whether who works there, without a login of her own yet, is asked for one that is good for all of them."""
    return len(set(practices)) > 1
