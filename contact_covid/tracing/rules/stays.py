"""Places, gatherings and journeys of the look-back: what is said of one, and what makes two of them the same place."""

import msgspec

from contact_covid.core.rules.text import fold


class StayDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of a place: empty text means « non connu ». ``name``: of the school, employer, event, flight.

    ``group``: class, ward, team. ``role``: what the person did there. ``others``: who else was there, in her words.
    """

    name: str
    group: str = ""
    street: str = ""
    postcode: str = ""
    commune: str = ""
    country: str = ""
    role: str = ""
    others: str = ""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(StayDetails)


def to_bytes(details: StayDetails) -> bytes:
    return _encoder.encode(details)


def from_bytes(plain: bytes) -> StayDetails:
    return _decoder.decode(plain)


def place_values(details: StayDetails) -> list[str]:
    """The texts that are equal for two stays at one place: of the place, then of the group in it when there is one.

    A name alone does not make a place: Saint-Denis has four communes, and every town a Jules-Ferry school.
    """
    where = details.postcode or fold(details.commune) or fold(details.country)
    if not details.name or not where:
        return []
    place = f"{fold(details.name)}|{where}"
    return [place, f"{place}|{fold(details.group)}"] if details.group else [place]
