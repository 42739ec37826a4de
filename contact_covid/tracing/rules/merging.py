"""Two fiches that may be of one person: whether they may become one, and which of their values the one keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from contact_covid.core.errors import RuleError
from contact_covid.people.enums import NirHolder, Sex
from contact_covid.people.rules.identity import Identity
from contact_covid.people.rules.keys import first_given_name, surnames
from contact_covid.tracing.enums import Call, CallReason, Closure, Consent, FicheKind, Spoken
from contact_covid.tracing.rules.health import HealthFacts


class MergeErrorCode(StrEnum):
    KINDS_DIFFER = "merge.kinds_differ"
    NOT_OPEN = "merge.not_open"
    TOLD_APART = "merge.told_apart"
    NUMBERS_DIFFER = "merge.numbers_differ"
    TWINS = "merge.twins"
    BIRTH_DATES_DIFFER = "merge.birth_dates_differ"
    BEING_CALLED = "merge.being_called"
    UNDONE = "merge.undone"
    NOT_LAST = "merge.not_last"
    NOTHING_KEPT = "merge.nothing_kept"


class MergeError(RuleError):
    """These two cannot be made one, or what was made one cannot be made two again."""


class Side(StrEnum):
    """Which of two fiches: the one created first, or the other."""

    FIRST = "first"
    SECOND = "second"


class Why(StrEnum):
    """Why a value is proposed."""

    ONLY_ONE = "only_one"
    NEWER = "newer"
    REFUSAL = "refusal"


# What is chosen together: half an address of each fiche would be nobody's.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "birth_name": ("birth_name",),
    "used_name": ("used_name",),
    "first_names": ("first_names",),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "nir": ("nir", "nir_holder", "quality"),
    "phone": ("phone", "phones"),
    "email": ("email",),
    "address": ("street", "postcode", "commune", "country", "department"),
    "affiliation": ("scheme", "fund", "centre"),
    "representative": ("representative", "representative_phone"),
    "language": ("language",),
    "consent": ("consent",),
}
INDEX_GROUPS: Mapping[str, tuple[str, ...]] = {
    "onset": ("onset",),
    "sampling": ("sampled_on", "result_on", "test_kind"),
    "health_worker": ("health_worker",),
    "social_support": ("social_support",),
}
_BLANKS: frozenset[object] = frozenset({"", None, Sex.UNKNOWN, Spoken.FRENCH})
_OF_THE_FICHE = ("department", "consent", "language")
_TRAITS = tuple(field.name for field in msgspec.structs.fields(Identity))


@dataclass(frozen=True, slots=True)
class Known:
    """What one of the two fiches says. ``index``: what establishes the positive result, nothing for a contact."""

    kind: FicheKind
    closure: Closure
    created_at: datetime
    identity: Identity
    department: str
    consent: Consent
    language: Spoken
    index: Mapping[str, Any]

    def value(self, field: str) -> Any:
        if field in _OF_THE_FICHE:
            return getattr(self, field)
        return self.index[field] if field in self.index else getattr(self.identity, field)

    def values(self, group: str) -> tuple[Any, ...]:
        return tuple(self.value(field) for field in _fields(group))


class Proposal(NamedTuple):
    """Which of two different values is proposed, and why."""

    side: Side
    why: Why


def groups_of(kind: FicheKind) -> tuple[str, ...]:
    return (*GROUPS, *(INDEX_GROUPS if kind is FicheKind.INDEX else ()))


def _fields(group: str) -> tuple[str, ...]:
    return GROUPS.get(group) or INDEX_GROUPS[group]


def refusal(first: Known, second: Known) -> MergeErrorCode | None:
    """Why these two stay two, None when a person may decide that they are one.

    A number of her own, the same on both, is of one person. Without it twins have one name and one birth date, and a
    child has its parent's number: given names and birth dates that differ are corrected first, by who asks the person.
    """
    both = (first.identity, second.identity)
    own = [identity.nir for identity in both if identity.nir and identity.nir_holder is NirHolder.OWN]
    proved = len(own) == len(both) and own[0] == own[1]
    births = {identity.birth_date for identity in both} - {None}
    same_name = bool(set(surnames(first.identity)) & set(surnames(second.identity)))
    reasons = {
        MergeErrorCode.KINDS_DIFFER: first.kind is not second.kind,
        MergeErrorCode.NOT_OPEN: {first.closure, second.closure} != {Closure.OPEN},
        MergeErrorCode.NUMBERS_DIFFER: len(set(own)) > 1,
        MergeErrorCode.BIRTH_DATES_DIFFER: len(births) > 1 and not proved,
        MergeErrorCode.TWINS: same_name and _given(first) != _given(second) and not proved,
    }
    return next((code for code, holds in reasons.items() if holds), None)


def _given(side: Known) -> str:
    return first_given_name(side.identity.first_names)


def differing(first: Known, second: Known) -> list[str]:
    """The groups of which the two fiches say something else; spelling that folds alike differs too: one is kept."""
    return [group for group in groups_of(first.kind) if first.values(group) != second.values(group)]


def proposed(first: Known, second: Known) -> dict[str, Proposal]:
    """What to keep of each group that differs: the only one known, else the newer fiche's. A refusal always wins."""
    return {group: _proposal(group, first, second) for group in differing(first, second)}


def _proposal(group: str, first: Known, second: Known) -> Proposal:
    if group == "consent":
        if Consent.REFUSES in (first.consent, second.consent):
            return Proposal(Side.FIRST if first.consent is Consent.REFUSES else Side.SECOND, Why.REFUSAL)
        if Consent.NOT_ASKED in (first.consent, second.consent):
            return Proposal(Side.SECOND if first.consent is Consent.NOT_ASKED else Side.FIRST, Why.ONLY_ONE)
    known = [side.value(_fields(group)[0]) not in _BLANKS for side in (first, second)]
    if group == "address":  # a street says more than a commune
        filled = [sum(part not in _BLANKS for part in side.values(group)) for side in (first, second)]
        known = [count == max(filled) for count in filled]
    if known[0] != known[1]:
        return Proposal(Side.FIRST if known[0] else Side.SECOND, Why.ONLY_ONE)
    return Proposal(Side.SECOND, Why.NEWER)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the one fiche says from now on. ``index`` as in ``Known``."""

    identity: Identity
    department: str
    consent: Consent
    language: Spoken
    index: Mapping[str, Any]


def chosen(first: Known, second: Known, choices: Mapping[str, Side]) -> Chosen:
    """The values of the choices made, group → side; what was not chosen is as proposed."""
    sides = {group: proposal.side for group, proposal in proposed(first, second).items()}
    sides |= {group: side for group, side in choices.items() if group in sides}
    said: dict[str, Any] = {}
    for group in groups_of(first.kind):
        side = second if sides.get(group) is Side.SECOND else first
        said |= dict(zip(_fields(group), side.values(group), strict=True))
    identity = Identity(**{name: said[name] for name in _TRAITS})
    index = {name: said[name] for name in first.index}
    return Chosen(identity, said["department"], said["consent"], said["language"], index)


def health(first: HealthFacts, second: HealthFacts) -> HealthFacts:
    """What is known of either; of two days the later one, with which nobody is let out of isolation too early.

    Symptoms that began again after they had ended have not ended.
    """
    both = HealthFacts(*(max(filter(None, pair), default=None) for pair in zip(first, second, strict=True)))
    if both.onset and both.symptoms_ended_on and both.symptoms_ended_on < both.onset:
        return both._replace(symptoms_ended_on=None)
    return both


class Calling(NamedTuple):
    """Where the calls of a fiche stand."""

    call: Call
    callable_from: datetime | None
    attempts: int
    call_reason: CallReason | None


# Who was told is told; an appointment is kept; a number that leads nowhere matters only when there is no other.
_STANDING = (Call.INFORMED, Call.INTERVIEWED, Call.CALL_BACK, Call.TO_CALL, Call.UNREACHABLE)


def calling(survivor: Calling, loser: Calling) -> Calling:
    """Where the calls of the one person stand: all tries count, and the queue asks for her once."""
    standing, other = sorted((survivor, loser), key=lambda each: _STANDING.index(each.call))
    moments = [each.callable_from for each in (standing, other) if each.callable_from and each.call == standing.call]
    return Calling(
        call=standing.call,
        callable_from=max(moments) if moments else standing.callable_from or other.callable_from,
        attempts=survivor.attempts + loser.attempts,
        call_reason=standing.call_reason,
    )


class Record(NamedTuple):
    """A delivery of masks that stands. ``on``: its day."""

    id: Any
    on: date | None
    recorded_at: datetime


def standing_record(records: Sequence[Record]) -> Record | None:
    """Which of the deliveries that stood on the two fiches stands on the one: the last."""
    ranked = sorted(records, key=lambda each: (each.on or date.min, each.recorded_at))
    return ranked[-1] if ranked else None
