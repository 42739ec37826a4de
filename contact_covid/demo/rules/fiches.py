"""What the demo outbreak is made of: frozen values for ``load_demo`` to hand to the batch actions.

Fiches are numbered over index cases and contacts of one outbreak; these numbers are links between the values, not
record numbers. Times are local to the département of the person.
"""

from dataclasses import dataclass
from datetime import date, time

from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import Call, Circumstance, Consent, TestKind, TestResult


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """``key`` is one for a person, whatever number of fiches."""

    key: int
    identity: Identity
    department: str


@dataclass(frozen=True, slots=True)
class NamedContact:
    """A contact named by an index case. ``new``: first mention of the fiche; later ones only add an exposure."""

    fiche: int
    new: bool
    person: DemoPerson
    consent: Consent
    last_contact: date
    same_household: bool
    circumstance: Circumstance


@dataclass(frozen=True, slots=True)
class DemoIndex:
    """An index case registered at ``at`` on the day of its result, with the contacts named then.

    ``was_contact``: the contact's fiche of the same episode, when the person was one. ``registrar``: département whose
    ``cast.registrars()`` practice registers.
    """

    fiche: int
    person: DemoPerson
    consent: Consent
    onset: date | None
    sampled_on: date
    result_on: date
    test_kind: TestKind
    health_worker: bool
    social_support: bool
    registrar: str
    at: time
    was_contact: int | None
    contacts: tuple[NamedContact, ...]


@dataclass(frozen=True, slots=True)
class DemoTest:
    """A test of a contact: recorded when sampled (pending, no result day) or when the result came."""

    fiche: int
    kind: TestKind
    sampled_on: date
    result_on: date | None
    result: TestResult
    laboratory: str
    at: time


@dataclass(frozen=True, slots=True)
class DemoMasks:
    fiche: int
    quantity: int
    pharmacy: str
    at: time


@dataclass(frozen=True, slots=True)
class DemoCall:
    """How a call ended: informed (index: interviewed), call back or unreachable."""

    fiche: int
    outcome: Call
    fund: str
    at: time


@dataclass(frozen=True, slots=True)
class DemoDay:
    """One day of one block of the outbreak, to be loaded as a batch in the order of the fields.

    Blocks share nobody, so (``block``, ``day``) says how far a load has come. Tests concern fiches of earlier days.
    """

    block: int
    day: date
    tests: tuple[DemoTest, ...]
    index_cases: tuple[DemoIndex, ...]
    calls: tuple[DemoCall, ...]
    masks: tuple[DemoMasks, ...]
