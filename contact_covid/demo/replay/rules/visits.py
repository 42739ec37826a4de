"""Where a contact goes once she was told: a test on its day that finds nothing, masks. Who falls ill is in the plan."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from contact_covid.core.period import PARIS
from contact_covid.demo.replay.rules.draws import chance
from contact_covid.demo.replay.rules.habits import STEPS_A_DAY, Habits
from contact_covid.demo.replay.rules.plan import FIRST_DAY, Plan, Visit, moment
from contact_covid.tracing.enums import TestResult

_QUANTITIES = (7, 10, 14, 14, 28, 28, 30, 50)
_LATE = 3
_NO_RESULT = 0.08


def visits_after(plan: Plan, person: int, *, told: datetime, test_due: date | None, habits: Habits) -> Iterator[Visit]:
    """The visits that follow from a call that ended at ``told``. Who is infected in covasim gets no test but hers."""
    day, about = (told.astimezone(PARIS).date() - FIRST_DAY).days, (plan.seed, person, told.date().isoformat())
    if chance(*about, "masks") < habits.masks:
        quantity = _QUANTITIES[int(chance(*about, "quantity") * len(_QUANTITIES))]
        yield Visit(person, _at(day + 1, *about, "masks"), masks=quantity)
    if test_due is None or person in plan.infected or chance(*about, "test") >= habits.tests:
        return
    sampled = max(day + 1, (test_due - FIRST_DAY).days) + int(chance(*about, "late") * _LATE)
    sampled_on = FIRST_DAY + timedelta(days=sampled)
    yield Visit(person, _at(sampled, *about, "sampled"), sampled_on, TestResult.PENDING)
    if chance(*about, "lost") >= _NO_RESULT:
        yield Visit(person, _at(sampled + 1, *about, "result"), sampled_on, TestResult.NEGATIVE)


def _at(day: int, *about: int | str) -> datetime:
    return moment(day, int(chance(*about, "step") * STEPS_A_DAY), *about)
