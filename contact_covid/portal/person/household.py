"""What the household of a patient zéro has in common is copied in one press: into the empty form of a contact."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from contact_covid.core.rules import phone
from contact_covid.people.enums import NirHolder
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.person.presenters import identity_values, is_adult
from contact_covid.tracing.enums import Circumstance, Consent

ASKED = "foyer"
_HOME = ("street", "postcode", "commune", "country")
_COVER = ("coverage", "scheme", "fund", "centre")


class Member(StrEnum):
    """Whom the form is for, as its address says."""

    ADULT = "adulte"
    CHILD = "enfant"


def asked(text: str) -> Member | None:
    return Member(text) if text in list(Member) else None


def household_values(
    member: Member, index: Identity, consent: Consent, department: str, others: Sequence[Identity], today: date
) -> dict[str, str]:
    """The form for another member of the household; ``others``: its contacts named so far.

    A child is under the number of an adult, who represents her. A patient zéro who does not agree to be named lends
    neither name, number nor telephone: they would reach whoever speaks to the contact.
    """
    home = identity_values(index, department, today)
    lenders = [*([index] if consent is Consent.AGREES else []), *others]
    shared = {name: home[name] for name in (*_HOME, *_COVER)}
    shared |= {"same_household": "on", "same_address": "on", "circumstance": Circumstance.HOUSEHOLD}
    if member is Member.ADULT:
        phones = [phone.display(person.phone) for person in lenders if person.phone]
        return shared | {"nir_holder": NirHolder.OWN, "phone": phones[0] if phones else ""}
    adults = [person for person in lenders if is_adult(person, today)]
    insured = [person for person in adults if person.nir and person.nir_holder is NirHolder.OWN]
    return shared | _guarded(adults[0] if adults else None, insured[0] if insured else None, department, today)


def _guarded(guardian: Identity | None, insured: Identity | None, department: str, today: date) -> dict[str, str]:
    values = {"nir_holder": NirHolder.INSURED.value}
    if guardian:
        number = phone.display(guardian.phone) if guardian.phone else ""
        values |= {"representative": guardian.name, "representative_phone": number}
    if insured:
        known = identity_values(insured, department, today)
        values |= {name: known[name] for name in ("nir", *_COVER)}
    return values
