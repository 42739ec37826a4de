"""Every template in every language by every way it goes, with a planted value in every field."""

import re
from dataclasses import replace
from io import BytesIO

import msgspec
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError
from pypdf import PdfReader

from contact_covid.messaging import letters
from contact_covid.messaging.enums import Channel, Language, Template
from contact_covid.messaging.letters import FONTS
from contact_covid.messaging.rules import rendering
from contact_covid.messaging.rules.arabic import is_arabic
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.contents import KINDS, from_bytes, to_bytes
from contact_covid.messaging.rules.person_contents import Instructions, ToPerson
from contact_covid.messaging.rules.rendering import Frame, letter_lines, render, words_of
from contact_covid.messaging.rules.samples import samples
from contact_covid.messaging.rules.sms import SmsAlphabet, length_of
from contact_covid.messaging.rules.translations import exists, written_in
from tests.cast import TODAY
from tests.clock import NOW

MOST_SEGMENTS = 3
"""Of an SMS: each part is paid for, and old telephones show them one by one."""

FRAME = Frame("amelipro", "0 800 130 000", "0811 709 710", 3, sms_stop="36105")
SAMPLES = samples(today=TODAY, address="https://portail-de-la-caisse.example")
PLANTED = "Zqplanted"
# What nobody who looks at somebody else's telephone is to read, by the beginnings of words.
HEALTH = {
    Language.FRENCH: "covid corona virus test dépist isol quarant quatorz symptôm contact cas_ risque malad_ santé_ "
    "positi négati fièvre toux masque contag épidém médec soin diagnos hospit vaccin prélèv labo",
    Language.ENGLISH: "covid corona virus test isolat quarant symptom contact case risk ill_ sick positiv negativ "
    "fever cough mask epidem doctor care diagnos hospital vaccin sampl lab",
    Language("ar"): "كوفيد كورونا فيروس فحص عزل حجر أعراض مخالط إصابة مصاب مرض خطر إيجابي سلبي حمى سعال كمامة طبيب",
}
ALL = [
    (template, language, channel)
    for template, kind in KINDS.items()
    for language in Language
    for channel in kind.channels
    if exists(kind, language, channel)
]
each = pytest.mark.parametrize(("template", "language", "channel"), ALL)
by_sms = pytest.mark.parametrize(
    ("template", "language"), [(template, language) for template, language, channel in ALL if channel is Channel.SMS]
)


def planted(content: Content, field: str) -> Content:
    """The content with a token in that field, if it is text."""
    return msgspec.structs.replace(content, **{field: PLANTED})


def fields(content: Content) -> list[str]:
    free = {"number", "change", "index_name", "department", "request", "reason"}
    return [
        name for name, value in msgspec.structs.asdict(content).items() if isinstance(value, str) and name not in free
    ]


def said(content: Content, language: Language, channel: Channel) -> str:
    """Every word of the message by that way."""
    if channel is Channel.LETTER:
        lines = letter_lines(content, language, FRAME, department="(93)", today="13/05/2020")
        return "\n".join([*content.postal_address, *lines])
    words = render(content, language, FRAME, channel)
    return "\n".join([words.subject, words.text, words.html])


def test_there_is_a_sample_of_every_template_and_it_survives_its_seal() -> None:
    assert SAMPLES.keys() == set(Template)
    assert {content: from_bytes(name, to_bytes(content)) for name, content in SAMPLES.items()} == {
        content: content for content in SAMPLES.values()
    }


def test_every_channel_of_a_follow_up_is_tried() -> None:
    assert {(template, channel) for template, _, channel in ALL} >= {
        (Template.UNREACHABLE, channel) for channel in Channel
    }
    assert len([language for language in Language if exists(KINDS[Template.UNREACHABLE], language, Channel.SMS)]) == 3


@each
def test_it_is_written_with_every_field_and_says_nothing_of_how(
    template: Template, language: Language, channel: Channel
) -> None:
    whole = said(SAMPLES[template], language, channel)
    assert "None" not in whole
    assert "{{" not in whole
    assert "{%" not in whole


@each
def test_what_is_typed_is_in_no_message_as_markup(template: Template, language: Language, channel: Channel) -> None:
    content = SAMPLES[template]
    hostile = msgspec.structs.replace(content, **dict.fromkeys(fields(content), "<b>Zq</b>"))
    if channel is Channel.EMAIL:
        assert "<b>" not in render(hostile, language, FRAME).html


@by_sms
def test_an_sms_tells_no_name_and_no_address(template: Template, language: Language) -> None:
    """Whatever the field: only the record number, a link and an appointment are let through."""
    content = SAMPLES[template]
    for name in set(fields(content)) - {"link", "time"}:
        assert PLANTED not in said(planted(content, name), language, Channel.SMS), name
    if "link" in fields(content):  # the search would find it
        assert PLANTED in said(planted(content, "link"), language, Channel.SMS)


@pytest.mark.parametrize("asked", ["name", "street", "until", "index_name"])
def test_a_template_of_an_sms_that_asks_for_more_is_an_error(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    templates = {"instructions/fr/sms.txt": f"{{{{ {asked} }}}}", "end_of_isolation/fr/sms.txt": f"{{{{ {asked} }}}}"}
    strict = Environment(loader=DictLoader(templates), undefined=StrictUndefined)
    monkeypatch.setattr(rendering, "_environment", lambda _: strict)
    for template in (Template.INSTRUCTIONS, Template.END_OF_ISOLATION):
        with pytest.raises(UndefinedError):
            render(SAMPLES[template], Language.FRENCH, FRAME, Channel.SMS)


@by_sms
@pytest.mark.parametrize("stop", ["", "36105"])
def test_an_sms_says_nothing_of_health(template: Template, language: Language, stop: str) -> None:
    words = render(SAMPLES[template], language, replace(FRAME, sms_stop=stop), Channel.SMS).text.lower()
    words = re.sub(r"https?://\S+", "", words)
    for start in HEALTH[language].split():
        pattern = rf"\b{start.rstrip('_')}" + (r"\b" if start.endswith("_") else "")
        assert not re.search(pattern, words), start
    assert FRAME.brand not in words  # that of professionals


def test_the_list_of_words_would_find_them() -> None:
    for language in (Language.FRENCH, Language.ENGLISH):
        words = render(SAMPLES[Template.INSTRUCTIONS], language, FRAME).text.lower()
        assert len([start for start in HEALTH[language].split() if re.search(rf"\b{start.rstrip('_')}", words)]) > 5


@by_sms
@pytest.mark.parametrize("stop", ["", "36105"])
def test_an_sms_is_short_says_who_writes_and_how_to_stop(template: Template, language: Language, stop: str) -> None:
    frame = replace(FRAME, sms_stop=stop)
    text = render(SAMPLES[template], language, frame, Channel.SMS).text
    length = length_of(text)
    assert length.segments <= MOST_SEGMENTS
    assert text.startswith(frame.insurer)
    assert frame.helpline in text
    assert (stop or "SMS" if language.value != "ar" else stop or "الرسائل") in text
    assert (length.alphabet is SmsAlphabet.GSM_7) is (language.value != "ar")  # « ’ » or « ê » would double its price


@pytest.mark.parametrize("template", [name for name, kind in KINDS.items() if Channel.SMS in kind.channels])
@pytest.mark.parametrize("asked", list(Language))
def test_an_sms_as_it_goes_out_is_short_too(template: Template, asked: Language) -> None:
    """In two languages where the one asked for may not be sent, or with the mark of what was not read over."""
    written = written_in(KINDS[template], asked, Channel.SMS)
    length = length_of(words_of(SAMPLES[template], written, Channel.SMS, FRAME).text)
    assert length.segments <= MOST_SEGMENTS


@pytest.mark.parametrize("template", [name for name, kind in KINDS.items() if Channel.LETTER in kind.channels])
@pytest.mark.parametrize("asked", list(Language))
def test_a_letter_is_a_page_a_language_in_letters_that_the_font_has(template: Template, asked: Language) -> None:
    content = SAMPLES[template]
    written = written_in(KINDS[template], asked, Channel.LETTER)
    pdf = letters.letter(content, written=written, frame=FRAME, department="Seine (93)", now=NOW)
    assert len(PdfReader(BytesIO(pdf)).pages) == len(written.languages)
    font = TTFont(FONTS / "DejaVuSansCondensed.ttf").getBestCmap()
    for language in written.languages:
        for line in letter_lines(content, language, FRAME, department="(93)", today="1er août"):
            drawn = letters.drawn(line) if is_arabic(line) else line
            assert not [character for character in drawn if ord(character) not in font]


@pytest.mark.parametrize("language", list(Language))
def test_only_instructions_can_name_a_patient_zero(language: Language) -> None:
    """No other content has a place for the name; of instructions it is planted and refused in test_words."""
    able = [name for name, kind in KINDS.items() if "index_name" in kind.__struct_fields__]
    assert able == [Template.INSTRUCTIONS]
    told = SAMPLES[Template.INSTRUCTIONS]
    assert isinstance(told, Instructions)
    nameless = msgspec.structs.replace(told, index_name="")
    for channel in told.channels:
        for asked in written_in(Instructions, language, channel).languages:
            assert told.index_name in said(told, asked, channel)
            assert told.index_name not in said(nameless, asked, channel)


def test_what_a_person_gets_before_she_is_told_says_nothing_of_health() -> None:
    """Who could not be reached has not been told: neither may her post tell her family."""
    for template in (Template.UNREACHABLE, Template.LINK, Template.CALLBACK):
        kind = KINDS[template]
        for language in (Language.FRENCH, Language.ENGLISH):
            for channel in kind.channels:
                words = re.sub("<[^>]*>", "", said(SAMPLES[template], language, channel).lower())
                found = [start for start in HEALTH[language].split() if re.search(rf"\b{start.strip('_')}\b", words)]
                assert found == []
    assert issubclass(KINDS[Template.UNREACHABLE], ToPerson)
