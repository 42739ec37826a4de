"""What Pro Santé Connect would tell of the demo professionals: the claims of its user information."""

from collections.abc import Mapping
from typing import Any

from contact_covid.demo.rules.cast import CastMember, named_cast
from contact_covid.directory.enums import Profession

PROFESSION_CODES: Mapping[Profession, str] = {
    Profession.PHYSICIAN: "10",
    Profession.BIOLOGIST: "10",
    Profession.PHARMACIST: "21",
    Profession.NURSE: "60",
}
"""Profession → code of the nomenclature TRE_G15. Those without a code have no card and no e-CPS."""


def holders() -> dict[str, CastMember]:
    """The named professionals who can identify themselves that way, by national id."""
    able = (member for member in named_cast() if member.professional.profession in PROFESSION_CODES)
    return {member.professional.national_id: member for member in able}


def subject(national_id: str) -> str:
    """The provider's own name for her, as opaque to us as the real one's."""
    return f"f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:{national_id}"


def user_information(member: CastMember) -> dict[str, Any]:
    """The answer of the user information endpoint, less what this service does not read."""
    who = member.professional
    code = PROFESSION_CODES[who.profession]
    activities = [
        {
            "numeroFinessSite": place.organisation.finess,
            "raisonSocialeSite": place.organisation.name,
            "codeSecteurDactivite": "SA07",
            "codePostal": place.organisation.postcode,
        }
        for place in member.places
    ]
    return {
        "sub": subject(who.national_id),
        "SubjectNameID": who.national_id,
        "preferred_username": who.national_id,
        "given_name": who.first_name,
        "family_name": who.last_name,
        "SubjectRole": [f"{code}^1.2.250.1.213.1.1.5.5"],
        "SubjectRefPro": {"exercices": [{"codeProfession": code, "activities": activities}]},
        "otherIds": [{"identifiant": who.national_id, "origine": "RPPS", "qualite": 1}],
    }
