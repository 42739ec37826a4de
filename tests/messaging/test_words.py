"""What a message says, in each language, with everything known and with nothing more than must be."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from pypdf import PdfReader

from contact_covid.accounts.factors.enums import FactorChange
from contact_covid.messaging import letters
from contact_covid.messaging.enums import Language, Template
from contact_covid.messaging.rules import rendering
from contact_covid.messaging.rules.content import Content, Linked
from contact_covid.messaging.rules.contents import (
    KINDS,
    ConfirmEmail,
    EmailTaken,
    FactorChanged,
    Invitation,
    LoginCode,
    LoginNotice,
    PasswordChanged,
    Pointed,
    ResetPassword,
    SharedEmail,
    UnusedAccount,
    from_bytes,
    to_bytes,
)
from contact_covid.messaging.rules.languages import TEMPLATES, files_of
from contact_covid.messaging.rules.person_contents import Instructions
from contact_covid.messaging.rules.rendering import Frame, Words, day_in_words, render
from contact_covid.messaging.rules.translations import FILES, Written, exists
from contact_covid.tracing.enums import WantedTest
from tests.cast import TODAY
from tests.clock import NOW
from tests.messaging.mail import consignes, pdf_text

FRAME = Frame(brand="amelipro", helpline="0 800 130 000", assistance="0811 709 710", retention_months=3)
INDEX = "ZQINDEXNAME Zqindexgiven"
NOTHING_MORE: dict[str, Any] = {"street": "", "postcode": "", "commune": "", "department": ""}
# What the service itself is written in: a translation may have no letter.
languages = pytest.mark.parametrize("language", [Language.FRENCH, Language.ENGLISH])


def letter(content: Content, language: Language, now: datetime = NOW) -> bytes:
    place = "Seine-Saint-Denis (93)"
    return letters.letter(content, written=Written((language,)), frame=FRAME, department=place, now=now)


def everything(content: Instructions, language: Language) -> str:
    """Every word of the message and its letter, and the seal's content."""
    words = render(content, language, FRAME)
    sealed = to_bytes(content).decode()
    return "\n".join([words.subject, words.text, words.html, pdf_text(letter(content, language)), sealed])


def test_every_template_has_its_content_and_its_files() -> None:
    """In French by every way that it goes; in another language by whole ways; and no file that no way asks for."""
    assert KINDS.keys() == set(Template)
    for template, kind in KINDS.items():
        assert all(exists(kind, Language.FRENCH, channel) for channel in kind.channels)
        asked = {file for channel in kind.channels for file in FILES[channel]}
        for folder in (TEMPLATES / template).iterdir():
            files = files_of(template, Language(folder.name).value)
            assert files <= asked | ({"words.txt"} if template is Template.INSTRUCTIONS else set())
            assert all(set(FILES[channel]) <= files or not set(FILES[channel]) & files for channel in kind.channels)


LINK = "https://portail.example/lien/abc/"


def test_an_invitation_says_by_whom_where_and_as_what() -> None:
    content = Invitation(
        name="", link=LINK, hours=24, inviter="Dr <b>Zq</b>", place="Cabinet & fils", role="Secrétaire"
    )
    words = render(content, Language.FRENCH, FRAME)
    assert "Vous êtes invité" in words.subject
    assert re.findall(r"https?://[^\s\"<]+", words.text) == re.findall(r"https?://[^\s\"<]+", words.html) == [LINK]
    assert "<b>" not in words.html
    for told in ("Dr <b>Zq</b>", "Cabinet & fils", "Secrétaire", "24 heures"):
        assert told in words.text


def test_a_login_notice_says_when_how_and_what_to_do() -> None:
    words = render(
        LoginNotice(name="", at="13/05/2020 10:00", way="carte CPS", device="tablette"), Language.FRENCH, FRAME
    )
    for written in (words.text, words.html):
        for told in ("13/05/2020 10:00", "carte CPS", "tablette", "Mot de passe oublié", FRAME.assistance):
            assert told in written
        assert "http" not in written


def test_a_warning_says_until_when_and_how_to_come_back() -> None:
    words = render(UnusedAccount(name="Zq", blocked_on=TODAY), Language.FRENCH, FRAME)
    assert "mercredi 13 mai 2020" in words.subject
    for told in ("mercredi 13 mai 2020", "carte CPS ou Pro Santé Connect", "Mot de passe oublié"):
        assert told in words.text


@pytest.mark.parametrize("kind", [ConfirmEmail, ResetPassword])
@pytest.mark.parametrize("name", ["", "Dr <b>Zqname</b>"])
def test_a_mailed_link_is_the_one_address_in_its_mail(kind: type[Linked], name: str) -> None:
    words = render(kind(name=name, link=LINK, hours=24), Language.FRENCH, FRAME)
    assert re.findall(r"https?://[^\s\"<]+", words.text) == re.findall(r"https?://[^\s\"<]+", words.html) == [LINK]
    assert not re.findall(r"(?i)<(img|script|link|iframe|object|style|form|base)\b|\bsrc=|url\(|<b>", words.html)
    for written in (words.text, words.html):
        assert "24 heures" in written
        assert ("Zqname" in written) is bool(name)
        assert "Bonjour ," not in written


PAGE = "https://portail.example/page/"


@pytest.mark.parametrize(
    "content",
    [SharedEmail(page=PAGE), EmailTaken(page=PAGE), PasswordChanged(page=PAGE, name="Dr <b>Zqname</b>")],
    ids=lambda content: content.template.value,
)
def test_a_mail_about_an_account_names_one_page(content: Pointed) -> None:
    words = render(content, Language.FRENCH, FRAME)
    assert re.findall(r"https?://[^\s\"<]+", words.text) == re.findall(r"https?://[^\s\"<]+", words.html) == [PAGE]
    assert not re.findall(r"(?i)<(img|script|link|iframe|object|style|form|base)\b|\bsrc=|url\(|<b>", words.html)
    for written in (words.text, words.html):
        assert FRAME.assistance in written
        assert ("Zqname" in written) is isinstance(content, PasswordChanged)


def test_the_mailed_code_stands_alone_on_its_line() -> None:
    words = render(LoginCode(name="Dr <b>Zqname</b>", code="012345", minutes=10), Language.FRENCH, FRAME)
    assert "\n012345\n" in words.text
    assert "<strong>012345</strong>" in words.html
    assert "012345" not in words.subject  # it would show on a locked telephone
    assert "<b>" not in words.html
    assert "10 minutes" in words.text
    assert not re.findall(r"https?://", words.text + words.html)


@pytest.mark.parametrize("change", FactorChange)
def test_every_change_of_a_second_factor_has_its_words(change: FactorChange) -> None:
    words = render(FactorChanged(name="", change=change.value), Language.FRENCH, FRAME)
    assert "prévenez sans attendre l’assistance technique" in words.text
    assert "Bonjour,\n\nU" in words.text or "Bonjour,\n\nDe " in words.text


@languages
@pytest.mark.parametrize("told", [{}, NOTHING_MORE, *({name: ""} for name in NOTHING_MORE)])
@pytest.mark.parametrize("agrees", [True, False])
def test_every_language_is_written_with_every_optional_absent(
    language: Language, told: dict[str, Any], agrees: bool
) -> None:
    content = consignes(index_agrees=agrees, index_name=INDEX if agrees else "", **told)
    words = render(content, language, FRAME)
    for written in (words.text, words.html, pdf_text(letter(content, language))):
        assert content.isolation_until
        assert content.mask_until
        for day in (content.isolation_until, content.mask_until, content.tests[0].day):
            assert day_in_words(day, language) in written
        assert "K7M4-2QXD" in written
        assert "None" not in written
        assert (INDEX in written) is agrees
    assert "\n" not in words.subject


@languages
def test_text_html_and_letter_agree_on_a_test_at_once(language: Language) -> None:
    content = consignes(tests=[(TODAY, WantedTest.ANTIGEN)])
    now = {Language.FRENCH: "dès maintenant", Language.ENGLISH: "laboratory now"}[language]
    for written in _all_three(content, language):
        assert now in written


def _all_three(content: Instructions, language: Language) -> list[str]:
    """Text, HTML and letter, each in one line."""
    words = render(content, language, FRAME)
    written = (words.text, re.sub("<[^>]*>", "", words.html), pdf_text(letter(content, language)))
    return [" ".join(text.split()) for text in written]


@languages
def test_who_is_not_isolated_is_not_asked_to_stay_at_home(language: Language) -> None:
    """Vaccinated, January 2022: a test at once, two by herself, a mask."""
    days = [TODAY, TODAY + timedelta(days=2), TODAY + timedelta(days=4)]
    kinds = [WantedTest.LABORATORY, WantedTest.SELF, WantedTest.SELF]
    content = consignes(isolation_until=None, tests=list(zip(days, kinds, strict=True)))
    at_home = {Language.FRENCH: ["Restez chez vous", "à votre domicile", "confirme votre isolement"]}
    at_home[Language.ENGLISH] = ["Stay at home", "isolated at home", "confirms your isolation"]
    alone = {Language.FRENCH: "autotest", Language.ENGLISH: "self-test"}[language]
    for written in _all_three(content, language):
        assert [words for words in at_home[language] if words in written] == []
        assert written.count(alone) == 2
        for day in days[1:]:
            assert day_in_words(day, language) in written


@languages
def test_an_isolation_that_is_over_is_told_as_such(language: Language) -> None:
    content = consignes(isolation_until=TODAY - timedelta(days=1), tests=[(TODAY, WantedTest.LABORATORY)])
    over = {Language.FRENCH: "Votre isolement est terminé", Language.ENGLISH: "Your isolation ended"}[language]
    text, html, written_letter = _all_three(content, language)
    assert over in text
    assert over in html
    assert day_in_words(TODAY - timedelta(days=1), language) not in written_letter


@languages
def test_new_dates_say_that_they_replace_the_old_ones(language: Language) -> None:
    replaced = {Language.FRENCH: "remplace", Language.ENGLISH: "replace"}[language]
    assert all(replaced in written for written in _all_three(consignes(again=True), language))
    assert not any(replaced in written for written in _all_three(consignes(), language))


@languages
@pytest.mark.parametrize("kind", WantedTest)
def test_every_kind_of_test_has_its_words(language: Language, kind: WantedTest) -> None:
    assert render(consignes(tests=[(TODAY, kind)]), language, FRAME).text


def test_a_message_written_before_there_were_several_tests_is_still_sent() -> None:
    written = to_bytes(consignes(tests=[])).replace(b'"told_on"', b'"test_due":"2020-05-17","told_on"')
    content = from_bytes(Template.INSTRUCTIONS, written)
    assert "dimanche 17 mai 2020" in render(content, Language.FRENCH, FRAME).text


@given(
    name=st.text(alphabet=st.characters(categories=["L"]), min_size=8, max_size=30),
    language=st.sampled_from([Language.FRENCH, Language.ENGLISH]),
    with_address=st.booleans(),
)
def test_a_refused_name_is_nowhere(name: str, language: Language, with_address: bool) -> None:
    """Whatever the name: the message is the same as if nobody had ever given it, to the last byte."""
    told: dict[str, Any] = {} if with_address else NOTHING_MORE
    refused = consignes(index_agrees=False, index_name=name, **told)
    nameless = consignes(index_agrees=False, index_name="", **told)
    assert to_bytes(refused) == to_bytes(nameless)
    assert render(refused, language, FRAME) == render(nameless, language, FRAME)


@languages
def test_a_planted_name_is_in_no_byte_unless_its_owner_agrees(language: Language) -> None:
    refused = consignes(index_agrees=False, index_name=INDEX)
    agreed = consignes(index_agrees=True, index_name=INDEX)
    for token in INDEX.lower().split():
        assert token not in everything(refused, language).lower()
        assert token in everything(agreed, language).lower()  # the search would find it
    assert letter(refused, language) == letter(consignes(index_agrees=False, index_name=""), language)
    assert b"index_name" not in to_bytes(refused)


@languages
def test_the_html_fetches_nothing_and_runs_nothing(language: Language) -> None:
    words = render(consignes(index_agrees=True, index_name=INDEX), language, FRAME)
    assert not re.findall(
        r"(?i)<(img|script|link|iframe|object|style|a|form|base)\b|\bsrc=|\bhref=|url\(|https?:", words.html
    )
    assert "http" not in words.text


@languages
def test_a_name_cannot_become_markup_or_a_header(language: Language) -> None:
    hostile = "<script>alert(1)</script>{{ 7*7 }}\r\nBcc: x@x.example\u202e"
    words = render(consignes(name=hostile, index_agrees=True, index_name=hostile), language, FRAME)
    assert "<script" not in words.html
    assert "\nBcc" not in words.text
    assert "\u202e" not in words.text
    assert "{{ 7*7 }}" in words.text
    letter(consignes(name=f"# {hostile}", street="- x", index_agrees=True, index_name=hostile), language)


def test_a_template_that_asks_for_what_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = rendering._environment(Language.FRENCH)
    with pytest.raises(UndefinedError):
        environment.from_string("{{ index_name }}").render()


@languages
def test_the_letter_is_one_page_and_always_the_same(language: Language) -> None:
    content = consignes()
    first = letter(content, language)
    assert first == letter(content, language)
    assert first != letter(content, language, NOW + timedelta(days=1))
    assert first.startswith(b"%PDF-")


@languages
def test_the_letter_has_room_for_the_longest_names(language: Language) -> None:
    """Everything down to the last line is above the lower margin, however long what was typed."""
    long = consignes(
        name="W" * 80 + " " + "W" * 80, street="W " * 60, commune="W" * 80, index_agrees=True, index_name="W " * 80
    )
    assert lowest(letter(long, language)) > 40  # points; the page is 842 high


def lowest(pdf: bytes) -> float:
    heights: list[float] = []
    [page] = PdfReader(BytesIO(pdf)).pages
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: heights.append(tm[5]) if text.strip() else None)
    return min(heights)


@languages
def test_accents_and_letters_of_other_alphabets_are_written(language: Language) -> None:
    content = consignes(name="DUPŒUF-ŁUKASZEWSKI Željka Ştefania Ελένη Ирина", commune="L’Haÿ-les-Roses")
    assert content.name in pdf_text(letter(content, language))
    assert "L’Haÿ-les-Roses" in pdf_text(letter(content, language))
    assert "李" not in pdf_text(letter(consignes(name="李 Mei"), language))


def test_a_content_comes_back_from_its_seal() -> None:
    for content in (consignes(), consignes(index_agrees=True, index_name=INDEX), consignes(**NOTHING_MORE)):
        assert from_bytes(Template.INSTRUCTIONS, to_bytes(content)) == content


def test_days_are_written_as_people_say_them() -> None:
    assert day_in_words(TODAY.replace(day=1), Language.FRENCH) == "vendredi 1er mai 2020"
    assert day_in_words(TODAY, Language.ENGLISH) == "Wednesday 13 May 2020"
    assert isinstance(render(consignes(), Language.ENGLISH, FRAME), Words)
