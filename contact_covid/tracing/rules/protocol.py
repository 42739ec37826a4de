"""The protocol is data: one dated file a change. The rules in force on the day decide, and their version is kept."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "protocols"


class NoProtocol(Exception):
    """No rules were in force on that day."""

    def __init__(self, day: date) -> None:
        super().__init__(day.isoformat())


@dataclass(frozen=True, slots=True)
class Protocol:
    """Rules in force from a day on, in days. ``version`` ("covid19/2020-05-13") is stored with every computed date."""

    version: str
    starts: date
    days_before_onset: int
    days_before_sampling: int
    case_isolation_days: int
    contact_isolation_days: int
    test_day: int
    household_test_day: int


@dataclass(frozen=True, slots=True)
class ContactDates:
    isolation_until: date
    test_due: date


def read(file: Path) -> Protocol:
    """The protocol of one file. Raises ``KeyError`` and ``TOMLDecodeError`` when the file is not complete."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return Protocol(
        version=f"{file.parent.name}/{file.stem}",
        starts=data["from"],
        days_before_onset=data["window"]["days_before_onset"],
        days_before_sampling=data["window"]["days_before_sampling"],
        case_isolation_days=data["case"]["isolation_days"],
        contact_isolation_days=data["contact"]["isolation_days"],
        test_day=data["contact"]["test_day"],
        household_test_day=data["contact"]["household_test_day"],
    )


@cache
def of_disease(disease: str) -> tuple[Protocol, ...]:
    """All rules of a disease, oldest first."""
    return tuple(sorted((read(file) for file in (FOLDER / disease).glob("*.toml")), key=lambda rules: rules.starts))


def in_force(protocols: Sequence[Protocol], day: date) -> Protocol:
    """The last rules that started on ``day`` or before. Raises ``NoProtocol``."""
    started = [rules for rules in protocols if rules.starts <= day]
    if not started:
        raise NoProtocol(day)
    return started[-1]


def window_start(rules: Protocol, *, onset: date | None, sampled_on: date) -> date:
    """First day on which the patient zéro may have infected others."""
    if onset is not None:
        return onset - timedelta(days=rules.days_before_onset)
    return sampled_on - timedelta(days=rules.days_before_sampling)


def case_isolation_end(rules: Protocol, *, onset: date | None, sampled_on: date) -> date | None:
    """Last day of the patient zéro's isolation; None: until the physician says recovered."""
    if not rules.case_isolation_days:
        return None
    return (onset or sampled_on) + timedelta(days=rules.case_isolation_days)


def contact_dates(rules: Protocol, *, last_contact: date, same_household: bool, told_on: date) -> ContactDates:
    """When a contact's isolation ends and her test is due. ``told_on``: the day from which « at once » counts."""
    due = told_on if same_household and rules.household_test_day == 0 else last_contact + timedelta(days=rules.test_day)
    return ContactDates(
        isolation_until=last_contact + timedelta(days=rules.contact_isolation_days), test_due=max(due, last_contact)
    )
