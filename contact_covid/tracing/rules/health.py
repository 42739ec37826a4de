"""What is said of a person's health, as far as her dates follow from it."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from contact_covid.core.errors import RuleError
from contact_covid.tracing.rules.episodes import OLDEST_DAY


class HealthErrorCode(StrEnum):
    IN_FUTURE = "health.in_future"
    TOO_OLD = "health.too_old"
    ONSET_MISSING = "health.onset_missing"
    END_BEFORE_ONSET = "health.end_before_onset"


class HealthError(RuleError):
    """An answer that cannot be true; ``field`` is the name of that answer."""

    def __init__(self, code: HealthErrorCode, field: str) -> None:
        super().__init__(code)
        self.field = field


class HealthFacts(NamedTuple):
    """What is known of a person's health, None: not known, or not so. See ``models.Health``; ``onset`` of a patient
    zéro is that of ``IndexCase``. ``recovered_on`` and ``negative_on`` are a patient zéro's."""

    vaccinated_on: date | None = None
    onset: date | None = None
    symptoms_ended_on: date | None = None
    recovered_on: date | None = None
    negative_on: date | None = None

    @property
    def is_ill(self) -> bool:
        """Whether she has symptoms: they began, and nobody said that they ended."""
        return self.onset is not None and self.symptoms_ended_on is None

    def fallen_ill(self, day: date) -> "HealthFacts":
        """What is known once she says on that day that she has symptoms; those that are back have not ended."""
        return self if self.is_ill else self._replace(onset=self.onset or day, symptoms_ended_on=None)


def check_health(said: HealthFacts, *, today: date) -> None:
    """Whether what is said can be true on that day. Raises ``HealthError``."""
    for field, day in said._asdict().items():
        if day is not None and day > today:
            raise HealthError(HealthErrorCode.IN_FUTURE, field)
        if day is not None and field != "vaccinated_on" and day < today - OLDEST_DAY:
            raise HealthError(HealthErrorCode.TOO_OLD, field)
    if said.symptoms_ended_on is None:
        return
    if said.onset is None:
        raise HealthError(HealthErrorCode.ONSET_MISSING, "symptoms_ended_on")
    if said.symptoms_ended_on < said.onset:
        raise HealthError(HealthErrorCode.END_BEFORE_ONSET, "symptoms_ended_on")
