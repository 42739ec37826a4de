"""Rules of the machine of all actions: fiches that an organisation calls for the platform, until an end."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from contact_covid.core.period import PARIS
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.delegations import delegate, return_due, take_back
from contact_covid.worklist.rules.delegation import DelegationRefused, end_of
from tests.worklist.calls import CPTS, ISABELLE
from tests.worklist.model import TRACER, Model


class Delegating(Model):
    @rule(data=st.data(), days=st.integers(0, 2))
    def delegate(self, data: st.DataObject, days: int) -> None:
        ids = data.draw(st.lists(st.sampled_from(list(self.people)), unique=True))
        able, last_day = self.able(ids), self.now.astimezone(PARIS).date() + timedelta(days=days)
        said: dict[str, Any] = {"organisation": CPTS, "fiches": ids, "last_day": last_day, "now": self.now}
        if not able:
            with pytest.raises(DelegationRefused):
                delegate(actor=ISABELLE, **said)
            return
        assert delegate(actor=ISABELLE, **said).given == len(able)
        self.delegated |= dict.fromkeys(able, end_of(last_day, self.now))
        for id_ in able:
            self.given.pop(id_, None)

    @rule(data=st.data())
    def take_back_delegated(self, data: st.DataObject) -> None:
        ids = data.draw(st.lists(st.sampled_from(list(self.people)), unique=True))
        back = {id_ for id_ in ids if self.delegated.pop(id_, None)}
        assert take_back(actor=ISABELLE, fiches=ids, now=self.now) == len(back)
        self.returned(back)

    @rule()
    def the_minute_passes(self) -> None:
        due = {id_ for id_, until in self.delegated.items() if until <= self.now}
        assert return_due(now=self.now) == len(due)
        for id_ in due:
            del self.delegated[id_]
        self.returned(due)

    def returned(self, back: set[UUID]) -> None:
        """What the organisation's agent held of it is over."""
        for held in self.leases.values():
            if held.fiche in back and held.agent == TRACER and held.state == "current":
                held.state = "released"

    @invariant()
    def delegations_are_as_the_model_says(self) -> None:
        stored = Fiche.objects.filter(delegated_to=CPTS).values_list("id", "delegated_until")
        assert dict(stored) == self.delegated
