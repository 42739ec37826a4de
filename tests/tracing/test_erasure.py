"""What is left of a fiche whose person was erased: when what was done, and nothing that was said of her."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from contact_covid.tracing.actions.erasure import erase_contacts
from contact_covid.tracing.enums import CallReason, Consent, Spoken, SupportNeed
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.urgency import Factor
from tests.cast import contact, ident, person
from tests.clock import NOW
from tests.retention.asking import CATHERINE

pytestmark = pytest.mark.usefixtures("rolled_back")

LATER = NOW + timedelta(hours=2)
SAID: Mapping[str, tuple[Any, Any]] = {
    "consent": (Consent.REFUSES, Consent.NOT_ASKED),
    "language": (Spoken.WOLOF, Spoken.FRENCH),
    "support_needs": ([SupportNeed.MEALS], []),
    "factors": (f"{Factor.SYMPTOMS} {Factor.ASKS_CALL}", ""),
    "urgent_at": (NOW - timedelta(days=1), NOW),
    "counts_from": (NOW + timedelta(days=1), NOW),
    "callable_from": (NOW + timedelta(days=2), None),
    "call_reason": (CallReason.WRONG_NUMBER, ""),
    "doubtful": (True, False),
    "delegation": (ident(9, 1), None),
    "delegated_to": (ident(9, 2), None),
    "delegated_until": (NOW + timedelta(days=9), None),
}
"""What tells something of the person: as it was, as it is once she is erased."""
FIGURES = {
    **dict.fromkeys(
        ("id", "number", "disease", "kind", "created_at", "version"), "the fiche itself, which the journal names"
    ),
    **dict.fromkeys(
        ("call", "told_at", "attempts", "test", "closure", "closure_reason", "state", "state_at"), "what was done"
    ),
    **dict.fromkeys(("department", "region", "fund"), "where, for the figures of an area"),
    **dict.fromkeys(("author_account", "author_practice"), "who declared, not whom"),
    "onward_opposed": "that nothing is passed on still holds",
}


def test_each_field_of_a_fiche_says_whether_it_tells_something_of_a_person() -> None:
    assert SAID.keys() | FIGURES.keys() == {field.name for field in Fiche._meta.concrete_fields}
    assert not SAID.keys() & FIGURES.keys()


@pytest.mark.parametrize("closure", ["open", "cancelled"])
def test_nothing_that_was_said_of_her_is_left(closure: str) -> None:
    fiche = contact(person())
    told = {name: before for name, (before, _) in SAID.items()}
    Fiche.objects.filter(id=fiche.id).update(call="unreachable", closure=closure, **told)
    with transaction.atomic():
        erase_contacts(actor=CATHERINE, fiches=[fiche.id], now=LATER)
    fiche.refresh_from_db()
    assert {name: getattr(fiche, name) for name in SAID} == {name: after for name, (_, after) in SAID.items()}
    assert (fiche.closure, fiche.created_at) == ("cancelled", NOW)
