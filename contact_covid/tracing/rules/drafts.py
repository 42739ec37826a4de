"""What a draft holds: a registration as far as it was typed, one value that is sealed as a whole."""

from dataclasses import replace
from uuid import UUID

import msgspec

from contact_covid.core.rules import nir
from contact_covid.core.rules.nir import NirWarning
from contact_covid.people.enums import NirHolder, Sex
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.rules.registration import Dossier, NamedContact

_SEX_OF_NIR = {Sex.MALE: nir.MAN, Sex.FEMALE: nir.WOMAN}


class DraftContact(msgspec.Struct, frozen=True):
    """A contact typed so far, under an id by which it is corrected or removed."""

    id: UUID
    named: NamedContact


class DraftContent(msgspec.Struct, frozen=True):
    """The patient zéro (``dossier`` without contacts) and the contacts, in the order typed."""

    dossier: Dossier
    contacts: tuple[DraftContact, ...] = ()

    @property
    def whole(self) -> Dossier:
        """What is registered."""
        return replace(self.dossier, contacts=tuple(contact.named for contact in self.contacts))

    def contact(self, id_: UUID) -> DraftContact | None:
        return next((contact for contact in self.contacts if contact.id == id_), None)

    @property
    def next_is_household(self) -> bool:
        """The household comes first: the next contact is expected there until one outside it was typed."""
        return all(contact.named.same_household for contact in self.contacts)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(DraftContent)


def to_bytes(content: DraftContent) -> bytes:
    return _encoder.encode(content)


def from_bytes(plain: bytes) -> DraftContent:
    return _decoder.decode(plain)


def with_dossier(content: DraftContent, dossier: Dossier) -> DraftContent:
    return msgspec.structs.replace(content, dossier=dossier)


def with_contact(content: DraftContent, contact: DraftContact) -> DraftContent:
    """The contact in place of the one with its id, or after the others."""
    if content.contact(contact.id) is None:
        return msgspec.structs.replace(content, contacts=(*content.contacts, contact))
    contacts = tuple(contact if known.id == contact.id else known for known in content.contacts)
    return msgspec.structs.replace(content, contacts=contacts)


def without_contact(content: DraftContent, id_: UUID) -> DraftContent:
    return msgspec.structs.replace(content, contacts=tuple(known for known in content.contacts if known.id != id_))


def nir_warnings(identity: Identity) -> tuple[NirWarning, ...]:
    """What the registering person is asked to confirm of a number; a number under the insured's is not compared."""
    if not identity.nir or identity.nir_holder is not NirHolder.OWN:
        return ()
    return nir.warnings(nir.Nir(identity.nir), sex=_SEX_OF_NIR.get(identity.sex), birth_date=identity.birth_date)
