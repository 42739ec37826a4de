"""What a draft holds: a registration as far as it was typed, one value that is sealed as a whole."""

from dataclasses import replace
from uuid import UUID

import msgspec

from contact_covid.core.rules import nir
from contact_covid.core.rules.nir import NirWarning
from contact_covid.people.enums import NirHolder, Sex
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.rules.registration import Dossier, NamedContact
from contact_covid.tracing.rules.stays import NamedStay

_SEX_OF_NIR = {Sex.MALE: nir.MAN, Sex.FEMALE: nir.WOMAN}


class DraftContact(msgspec.Struct, frozen=True):
    """A contact typed so far, under an id by which it is corrected or removed."""

    id: UUID
    named: NamedContact


class DraftStay(msgspec.Struct, frozen=True):
    """A place typed so far, under an id by which it is corrected or removed."""

    id: UUID
    named: NamedStay


class DraftContent(msgspec.Struct, frozen=True):
    """The patient zéro (``dossier`` without contacts and stays), the contacts and the stays, in the order typed."""

    dossier: Dossier
    contacts: tuple[DraftContact, ...] = ()
    stays: tuple[DraftStay, ...] = ()

    @property
    def whole(self) -> Dossier:
        """What is registered."""
        contacts = tuple(contact.named for contact in self.contacts)
        return replace(self.dossier, contacts=contacts, stays=tuple(stay.named for stay in self.stays))

    def contact(self, id_: UUID) -> DraftContact | None:
        return next((contact for contact in self.contacts if contact.id == id_), None)

    def stay(self, id_: UUID) -> DraftStay | None:
        return next((stay for stay in self.stays if stay.id == id_), None)

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


def with_stay(content: DraftContent, stay: DraftStay) -> DraftContent:
    """The stay in place of the one with its id, or after the others."""
    if content.stay(stay.id) is None:
        return msgspec.structs.replace(content, stays=(*content.stays, stay))
    stays = tuple(stay if known.id == stay.id else known for known in content.stays)
    return msgspec.structs.replace(content, stays=stays)


def without_stay(content: DraftContent, id_: UUID) -> DraftContent:
    return msgspec.structs.replace(content, stays=tuple(known for known in content.stays if known.id != id_))


def nir_warnings(identity: Identity) -> tuple[NirWarning, ...]:
    """What the registering person is asked to confirm of a number; a number under the insured's is not compared."""
    if not identity.nir or identity.nir_holder is not NirHolder.OWN:
        return ()
    return nir.warnings(nir.Nir(identity.nir), sex=_SEX_OF_NIR.get(identity.sex), birth_date=identity.birth_date)
