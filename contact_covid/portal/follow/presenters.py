"""What a person is told: her instructions, and what there is to do today."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.portal.follow.texts import Passage, Words
from contact_covid.retention.enums import RequestState
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.rules.requests import CLOSED
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.link_queries import Declared, PersonHere
from contact_covid.tracing.models import Contact, DiaryEntry, IndexCase
from contact_covid.tracing.rules.dates import tests_from_json
from contact_covid.tracing.rules.diary import is_severe

Told = Sequence[Passage]


def instructions_of(words: Words, told: Contact | IndexCase, today: date) -> list[list[Passage]]:
    """One list of passages a language, so that each is read as a whole. Never who exposed her."""
    said = list(_contact(words, told, today) if isinstance(told, Contact) else _case(words, told, today))
    return [list(passages) for passages in zip(*said, strict=True)]


def _contact(words: Words, contact: Contact, today: date) -> Iterator[Told]:
    yield words.medical("contact_intro", last_contact=contact.last_contact)
    if contact.isolation_until is None:
        yield words.medical("isolate_not")
    elif contact.isolation_until < today:
        yield words.medical("isolation_over", day=contact.isolation_until)
    else:
        yield words.medical("isolate_until", day=contact.isolation_until)
    for test in tests_from_json(contact.tests):
        kind = (f"kind_{test.kind.value}",)
        at_once = test.day <= today
        yield words.medical("test_now", kind=kind) if at_once else words.medical("test_on", day=test.day, kind=kind)
    if contact.mask_until and contact.mask_until >= today:
        yield words.medical("mask_until", day=contact.mask_until)
    yield words.medical("watch")
    yield words.medical("emergency")


def _case(words: Words, case: IndexCase, today: date) -> Iterator[Told]:
    yield words.medical("index_intro")
    if case.isolation_until is None:
        yield words.medical("isolate_recovered")
    elif case.isolation_until < today:
        yield words.medical("isolation_over", day=case.isolation_until)
    else:
        yield words.medical("isolate_until_index", day=case.isolation_until)
    yield words.medical("mask_index")
    yield words.medical("watch")
    yield words.medical("emergency")


def tasks_of(
    words: Words, here: PersonHere, entry: DiaryEntry | None, declared: Declared | None
) -> list[dict[str, Any]]:
    """What there is to do today: in words, whether it is done, where; ``act``: the words of the link."""
    read, written = here.link.confirmed_at is not None, entry is not None
    tasks = [
        _task(words("done_read" if read else "todo_read"), done=read, href="#consignes", act=""),
        _task(
            words("done_diary" if written else "todo_diary"),
            done=written,
            page="follow_diary",
            act=words("correct" if written else "fill"),
        ),
    ]
    if declared:
        people = words("done_contacts", count=declared.people) if declared.people else words("todo_contacts")
        if not declared.people and here.link.named_none_at:
            people = words("done_none")
        named = bool(declared.people or here.link.named_none_at)
        tasks.append(_task(people, done=named, page="follow_contacts", act=words("add" if named else "fill")))
        places = len(declared.stays)
        text = words("done_places", count=places) if places else words("todo_places")
        tasks.append(_task(text, done=bool(places), page="follow_places", act=words("add" if places else "fill")))
    return tasks


def _task(text: str, *, done: bool, act: str, page: str = "", href: str = "") -> dict[str, Any]:
    return {"text": text, "done": done, "page": page, "href": href, "act": act}


def symptom_choices(words: Words) -> list[tuple[str, Told]]:
    return [(code, words.symptom(code)) for code in words.symptoms]


def advice_on(words: Words, entry: DiaryEntry | None, *, case: bool) -> list[Told]:
    """What follows from the symptoms of today; a patient zéro has hers already, and is told of grave ones only."""
    if entry is None or not entry.symptoms:
        return []
    severe = [words.medical("advice_severe")] if is_severe(entry.symptoms) else []
    return severe if case else [*severe, words.medical("advice_symptoms")]


def diary_lines(words: Words, entries: Sequence[DiaryEntry]) -> list[Mapping[str, Any]]:
    return [
        {
            "day": words.data.day_in_words(entry.day),
            "symptoms": [words.symptom(code) for code in entry.symptoms],
            "temperature": entry.temperature,
        }
        for entry in entries
    ]


def request_line(words: Words, asked: RightsRequest) -> tuple[str, str]:
    """What she asked of her data, and by when it is answered, or when it was."""
    answered = RequestState(asked.state) in CLOSED
    when = {"day": asked.state_at.astimezone(PARIS).date()} if answered else {"day": asked.due_on}
    told = words("request_answered" if answered else "request_open", number=format_number(asked.reference), **when)
    return words(f"right_{asked.kind}"), told


def is_case(here: PersonHere) -> bool:
    return here.fiche.kind == FicheKind.INDEX
