"""What a person writes into her diary, and what follows from it."""

from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum

from contact_covid.core.errors import RuleError
from contact_covid.tracing.enums import Symptom

LOWEST, HIGHEST = Decimal("34.0"), Decimal("43.0")
FEVER_FROM = Decimal("38.0")
# Haut Conseil de la santé publique, 20 April 2020: a sign of gravity; 15 is called, whoever has it.
SEVERE = frozenset({Symptom.BREATHLESS, Symptom.DROWSY})


class DiaryErrorCode(StrEnum):
    TEMPERATURE = "diary.temperature"


class DiaryError(RuleError):
    """A temperature that nobody has; ``field`` is its name."""

    field = "temperature"

    def __init__(self) -> None:
        super().__init__(DiaryErrorCode.TEMPERATURE)


def symptoms_of(said: Collection[Symptom], temperature: Decimal | None) -> list[Symptom]:
    """The symptoms in their order; 38 °C is a fever, ticked or not. Raises ``DiaryError``."""
    if temperature is not None and not LOWEST <= temperature <= HIGHEST:
        raise DiaryError
    hot = {Symptom.FEVER} if temperature is not None and temperature >= FEVER_FROM else set()
    return [symptom for symptom in Symptom if symptom in {*said, *hot}]


def is_severe(symptoms: Collection[str]) -> bool:
    return not SEVERE.isdisjoint(symptoms)
