"""What must hold of the database after a replay, whoever drove it: each check counts what violates it."""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any, NamedTuple
from uuid import UUID

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from contact_covid.core.diseases import usual
from contact_covid.journal.actions import seal_batch
from contact_covid.people.queries import open_identities
from contact_covid.tracing.enums import Call, Closure, FicheKind, TestFact
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules import dates, protocol
from contact_covid.tracing.rules.episodes import another_contact_episode, another_index_episode
from contact_covid.tracing.rules.states import CALL_TRANSITIONS, Facts, derive

_MOST_EXAMPLES = 5
_COMPLETED = """
SELECT fiche.id, fiche.number, fiche.kind, fiche.created_at, identity.value, contact.followed_until,
    (SELECT min(last_contact) FROM tracing_exposure WHERE contact_fiche_id = fiche.id),
    (SELECT count(*) FROM worklist_attempt
     WHERE fiche_id = fiche.id AND outcome = 'informed' AND NOT second)
FROM tracing_fiche fiche JOIN people_sealed_identity identity ON identity.fiche = fiche.id
LEFT JOIN tracing_contact contact ON contact.fiche_id = fiche.id
WHERE fiche.closure <> 'cancelled' ORDER BY fiche.created_at, fiche.id
"""
_HALF_EXPOSED = """
SELECT exposure.id::text FROM tracing_exposure exposure
LEFT JOIN (tracing_fiche index_fiche JOIN tracing_index_case ON tracing_index_case.fiche_id = index_fiche.id)
    ON index_fiche.id = exposure.index_fiche_id AND index_fiche.kind = 'index'
LEFT JOIN (tracing_fiche contact_fiche JOIN tracing_contact ON tracing_contact.fiche_id = contact_fiche.id)
    ON contact_fiche.id = exposure.contact_fiche_id AND contact_fiche.kind = 'contact'
WHERE index_fiche.id IS NULL OR contact_fiche.id IS NULL
"""
_DATED = """
SELECT fiche.number, contact.protocol, contact.last_contact, contact.same_household, contact.isolation_until,
    contact.mask_until, contact.told_on, health.vaccinated_on, health.onset, max(exposure.last_contact),
    bool_or(exposure.same_household),
    max(coalesce(case_health.recovered_on, index_case.isolation_until)) FILTER (WHERE exposure.same_household)
FROM tracing_contact contact JOIN tracing_fiche fiche ON fiche.id = contact.fiche_id
LEFT JOIN tracing_health health ON health.fiche_id = fiche.id
LEFT JOIN (tracing_exposure exposure
    JOIN tracing_fiche index_fiche
        ON index_fiche.id = exposure.index_fiche_id AND index_fiche.closure <> 'cancelled'
    JOIN tracing_index_case index_case ON index_case.fiche_id = index_fiche.id
    LEFT JOIN tracing_health case_health ON case_health.fiche_id = index_fiche.id)
    ON exposure.contact_fiche_id = fiche.id
WHERE fiche.closure <> 'cancelled' GROUP BY fiche.number, contact.fiche_id, health.fiche_id
"""
# What two people hold at once, or one person twice.
_OVERLAPPING = """
SELECT id::text FROM (
    SELECT id, taken_at, max(coalesce(ended_at, expires_at)) OVER (
        PARTITION BY {whose} ORDER BY taken_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS held_until
    FROM worklist_lease
) lease WHERE held_until > taken_at
"""
_CALLS = "SELECT fiches, detail FROM journal_entry WHERE kind = %s ORDER BY id"


@dataclass(frozen=True, slots=True)
class Check:
    """``of``: how many things were looked at; ``violations``: how many are wrong; ``examples``: some of them."""

    name: str
    of: int
    violations: int
    examples: tuple[str, ...] = ()


class CalledFiche(NamedTuple):
    """A fiche and how many calls of it were completed. ``first_contact``: of her exposures the earliest."""

    id: UUID
    number: str
    kind: str
    created_at: datetime
    sealed: bytes
    followed_until: date | None
    first_contact: date | None
    completed: int


def check_all() -> list[Check]:
    """Every check, in the order of the report. Seals the journal first."""
    return [check() for check in CHECKS]


def one_completed_call() -> Check:
    """No person has two completed calls in one episode, whatever number of fiches she got."""
    fiches = [CalledFiche(*row) for row in _rows(_COMPLETED)]
    identities = open_identities((fiche.id, bytes(fiche.sealed)) for fiche in fiches)
    return completed_once(fiches, [(who.birth_name, who.first_names, who.birth_date, who.nir) for who in identities])


def completed_once(fiches: Sequence[CalledFiche], people: Sequence[Hashable]) -> Check:
    """The same of these fiches, oldest first, each of the person at its place in ``people``."""
    of_person: dict[Hashable, list[CalledFiche]] = {}
    for fiche, person in zip(fiches, people, strict=True):
        of_person.setdefault((fiche.kind, person), []).append(fiche)
    episodes = [episode for fiches in of_person.values() for episode in _episodes(fiches)]
    twice = [episode[0].number for episode in episodes if sum(fiche.completed for fiche in episode) > 1]
    return _check("one_completed_call", len(episodes), twice)


def _episodes(fiches: Iterable[CalledFiche]) -> Iterator[list[CalledFiche]]:
    """The fiches of a person, oldest first, by episode."""
    episode: list[CalledFiche] = []
    for fiche in fiches:
        if episode and _begins_another(episode[-1], fiche):
            yield episode
            episode = []
        episode.append(fiche)
    yield episode


def _begins_another(before: CalledFiche, fiche: CalledFiche) -> bool:
    if fiche.kind == FicheKind.INDEX:
        return another_index_episode(registered_at=before.created_at, now=fiche.created_at)
    if before.followed_until is None or fiche.first_contact is None:
        return True
    return another_contact_episode(followed_until=before.followed_until, last_contact=fiche.first_contact)


def states() -> Check:
    """The state of every fiche is the one that follows from its three facts."""
    rows = Fiche.objects.values_list("number", "call", "test", "closure", "state")
    wrong = [
        number
        for number, call, test, closure, state in rows.iterator()
        if derive(Facts(Call(call), TestFact(test), Closure(closure))) != state
    ]
    return _check("states", Fiche.objects.count(), wrong)


def transitions() -> Check:
    """The journal tells of no step that the tables forbid, and its last word is what the fiche says."""
    calls: dict[str, Call] = {}
    closed: set[str] = set()
    wrong: list[str] = []
    rows = _rows(_CALLS, [TracingEvent.CALL_RECORDED])
    for fiches, detail in rows:
        said = json.loads(detail) if isinstance(detail, str) else detail
        for number in fiches:
            before, after = calls.get(number, Call.TO_CALL), Call(said["call"])
            if number in closed or (after is not before and after not in CALL_TRANSITIONS[before]):
                wrong.append(number)
            calls[number] = after
            if "closure" in said.get("fields", ()):
                closed.add(number)
    stored = dict(Fiche.objects.filter(number__in=list(calls)).values_list("number", "call"))
    wrong += [number for number, call in calls.items() if stored.get(number, call) != call]
    return _check("transitions", len(rows), wrong)


def exposures() -> Check:
    """Every exposure leads from a patient zéro to a contact, both with what belongs to their kind."""
    [[count]] = _rows("SELECT count(*) FROM tracing_exposure")
    return _check("exposures", count, [id_ for (id_,) in _rows(_HALF_EXPOSED)])


class Dated(NamedTuple):
    """The dates of a contact as stored, what they follow from, and what her exposures say together (None: none is left
    that counts)."""

    number: str
    protocol: str
    last_contact: date
    same_household: bool
    isolation_until: date | None
    mask_until: date
    told_on: date
    vaccinated_on: date | None
    onset: date | None
    latest: date | None
    any_household: bool | None
    cohabitant_recovers: date | None


def isolations() -> Check:
    """The dates of every contact are those that the protocol makes of all her exposures."""
    dated = [Dated(*row) for row in _rows(_DATED)]
    by_version = {rules.version: rules for rules in protocol.of_disease(usual())}
    wrong = [each.number for each in dated if not _rightly_dated(by_version[each.protocol], each)]
    return _check("isolations", len(dated), wrong)


def _rightly_dated(rules: protocol.Protocol, dated: Dated) -> bool:
    if dated.latest is None:
        return True  # every patient zéro was declared in error: her dates stay as they were
    facts = dates.ContactFacts(
        last_contact=dated.latest,
        same_household=bool(dated.any_household),
        told_on=dated.told_on,
        cohabitant_recovers=dated.cohabitant_recovers,
        vaccinated_on=dated.vaccinated_on,
        onset=dated.onset,
    )
    made = dates.contact_dates(rules, facts)
    wanted = (facts.last_contact, facts.same_household, made.isolation_until, made.mask_until)
    return (dated.last_contact, dated.same_household, dated.isolation_until, dated.mask_until) == wanted


def leases() -> Check:
    """No fiche is held by two agents, and no agent holds two."""
    [[count]] = _rows("SELECT count(*) FROM worklist_lease")
    wrong = [id_ for whose in ("fiche_id", "account") for (id_,) in _rows(_OVERLAPPING.format(whose=whose))]
    return _check("leases", count, wrong)


def journal() -> Check:
    """What is sealed of the journal is what was written, to the last row."""
    seal_batch(now=timezone.now())
    shown = StringIO()
    with suppress(SystemExit):  # what it finds is in what it tells
        call_command("verify_journal", json=True, stdout=shown, stderr=StringIO())
    told = json.loads(shown.getvalue())
    return _check("journal", told["sealed"], [each["problem"] for each in told["findings"]])


CHECKS: tuple[Callable[[], Check], ...] = (
    one_completed_call, states, transitions, exposures, isolations, leases, journal,
)  # fmt: skip


def _check(name: str, of: int, wrong: list[str]) -> Check:
    return Check(name, of, len(wrong), tuple(wrong[:_MOST_EXAMPLES]))


def _rows(sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall())
