"""A person's identity as it was collected for one fiche: one frozen value, sealed as a whole."""

from datetime import date

import msgspec

from contact_covid.people.enums import NirHolder, Quality, Sex


class Identity(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a person (decree 2020-551, annex): empty text means « non connu ».

    ``nir``: 13 characters without key. ``phone``: E.164; ``phones``: further ones. ``country``: ISO code, empty for
    France; then ``postcode`` and ``commune`` are written as there. ``scheme``, ``fund``, ``centre``: codes ("01",
    "931", "1021"). ``representative``: names of the legal representative of a minor.
    """

    birth_name: str
    first_names: str
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    used_name: str = ""
    nir: str = ""
    nir_holder: NirHolder = NirHolder.OWN
    quality: Quality = Quality.INSURED
    phone: str = ""
    email: str = ""
    street: str = ""
    postcode: str = ""
    commune: str = ""
    scheme: str = ""
    fund: str = ""
    centre: str = ""
    representative: str = ""
    representative_phone: str = ""
    phones: tuple[str, ...] = ()
    country: str = ""

    @property
    def name(self) -> str:
        """« DORVAL Christophe »: the name in use, in capitals, and the first given name."""
        given = self.first_names.replace(",", " ").split()
        return f"{(self.used_name or self.birth_name).upper()} {given[0] if given else ''}".rstrip()

    @property
    def telephones(self) -> tuple[str, ...]:
        """All of them, without repeats, the first one first."""
        return tuple(dict.fromkeys(number for number in (self.phone, *self.phones) if number))


def quality_of(holder: NirHolder, *, state_aid: bool = False) -> Quality:
    """Who is insured under a number of her own, or under somebody else's, or has the state's medical aid."""
    if state_aid:
        return Quality.STATE_AID
    return Quality.BENEFICIARY if holder is NirHolder.INSURED else Quality.INSURED


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Identity)


def to_bytes(identity: Identity) -> bytes:
    return _encoder.encode(identity)


def from_bytes(plain: bytes) -> Identity:
    return _decoder.decode(plain)
