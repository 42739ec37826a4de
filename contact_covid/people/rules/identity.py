"""A person's identity as it was collected for one fiche: one frozen value, sealed as a whole."""

from datetime import date

import msgspec

from contact_covid.people.enums import NirHolder, Quality, Sex


class Identity(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a person (decree 2020-551, annex): empty text means « non connu ».

    ``nir``: 13 characters without key. ``phone``: E.164. ``scheme``, ``fund``, ``centre``: codes ("01", "931", "1021").
    ``representative``: names of the legal representative of a minor.
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

    @property
    def name(self) -> str:
        """« DORVAL Christophe »: the name in use, in capitals, and the first given name."""
        given = self.first_names.replace(",", " ").split()
        return f"{(self.used_name or self.birth_name).upper()} {given[0] if given else ''}".rstrip()


def quality_of(holder: NirHolder) -> Quality:
    """Who is insured under a number of her own, or under somebody else's."""
    return Quality.BENEFICIARY if holder is NirHolder.INSURED else Quality.INSURED


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Identity)


def to_bytes(identity: Identity) -> bytes:
    return _encoder.encode(identity)


def from_bytes(plain: bytes) -> Identity:
    return _decoder.decode(plain)
