"""What a disease asks, as its file says it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.http import QueryDict

from contact_covid.core.dates import DateError, date_fr, parse_date
from contact_covid.core.idempotency import Submission, submission
from contact_covid.portal.forms import LineField, PortalForm
from contact_covid.tracing.rules.questions import AnswerType, Question

MOST_TYPED = 400


class Asked(NamedTuple):
    """A question as the page draws it. ``kind``: radios, select, date, number or text."""

    name: str
    kind: str
    label: str
    hint: str
    choices: Sequence[tuple[str, str]]


_DRAWN = {AnswerType.YES_NO: "radios", AnswerType.CHOICE: "select", AnswerType.DAY: "date"}


class QuestionsForm(PortalForm):
    """One field a question, by its key; what an answer may be is for the rule to say."""

    def __init__(self, data: QueryDict | None = None, *, asked: Sequence[Question]) -> None:
        super().__init__(data)
        self.asked = asked
        for question in asked:
            self.fields[question.key] = LineField(question.label, longest=MOST_TYPED, required=False)

    def texts(self) -> Mapping[str, str]:
        """As the rules read them: days in ISO, as far as they can be read."""
        return {
            question.key: _iso(text) if question.type is AnswerType.DAY else text
            for question in self.asked
            if (text := self.cleaned_data[question.key])
        }

    def submission(self, about: str) -> Submission:
        return submission(self.key(), {**{name: self.typed(name) for name in self.fields}, "about": about})


def _iso(text: str) -> str:
    try:
        return parse_date(text).isoformat()
    except DateError:
        return text


def asked_as(questions: Sequence[Question]) -> list[Asked]:
    return [
        Asked(
            name=each.key,
            kind=_DRAWN.get(each.type, each.type.value),
            label=each.label,
            hint=each.hint,
            choices=[*([("", "Choisissez")] if each.type is AnswerType.CHOICE else []), *each.choices.items()],
        )
        for each in questions
    ]


def as_typed(questions: Sequence[Question], said: Mapping[str, str]) -> dict[str, str]:
    """The form as it would be if nothing was changed."""
    days = {each.key for each in questions if each.type is AnswerType.DAY}
    return {key: date_fr(parse_date(text)) if key in days else text for key, text in said.items()}
