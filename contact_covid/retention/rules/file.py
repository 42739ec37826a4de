"""Everything that is held about a person, as it is given to her (GDPR art. 15): her own data, nobody else's."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from contact_covid.people.rules.identity import Identity


class IndexPart(msgspec.Struct, frozen=True):
    """What establishes the positive result, and what follows from it."""

    onset: date | None
    sampled_on: date
    result_on: date | None
    test_kind: str
    health_worker: bool
    social_support: bool
    infectious_from: date
    isolation_until: date | None
    protocol: str


class ContactPart(msgspec.Struct, frozen=True):
    """What follows from her exposures. ``isolation_until`` None: she is not isolated."""

    last_contact: date
    same_household: bool
    told_on: date
    isolation_until: date | None
    mask_until: date | None
    test_due: date | None
    followed_until: date
    protocol: str


class HealthPart(msgspec.Struct, frozen=True):
    """What was said of her health; None: not known, or not so."""

    vaccinated_on: date | None
    onset: date | None
    symptoms_ended_on: date | None
    recovered_on: date | None
    negative_on: date | None


class DatesPart(msgspec.Struct, frozen=True):
    """Dates that were computed, in force until the next ones. ``tests``: days on which one was asked for."""

    computed_at: datetime
    protocol: str
    infectious_from: date | None
    isolation_until: date | None
    mask_until: date | None
    tests: tuple[date, ...]


class CertificatePart(msgspec.Struct, frozen=True):
    """An isolation letter that a practice handed out. ``until`` None: until the physician says recovered."""

    issued_at: datetime
    since: date
    until: date | None


class DiaryPart(msgspec.Struct, frozen=True):
    """What the person wrote of a day on her own pages; ``symptoms``: none, she was well. ``temperature``: °C."""

    day: date
    symptoms: tuple[str, ...]
    temperature: Decimal | None
    at: datetime


class ExposurePart(msgspec.Struct, frozen=True):
    """Somebody was met; who it was is that person's."""

    last_contact: date
    same_household: bool
    circumstance: str
    co_exposed: bool


class TestPart(msgspec.Struct, frozen=True):
    done: bool
    done_on: date | None
    kind: str
    place: str
    result: str
    result_on: date | None
    recorded_at: datetime
    corrected_at: datetime | None


class MasksPart(msgspec.Struct, frozen=True):
    delivered: bool
    quantity: int | None
    delivered_on: date | None
    protocol: str
    recorded_at: datetime
    corrected_at: datetime | None


class StayPart(msgspec.Struct, frozen=True):
    """Where she was; who else was there is left out."""

    kind: str
    since: date
    until: date
    name: str
    group: str
    street: str
    postcode: str
    commune: str
    country: str
    role: str


class CallPart(msgspec.Struct, frozen=True):
    """A call; the agent's note may tell of others and is given after somebody has read it. ``withheld``: it is not."""

    at: datetime
    outcome: str
    call_back_at: datetime | None
    note: str
    withheld: bool


class DeclarationPart(msgspec.Struct, frozen=True):
    """What another practice than the first wrote down of her."""

    declared_at: datetime
    identity: Identity
    department: str
    consent: str
    support_needs: tuple[str, ...]


class MessagePart(msgspec.Struct, frozen=True):
    at: datetime
    channel: str
    template: str
    state: str


class RefusalPart(msgspec.Struct, frozen=True):
    """A way by which she wants no more messages."""

    channel: str
    since: datetime


class LinkPart(msgspec.Struct, frozen=True):
    """A secure link that she was sent. ``shut_at``: it was replaced, or wrong birth dates made it dead."""

    sent_at: datetime
    channel: str
    expires_at: datetime
    opened_at: datetime | None
    confirmed_at: datetime | None
    named_none_at: datetime | None
    shut_at: datetime | None


class ReachPart(msgspec.Struct, frozen=True):
    """The agency of which region (INSEE code) may open the fiche, beside the platform."""

    region: str
    since: datetime


class HandOverPart(msgspec.Struct, frozen=True):
    """Her fiche was proposed to the agency of a region."""

    asked_at: datetime
    region: str
    reason: str
    state: str
    answer: str
    answered_at: datetime | None
    returned_at: datetime | None
    withdrawn_at: datetime | None


class AnswersPart(msgspec.Struct, frozen=True):
    """What a place was told of the disease: by the question's words, the answer as it was stored."""

    at: datetime
    said: dict[str, str]


class HelpPart(msgspec.Struct, frozen=True):
    """Help to isolate that was asked for her of the cell of her département."""

    asked_at: datetime
    needs: tuple[str, ...]
    note: str
    state: str
    reason: str


class ClusterPart(msgspec.Struct, frozen=True):
    """A cluster she is counted in, and as what."""

    number: str
    setting: str
    role: str
    since: date
    added_at: datetime
    removed_at: datetime | None


class SignalPart(msgspec.Struct, frozen=True):
    """Cases that the service proposed to an agency as a cluster, hers among them; ``on``: the day of hers."""

    proposed_at: datetime
    ground: str
    setting: str
    state: str
    on: date


class MergePart(msgspec.Struct, frozen=True):
    """This fiche and another were made one. ``other``: its number if it is hers, else empty. ``stands``: this is
    the one that stayed.
    """

    at: datetime
    other: str
    stands: bool
    undone_at: datetime | None


class RequestPart(msgspec.Struct, frozen=True):
    """What she asked about her data."""

    reference: str
    kind: str
    channel: str
    received_on: date
    state: str
    reason: str


class FichePart(msgspec.Struct, frozen=True):
    """One fiche. Codes are those of the service. ``urgency``: what put her before others in the queue."""

    number: str
    disease: str
    kind: str
    created_at: datetime
    state: str
    state_at: datetime
    closure_reason: str
    consent: str
    onward_opposed: bool
    department: str
    language: str
    support_needs: tuple[str, ...]
    urgency: tuple[str, ...]
    identity: Identity | None
    index_case: IndexPart | None
    contact: ContactPart | None
    health: HealthPart | None
    dates: tuple[DatesPart, ...]
    exposures: tuple[ExposurePart, ...]
    tests: tuple[TestPart, ...]
    masks: tuple[MasksPart, ...]
    stays: tuple[StayPart, ...]
    certificates: tuple[CertificatePart, ...]
    diary: tuple[DiaryPart, ...]
    calls: tuple[CallPart, ...]
    declarations: tuple[DeclarationPart, ...]
    messages: tuple[MessagePart, ...]
    refusals: tuple[RefusalPart, ...]
    links: tuple[LinkPart, ...]
    agencies: tuple[ReachPart, ...]
    hand_overs: tuple[HandOverPart, ...]
    help: tuple[HelpPart, ...]
    answers: tuple[AnswersPart, ...]
    clusters: tuple[ClusterPart, ...]
    signals: tuple[SignalPart, ...]
    merges: tuple[MergePart, ...]
    told_apart: tuple[datetime, ...]
    """When somebody looked at another fiche that resembles this one, and left two."""
    requests: tuple[RequestPart, ...]


class UsePart(msgspec.Struct, frozen=True):
    """An act or a reading, by what kind of professional and what for."""

    at: datetime
    kind: str
    role: str
    purpose: str


class PersonFile(msgspec.Struct, frozen=True):
    """``uses``: the last ones, ``uses_left_out`` older ones are not told."""

    reference: str
    made_at: datetime
    retention_months: int
    fiches: tuple[FichePart, ...]
    uses: tuple[UsePart, ...]
    uses_left_out: int


_encoder = msgspec.json.Encoder()


def to_json(file: PersonFile) -> bytes:
    """Machine-readable, for a person: indented, UTF-8."""
    return msgspec.json.format(_encoder.encode(file), indent=2)
