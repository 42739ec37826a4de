"""The language of a person: what she is called in. Her pages and messages are in it where they are written in it."""

from contact_covid.messaging.enums import Language
from contact_covid.tracing.enums import Spoken


def written_for(spoken: str) -> Language:
    """What is written to who speaks that language (``Spoken``): hers, else French."""
    return Language(spoken) if spoken in Language.values else Language.FRENCH


def learnt(known: str, asked: Language) -> Spoken:
    """Her language once she is written to in another than French: French stands for whoever has said nothing."""
    unknown = known == Spoken.FRENCH and asked.value in Spoken.values
    return Spoken(asked.value) if unknown else Spoken(known)
