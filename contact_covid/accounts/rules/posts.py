"""As what a professional or a structure acts at a place: who may create an account of her own, and what it may do."""

from collections.abc import Mapping

from contact_covid.access.enums import Role
from contact_covid.directory.enums import OrganisationKind as Kind
from contact_covid.directory.enums import Profession

STRUCTURES = frozenset(Kind) - {Kind.MEDICAL_PRACTICE}
"""Where nobody is self-employed: no security key there."""

_OWN: Mapping[Profession | None, Role] = {
    Profession.PHYSICIAN: Role.PHYSICIAN,
    Profession.PHARMACIST: Role.PHARMACIST,
    Profession.BIOLOGIST: Role.BIOLOGIST,
}
# None as a profession: the structure itself, which has its own number and account.
_ROLES: Mapping[Kind | None, Mapping[Profession | None, Role]] = {
    None: _OWN,
    Kind.MEDICAL_PRACTICE: _OWN,
    Kind.COVID_CENTRE: {Profession.PHYSICIAN: Role.PHYSICIAN},
    Kind.PHARMACY: {None: Role.PHARMACIST, Profession.PHARMACIST: Role.PHARMACIST},
    Kind.LABORATORY: {
        None: Role.BIOLOGIST,
        Profession.BIOLOGIST: Role.BIOLOGIST,
        Profession.PHYSICIAN: Role.BIOLOGIST,
        Profession.PHARMACIST: Role.BIOLOGIST,
    },
    Kind.HOSPITAL: {
        None: Role.HOSPITAL,
        Profession.PHYSICIAN: Role.HOSPITAL,
        Profession.BIOLOGIST: Role.BIOLOGIST,
    },
}


def role_at(kind: Kind | None, profession: Profession | None) -> Role | None:
    """The role at a place of that kind (None: a place of her own); None for who is given an account by others only:
    secretaries, agents of funds and agencies, professions that no role of the service is for."""
    return _ROLES.get(kind, {}).get(profession)


def is_self_employed(kind: Kind | None, profession: Profession | None) -> bool:
    """Whether the fund pays her there on an account of her own, whose IBAN is part of a security key."""
    return profession is not None and kind not in STRUCTURES
