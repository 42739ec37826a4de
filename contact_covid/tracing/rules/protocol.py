"""The protocol is data: one dated file a change. The rules in force on the day decide, and their version is kept.

A file says everything for whoever is neither vaccinated nor of the household, then what is otherwise for who is
(``docs/adr/dated-protocol.md``). Another disease is another folder.
"""

import tomllib
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from contact_covid.core.diseases import FOLDER
from contact_covid.tracing.enums import WantedTest


class Dated(typing.Protocol):
    """Rules in force from a day on."""

    @property
    def starts(self) -> date: ...


Ruled = typing.TypeVar("Ruled", bound=Dated)


class NoProtocol(Exception):
    """No rules were in force on that day."""

    def __init__(self, day: date) -> None:
        super().__init__(day.isoformat())


class After(StrEnum):
    """What the day of a test is counted from."""

    TOLD = "told"
    CONTACT = "contact"
    ONSET = "onset"


class ExposedUntil(StrEnum):
    """Until when somebody is exposed: her last contact, or the recovery of the patient zéro she lives with."""

    LAST_CONTACT = "last_contact"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class TestOfRules:
    """A test due ``day`` days ``after`` something; one after the onset is due only of who has symptoms."""

    day: int
    after: After
    kind: WantedTest


@dataclass(frozen=True, slots=True)
class CaseRules:
    """Of a patient zéro, in days from her onset, or sampling without symptoms. ``isolation_days`` 0: until recovered.

    ``shortened_days`` 0: never; else she is free from that day on once a test of that day or later is negative and she
    has had no symptoms for ``symptom_free_days``.
    """

    isolation_days: int
    shortened_days: int = 0
    symptom_free_days: int = 0


@dataclass(frozen=True, slots=True)
class ContactRules:
    """Of a contact, in days after she was last exposed; 0: none. ``followed_days``: at least so long."""

    isolation_days: int
    mask_days: int
    followed_days: int
    exposed_until: ExposedUntil
    tests: tuple[TestOfRules, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """Rules in force from a day on. ``version`` ("covid19/2020-05-13") is stored with every computed date.

    ``distance``: metres within which face to face without protection is a contact.
    """

    version: str
    starts: date
    source: str
    distance: int
    days_before_onset: int
    days_before_sampling: int
    cases: Mapping[bool, CaseRules]
    """By: vaccinated."""
    contacts: Mapping[tuple[bool, bool], ContactRules]
    """By: vaccinated, of the household."""


def read(file: Path) -> Protocol:
    """The protocol of one file. Raises ``KeyError``, ``ValueError`` and ``TOMLDecodeError`` when it is not whole."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    case, contact = data["case"], data["contact"]
    return Protocol(
        version=f"{file.parent.parent.name}/{file.stem}",
        starts=data["from"],
        source=data["source"],
        distance=data["distance"],
        days_before_onset=data["window"]["days_before_onset"],
        days_before_sampling=data["window"]["days_before_sampling"],
        cases={False: _case(case), True: _case(case | case.get("vaccinated", {}))},
        contacts={
            (vaccinated, household): _contact(
                contact
                | (contact.get("household", {}) if household else {})
                | (contact.get("vaccinated", {}) if vaccinated else {})
            )
            for vaccinated in (False, True)
            for household in (False, True)
        },
    )


def _case(data: Mapping[str, Any]) -> CaseRules:
    return CaseRules(data["isolation_days"], data.get("shortened_days", 0), data.get("symptom_free_days", 0))


def _contact(data: Mapping[str, Any]) -> ContactRules:
    return ContactRules(
        isolation_days=data["isolation_days"],
        mask_days=data["mask_days"],
        followed_days=data.get("followed_days", 0),
        exposed_until=ExposedUntil(data.get("exposed_until", ExposedUntil.LAST_CONTACT)),
        tests=tuple(TestOfRules(test["day"], After(test["after"]), WantedTest(test["kind"])) for test in data["tests"]),
    )


@cache
def of_disease(disease: str) -> tuple[Protocol, ...]:
    """All rules of a disease, oldest first."""
    return oldest_first(read, (FOLDER / disease / "protocols").glob("*.toml"))


def oldest_first(reads: Callable[[Path], Ruled], files: Iterable[Path]) -> tuple[Ruled, ...]:
    return tuple(sorted(map(reads, files), key=lambda rules: rules.starts))


def in_force(dated: Sequence[Ruled], day: date) -> Ruled:
    """The last rules that started on ``day`` or before. Raises ``NoProtocol``."""
    started = [rules for rules in dated if rules.starts <= day]
    if not started:
        raise NoProtocol(day)
    return started[-1]
