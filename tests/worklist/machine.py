"""Random sequences of everything agents, physicians and counters do, against a model in plain Python."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
)

from contact_covid.access.actor import SYSTEM
from contact_covid.core.period import PARIS
from contact_covid.tracing.actions.cancellation import FicheShared, cancel_fiche
from contact_covid.tracing.actions.counter import Visit, record_visits
from contact_covid.tracing.actions.during_call import SaidDuringCall
from contact_covid.tracing.actions.follow_ups import call_to_follow_up
from contact_covid.tracing.enums import (
    Closure,
    ClosureReason,
    FicheKind,
    Spoken,
    TestFact,
    TestKind,
    TestResult,
)
from contact_covid.tracing.models import Fiche, IndexCase, Test
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.call_hours import day_after, next_opening, open_at
from contact_covid.tracing.rules.counter import CounterError, Details, Masks, TestDone
from contact_covid.tracing.rules.states import FACT_OF_RESULT
from contact_covid.worklist.actions.assignment import assign, reassign, unassign
from contact_covid.worklist.actions.overflows import ask_for_help, decide
from contact_covid.worklist.actions.pauses import pause_agent, pause_queue, resume_agent, resume_queue
from contact_covid.worklist.actions.queue import LEASE, AgentResting, claim_next, release, renew
from contact_covid.worklist.enums import Outcome, PauseReason
from contact_covid.worklist.models import Overflow
from contact_covid.worklist.queries import LeaseEnded, LeaseNotFound, LeaseTakenOver
from contact_covid.worklist.rules.ladder import CallError
from tests.cast import PAUL, dossier, enter, named
from tests.worklist.calls import ELSEWHERE, ISABELLE, skilled, told
from tests.worklist.invariants import Checked
from tests.worklist.model import (
    AGENTS,
    ALIKE,
    LANGUAGES,
    MOMENT,
    OWN,
    PEOPLE,
    PHYSICIANS,
    TRACER,
    Held,
    Person,
    Tie,
)


class Everything(Checked):
    # --- Physicians ------------------------------------------------------------------------------------------------

    @initialize()
    def somebody(self) -> None:
        self.register(by=0, index=0, contacts=[(1, 3, False, False)])

    @rule(
        by=st.sampled_from(range(len(PHYSICIANS))),
        index=st.sampled_from(range(len(PEOPLE))),
        contacts=st.lists(
            st.tuples(st.sampled_from(range(len(PEOPLE))), st.integers(0, 20), st.booleans(), st.booleans()),
            max_size=3,
            unique_by=lambda each: each[0],
        ),
    )
    def register(self, by: int, index: int, contacts: list[tuple[int, int, bool, bool]]) -> None:
        """``contacts``: who, how many days ago, same household, called by the physician himself."""
        self.now += timedelta(seconds=1)
        contacts = [each for each in contacts if each[0] != index]
        today = self.now.astimezone(PARIS).date()
        people = [
            named(PEOPLE[who], last_contact=today - timedelta(days=ago), same_household=household, calls_self=herself)
            for who, ago, household, herself in contacts
        ]
        given = dossier(PEOPLE[index], *people, onset=None, sampled_on=today, result_on=today)
        # Episodes as they were before: what is entered may move their ends.
        known_case = self.kept_fiche(index, FicheKind.INDEX)
        was_contact = self.still_in(self.open_fiche(index, FicheKind.CONTACT), today)
        kept = {
            who: self.still_in(self.kept_fiche(who, FicheKind.CONTACT), today - timedelta(days=ago))
            for who, ago, _, _ in contacts
        }
        [made] = enter(given, by=PHYSICIANS[by], now=self.now)
        self.declared(made.index, index, by, expected=known_case)
        if was_contact and not known_case:
            self.became(was_contact, made.index.id)
            self.still_delegated(was_contact, made.index.id)
        for fiche, (who, ago, household, herself) in zip(made.contacts, contacts, strict=True):
            self.declared(fiche, who, by, expected=kept[who])
            case = self.kept_fiche(who, FicheKind.INDEX)
            if not kept[who] and case:
                self.became(fiche.id, case)
            tie = Tie(today - timedelta(days=ago), household, herself, self.told)
            self.expose(fiche.id, (made.index.id, by), tie)

    def became(self, contact: UUID, case: UUID) -> None:
        """No card of hers as a contact is given out any more."""
        known = self.people[contact]
        known.closure, known.case, known.waiting = Closure.CLOSED, case, False

    def still_delegated(self, contact: UUID, case: UUID) -> None:
        """Whoever calls her as a contact for the platform goes on."""
        if contact in self.delegated:
            self.delegated[case] = self.delegated[contact]

    def declared(self, fiche: Fiche, who: int, by: int, *, expected: UUID | None) -> None:
        """Whoever is known keeps her fiche; whoever only looks like somebody gets a doubtful one."""
        if expected:
            assert fiche.id == expected
            self.people[expected].others |= self.people[expected].by != by
            return
        assert fiche.id not in self.people
        nobody_else = not any(self.open_fiche(who, kind) for kind in FicheKind)
        alike = ALIKE.get(who)
        looks_like = alike is not None and any(self.open_fiche(alike, kind) for kind in FicheKind)
        taken_along = Fiche.objects.filter(became__fiche=fiche, doubtful=True).exists()
        assert fiche.doubtful is (taken_along or (nobody_else and looks_like))
        self.people[fiche.id] = Person(
            who, FicheKind(fiche.kind), by, self.now, self.now, self.now, self.now.astimezone(PARIS).date()
        )

    def expose(self, fiche: UUID, told: tuple[UUID, int], tie: Tie) -> None:
        """Told twice by one physician is one exposure: the later contact, in the household if ever."""
        self.told += 1
        known, before = self.people[fiche], self.people[fiche].ties.get(told)
        if before:
            last_contact, herself = max(tie.last_contact, before.last_contact), tie.herself or before.herself
            tie = Tie(last_contact, tie.household or before.household, herself, before.made)
        known.ties[told] = tie
        self.count_from_today(known)
        herself = any(each.herself for each in self.live_ties(known))
        known.callable_from = None if herself else known.callable_from or self.now

    def count_from_today(self, known: Person) -> None:
        """« At once » is today, unless she was told already and no later contact was said of her."""
        facts = (self.last_contact(known), self.in_household(known))
        if known.told is None or facts[0] > known.told[0]:
            known.told_on = self.now.astimezone(PARIS).date()
        known.told = facts if known.told else None

    @rule(data=st.data(), by=st.sampled_from(range(len(PHYSICIANS))))
    def cancel(self, data: st.DataObject, by: int) -> None:
        id_, known = data.draw(st.sampled_from(list(self.people.items())))
        if known.closure is Closure.CANCELLED:
            return
        said: dict[str, Any] = {"fiche": id_, "reason": ClosureReason.ERROR, "version": None, "now": self.now}
        if known.by != by:
            with pytest.raises(FicheNotFound):
                cancel_fiche(actor=PHYSICIANS[by], **said)
            return
        named_here = [each for each in self.people.values() if any(index == id_ for index, _ in each.ties)]
        physicians = {by for _, by in known.ties}
        physicians |= {by for each in named_here for index, by in each.ties if index == id_}
        if known.others or physicians - {by}:
            with pytest.raises(FicheShared):
                cancel_fiche(actor=PHYSICIANS[by], **said)
            return
        cancel_fiche(actor=PHYSICIANS[by], **said)
        alone = [
            each
            for each in named_here
            if not each.closed and each.by == by and not each.others and not self.tied_to_others(each, id_)
        ]
        for each in (known, *alone):
            each.closure, each.waiting = Closure.CANCELLED, False
        for contact, each in self.people.items():
            if each.closed and each.case == id_:
                self.reopened(contact, each)
        for each in named_here:
            if each.closure is not Closure.CANCELLED and self.live_ties(each):
                self.redated(each)

    def tied_to_others(self, known: Person, index: UUID) -> bool:
        return any(each != index and self.people[each].closure is not Closure.CANCELLED for each, _ in known.ties)

    def redated(self, known: Person) -> None:
        self.count_from_today(known)
        herself = any(tie.herself for tie in self.live_ties(known))
        known.callable_from = None if herself else known.callable_from or self.now

    # --- Counters --------------------------------------------------------------------------------------------------

    def visited(self, data: st.DataObject) -> tuple[UUID, Person] | None:
        """A contact whom a counter can find."""
        found = [
            (id_, each)
            for id_, each in self.people.items()
            if each.kind is FicheKind.CONTACT and each.closure is not Closure.CANCELLED
        ]
        return data.draw(st.sampled_from(found)) if found else None

    def visit(self, fiche: UUID, **said: Any) -> None:
        self.now += timedelta(seconds=1)
        record_visits(actor=SYSTEM, visits=[Visit(fiche, author=PAUL.author, **said)], now=self.now)

    @rule(data=st.data(), quantity=st.integers(1, 3))
    def give_masks(self, data: st.DataObject, quantity: int) -> None:
        """Once an episode; the pharmacy corrects it the same day."""
        found = self.visited(data)
        if not found:
            return
        fiche, known = found
        said = Masks(True, quantity, (self.now + timedelta(seconds=1)).astimezone(PARIS).date())
        if known.masks in (None, said) or known.masks_on == said.delivered_on:
            self.visit(fiche, masks=said)
            known.masks_on = known.masks_on if known.masks == said else said.delivered_on
            known.masks = said
        else:
            with pytest.raises(CounterError):
                self.visit(fiche, masks=said)

    @rule(data=st.data(), result=st.sampled_from(TestResult))
    def record_test(self, data: st.DataObject, result: TestResult) -> None:
        """A sampling of the day, or the result of the one that waits: a positive one stays the fact."""
        found = self.visited(data)
        if not found:
            return
        fiche, known = found
        today = (self.now + timedelta(seconds=1)).astimezone(PARIS).date()
        said = (today, result)
        found_on = None if result is TestResult.PENDING else today
        self.visit(fiche, test=TestDone(True, today, TestKind.PCR, result, found_on))
        new = said not in known.tests
        if new:
            if found_on and (today, TestResult.PENDING) in known.tests:
                known.tests[known.tests.index((today, TestResult.PENDING))] = said
            else:
                known.tests.append(said)
        self.told_by_tests(fiche, known, found=result if new else None)

    @rule(data=st.data())
    def correct_test(self, data: st.DataObject) -> None:
        """The laboratory takes a positive result back."""
        found = self.visited(data)
        positive = found and next((each for each in found[1].tests if each[1] is TestResult.POSITIVE), None)
        if not found or not positive:
            return
        fiche, known = found
        wrong = Test.objects.filter(fiche=fiche, done_on=positive[0], result=TestResult.POSITIVE, superseded_at=None)
        said = TestDone(True, positive[0], TestKind.PCR, TestResult.NEGATIVE, positive[0])
        self.visit(fiche, test=said, sampling=wrong.values_list("sampling", flat=True)[0])
        known.tests[known.tests.index(positive)] = (positive[0], TestResult.NEGATIVE)
        self.told_by_tests(fiche, known, found=TestResult.NEGATIVE, on=positive[0])

    def told_by_tests(self, fiche: UUID, known: Person, *, found: TestResult | None, on: date | None = None) -> None:
        """A positive result stays the fact, whatever comes after it. ``found``: by this act, None when it said nothing
        new; ``on``: the day of the test, today's when not said."""
        before, facts = known.test, [FACT_OF_RESULT[each] for _, each in known.tests]
        known.test = TestFact.POSITIVE if TestFact.POSITIVE in facts else facts[-1]
        taken_back = before is TestFact.POSITIVE is not known.test
        self.follow(fiche, known, positive=found is TestResult.POSITIVE, taken_back=taken_back)
        if found is TestResult.NEGATIVE and not taken_back and known.closed and known.case:
            self.found_nothing(known.case, on or self.now.astimezone(PARIS).date())

    def found_nothing(self, case: UUID, day: date) -> None:
        """A later test of a patient zéro may end her isolation: who lives with her has other dates."""
        made = self.people[case]
        if day <= IndexCase.objects.get(fiche=case).sampled_on or (made.negative_on or date.min) >= day:
            return
        made.negative_on = day
        for each in self.people.values():
            tied = any(index == case and tie.household for (index, _), tie in each.ties.items())
            if tied and each.closure is not Closure.CANCELLED and self.live_ties(each):
                self.redated(each)

    def follow(self, id_: UUID, known: Person, *, positive: bool, taken_back: bool) -> None:
        """What a result of the day makes of her; ``tests/tracing/test_becoming.py`` says what is right."""
        cases = IndexCase.objects.filter(was_contact=id_).exclude(fiche__closure=Closure.CANCELLED)
        case = cases.values_list("fiche", flat=True).first()
        if positive:
            assert case
            if case not in self.people:
                assert self.open_fiche(known.who, FicheKind.INDEX) is None
                today = self.now.astimezone(PARIS).date()
                made = Person(known.who, FicheKind.INDEX, 0, self.now, self.now, self.now, today, test=known.test)
                self.people[case] = made
                self.still_delegated(id_, case)
                if known.dead:
                    made.closure, made.waiting, made.ended, made.dead = Closure.CLOSED, False, True, True
            elif self.people[case].test is not TestFact.NONE:
                self.retested(case, known.test)
            self.became(id_, case)
        elif taken_back and known.closed and known.case and self.people[known.case].test is TestFact.POSITIVE:
            if case:
                self.retested(known.case, known.test)
            else:
                made = self.people[known.case]
                assert not made.called
                assert not any(index == known.case for each in self.people.values() for index, _ in each.ties)
                made.closure, made.waiting = Closure.CANCELLED, False
                self.reopened(id_, known)

    def reopened(self, id_: UUID, known: Person) -> None:
        """A contact as before, unless whoever exposed her was declared in error meanwhile. Who had refused stays so."""
        if known.ended:
            known.case = None
            return
        known.closure, known.case = Closure.OPEN if self.live_ties(known) else Closure.CANCELLED, None
        call = Fiche.objects.get(id=id_).call
        known.waiting = not known.closed and call in ("to_call", "call_back")

    def retested(self, case: UUID, test: TestFact) -> None:
        """Who was called as a patient zéro is called again."""
        known, fiche = self.people[case], Fiche.objects.get(id=case)
        if known.test is not test:
            known.test, known.called, known.callable_from = test, True, self.now
            known.waiting = not known.closed and fiche.call in ("to_call", "call_back")
            assert fiche.call != "interviewed"

    @rule(data=st.data(), household=st.booleans())
    def say_household(self, data: st.DataObject, household: bool) -> None:
        """« Même foyer » is about the latest exposure; saying what the fiche says already changes nothing."""
        found = self.visited(data)
        if not found:
            return
        id_, known = found
        identity = PEOPLE[known.who]
        kept = {name: getattr(identity, name) for name in ("phone", "email", "street", "postcode", "commune")}
        before = self.in_household(known)
        self.visit(id_, details=Details(same_household=household, department="93", **kept))
        if not self.live_ties(known):
            return
        latest = max(self.live_ties(known), key=lambda tie: (tie.last_contact, tie.made))
        if before is not household and latest.household is not household:
            latest.household = household
            self.redated(known)

    # --- Agents ----------------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 10, 21, 60, 200, 700]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(days=st.integers(0, 4), hours=st.integers(0, 3))
    def follow_up(self, days: int, hours: int) -> None:
        """In the morning, by the plan: who was told and waits for no call, and nobody else."""
        self.now += timedelta(days=days, hours=hours)
        before = dict(Fiche.objects.values_list("id", "call"))
        called = call_to_follow_up(now=self.now)
        again = {id_ for id_, call in Fiche.objects.values_list("id", "call") if call != before[id_]}
        assert called == len(again)
        for id_ in again:
            known = self.people[id_]
            assert (known.done, known.closed, before[id_] in ("informed", "interviewed")) == (True, False, True)
            known.waiting, known.done, known.called = True, False, True
            known.counts_from, known.callable_from = self.now, next_opening(self.now, PARIS)
            self.asked[id_].append(self.now)

    @rule(who=st.sampled_from(range(len(AGENTS))))
    def claim(self, who: int) -> None:
        self.now += MOMENT  # of two who take the same fiche, one is the later
        held, free = self.holds(who), self.offered(who)
        if who in self.resting and not held:
            with pytest.raises(AgentResting):
                claim_next(actor=AGENTS[who], now=self.now)
            return
        taken = claim_next(actor=AGENTS[who], now=self.now)
        if held:
            assert taken
            assert taken.fiche in {one.fiche for one in held}
        elif not free:
            assert taken is None
        else:
            assert taken
            assert taken.fiche in free
            assert self.urgency(self.people[taken.fiche]) == min(self.urgency(known) for known in free.values())
            self.taken_from_others(who, taken.fiche)
            self.leases[taken.id] = Held(who, taken.fiche, self.now + LEASE)

    def taken_from_others(self, who: int, fiche: UUID) -> None:
        for held in self.leases.values():
            if held.fiche == fiche and held.state in ("current", "released", "taken"):
                held.taken |= held.agent != who
                held.state = "taken" if held.state == "current" else held.state

    def some(self, data: st.DataObject) -> tuple[UUID, Held]:
        return data.draw(st.sampled_from(list(self.leases.items())))

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        id_, held = self.some(data)
        if held.state != "current" and not self.kept_by(held):
            with pytest.raises(LeaseNotFound):
                renew(actor=AGENTS[held.agent], lease=id_, now=self.now)
        elif held.state == "current":
            held.expires_at = renew(actor=AGENTS[held.agent], lease=id_, now=self.now)
            assert held.expires_at == self.now + LEASE
        else:
            over = LeaseTakenOver if held.taken and held.state != "recorded" else LeaseEnded
            with pytest.raises(over):
                renew(actor=AGENTS[held.agent], lease=id_, now=self.now)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        id_, held = self.some(data)
        if not self.kept_by(held):
            with pytest.raises(LeaseNotFound):
                release(actor=AGENTS[held.agent], lease=id_, now=self.now)
            return
        release(actor=AGENTS[held.agent], lease=id_, now=self.now)
        if held.state == "current":
            held.state = "released"

    @precondition(lambda self: self.leases)
    @rule(
        data=st.data(),
        outcome=st.sampled_from(Outcome),
        hours=st.integers(1, 30),
        language=st.sampled_from(LANGUAGES),
        symptoms=st.booleans(),
    )
    def record(self, data: st.DataObject, outcome: Outcome, hours: int, language: Spoken, symptoms: bool) -> None:
        id_, held = self.some(data)
        at = self.now + timedelta(hours=hours)
        learnt = SaidDuringCall(language, symptoms, "Zqparent", "+33639987777" if outcome is Outcome.MINOR else "")
        said: dict[str, Any] = {"by": AGENTS[held.agent], "now": self.now, "call_back_at": at, "note": "zqnote"}
        said["said"] = learnt
        if not self.kept_by(held) and held.expires_at <= self.now:
            with pytest.raises(LeaseNotFound):
                told(id_, outcome, **said)
        elif held.state == "recorded":
            with pytest.raises(LeaseEnded):
                told(id_, outcome, **said)
        elif outcome is Outcome.CALL_BACK and not open_at(at, PARIS):
            with pytest.raises(CallError):
                told(id_, outcome, **said)
        elif outcome is Outcome.INTERPRETER and language is Spoken.FRENCH and self.counts(held):
            with pytest.raises(CallError), transaction.atomic():
                told(id_, outcome, **said)
        else:
            self.recorded(id_, held, told(id_, outcome, **said).counted, outcome, learnt)

    def kept_by(self, held: Held) -> bool:
        """Whether she may still open the fiche: in an organisation until the delegation ends."""
        until = self.delegated.get(held.fiche)
        return held.agent != TRACER or (until is not None and until > self.now)

    def counts(self, held: Held) -> bool:
        """A lease that is over says nothing more of who was told meanwhile."""
        known = self.people[held.fiche]
        return not (held.taken or known.closed or (known.done and held.state != "current"))

    def recorded(self, id_: UUID, held: Held, counted: bool, outcome: Outcome, learnt: SaidDuringCall) -> None:
        assert counted is self.counts(held)
        self.counted, self.kept = self.counted + counted, self.kept + (not counted)
        for other in self.leases.values():
            if other.fiche == held.fiche and other.agent == held.agent and other.state == "current":
                other.state = "recorded"
        held.state = "recorded"
        if counted:
            self.learn(held.fiche, outcome, learnt)

    def learn(self, id_: UUID, outcome: Outcome, learnt: SaidDuringCall) -> None:
        """How the fiche stands after a call that counted: ``test_ladder`` says what is right."""
        fiche, known = Fiche.objects.get(id=id_), self.people[id_]
        known.called = True
        if known.kind is FicheKind.CONTACT and outcome is Outcome.INFORMED and not known.told:
            known.told_on = self.now.astimezone(PARIS).date()
            known.told = (self.last_contact(known), self.in_household(known))
        known.language = learnt.language or known.language
        if learnt.symptoms and known.kind is FicheKind.CONTACT and not known.symptoms:
            known.symptoms = True
            self.count_from_today(known)
        if outcome is Outcome.INTERPRETER:
            self.given.pop(id_, None)
        known.done = fiche.call in ("informed", "interviewed")
        known.waiting = fiche.call in ("to_call", "call_back") and fiche.closure == "open"
        if outcome in (Outcome.REFUSED, Outcome.DECEASED):
            known.closure, known.ended, known.dead = Closure.CLOSED, True, outcome is Outcome.DECEASED
        moved = fiche.callable_from != known.callable_from
        known.callable_from = fiche.callable_from
        if outcome in (Outcome.INFORMED, Outcome.WRONG_NUMBER, Outcome.REFUSED, Outcome.DECEASED):
            assert not known.waiting
        elif outcome in (Outcome.INTERPRETER, Outcome.MINOR):
            assert (known.waiting, known.callable_from) == (True, self.now)
        elif known.waiting:
            assert moved
            assert known.callable_from
            assert known.callable_from > self.now

    # --- Supervisors -----------------------------------------------------------------------------------------------

    @rule(who=st.sampled_from(range(len(AGENTS))), languages=st.sets(st.sampled_from(LANGUAGES[1:])))
    def say_who_speaks(self, who: int, languages: set[Spoken]) -> None:
        skilled(AGENTS[who], *languages)
        self.speak[who] = languages

    @rule(who=st.sampled_from(OWN), rests=st.booleans())
    def rest(self, who: int, rests: bool) -> None:
        act = pause_agent if rests else resume_agent
        act(actor=ISABELLE, agent=AGENTS[who].account, now=self.now)  # type: ignore[arg-type]
        self.resting = self.resting | {who} if rests else self.resting - {who}

    @rule(kind=st.sampled_from(FicheKind), called=st.booleans())
    def stop_a_queue(self, kind: FicheKind, called: bool) -> None:
        if called:
            resume_queue(actor=ISABELLE, kind=kind, now=self.now)
            self.paused -= {kind}
        else:
            pause_queue(actor=ISABELLE, kind=kind, reason=PauseReason.STAFF, now=self.now)
            self.paused |= {kind}

    @rule(opens=st.booleans())
    def help_out(self, opens: bool) -> None:
        if opens:
            ask_for_help(actor=ISABELLE, helper=str(ELSEWHERE.fund), now=self.now)
        for pair in Overflow.objects.all():
            decide(actor=ISABELLE, overflow=pair.id, is_open=opens, now=self.now)
        self.helped = opens

    @rule(data=st.data(), who=st.sampled_from(OWN))
    def give(self, data: st.DataObject, who: int) -> None:
        """Who is being called, or waits for no call, is left out."""
        ids = data.draw(st.lists(st.sampled_from(list(self.people)), unique=True))
        able = self.able(ids)
        account = AGENTS[who].account
        made = assign(actor=ISABELLE, fiches=ids, agent=account, now=self.now)  # type: ignore[arg-type]
        assert made.given == len(able)
        self.given |= dict.fromkeys(able, (who, day_after(self.now, PARIS)))

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        ids = data.draw(st.lists(st.sampled_from(list(self.people)), unique=True))
        back = [id_ for id_ in ids if self.given.pop(id_, None)]
        assert unassign(actor=ISABELLE, fiches=ids, now=self.now).given == len(back)

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), to=st.sampled_from([None, *OWN]))
    def move(self, data: st.DataObject, to: int | None) -> None:
        id_, held = self.some(data)
        said: dict[str, Any] = {"lease": id_, "agent": None if to is None else AGENTS[to].account, "now": self.now}
        if held.state != "current":
            with pytest.raises(LeaseNotFound):
                reassign(actor=ISABELLE, **said)
            return
        reassign(actor=ISABELLE, **said)
        held.state = "released"
        self.given.pop(held.fiche, None)
        if to is not None:
            self.given[held.fiche] = (to, day_after(self.now, PARIS))
            if self.delegated.pop(held.fiche, None):
                self.returned({held.fiche})
