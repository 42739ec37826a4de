"""What is registered: a patient zéro with the contacts she names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import msgspec

from contact_covid.access.actor import Author
from contact_covid.core.diseases import usual
from contact_covid.core.errors import RuleError
from contact_covid.people.enums import NirHolder
from contact_covid.people.rules.identity import Identity, quality_of
from contact_covid.people.rules.keys import person_values
from contact_covid.tracing.enums import Circumstance, Consent, SupportNeed, TestKind
from contact_covid.tracing.rules.episodes import OLDEST_DAY
from contact_covid.tracing.rules.stays import NamedStay

SAID_TRAITS = ("nir", "nir_holder", "phone", "phones", "email", "street", "postcode", "commune", "country")
INDEX_FACTS = ("onset", "sampled_on", "result_on", "test_kind", "health_worker", "social_support")
"""What is said of a patient zéro beside who she is."""


class RegistrationErrorCode(StrEnum):
    IN_FUTURE = "registration.in_future"
    TOO_OLD = "registration.too_old"
    BEFORE_BIRTH = "registration.before_birth"
    RESULT_BEFORE_SAMPLING = "registration.result_before_sampling"
    NAMES_HERSELF = "registration.names_herself"


class RegistrationError(RuleError):
    """An answer that cannot be true; ``field`` is the name of that answer."""

    def __init__(self, code: RegistrationErrorCode, field: str) -> None:
        super().__init__(code)
        self.field = field


@dataclass(frozen=True, slots=True)
class NamedContact:
    """A contact as the patient zéro names her. ``department`` also when no postcode is known."""

    identity: Identity
    department: str
    consent: Consent
    last_contact: date
    same_household: bool
    circumstance: Circumstance
    calls_self: bool = False
    co_exposed: bool = False
    needs: tuple[SupportNeed, ...] = ()

    @property
    def support_needs(self) -> list[SupportNeed]:
        return [need for need in SupportNeed if need in self.needs]


@dataclass(frozen=True, slots=True)
class SaidOnTheTelephone:
    """What a person corrects of herself when she is called: texts as in ``Identity``, "" for what is not known."""

    nir: str
    nir_holder: NirHolder
    state_aid: bool
    phone: str
    phones: tuple[str, ...]
    email: str
    street: str
    postcode: str
    commune: str
    country: str
    department: str
    consent: Consent

    def applied_to(self, known: Identity) -> Identity:
        """The person as she is known, but for what she says."""
        traits = {name: getattr(self, name) for name in SAID_TRAITS}
        quality = quality_of(self.nir_holder, state_aid=self.state_aid)
        return msgspec.structs.replace(known, **traits, quality=quality)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A patient zéro, what establishes the positive result, her contacts and stays. ``onset`` None: without symptoms.

    ``author``: whose registration the service relays, None for the actor's own.
    """

    identity: Identity
    department: str
    consent: Consent
    onset: date | None
    sampled_on: date
    result_on: date | None
    test_kind: TestKind
    health_worker: bool
    social_support: bool
    author: Author | None = None
    contacts: Sequence[NamedContact] = ()
    stays: Sequence[NamedStay] = ()
    needs: tuple[SupportNeed, ...] = ()
    disease: str = field(default_factory=usual)

    @property
    def support_needs(self) -> list[SupportNeed]:
        """In their order; support that nobody has described is another need."""
        said = [need for need in SupportNeed if need in self.needs]
        return said or ([SupportNeed.OTHER] if self.social_support else [])


def check_index(dossier: Dossier, *, today: date) -> None:
    """Whether what is said of a patient zéro can be true on that day. Raises ``RegistrationError``."""
    _check_birth(dossier.identity, today)
    _check_day(dossier.onset, "onset", dossier.identity, today)
    check_positive(dossier.identity, sampled_on=dossier.sampled_on, result_on=dossier.result_on, today=today)


def check_positive(identity: Identity, *, sampled_on: date, result_on: date | None, today: date) -> None:
    """Whether what is said of a positive test can be true on that day. Raises ``RegistrationError``."""
    _check_day(sampled_on, "sampled_on", identity, today)
    _check_day(result_on, "result_on", identity, today)
    if result_on is not None and result_on < sampled_on:
        raise RegistrationError(RegistrationErrorCode.RESULT_BEFORE_SAMPLING, "result_on")


def check_contact(contact: NamedContact, *, index: Identity, today: date) -> None:
    """Whether what is said of a contact can be true on that day. Raises ``RegistrationError``."""
    _check_birth(contact.identity, today)
    _check_day(contact.last_contact, "last_contact", contact.identity, today)
    check_other_person(contact.identity, index)


def check_other_person(person: Identity, other: Identity) -> None:
    """Whether a contact and her patient zéro are two people. Raises ``RegistrationError``."""
    if person_values(person).same.keys() & person_values(other).same.keys():
        raise RegistrationError(RegistrationErrorCode.NAMES_HERSELF, "birth_name")


def _check_birth(identity: Identity, today: date) -> None:
    if identity.birth_date is not None and identity.birth_date > today:
        raise RegistrationError(RegistrationErrorCode.IN_FUTURE, "birth_date")


def _check_day(day: date | None, field: str, identity: Identity, today: date) -> None:
    if day is None:
        return
    if day > today:
        raise RegistrationError(RegistrationErrorCode.IN_FUTURE, field)
    if day < today - OLDEST_DAY:
        raise RegistrationError(RegistrationErrorCode.TOO_OLD, field)
    if identity.birth_date is not None and day < identity.birth_date:
        raise RegistrationError(RegistrationErrorCode.BEFORE_BIRTH, field)
