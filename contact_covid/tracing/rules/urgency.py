"""Who is called first. ``urgent_at`` is a deadline, counted in call hours, minus a bonus in minutes a factor. It is
stored at each action with the factors held, so that the order of the queue never depends on the clock and the bonuses
are the explanation. Targets, factors and bonuses are data: ``diseases/<code>/urgency.toml``."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contact_covid.core.dates import age
from contact_covid.core.diseases import FOLDER
from contact_covid.tracing.enums import Circumstance, FicheKind, StayKind
from contact_covid.tracing.rules.call_hours import add_call_time

AGED_FROM = 65
COLLECTIVE_STAYS = frozenset({StayKind.SCHOOL, StayKind.CARE, StayKind.COLLECTIVE})
COLLECTIVE_CIRCUMSTANCES = frozenset({Circumstance.CLASS, Circumstance.CARE})


class Factor(StrEnum):
    """What puts a person before others; the order is that of the card."""

    POSITIVE = "positive"
    SYMPTOMS = "symptoms"
    HOUSEHOLD = "household"
    HEALTH_WORKER = "health_worker"
    COLLECTIVE = "collective"
    LINK_UNOPENED = "link_unopened"
    AGED = "aged"
    SECOND_HAND = "second_hand"
    BY_PERSON = "by_person"
    NAMED_NONE = "named_none"
    ASKS_CALL = "asks_call"


SELDOM = (Factor.POSITIVE, Factor.SYMPTOMS, Factor.ASKS_CALL)
"""Who waits with one of these is called, whatever she has read or been told."""


class Bonus(NamedTuple):
    """What a factor is worth, and its words on the card."""

    minutes: int
    label: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a disease. ``late``, ``within``, ``links``: see the file."""

    targets: Mapping[FicheKind, timedelta]
    bonuses: Mapping[Factor, Bonus]
    late: timedelta
    within: timedelta
    links: Mapping[FicheKind, timedelta]


def read(file: Path) -> Rules:
    """Raises ``KeyError`` when the file lacks a target or a factor, ``TOMLDecodeError``."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    given = {factor: data["factors"][factor.value] for factor in Factor}
    return Rules(
        targets={kind: timedelta(hours=data["targets"][kind.value]) for kind in FicheKind},
        bonuses={factor: Bonus(each["minutes"], each["label"]) for factor, each in given.items()},
        late=timedelta(minutes=data["overflow"]["late"]),
        within=timedelta(minutes=data["overflow"]["within"]),
        links={kind: timedelta(hours=data["links"][kind.value]) for kind in FicheKind},
    )


@cache
def rules(disease: str) -> Rules:
    return read(FOLDER / disease / "urgency.toml")


def deadline(disease: str, kind: FicheKind, counts_from: datetime, zone: ZoneInfo) -> datetime:
    """By when a person living under ``zone`` should have been called."""
    return add_call_time(counts_from, rules(disease).targets[kind], zone)


def urgent_at(disease: str, kind: FicheKind, counts_from: datetime, *factors: Factor, zone: ZoneInfo) -> datetime:
    """The instant by which the queue is sorted, earliest first."""
    bonuses = rules(disease).bonuses
    earlier = timedelta(minutes=sum(bonuses[factor].minutes for factor in factors))
    return deadline(disease, kind, counts_from, zone) - earlier


def held(codes: str) -> tuple[Factor, ...]:
    """The factors that a fiche holds, in their order."""
    known = codes.split()
    return tuple(factor for factor in Factor if factor in known)


def told(codes: str, facts: Mapping[Factor, bool]) -> str:
    """The codes of a fiche after what is now known of it; factors of which nothing is said stay as they are."""
    before = dict.fromkeys(held(codes), True) | dict(facts)
    return " ".join(factor for factor in Factor if before.get(factor))


def is_aged(birth_date: date | None, on: date) -> bool:
    """Whether the person was 65 on that day; not, when her birth is not known."""
    return birth_date is not None and birth_date <= on and age(birth_date, on) >= AGED_FROM


def is_collective(circumstances: Iterable[str]) -> bool:
    """Whether one of these circumstances (``Circumstance``) is that of a class or of care."""
    return not COLLECTIVE_CIRCUMSTANCES.isdisjoint(circumstances)
