"""What happens to a demo fiche after registration: calls, tests, masks. Days later than yesterday have not happened."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from random import Random

from contact_covid.demo.rules.fiches import DemoCall, DemoMasks, DemoTest, NamedContact
from contact_covid.tracing.enums import Call, TestKind, TestResult

_OPENING, _CLOSING = 8 * 60 + 5, 18 * 60 + 50
_TESTED = 0.45
_MASKED = 0.3
_QUANTITIES = (7, 10, 14, 14, 28, 28, 30, 50)
_TEST_AFTER_DAYS = 7
_LATE = 0.08
_INCONCLUSIVE = 0.02
_OUTCOMES = (Call.INFORMED, Call.CALL_BACK, Call.UNREACHABLE, None)


class FollowUp:
    """Draws what happened, day by day, up to ``last_day``."""

    def __init__(self, dice: Random, last_day: date) -> None:
        self._dice = dice
        self._last_day = last_day

    def moment(self) -> time:
        """A minute of the opening hours."""
        minute = self._dice.randint(_OPENING, _CLOSING)
        return time(minute // 60, minute % 60)

    def kind(self) -> TestKind:
        return TestKind.ANTIGEN if self._dice.random() < 0.1 else TestKind.PCR

    def call(self, fiche: int, fund: str, registered: date, *, done: Call) -> Iterator[tuple[date, DemoCall]]:
        """The call of that day or the next; ``done`` is how a call that reached the person ends."""
        dice = self._dice
        day = registered + timedelta(days=dice.choice((0, 0, 1)))
        fresh = (self._last_day - registered).days < 2
        outcome = dice.choices(_OUTCOMES, (45, 8, 5, 42) if fresh else (86, 4, 8, 2))[0]
        if outcome is not None and day <= self._last_day:
            at = time(19, dice.randint(0, 29)) if day == registered else self.moment()
            yield day, DemoCall(fiche, done if outcome == Call.INFORMED else outcome, fund, at)

    def masks(self, contact: NamedContact, registered: date) -> Iterator[tuple[date, DemoMasks]]:
        dice = self._dice
        day = registered + timedelta(days=dice.randint(1, 3))
        if dice.random() < _MASKED and day <= self._last_day:
            department = contact.person.department
            yield day, DemoMasks(contact.fiche, dice.choice(_QUANTITIES), department, self.moment())

    def test(self, contact: NamedContact, registered: date) -> Iterator[tuple[date, DemoTest]]:
        """A test that finds nobody ill: the household at once, others seven days after the last contact."""
        dice = self._dice
        wait = 0 if contact.same_household else _TEST_AFTER_DAYS
        due = contact.last_contact + timedelta(days=wait + dice.randint(0, 2))
        sampled = max(due, registered + timedelta(days=1))
        result_on = sampled + timedelta(days=dice.choice((1, 1, 2)))
        if dice.random() >= _TESTED or sampled > self._last_day:
            return
        pending = DemoTest(
            contact.fiche, self.kind(), sampled, None, TestResult.PENDING, contact.person.department, self.moment()
        )
        if result_on > self._last_day or (lot := dice.random()) < _LATE:
            yield sampled, pending
        else:
            found = TestResult.INCONCLUSIVE if lot > 1 - _INCONCLUSIVE else TestResult.NEGATIVE
            yield result_on, replace(pending, result=found, result_on=result_on)
