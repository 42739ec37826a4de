"""The languages that a message may be asked for in, as a form offers them."""

from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.translations import written_in


def offered(kind: type[Content]) -> list[tuple[str, str]]:
    """The languages to choose from for a message, code and label; the label says when it will go in others."""
    return [(language.value, _label(kind, language)) for language in Language]


def _label(kind: type[Content], language: Language) -> str:
    written = written_in(kind, language, Channel.EMAIL)
    if written.languages == (language,):
        return f"{language.label} (traduction non relue)" if written.unreviewed else language.label
    instead = " et en ".join(each.label.lower() for each in written.languages)
    return f"{language.label} (traduction non relue : part en {instead})"
