"""As what a professional acts at a place: by her profession, and by what the place is."""

from contact_covid.access.enums import Role
from contact_covid.directory.enums import OrganisationKind, Profession

_BY_PROFESSION = {
    Profession.PHYSICIAN: Role.PHYSICIAN,
    Profession.PHARMACIST: Role.PHARMACIST,
    Profession.BIOLOGIST: Role.BIOLOGIST,
}
_IN_HOSPITAL = {Profession.PHYSICIAN: Role.HOSPITAL}


def role_at(profession: Profession, kind: OrganisationKind | None) -> Role | None:
    """The role of an account that a professional creates for herself; None where the service has none for her.

    ``kind``: of the organisation of the place, None when she practises there alone. Agents and secretaries are invited.
    """
    if kind is OrganisationKind.HOSPITAL and profession in _IN_HOSPITAL:
        return _IN_HOSPITAL[profession]
    return _BY_PROFESSION.get(profession)
