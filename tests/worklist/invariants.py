"""What holds of the database after every step of the machine of all actions."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

from hypothesis.stateful import (
    invariant,
)

from contact_covid.tracing.enums import (
    Call,
    CallReason,
    Closure,
    FicheKind,
)
from contact_covid.tracing.models import Contact, Exposure, Fiche, Health, MaskDelivery, Test
from contact_covid.tracing.rules.states import Facts, derive
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Assignment, Attempt, Lease
from tests.worklist.delegating import Delegating
from tests.worklist.model import (
    AGENTS,
    PHYSICIANS,
)


class Checked(Delegating):
    @invariant()
    def assignments_are_as_the_model_says(self) -> None:
        stored = dict(Assignment.objects.values_list("fiche", "account"))
        assert stored == {id_: AGENTS[who].account for id_, (who, _) in self.given.items()}

    @invariant()
    def nobody_is_told_twice_in_one_episode(self) -> None:
        """Between two calls that complete, one has asked for another: whatever was taken over, moved or given back."""
        told_so, last = dict.fromkeys(self.people, 0), dict.fromkeys(self.people, self.began)
        made = Attempt.objects.filter(second=False).order_by("at", "id").values_list("fiche", "outcome", "at")
        for fiche, outcome, at in made:
            if any(last[fiche] <= asked <= at for asked in self.asked[fiche]):
                told_so[fiche] = 0
            last[fiche] = at
            told_so[fiche] += outcome == Outcome.INFORMED
            assert told_so[fiche] <= 1
            if outcome in (Outcome.CALL_BACK, Outcome.INTERPRETER, Outcome.MINOR):
                told_so[fiche] = 0

    @invariant()
    def who_was_told_stays_told_and_is_not_out_of_reach(self) -> None:
        for id_, told_at, reason in Fiche.objects.values_list("id", "told_at", "call_reason"):
            assert told_at == self.first_told.setdefault(id_, told_at) or self.first_told[id_] is None
            self.first_told[id_] = told_at
            assert (told_at is None) <= (self.people[id_].told is None)
            assert told_at is None or reason != CallReason.LADDER

    @invariant()
    def leases_are_as_the_model_says(self) -> None:
        stored = dict(Lease.objects.values_list("id", "ended"))
        current = {id_ for id_, ended in stored.items() if not ended}
        assert current == {id_ for id_, held in self.leases.items() if held.state == "current"}
        assert len({self.leases[id_].fiche for id_ in current}) == len(current)

    @invariant()
    def every_call_is_kept_and_counts_once(self) -> None:
        assert Attempt.objects.filter(second=False).count() == self.counted
        assert Attempt.objects.filter(second=True).count() == self.kept
        assert sum(Fiche.objects.values_list("attempts", flat=True)) == self.counted

    @invariant()
    def states_follow_from_the_facts(self) -> None:
        fiches = {fiche.id: fiche for fiche in Fiche.objects.all()}
        assert fiches.keys() == self.people.keys()
        for id_, known in self.people.items():
            fiche = fiches[id_]
            assert (fiche.test, fiche.closure) == (known.test, known.closure)
            assert fiche.state == derive(Facts(Call(fiche.call), known.test, known.closure))
            assert bool(fiche.closure_reason) is known.closed
            assert known.became is (fiche.closure_reason == "became_case")
            assert bool(fiche.call_reason) is (fiche.call == "unreachable")
            assert fiche.callable_from == known.callable_from
            if known.kind is FicheKind.INDEX or (known.closure is not Closure.CANCELLED and self.live_ties(known)):
                assert fiche.urgent_at == self.urgency(known)

    @invariant()
    def dates_follow_from_the_exposures(self) -> None:
        contacts = {contact.fiche_id: contact for contact in Contact.objects.all()}
        places = {physician.practice: by for by, physician in enumerate(PHYSICIANS)}
        ties: dict[UUID, dict[tuple[UUID, int], tuple[date, bool]]] = {id_: {} for id_ in contacts}
        for tie in Exposure.objects.all():
            told = (tie.index_fiche_id, places[tie.author_practice])
            ties[tie.contact_fiche_id][told] = (tie.last_contact, tie.same_household)
        onsets = dict(Health.objects.filter(onset__isnull=False).values_list("fiche", "onset"))
        for id_, known in self.people.items():
            if known.kind is FicheKind.INDEX:
                continue
            assert ties[id_] == {told: (tie.last_contact, tie.household) for told, tie in known.ties.items()}
            if known.closure is Closure.CANCELLED or not self.live_ties(known):
                continue
            contact, last, household = contacts[id_], self.last_contact(known), self.in_household(known)
            assert (contact.last_contact, contact.same_household) == (last, household)
            assert contact.isolation_until == last + timedelta(days=14)
            due = {known.told_on if household else last + timedelta(days=7)}
            onset = onsets.get(id_)
            if onset:  # she is tested at once too
                due.add(max(onset, known.told_on))
            assert contact.test_due in {max(day, last) for day in due}

    @invariant()
    def one_record_of_masks_and_of_each_sampling_is_the_current_one(self) -> None:
        masks = dict(MaskDelivery.objects.filter(superseded_at=None).values_list("fiche", "quantity"))
        tests = Counter(Test.objects.filter(superseded_at=None).values_list("fiche", "done_on", "result"))
        assert masks == {id_: known.masks.quantity for id_, known in self.people.items() if known.masks}
        assert tests == Counter((id_, day, result) for id_, known in self.people.items() for day, result in known.tests)
