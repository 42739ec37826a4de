"""What is registered: a patient zéro with the contacts she names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contact_covid.access.actor import Author
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import Circumstance, Consent, TestKind


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


@dataclass(frozen=True, slots=True)
class Dossier:
    """A patient zéro, what establishes the positive result, and her contacts. ``onset`` None: without symptoms.

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
