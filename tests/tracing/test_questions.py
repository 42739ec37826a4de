"""What a disease asks beside: read from its file, checked, kept by who was told, seen by who calls."""

from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.access.actor import Actor
from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.journal.models import Entry
from contact_covid.tracing.actions.answers import AnswersSaid, answers_of, record_answers
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import Answers, Fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.questions import (
    AnswerError,
    AnswerErrorCode,
    check_answers,
    from_bytes,
    in_words,
    of_disease,
    read,
    to_bytes,
)
from contact_covid.worklist.actions.answers import answers_during_call
from contact_covid.worklist.actions.queue import claim
from tests.cast import CLAIRE, PAUL, PAULA, dossier, enter, named, person
from tests.clock import NOW
from tests.worklist.calls import agent, hired

pytestmark = pytest.mark.usefixtures("rolled_back")
TODAY = date(2020, 5, 13)
LATER = NOW + timedelta(minutes=5)
CONTACTS = of_disease("measles")[FicheKind.CONTACT]


@pytest.fixture
def contact(settings: object) -> Fiche:
    settings.DISEASES = ("covid19", "measles")  # type: ignore[attr-defined]
    [registered] = enter(dossier(person(900), named(person(1)), disease="measles"))
    return registered.contacts[0]


def said(fiche: UUID, *, version: int = 0, key: str = "", **texts: str) -> AnswersSaid:
    return AnswersSaid(fiche, texts, version, submission(key or str(uuid4()), texts))


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("doses", "three", AnswerErrorCode.UNKNOWN),
        ("had_it", "maybe", AnswerErrorCode.UNKNOWN),
        ("month_of_pregnancy", "0", AnswerErrorCode.OUT_OF_RANGE),
        ("month_of_pregnancy", "10", AnswerErrorCode.OUT_OF_RANGE),
        ("month_of_pregnancy", "-1", AnswerErrorCode.UNKNOWN),
        ("month_of_pregnancy", "٣", AnswerErrorCode.UNKNOWN),
        ("protected_on", "2020-05-14", AnswerErrorCode.IN_FUTURE),
        ("protected_on", "2019-05-14", AnswerErrorCode.TOO_OLD),
        ("protected_on", "13/05/2020", AnswerErrorCode.UNKNOWN),
    ],
)
def test_an_answer_that_cannot_be_is_told_at_its_question(key: str, text: str, code: AnswerErrorCode) -> None:
    with pytest.raises(AnswerError) as refused:
        check_answers(CONTACTS, {key: text}, today=TODAY)
    assert (refused.value.code, refused.value.field) == (code, key)


def test_a_text_has_a_length() -> None:
    asked = of_disease("measles")[FicheKind.INDEX]
    assert check_answers(asked, {"source": "x" * 200}, today=TODAY)
    with pytest.raises(AnswerError):
        check_answers(asked, {"source": "x" * 201}, today=TODAY)


def test_what_is_not_asked_is_not_kept_and_an_empty_answer_is_none() -> None:
    assert check_answers(CONTACTS, {"doses": "two", "name": "zq", "had_it": " "}, today=TODAY) == {"doses": "two"}


@given(st.dictionaries(st.sampled_from([each.key for each in CONTACTS]), st.text(max_size=30)))
def test_whatever_is_typed_is_kept_as_asked_or_refused(typed: dict[str, str]) -> None:
    with suppress(AnswerError):
        kept = check_answers(CONTACTS, typed, today=TODAY)
        assert kept.keys() <= typed.keys()
        assert from_bytes(to_bytes(kept)) == kept
        assert check_answers(CONTACTS, kept, today=TODAY) == kept


@pytest.mark.parametrize("broken", ['type = "choice"', 'type = "number"', 'type = "colour"'])
def test_a_file_that_is_not_whole_is_refused(tmp_path: object, broken: str) -> None:
    file = tmp_path / "questions.toml"  # type: ignore[operator]
    file.write_text(f'[[contact]]\nkey = "a"\n{broken}\nlabel = "A"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"a|colour"):
        read(file)


def test_covid_asks_nothing_beside() -> None:
    assert of_disease("covid19") == {kind: [] for kind in FicheKind}


def test_answers_are_told_in_the_words_of_their_questions() -> None:
    told = in_words("measles", {"doses": "two", "gone": "x"})
    assert told == {"Doses de vaccin contre la rougeole (ROR)": "Deux ou plus", "gone": "x"}


def test_each_place_keeps_what_it_was_told_and_who_calls_sees_all(contact: Fiche) -> None:
    julien = agent(41)
    hired(julien)
    record_answers(actor=PAUL, said=said(contact.id, doses="none", pregnant="yes"), now=NOW)
    lease = claim(actor=julien, fiche=contact.id, now=LATER)
    assert answers_of(julien, contact.id) == ({"doses": "none", "pregnant": "yes"}, 0)
    sent = submission("call", {})
    answers_during_call(actor=julien, lease=lease.id, texts={"doses": "two"}, version=0, submission=sent, now=LATER)
    assert answers_of(julien, contact.id) == ({"doses": "two", "pregnant": "yes"}, 1)
    assert answers_of(PAUL, contact.id) == ({"doses": "none", "pregnant": "yes"}, 1)


def test_it_is_sealed_and_the_journal_tells_that_and_not_what(contact: Fiche) -> None:
    record_answers(actor=PAUL, said=said(contact.id, pregnant="yes"), now=NOW)
    assert b"pregnant" not in bytes(Answers.objects.get().value)
    assert Entry.objects.latest("at", "id").detail["fields"] == ["answers"]


def test_a_stale_page_and_a_form_sent_twice(contact: Fiche) -> None:
    first = said(contact.id, key="once", doses="one")
    record_answers(actor=PAUL, said=first, now=NOW)
    with pytest.raises(AlreadyRecorded):
        record_answers(actor=PAUL, said=first, now=LATER)
    with pytest.raises(FicheChanged):
        record_answers(actor=PAUL, said=said(contact.id, doses="two"), now=LATER)
    record_answers(actor=PAUL, said=said(contact.id, version=1, doses="two"), now=LATER)
    assert answers_of(PAUL, contact.id) == ({"doses": "two"}, 2)


@pytest.mark.parametrize(("by", "refusal"), [(PAULA, FicheNotFound), (CLAIRE, Denied)])
def test_others_say_nothing(contact: Fiche, by: Actor, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        record_answers(actor=by, said=said(contact.id, doses="two"), now=NOW)
