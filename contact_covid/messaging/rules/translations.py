"""Which language a message goes out in, when one was asked for: nothing medical in a translation nobody has signed."""

from collections.abc import Mapping
from dataclasses import dataclass

from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.languages import files_of, is_reviewed

FILES: Mapping[Channel, tuple[str, ...]] = {
    Channel.EMAIL: ("subject.txt", "body.txt", "body.html"),
    Channel.LETTER: ("letter.txt",),
    Channel.SMS: ("sms.txt",),
}
"""What a template is made of, by the way it goes. A language without them is one that the way cannot speak."""


@dataclass(frozen=True, slots=True)
class Written:
    """``languages``: one after the other in the same message. ``unreviewed``: a translation that nobody has signed."""

    languages: tuple[Language, ...]
    unreviewed: bool = False


def exists(kind: type[Content], language: Language, channel: Channel) -> bool:
    return channel in kind.channels and set(FILES[channel]) <= files_of(kind.template.value, language.value)


def written_in(kind: type[Content], asked: Language, channel: Channel) -> Written:
    """The language asked for when the message is there in it and may be sent, else French, and English where it is."""
    if exists(kind, asked, channel):
        reviewed = is_reviewed(kind.template.value, asked.value)
        if reviewed or not kind.is_medical:
            return Written((asked,), unreviewed=not reviewed)
    both = (Language.FRENCH, Language.ENGLISH) if asked is not Language.FRENCH else (Language.FRENCH,)
    return Written(tuple(language for language in both if exists(kind, language, channel)))
