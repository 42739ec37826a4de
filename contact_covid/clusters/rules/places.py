"""Where a cluster is, as it is sealed."""

import msgspec


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Empty text: « non connu ». ``group``: class, ward, team."""

    name: str
    group: str = ""
    street: str = ""
    postcode: str = ""
    commune: str = ""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Place)


def to_bytes(place: Place) -> bytes:
    return _encoder.encode(place)


def from_bytes(plain: bytes) -> Place:
    return _decoder.decode(plain)
