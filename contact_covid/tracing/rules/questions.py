"""What a disease asks beside what is asked of everybody: data, ``diseases/<code>/questions.toml``."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from contact_covid.core.diseases import FOLDER
from contact_covid.core.errors import RuleError
from contact_covid.core.rules.text import clean_line
from contact_covid.tracing.enums import FicheKind

LONGEST_TEXT = 200
OLDEST_DAYS = 90
Answers = Mapping[str, str]
"""By key of the question: "yes", "no", a code, a day ("2026-05-01"), a number or a text. Not answered: not there."""


class AnswerType(StrEnum):
    YES_NO = "yes_no"
    CHOICE = "choice"
    DAY = "day"
    NUMBER = "number"
    TEXT = "text"


class AnswerErrorCode(StrEnum):
    UNKNOWN = "answer.unknown"
    IN_FUTURE = "answer.in_future"
    TOO_OLD = "answer.too_old"
    OUT_OF_RANGE = "answer.out_of_range"
    TOO_LONG = "answer.too_long"


class AnswerError(RuleError):
    """An answer that cannot be; ``field`` is the key of its question."""

    def __init__(self, code: AnswerErrorCode, field: str) -> None:
        super().__init__(code)
        self.field = field


class Question(NamedTuple):
    """``choices``: label by code, of a choice or a yes or no. ``least``, ``most``: of a number. ``oldest_days``: of a
    day, ``longest``: of a text."""

    key: str
    type: AnswerType
    label: str
    hint: str
    choices: Mapping[str, str]
    least: int
    most: int
    oldest_days: int
    longest: int


_YES_NO = {"yes": "Oui", "no": "Non"}


def read(file: Path) -> Mapping[FicheKind, Sequence[Question]]:
    """Raises ``KeyError``, ``ValueError`` and ``TOMLDecodeError`` when the file is not whole."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return {kind: [_question(each) for each in data.get(kind.value, [])] for kind in FicheKind}


def _question(data: Mapping[str, Any]) -> Question:
    kind = AnswerType(data["type"])
    choices = {AnswerType.YES_NO: _YES_NO, AnswerType.CHOICE: data.get("choices")}.get(kind, {})
    if choices is None or (kind is AnswerType.NUMBER and not {"least", "most"} <= data.keys()):
        raise ValueError(data["key"])
    return Question(
        key=data["key"],
        type=kind,
        label=data["label"],
        hint=data.get("hint", ""),
        choices=choices,
        least=data.get("least", 0),
        most=data.get("most", 0),
        oldest_days=data.get("oldest_days", OLDEST_DAYS),
        longest=data.get("longest", LONGEST_TEXT),
    )


@cache
def of_disease(disease: str) -> Mapping[FicheKind, Sequence[Question]]:
    """No file is no questions."""
    file = FOLDER / disease / "questions.toml"
    return read(file) if file.exists() else {kind: [] for kind in FicheKind}


def check_answers(asked: Sequence[Question], said: Answers, *, today: date) -> dict[str, str]:
    """The answers as they are stored. ``said``: texts by key, empty for none. Raises ``AnswerError``."""
    found = {}
    for question in asked:
        text = clean_line(said.get(question.key, ""))
        if text:
            found[question.key] = _read(question, text, today)
    return found


def _read(question: Question, text: str, today: date) -> str:
    if question.choices and text not in question.choices:
        raise AnswerError(AnswerErrorCode.UNKNOWN, question.key)
    if question.type is AnswerType.DAY:
        return _day(question, text, today)
    if question.type is AnswerType.NUMBER and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise AnswerError(AnswerErrorCode.UNKNOWN, question.key)
    if question.type is AnswerType.NUMBER and not question.least <= int(text) <= question.most:
        raise AnswerError(AnswerErrorCode.OUT_OF_RANGE, question.key)
    if question.type is AnswerType.TEXT and len(text) > question.longest:
        raise AnswerError(AnswerErrorCode.TOO_LONG, question.key)
    return text


def _day(question: Question, text: str, today: date) -> str:
    """``text``: ISO."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise AnswerError(AnswerErrorCode.UNKNOWN, question.key) from None
    if day > today:
        raise AnswerError(AnswerErrorCode.IN_FUTURE, question.key)
    if day < today - timedelta(days=question.oldest_days):
        raise AnswerError(AnswerErrorCode.TOO_OLD, question.key)
    return day.isoformat()


def in_words(disease: str, said: Answers) -> dict[str, str]:
    """By the question's words, the label of what was chosen or the text; one that is asked no more by its key."""
    known = {each.key: each for asked in of_disease(disease).values() for each in asked}
    told = {}
    for key, text in said.items():
        question = known.get(key)
        told[question.label if question else key] = question.choices.get(text, text) if question else text
    return told


def to_bytes(answers: Answers) -> bytes:
    return msgspec.json.encode(answers, order="sorted")


def from_bytes(stored: bytes) -> dict[str, str]:
    return msgspec.json.decode(stored, type=dict[str, str])
