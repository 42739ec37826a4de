"""Requests of people about their data: the clock, the steps, and the asymmetry of the law between contact and case."""

from calendar import monthrange
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from contact_covid.core.errors import RuleError
from contact_covid.retention.enums import Channel, Clock, Proof, RefusalReason, RequestKind, RequestState
from contact_covid.tracing.enums import FicheKind

ALERTED = timedelta(days=7)
MOST_SEARCHES = 10
"""So many times a person is looked for on one request: a data protection officer's account is no way to scrape."""
LONGEST_NOTE = 2_000
_MONTHS = 12


class RightsErrorCode(StrEnum):
    IN_FUTURE = "rights.in_future"
    NOT_CHECKED = "rights.not_checked"
    ANSWERED = "rights.answered"
    NOBODY_FOUND = "rights.nobody_found"
    SEARCH_INCOMPLETE = "rights.search_incomplete"
    TOO_MANY_SEARCHES = "rights.too_many_searches"
    OTHER_KIND = "rights.other_kind"
    PROOF_NOT_OPEN = "rights.proof_not_open"
    REASON_NOT_OPEN = "rights.reason_not_open"
    REASON_UNTOLD = "rights.reason_untold"
    BEING_CALLED = "rights.being_called"


class RightsError(RuleError):
    """A request cannot be taken, answered or refused so."""


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who asks, how she is answered, and what was said of it. Empty text: not known."""

    name: str
    email: str = ""
    street: str = ""
    postcode: str = ""
    commune: str = ""
    note: str = ""
    ground: str = ""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Details)


def to_bytes(details: Details) -> bytes:
    return _encoder.encode(details)


def from_bytes(plain: bytes) -> Details:
    return _decoder.decode(plain)


def due_on(received_on: date) -> date:
    """One month later (GDPR art. 12, § 3; regulation 1182/71, art. 3): the day of the same number, 31 January → 28 or
    29 February.
    """
    year, month = divmod(received_on.year * _MONTHS + received_on.month, _MONTHS)
    return date(year, month + 1, min(received_on.day, monthrange(year, month + 1)[1]))


def clock(due: date, state: RequestState, today: date) -> Clock:
    """The due day itself is still in time."""
    if state in CLOSED:
        return Clock.STOPPED
    if today > due:
        return Clock.LATE
    return Clock.SOON if due - today < ALERTED else Clock.RUNNING


CLOSED = frozenset({RequestState.ANSWERED, RequestState.REFUSED})
TRANSITIONS: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.RECEIVED: frozenset({RequestState.CHECKED, RequestState.REFUSED}),
    RequestState.CHECKED: frozenset({RequestState.ANSWERED, RequestState.REFUSED}),
    RequestState.ANSWERED: frozenset(),
    RequestState.REFUSED: frozenset(),
}


def check_step(state: RequestState, target: RequestState) -> None:
    """Raises ``RightsError``."""
    if target not in TRANSITIONS[state]:
        raise RightsError(RightsErrorCode.ANSWERED if state in CLOSED else RightsErrorCode.NOT_CHECKED)


def open_to(kind: FicheKind) -> list[RequestKind]:
    """What a person may ask on her own pages, in the order of the choice: a patient zéro opposes only that her data
    are passed on.
    """
    return [each for each in RequestKind if each is not RequestKind.OPPOSITION or kind is FicheKind.CONTACT]


def proofs(channel: Channel) -> list[Proof]:
    """By what an identity may be proved: by a secure link, only of a request that came by it."""
    return [proof for proof in Proof if proof is not Proof.LINK or channel is Channel.LINK]


class Effect(StrEnum):
    """What an accepted opposition does to a fiche."""

    ERASED = "erased"
    KEPT_IN = "kept_in"


# A contact may oppose, then erasure; a patient zéro may oppose only that her data are passed on (domain § 3).
EFFECTS: Mapping[tuple[RequestKind, FicheKind], Effect] = {
    (RequestKind.OPPOSITION, FicheKind.CONTACT): Effect.ERASED,
    (RequestKind.OPPOSITION, FicheKind.INDEX): Effect.KEPT_IN,
    (RequestKind.ONWARD, FicheKind.CONTACT): Effect.KEPT_IN,
    (RequestKind.ONWARD, FicheKind.INDEX): Effect.KEPT_IN,
}


def reasons(kind: RequestKind, state: RequestState, fiches: Collection[FicheKind]) -> list[RefusalReason]:
    """The reasons by which a request may be refused, by what is asked and who the person is.

    Before her identity is checked only that it is not proved, or that the request abuses; once answered, none.
    """
    if state in CLOSED:
        return []
    if state is RequestState.RECEIVED:
        return [RefusalReason.UNPROVEN, RefusalReason.EXCESSIVE]
    found = {
        RefusalReason.NOT_FOUND: not fiches,
        RefusalReason.EXCESSIVE: True,
        RefusalReason.ACCURATE: kind is RequestKind.RECTIFICATION and bool(fiches),
        RefusalReason.PUBLIC_HEALTH: kind is RequestKind.OPPOSITION and FicheKind.CONTACT in fiches,
        RefusalReason.INDEX_CASE: kind is RequestKind.OPPOSITION and set(fiches) == {FicheKind.INDEX},
    }
    return [reason for reason in RefusalReason if found.get(reason)]


def check_reason(
    reason: RefusalReason, ground: str, kind: RequestKind, state: RequestState, fiches: Collection[FicheKind]
) -> None:
    """Raises ``RightsError``: the law does not give that reason here, or an overriding interest is not argued."""
    if reason not in reasons(kind, state, fiches):
        raise RightsError(RightsErrorCode.REASON_NOT_OPEN)
    if reason is RefusalReason.PUBLIC_HEALTH and not ground:
        raise RightsError(RightsErrorCode.REASON_UNTOLD)
