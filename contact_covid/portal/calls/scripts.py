"""What an agent says, step by step, and what follows from each answer: one file a kind of call,
``diseases/<code>/scripts``; who is on the line is asked alike whatever the disease."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from contact_covid.core.diseases import FOLDER

IDENTITY = Path(__file__).resolve().parent / "script_texts/identity.toml"


class Script(StrEnum):
    """The script of a call. Those of outgoing calls begin with who is there."""

    INDEX = "index"
    CONTACT = "contact"
    FOLLOW_UP = "follow_up"
    INCOMING = "incoming"


class Condition(StrEnum):
    """What a step may depend on."""

    INDEX = "index"
    MINOR = "minor"
    INTERPRETER = "interpreter"
    NAMED = "named"
    DATED = "dated"
    OVER = "over"


class Branch(NamedTuple):
    """An answer of the person, and what follows from it."""

    answer: str
    then: Markup


class Step(NamedTuple):
    """``say``: aloud; ``advice``: for the agent alone; either may be empty. ``days``: the days are walked back here."""

    title: str
    say: Markup
    advice: Markup
    branches: Sequence[Branch]
    days: bool


@cache
def read(file: Path) -> tuple[Mapping[str, Any], ...]:
    return tuple(tomllib.loads(file.read_text(encoding="utf-8"))["steps"])


def script_file(disease: str, script: Script) -> Path:
    return FOLDER / disease / "scripts" / f"{script}.toml"


def steps_of(disease: str, script: Script, holding: Collection[Condition], values: Mapping[str, str]) -> list[Step]:
    """The steps for this person. ``values`` fill the blanks, each in bold but what is markup already; a text is never
    read as markup.

    Raises ``KeyError``: a blank without a value is a fault of ours.
    """
    opening = () if script is Script.INCOMING else read(IDENTITY)
    known = {name: _bold(value) for name, value in values.items()}
    steps = (*opening, *read(script_file(disease, script)))
    return [_step(each, holding, known) for each in steps if _holds(each, holding)]


def _bold(value: str) -> Markup:
    if isinstance(value, Markup) or not value:
        return escape(value)
    return Markup("<b>{}</b>").format(value)


def _step(told: Mapping[str, Any], holding: Collection[Condition], values: Mapping[str, Markup]) -> Step:
    branches = [each for each in told.get("branches", ()) if _holds(each, holding)]
    return Step(
        title=told["title"],
        say=_filled(told.get("say", ""), values),
        advice=_filled(told.get("advice", ""), values),
        branches=[Branch(each["answer"], _filled(each["then"], values)) for each in branches],
        days=told.get("days", False),
    )


def _filled(text: str, values: Mapping[str, Markup]) -> Markup:
    return Markup("{}").format(text).format(**values)


def _holds(told: Mapping[str, Any], holding: Collection[Condition]) -> bool:
    for asked in told.get("when", ()):
        name = asked.removeprefix("not ")
        if (Condition(name) in holding) is asked.startswith("not "):
            return False
    return True
