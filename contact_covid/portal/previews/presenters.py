"""What a message looks like, by every way and in every language, written about nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contact_covid.core.dates import date_fr
from contact_covid.messaging.enums import Channel, Language, Template
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.contents import KINDS
from contact_covid.messaging.rules.languages import digest_of, is_reviewed, languages
from contact_covid.messaging.rules.person_contents import PersonalLink, ToPerson
from contact_covid.messaging.rules.rendering import UNREVIEWED, Frame, Words, words_of
from contact_covid.messaging.rules.samples import samples
from contact_covid.messaging.rules.sms import SmsAlphabet, length_of
from contact_covid.messaging.rules.translations import Written, exists, written_in

_ALPHABETS: Mapping[SmsAlphabet, str] = {
    SmsAlphabet.GSM_7: "celui des SMS (160 signes, puis 153 par SMS)",
    SmsAlphabet.UCS_2: "Unicode (70 signes, puis 67 par SMS)",
}

_A_PART = 16  # of a digest: a telephone shows it in four lines


class NoSuchPreview(LookupError):
    """No such message, or it is not written in that language."""


@dataclass(frozen=True, slots=True)
class Model:
    """A message in one language, by the ways that have words for it."""

    content: Content
    language: Language
    channels: tuple[Channel, ...]

    @property
    def template(self) -> Template:
        return self.content.template

    @property
    def is_reviewed(self) -> bool:
        return is_reviewed(self.template.value, self.language.value)

    @property
    def written(self) -> Written:
        """Itself: whoever reads a translation over must see it."""
        return Written((self.language,), unreviewed=not self.is_reviewed)

    def words(self, channel: Channel, frame: Frame) -> Words:
        return words_of(self.content, self.written, channel, frame)


def model(template: str, language: str, *, today: date, address: str) -> Model:
    """Raises ``NoSuchPreview``."""
    try:
        name, asked = Template(template), Language(language)
    except ValueError:
        raise NoSuchPreview from None
    found = _in_language(samples(today=today, address=address)[name], asked)
    if not found.channels:
        raise NoSuchPreview
    return found


def _in_language(content: Content, language: Language) -> Model:
    kind = type(content)
    return Model(content, language, tuple(way for way in kind.channels if exists(kind, language, way)))


def groups() -> list[dict[str, object]]:
    """Every message, those to the persons who are followed first."""
    named = sorted(KINDS.values(), key=lambda kind: kind.template.label)
    to_persons: list[type[Content]] = [kind for kind in named if issubclass(kind, (ToPerson, PersonalLink))]
    others = [kind for kind in named if kind not in to_persons]
    titles = {"Aux personnes suivies": to_persons, "Aux professionnels": others}
    return [{"title": title, "rows": [_row(kind) for kind in kinds]} for title, kinds in titles.items()]


def _row(kind: type[Content]) -> dict[str, object]:
    """What a message is, how it goes, in which languages."""
    return {
        "template": kind.template.value,
        "what": kind.template.label,
        "channels": ", ".join(channel.label for channel in kind.channels),
        "is_medical": kind.is_medical,
        "languages": [
            _language(kind.template, language) for language in Language if exists(kind, language, Channel.EMAIL)
        ],
    }


def _language(template: Template, language: Language) -> dict[str, object]:
    return {
        "code": language.value,
        "label": language.label,
        "is_reviewed": is_reviewed(template.value, language.value),
    }


def facts(shown: Model) -> list[tuple[str, str]]:
    data = languages()[shown.language.value]
    direction = "de droite à gauche" if data.direction == "rtl" else "de gauche à droite"
    return [
        ("Langue", f"{data.own_name} ({data.label.lower()}), {direction}"),
        ("Envois", ", ".join(channel.label for channel in shown.channels)),
        ("Contenu", "de santé" if shown.content.is_medical else "rien qui touche à la santé"),
        ("Relecture", _review(shown)),
    ]


def _review(shown: Model) -> str:
    data = languages()[shown.language.value]
    review = data.reviews.get(shown.template.value)
    if data.authored:
        return "écrit avec le service"
    if review is None:
        return "aucune"
    said = f"{review.by}, le {date_fr(review.on)}"
    return said if shown.is_reviewed else f"{said}, d’un texte qui a changé depuis"


def warning(shown: Model) -> tuple[str, Sequence[str]]:
    """What is to be known of a translation that nobody has signed, and in parts what the signature is of; nothing of
    others."""
    if shown.is_reviewed:
        return "", ()
    instead = written_in(type(shown.content), shown.language, Channel.EMAIL)
    names = " et en ".join(language.label.lower() for language in instead.languages)
    sent = (
        f"Tant qu’elle n’est pas signée, ce message part en {names}."
        if instead.languages != (shown.language,)
        else f"Ce message n’a rien de médical : il part ainsi, avec la mention « {UNREVIEWED.rstrip('.')} »."
    )
    digest = digest_of(shown.template.value, shown.language.value)
    return sent, [digest[at : at + _A_PART] for at in range(0, len(digest), _A_PART)]


def sms(words: Words) -> list[tuple[str, str]]:
    length = length_of(words.text)
    return [
        ("Longueur", f"{length.units} signes, soit {length.segments} SMS"),
        ("Alphabet", _ALPHABETS[length.alphabet]),
    ]


def paragraphs(text: str) -> Sequence[Sequence[str]]:
    return [paragraph.split("\n") for paragraph in text.strip().split("\n\n")]
