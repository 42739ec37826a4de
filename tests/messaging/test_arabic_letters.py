"""Letters in Arabic: joined letters, read from the right, numbers whole, and what they say of themselves."""

import unicodedata

import pytest

from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.letters import drawn, letter
from contact_covid.messaging.rules.arabic import is_arabic, shaped
from contact_covid.messaging.rules.languages import languages
from contact_covid.messaging.rules.person_contents import Instructions, Unreachable, unreachable
from contact_covid.messaging.rules.rendering import UNREVIEWED, Frame
from contact_covid.messaging.rules.translations import Written, written_in
from tests.clock import NOW
from tests.messaging.mail import pdf_text

ARABIC = Language("ar")
FRAME = Frame(brand="amelipro", helpline="09 74 75 76 78", assistance="0811 70 93 04", retention_months=6)
ADDRESS = {"name": "DORVAL Christophe", "street": "1 rue Zq", "postcode": "93100", "commune": "Montreuil"}


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("بكم", "\ufe91\ufedc\ufee2"),  # initial, medial, final
        ("دون", "\ufea9\ufeed\ufee5"),  # dal and waw join nothing after them
        ("لا", "\ufefb"),  # lam and alef are one
        ("الاتصال", "\ufe8d\ufefb\ufe97\ufebc\ufe8e\ufedd"),
        ("تُراجَع", "\ufe97\ufeae\ufe8d\ufe9f\ufeca"),  # no letter needs its vowel mark
        ("شيء", "\ufeb7\ufef2\ufe80"),
        ("في 13, لن", "\ufed3\ufef2 13, \ufedf\ufee6"),
        ("Dossier n° 5 – été", "Dossier n° 5 – été"),
    ],
)
def test_each_letter_has_the_form_that_its_neighbours_ask_for(written: str, drawn: str) -> None:
    assert shaped(written) == drawn


def test_every_arabic_letter_of_the_messages_has_its_forms() -> None:
    data = languages()["ar"]
    text = "".join((*data.weekdays, *data.months, data.note))
    drawn = shaped(text)
    assert not [each for each in drawn if unicodedata.bidirectional(each) == "AL" and not "\ufe80" <= each <= "\ufefc"]


def drawn_of(**changes: str) -> bytes:
    content = unreachable("K7M42QXD", ADDRESS | changes)
    written = written_in(Unreachable, ARABIC, Channel.LETTER)
    return letter(content, written=written, frame=FRAME, department="", now=NOW)


def test_it_is_sent_with_what_it_says_of_itself() -> None:
    assert written_in(Unreachable, ARABIC, Channel.LETTER) == Written((ARABIC,), unreviewed=True)
    text = pdf_text(drawn_of())
    assert UNREVIEWED in text
    assert "?" not in text  # nothing that the font lacks
    assert FRAME.helpline in text.replace("\u00a0", " ")
    assert "K7M4-2QXD" in text
    assert is_arabic(unicodedata.normalize("NFKC", text))


def test_what_is_medical_is_in_french_and_english_by_post_too() -> None:
    assert written_in(Instructions, ARABIC, Channel.LETTER).languages == (Language.FRENCH, Language.ENGLISH)


@pytest.mark.parametrize(
    ("read", "drawn_"),
    [
        ("Zq (لا)", "(\ufefb) Zq"),
        ("لا 13 لن", "\ufee6\ufedf 13 \ufefb"),
        ("لا \u206609 74 75\u2069.", ".09 74 75 \ufefb"),
    ],
)
def test_a_line_is_put_into_the_order_in_which_it_is_drawn(read: str, drawn_: str) -> None:
    """Brackets open where one reads them first, and a number stays as it is."""
    assert drawn(read) == drawn_


def test_a_long_name_makes_no_second_page() -> None:
    assert "Zqlongname" in pdf_text(drawn_of(name="DORVAL " + "Zqlongname " * 12))
