"""What the tests of the counter do: find a person, then record."""

from datetime import date, datetime, timedelta
from typing import Any

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing import enums
from contact_covid.tracing.actions.counter import Visit, open_at_the_counter, record_visits
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import CounterFiche
from contact_covid.tracing.rules import counter as rules
from contact_covid.tracing.rules.counter import Details, Masks
from tests.cast import BEATRICE, CLAIRE, TODAY, search
from tests.clock import NOW

FOURTEEN = Masks(True, 14, TODAY)
NO_MASKS = Masks(False)
LATER = NOW + timedelta(minutes=5)


def a_test(
    result: str, *, on: date = TODAY, kind: str = "pcr", found_on: date | None = None, **more: Any
) -> rules.TestDone:
    """``found_on``: the day of the result, that of the sampling when it is not said."""
    result_on = None if result == "pending" else found_on or on
    return rules.TestDone(True, on, enums.TestKind(kind), enums.TestResult(result), result_on, **more)


NOT_DONE = rules.TestDone(False)


def details_of(identity: Identity, **changes: Any) -> Details:
    """How the person is reached, as her identity says, but for ``changes``."""
    names = ("phone", "email", "street", "postcode", "commune")
    known = {name: getattr(identity, name) for name in names} | {"same_household": False, "department": "93"}
    return Details(**known | changes)


def visit(fiche: Fiche, *, by: Actor = CLAIRE, now: datetime = LATER, **said: Any) -> None:
    record_visits(actor=by, visits=[Visit(fiche.id, **said)], now=now)


def at_both_counters(identity: Identity) -> None:
    """Claire and Béatrice have the person in front of them."""
    search(identity, by=CLAIRE)
    search(identity, by=BEATRICE)


def seen(fiche: Fiche, *, by: Actor = CLAIRE, now: datetime = LATER) -> tuple[CounterFiche, Identity]:
    return open_at_the_counter(actor=by, fiche=fiche.id, permission=Permission.FICHE_SEARCH, now=now)
