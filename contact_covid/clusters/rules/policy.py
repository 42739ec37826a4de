"""Thresholds of the third level are data: one dated file a change. The version used is kept beside what it decided."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from contact_covid.clusters.enums import Setting
from contact_covid.core.diseases import FOLDER


class NoPolicy(Exception):
    """No thresholds were in force on that day."""

    def __init__(self, day: date) -> None:
        super().__init__(day.isoformat())


@dataclass(frozen=True, slots=True)
class CriticalityPoints:
    """``sizes``: (from so many cases on, points), ascending; the last that applies counts."""

    settings: Mapping[Setting, int]
    vulnerable: int
    beyond: int
    sizes: Sequence[tuple[int, int]]
    moderate_from: int
    high_from: int


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds in force from a day on. ``version``: "covid19/2020-05-13"."""

    version: str
    starts: date
    signal_cases: int
    signal_days: int
    looks_back: timedelta
    cluster_cases: int
    source_window: timedelta
    answer_time: timedelta
    criticality: CriticalityPoints


def read(file: Path) -> Policy:
    """The policy of one file. Raises ``KeyError``, ``ValueError``, ``TOMLDecodeError`` when it is not complete."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    points = data["criticality"]
    return Policy(
        version=f"{file.parent.parent.name}/{file.stem}",
        starts=data["from"],
        signal_cases=data["signal"]["cases"],
        signal_days=data["signal"]["days"],
        looks_back=timedelta(days=data["signal"]["looks_back_days"]),
        cluster_cases=data["cluster"]["cases"],
        source_window=timedelta(days=data["backward"]["days_before"]),
        answer_time=timedelta(hours=data["hand_over"]["answer_hours"]),
        criticality=CriticalityPoints(
            settings={setting: points["settings"][setting.value] for setting in Setting},
            vulnerable=points["vulnerable_points"],
            beyond=points["beyond_points"],
            sizes=[(least, given) for least, given in points["sizes"]],
            moderate_from=points["moderate_from"],
            high_from=points["high_from"],
        ),
    )


@cache
def of_disease(disease: str) -> tuple[Policy, ...]:
    """All thresholds of a disease, oldest first."""
    return tuple(
        sorted((read(file) for file in (FOLDER / disease / "clusters").glob("*.toml")), key=lambda each: each.starts)
    )


def in_force(disease: str, day: date) -> Policy:
    """The last thresholds that started on ``day`` or before. Raises ``NoPolicy``."""
    started = [each for each in of_disease(disease) if each.starts <= day]
    if not started:
        raise NoPolicy(day)
    return started[-1]
