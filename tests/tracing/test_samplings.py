"""Several tests of one person: which one a laboratory speaks of, what all of them say, and that no record is lost."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contact_covid.tracing import enums, models
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules import counter as rules
from contact_covid.tracing.rules.counter import CounterError
from contact_covid.tracing.rules.samplings import Sampling, SamplingNotFound, fact_of, meant
from tests.cast import BEATRICE, LEA, TODAY, contact, now_of, person, search
from tests.tracing.counter import LATER, NOT_DONE, a_test, seen, visit

WOMAN = person()
HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
# Independent of the code: samplings as day and result, oldest record first; what is known of the person.
FACTS = """
                                    none
1:none                              none
1:pending                           sampled
1:inconclusive                      sampled
1:negative                          negative
1:positive                          positive
1:negative 8:pending                sampled
1:negative 8:inconclusive           sampled
1:inconclusive 2:negative           negative
1:pending 8:negative                negative
8:negative 1:pending                negative
1:negative 1:pending                sampled
1:pending 1:negative                negative
1:positive 8:negative               positive
8:negative 1:positive               positive
1:positive 2:none                   positive
1:negative 2:none                   negative
1:positive 8:pending 9:inconclusive positive
"""


def day(number: int) -> date:
    return date(2020, 5, number)


def done(on: int, result: str, kind: str = "pcr") -> rules.TestDone:
    return NOT_DONE if result == "none" else a_test(result, on=day(on), kind=kind)


def samplings(text: str) -> list[Sampling]:
    given_ = [each.split(":") for each in text.split()]
    return [Sampling(UUID(int=n), HERE, done(int(on), result)) for n, (on, result) in enumerate(given_)]


@pytest.mark.parametrize("line", FACTS.split("\n")[1:-1])
def test_what_several_tests_say_together(line: str) -> None:
    *text, fact = line.rsplit(maxsplit=1) if line.strip() != "none" else ("", "none")
    known = samplings(" ".join(text))
    assert fact_of(known) == fact
    assert fact_of(known[::-1]) == fact  # whatever order they are read in


@given(st.lists(st.tuples(st.integers(1, 28), st.sampled_from([*enums.TestResult, "none"])), max_size=6))
def test_a_positive_test_stays_the_fact_and_no_fact_comes_from_nowhere(found: list[tuple[int, str]]) -> None:
    known = [Sampling(UUID(int=n), HERE, done(on, result)) for n, (on, result) in enumerate(found)]
    facts = {each.test.fact for each in known if each.test.done}
    fact = fact_of(known)
    assert (fact is enums.TestFact.POSITIVE) is (enums.TestFact.POSITIVE in facts)
    assert fact in facts or (not facts and fact is enums.TestFact.NONE)


PENDING = Sampling(UUID(int=7), HERE, done(1, "pending"))
FOUND = Sampling(UUID(int=8), HERE, done(1, "negative", "antigen"))
MEANT: dict[str, tuple[rules.TestDone, UUID | None, UUID, int | None]] = {
    "its result": (done(1, "negative"), None, HERE, 7),
    "it again": (done(1, "pending"), None, HERE, 7),
    "its result, by another laboratory": (done(1, "negative"), None, ELSEWHERE, None),
    "another day": (done(2, "negative"), None, HERE, None),
    "another kind": (done(1, "positive", "antigen"), None, HERE, None),
    "a result again": (done(1, "negative", "antigen"), None, HERE, 8),
    "that there was none": (NOT_DONE, None, HERE, None),
    "a correction": (done(2, "positive"), UUID(int=8), HERE, 8),
}


@pytest.mark.parametrize(("said", "sampling", "practice", "found"), MEANT.values(), ids=MEANT)
def test_which_sampling_is_meant(
    said: rules.TestDone, sampling: UUID | None, practice: UUID, found: int | None
) -> None:
    about = meant([PENDING, FOUND], said, sampling=sampling, practice=practice)
    assert (about.id.int if about else None) == found


@pytest.mark.parametrize(("sampling", "practice"), [(7, ELSEWHERE), (9, HERE)], ids=["another's", "absent"])
def test_a_sampling_of_another_laboratory_is_like_none(sampling: int, practice: UUID) -> None:
    with pytest.raises(SamplingNotFound) as told:
        meant([PENDING, FOUND], NOT_DONE, sampling=UUID(int=sampling), practice=practice)
    assert told.value.args == ()


# --- models.Test ------------------------------------------------------------------------------------------------------


@pytest.fixture
def fiche(db: None) -> Fiche:
    """Hers, found at both laboratories."""
    made = contact(WOMAN)
    for actor in (BEATRICE, LEA):
        search(WOMAN, by=actor)
    return made


def test_a_result_comes_later_to_its_sampling(fiche: Fiche) -> None:
    visit(fiche, by=BEATRICE, test=a_test("pending"))
    [pending] = seen(fiche, by=BEATRICE)[0].tests
    visit(fiche, by=BEATRICE, test=a_test("negative"), sampling=pending.sampling, now=LATER + timedelta(minutes=1))
    rows = list(models.Test.objects.order_by("recorded_at"))
    assert [(row.result, row.result_on, bool(row.superseded_at)) for row in rows] == [
        ("pending", None, True),
        ("negative", TODAY, False),
    ]
    assert {row.sampling for row in rows} == {rows[0].id}
    assert now_of(fiche).test == "negative"


def test_an_inconclusive_result_asks_for_a_new_sampling_the_same_day(fiche: Fiche) -> None:
    for minute, result in enumerate(["inconclusive", "pending"]):
        visit(fiche, by=BEATRICE, test=a_test(result), now=LATER + timedelta(minutes=minute))
    assert [test.result for test in seen(fiche, by=BEATRICE)[0].current_tests] == ["inconclusive", "pending"]
    assert now_of(fiche).state == "tested"


def test_laboratories_record_side_by_side(fiche: Fiche) -> None:
    visit(fiche, by=BEATRICE, test=a_test("positive"))
    visit(fiche, by=LEA, test=a_test("negative"), now=LATER + timedelta(minutes=1))
    assert now_of(fiche).test == "positive"
    [of_beatrice] = [test for test in seen(fiche, by=LEA)[0].tests if test.practice_id == BEATRICE.practice]
    with pytest.raises(SamplingNotFound):
        visit(fiche, by=LEA, test=NOT_DONE, sampling=of_beatrice.sampling, now=LATER + timedelta(minutes=2))
    visit(fiche, by=BEATRICE, test=NOT_DONE, sampling=of_beatrice.sampling, now=LATER + timedelta(minutes=2))
    assert now_of(fiche).test == "negative"


WRONG = {
    "no_day_of_the_result": (
        rules.TestDone(True, TODAY, enums.TestKind.PCR, enums.TestResult.NEGATIVE),
        "counter.incomplete",
    ),
    "a_day_without_result": (
        rules.TestDone(True, TODAY, enums.TestKind.PCR, enums.TestResult.PENDING, TODAY),
        "counter.result_day_alone",
    ),
    "before_its_sampling": (
        a_test("positive", found_on=TODAY - timedelta(days=1)),
        "counter.result_before_sampling",
    ),
    "tomorrow": (a_test("positive", found_on=TODAY + timedelta(days=1)), "counter.in_future"),
}


@pytest.mark.parametrize("case", WRONG)
def test_results_that_cannot_be(case: str, fiche: Fiche) -> None:
    said, code = WRONG[case]
    with pytest.raises(CounterError) as told:
        visit(fiche, by=BEATRICE, test=said)
    assert told.value.code == code
    assert not models.Test.objects.exists()


class Laboratories(RuleBasedStateMachine):
    """Two laboratories sample one person, find results and correct them in any order, feeds repeating themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.fiche = contact(WOMAN)
        for actor in (BEATRICE, LEA):
            search(WOMAN, by=actor)
        self.now = LATER
        self.current: dict[UUID, tuple[Any, rules.TestDone]] = {}
        self.said: list[rules.TestDone] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    def record(self, actor: Any, said: rules.TestDone, sampling: UUID | None) -> None:
        self.now += timedelta(seconds=1)
        visit(self.fiche, by=actor, test=said, sampling=sampling, now=self.now)
        found = models.Test.objects.filter(recorded_at=self.now)
        if row := found.first():
            self.said.append(said)
            self.current[row.sampling] = (actor, said)

    @rule(
        actor=st.sampled_from([BEATRICE, LEA]),
        result=st.sampled_from(enums.TestResult),
        kind=st.sampled_from(enums.TestKind),
        on=st.integers(9, 13),
    )
    def sample(self, actor: Any, result: enums.TestResult, kind: enums.TestKind, on: int) -> None:
        self.record(actor, a_test(result, on=day(on), kind=kind), None)

    @rule(data=st.data(), result=st.sampled_from([*enums.TestResult, None]), on=st.integers(9, 13))
    def correct(self, data: st.DataObject, result: enums.TestResult | None, on: int) -> None:
        if not self.current:
            return
        sampling = data.draw(st.sampled_from(sorted(self.current)))
        self.record(self.current[sampling][0], a_test(result, on=day(on)) if result else NOT_DONE, sampling)

    @rule(data=st.data())
    def say_again(self, data: st.DataObject) -> None:
        """What changes nothing writes nothing."""
        if not self.current:
            return
        actor, said = self.current[data.draw(st.sampled_from(sorted(self.current)))]
        before = models.Test.objects.count()
        if said.done:
            self.record(actor, said, None)
            assert models.Test.objects.count() == before

    @invariant()
    def no_record_is_lost_and_one_of_each_sampling_counts(self) -> None:
        told = [row.said for row in seen(self.fiche, by=BEATRICE, now=self.now)[0].tests]
        assert sorted(map(repr, told)) == sorted(map(repr, self.said))
        current = {row.sampling: row.said for row in seen(self.fiche, by=LEA, now=self.now)[0].current_tests}
        assert current == {sampling: said for sampling, (_, said) in self.current.items()}

    @invariant()
    def the_fact_follows_from_what_counts(self) -> None:
        counting = [(said.done_on, id_, said.fact) for id_, (_, said) in self.current.items() if said.done]
        facts = sorted(counting, key=lambda each: (each[0] or date.min, each[1]))
        positive = any(fact is enums.TestFact.POSITIVE for *_, fact in facts)
        last = facts[-1][2] if facts else enums.TestFact.NONE
        assert now_of(self.fiche).test == (enums.TestFact.POSITIVE if positive else last)


@pytest.mark.django_db
def test_corrections_in_any_order_lose_no_record() -> None:
    run_state_machine_as_test(
        Laboratories,
        settings=hypothesis_settings(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
