"""A language is a file: what is medical waits in it until somebody who reads it has signed the text as it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from contact_covid.messaging.actions import Outgoing, deliver, send
from contact_covid.messaging.channels.email.sender import compose
from contact_covid.messaging.enums import Channel, Language, Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from contact_covid.messaging.rules import languages as module
from contact_covid.messaging.rules.contents import KINDS
from contact_covid.messaging.rules.languages import Review, digest_of, is_reviewed, languages
from contact_covid.messaging.rules.person_contents import Instructions, PersonalLink, Unreachable
from contact_covid.messaging.rules.rendering import UNREVIEWED
from contact_covid.messaging.rules.translations import Written, written_in
from contact_covid.portal.languages import offered
from tests.cast import person
from tests.clock import NOW
from tests.messaging.mail import consignes, mail_server, outgoing, parts

ARABIC = Language("ar")
BOTH = (Language.FRENCH, Language.ENGLISH)


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody signs the Arabic instructions as they are."""
    review = Review(by="Interprète de test", on=date(2020, 5, 12), digest=digest_of("instructions", "ar"))
    read = dict(languages())
    read["ar"] = replace(read["ar"], reviews={"instructions": review})
    monkeypatch.setattr(module, "languages", lambda: read)


@pytest.fixture
def templates_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the templates that the test may change."""
    import shutil

    copy = shutil.copytree(module.TEMPLATES, tmp_path / "templates")
    monkeypatch.setattr(module, "TEMPLATES", copy)
    digest_of.cache_clear()
    yield copy
    digest_of.cache_clear()


def test_a_language_is_a_file_and_nothing_else() -> None:
    assert {file.stem for file in module.FOLDER.glob("*.toml")} == set(Language.values) == set(languages())
    assert [language.value for language in Language][:2] == ["fr", "en"]
    assert (languages()["ar"].direction, languages()["ar"].own_name) == ("rtl", "العربية")
    for language in languages().values():
        assert (len(language.weekdays), len(language.months)) == (7, 12)
        assert language.authored or language.note


def test_what_is_medical_is_not_sent_in_a_translation_nobody_signed() -> None:
    for template, kind in KINDS.items():
        for channel in kind.channels:
            written = written_in(kind, ARABIC, channel)
            assert not (kind.is_medical and ARABIC in written.languages), template
            assert written.languages[0] in (ARABIC, Language.FRENCH)
    assert written_in(Instructions, ARABIC, Channel.EMAIL) == Written(BOTH)
    assert written_in(Unreachable, ARABIC, Channel.SMS) == Written((ARABIC,), unreviewed=True)
    assert written_in(PersonalLink, ARABIC, Channel.EMAIL).unreviewed


@pytest.mark.usefixtures("signed")
def test_a_signed_translation_is_sent_and_no_longer_marked() -> None:
    assert written_in(Instructions, ARABIC, Channel.EMAIL) == Written((ARABIC,))
    # Its letter, which an employer has to read, is not written in Arabic.
    assert written_in(Instructions, ARABIC, Channel.LETTER) == Written(BOTH)
    assert ("ar", "Arabe") in offered(Instructions)


@pytest.mark.parametrize("changed", ["ar", "fr"])
def test_a_text_that_changes_is_to_be_read_again(templates_of_ours: Path, signed: None, changed: str) -> None:
    """The translation, or the French it was made from."""
    assert is_reviewed("instructions", "ar")
    file = templates_of_ours / "instructions" / changed / "body.txt"
    file.write_text(file.read_text() + "Un mot de plus.\n")
    digest_of.cache_clear()
    assert not is_reviewed("instructions", "ar")


def test_the_service_s_own_languages_are_as_they_were() -> None:
    for language in BOTH:
        assert written_in(Instructions, language, Channel.EMAIL) == Written((language,))
    # Mails about accounts are written in French only.
    assert written_in(KINDS[Template.RESET_PASSWORD], Language.ENGLISH, Channel.EMAIL) == Written((Language.FRENCH,))


def test_who_chooses_a_language_is_told_what_will_be_sent() -> None:
    assert offered(Instructions) == [
        ("fr", "Français"),
        ("en", "Anglais"),
        ("ar", "Arabe (traduction non relue : part en français et en anglais)"),
    ]
    assert ("ar", "Arabe (traduction non relue)") in offered(Unreachable)


@pytest.mark.django_db
def test_instructions_asked_in_arabic_arrive_in_french_and_english(settings: Settings) -> None:
    with mail_server(settings) as server:
        [message] = send(messages=[outgoing(language=ARABIC)], now=NOW)
        assert Message.objects.get().language == "ar"
        deliver(message=message, now=NOW)
    [mail] = server.received
    text, html, _ = parts(mail)
    assert mail["Content-Language"] == "fr, en"
    assert mail["Subject"].strip() == "Consignes à suivre – dossier K7M4-2QXD / Instructions to follow – file K7M4-2QXD"
    for written in (text, html):
        assert "dimanche 24 mai 2020" in written
        assert "Sunday 24 May 2020" in written
        assert "العزل" not in written
        assert UNREVIEWED not in written
    assert '<div lang="en" dir="ltr">' in html
    assert html.count("<body>") == html.count("</html>") == 1


@pytest.mark.django_db
def test_what_is_not_medical_goes_in_arabic_from_right_to_left_and_says_that_nobody_read_it() -> None:
    content = Unreachable(name=person().name, number="K7M42QXD")
    send(messages=[Outgoing(Channel.EMAIL, ARABIC, person().email, content)], now=NOW)
    going = parcel(Message.objects.get())
    assert going is not None
    mail = compose(going)
    assert mail.extra_headers["Content-Language"] == "ar"
    assert '<html lang="ar" dir="rtl">' in going.words.html
    for written in (going.words.text, going.words.html):
        assert languages()["ar"].note in written
        assert UNREVIEWED in written
        assert "\u2066K7M4-2QXD\u2069" in written  # digits keep their order amid Arabic
    assert going.unreviewed


@pytest.mark.django_db
@pytest.mark.usefixtures("signed")
def test_what_was_signed_is_checked_again_when_it_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for before the text changed, sent after: the outbox keeps the content, not the words."""
    send(messages=[Outgoing(Channel.EMAIL, ARABIC, person().email, consignes())], now=NOW)
    going = parcel(Message.objects.get())
    assert going is not None
    assert going.languages == (ARABIC,)
    monkeypatch.undo()
    going = parcel(Message.objects.get())
    assert going is not None
    assert going.languages == BOTH
