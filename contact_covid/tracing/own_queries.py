"""What a registering practice reads: its drafts, the fiches it declared, and of shared ones only what it typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import REGISTRANTS, check
from contact_covid.core.idempotency import Submission
from contact_covid.core.keyring import ring
from contact_covid.core.models import IdempotencyKey
from contact_covid.journal.models import Entry
from contact_covid.people.actions import Sealed
from contact_covid.tracing.doubles_queries import NUMBERS_SQL
from contact_covid.tracing.enums import Circumstance, Closure, Consent, FicheKind, State, SupportNeed, TestKind
from contact_covid.tracing.events import WRITINGS, TracingEvent
from contact_covid.tracing.models import Draft
from contact_covid.tracing.queries import TOLD_STATE, FicheNotFound, LastChange, change_of, shown_state
from contact_covid.tracing.rules.drafts import DraftContent, from_bytes
from contact_covid.tracing.rules.health import HealthFacts

DRAFT_CONTEXT = "tracing.Draft.value:"
DRAFTS_SHOWN = 5
PAGE = 25


class DraftNotFound(Exception):
    """No such draft of this account in this practice: absent, another's, registered, discarded or stale."""


class DraftOpened(NamedTuple):
    """A draft with what it holds."""

    id: UUID
    version: int
    updated_at: datetime
    content: DraftContent


def drafts_of(actor: Actor) -> list[Draft]:
    """The last drafts of this account in this practice, the last touched first. Raises ``Denied``."""
    check(actor, Permission.FICHE_REGISTER)
    return list(_drafts(actor).order_by("-updated_at", "-id")[:DRAFTS_SHOWN])


def of_draft(actor: Actor, draft: UUID, *, lock: bool = False) -> Draft:
    """Raises ``Denied``, ``DraftNotFound``."""
    check(actor, Permission.FICHE_REGISTER)
    found = _drafts(actor).filter(id=draft)
    known = (found.select_for_update() if lock else found).first()
    if known is None:
        raise DraftNotFound
    return known


def draft_content(draft: Draft) -> DraftContent:
    """Raises ``KeyMissing``, ``SealBroken``."""
    return from_bytes(ring().open(draft.value, context=f"{DRAFT_CONTEXT}{draft.id}"))


def _drafts(actor: Actor) -> QuerySet[Draft]:
    author = actor.author
    return Draft.objects.filter(account=author.account, practice=author.practice)


class OwnLine(NamedTuple):
    """A fiche in the list of the practice that declared it; ``declared_at``: when this practice did."""

    sealed: Sealed
    kind: FicheKind
    state: State
    declared_at: datetime


class Position(NamedTuple):
    """Where a page of the list ended."""

    declared_at: datetime
    fiche: UUID


_OWN_LIST = f"""
SELECT own.id, tracing_fiche.number, coalesce(own.value, identity.value), tracing_fiche.kind, {TOLD_STATE},
    own.at
FROM (
    (SELECT id, created_at AS at, NULL::bytea AS value FROM tracing_fiche
     WHERE author_practice = %(practice)s AND (created_at, id) < (%(at)s, %(fiche)s)
       AND NOT EXISTS (SELECT FROM tracing_merge merge
                       WHERE merge.loser_id = tracing_fiche.id AND merge.undone_at IS NULL)
     ORDER BY created_at DESC, id DESC LIMIT {PAGE + 1})
    UNION ALL
    (SELECT fiche_id, declared_at, value FROM tracing_declaration
     WHERE practice = %(practice)s AND (declared_at, fiche_id) < (%(at)s, %(fiche)s)
     ORDER BY declared_at DESC, fiche_id DESC LIMIT {PAGE + 1})
) own
JOIN tracing_fiche USING (id)
JOIN people_sealed_identity identity ON identity.fiche = own.id
ORDER BY own.at DESC, own.id DESC LIMIT {PAGE + 1}
"""
_LAST_ID = UUID(int=(1 << 128) - 1)


def own_fiches(actor: Actor, now: datetime, *, after: Position | None = None) -> tuple[list[OwnLine], Position | None]:
    """A page of the fiches this practice declared, newest first, and where the next page starts (None: no other).

    Raises ``Denied``.
    """
    check(actor, Permission.FICHE_READ)
    at, fiche = after or Position(now, _LAST_ID)
    params: dict[str, Any] = {"practice": actor.author.practice, "at": at, "fiche": fiche}
    with connection.cursor() as cursor:
        cursor.execute(_OWN_LIST, params)
        rows = cursor.fetchall()
    lines = [
        OwnLine(Sealed(id_, number, bytes(value)), FicheKind(kind), shown_state(actor.role, State(state)), at)
        for id_, number, value, kind, state, at in rows[:PAGE]
    ]
    if len(rows) <= PAGE:
        return lines, None
    return lines, Position(lines[-1].declared_at, lines[-1].sealed.fiche)


class IndexFacts(NamedTuple):
    """What was declared of a patient zéro beside her identity."""

    onset: date | None
    sampled_on: date
    result_on: date | None
    test_kind: TestKind
    health_worker: bool
    social_support: bool


class Link(NamedTuple):
    """The person at the other end of an exposure that this practice declared.

    ``recovers``: when that patient zéro has recovered or is expected to, None when it is not for this practice to know.
    """

    sealed: Sealed
    kind: FicheKind
    state: State
    department: str
    last_contact: date
    same_household: bool
    circumstance: Circumstance
    calls_self: bool
    recovers: date | None


@dataclass(frozen=True, slots=True)
class OwnFiche:
    """A fiche as the practice that declared it reads it.

    ``shared``: another practice had declared the person first; then everything but the state is what this one said,
    and ``version`` counts its own corrections. ``to_call``: this practice said that it calls, and nobody has yet.
    """

    sealed: Sealed
    disease: str
    kind: FicheKind
    state: State
    state_at: datetime
    declared_at: datetime
    department: str
    version: int
    shared: bool
    consent: Consent
    support_needs: list[SupportNeed]
    index: IndexFacts | None
    health: HealthFacts
    to_call: bool
    links: Sequence[Link]


_HEALTH = ", ".join(
    f"CASE WHEN declaration.id IS NULL THEN health.{name} ELSE declaration.{name} END" for name in HealthFacts._fields
)
_OWN_FICHE = f"""
SELECT tracing_fiche.id, tracing_fiche.number, coalesce(declaration.value, identity.value),
    tracing_fiche.disease, tracing_fiche.kind, {TOLD_STATE}, greatest(tracing_fiche.state_at, declaration.declared_at),
    coalesce(declaration.declared_at, tracing_fiche.created_at), coalesce(declaration.department,
    tracing_fiche.department), coalesce(declaration.version, tracing_fiche.version), declaration.id IS NOT NULL,
    coalesce(declaration.consent, tracing_fiche.consent),
    coalesce(declaration.support_needs, tracing_fiche.support_needs), tracing_fiche.told_at, tracing_fiche.closure,
    told.onset, told.sampled_on, told.result_on, told.test_kind, told.health_worker, told.social_support,
    {_HEALTH}
FROM tracing_fiche
JOIN people_sealed_identity identity ON identity.fiche = tracing_fiche.id
LEFT JOIN tracing_declaration declaration
    ON declaration.fiche_id = tracing_fiche.id AND declaration.practice = %(practice)s
LEFT JOIN tracing_index_case index_case ON index_case.fiche_id = tracing_fiche.id
LEFT JOIN tracing_health health ON health.fiche_id = tracing_fiche.id
LEFT JOIN LATERAL (
    SELECT declaration.onset, declaration.sampled_on, declaration.result_on, declaration.test_kind,
        declaration.health_worker, declaration.social_support WHERE declaration.id IS NOT NULL
    UNION ALL
    SELECT index_case.onset, index_case.sampled_on, index_case.result_on, index_case.test_kind,
        index_case.health_worker, index_case.social_support WHERE declaration.id IS NULL
) told ON TRUE
WHERE tracing_fiche.id = %(fiche)s AND (tracing_fiche.author_practice = %(practice)s OR declaration.id IS NOT NULL)
"""
# An exposure is this practice's when it declared it; then it declared both persons.
_LINKS = f"""
SELECT tracing_fiche.id, tracing_fiche.number, coalesce(declaration.value, identity.value), tracing_fiche.kind,
    {TOLD_STATE}, coalesce(declaration.department, tracing_fiche.department), exposure.last_contact,
    exposure.same_household, exposure.circumstance, exposure.calls_self,
    CASE WHEN declaration.id IS NULL THEN coalesce(health.recovered_on, index_case.isolation_until) END
FROM tracing_exposure exposure
JOIN tracing_fiche ON tracing_fiche.id IN (exposure.index_fiche_id, exposure.contact_fiche_id)
    AND tracing_fiche.id <> %(fiche)s
JOIN people_sealed_identity identity ON identity.fiche = tracing_fiche.id
LEFT JOIN tracing_declaration declaration
    ON declaration.fiche_id = tracing_fiche.id AND declaration.practice = %(practice)s
LEFT JOIN tracing_index_case index_case ON index_case.fiche_id = tracing_fiche.id
LEFT JOIN tracing_health health ON health.fiche_id = tracing_fiche.id
WHERE (exposure.index_fiche_id = %(fiche)s OR exposure.contact_fiche_id = %(fiche)s)
    AND exposure.author_practice = %(practice)s
ORDER BY exposure.same_household DESC, exposure.created_at, tracing_fiche.id
"""


def own_fiche(actor: Actor, fiche: UUID) -> OwnFiche:
    """A fiche this practice declared. Raises ``Denied``; ``FicheNotFound`` when absent or another's."""
    check(actor, Permission.FICHE_READ)
    params: dict[str, Any] = {"practice": actor.author.practice, "fiche": fiche}
    with connection.cursor() as cursor:
        cursor.execute(_OWN_FICHE, params)
        row = cursor.fetchone()
        if row is None:
            raise FicheNotFound
        cursor.execute(_LINKS, params)
        links = [_link(actor, link) for link in cursor.fetchall()]
    id_, number, value, disease, kind, state, state_at, declared_at, department, version, shared, *rest = row
    consent, needs, *rest = rest
    told_at, closure, onset, sampled_on, result_on, test_kind, health_worker, social_support, *health = rest
    index = sampled_on and IndexFacts(onset, sampled_on, result_on, TestKind(test_kind), health_worker, social_support)
    waits = kind == FicheKind.CONTACT and closure == Closure.OPEN and told_at is None
    return OwnFiche(
        sealed=Sealed(id_, number, bytes(value)),
        disease=disease,
        kind=FicheKind(kind),
        state=shown_state(actor.role, State(state)),
        state_at=state_at,
        declared_at=declared_at,
        department=department,
        version=version,
        shared=shared,
        consent=Consent(consent),
        support_needs=[SupportNeed(need) for need in needs],
        index=index,
        health=HealthFacts(*health),
        to_call=waits and any(link.calls_self for link in links),
        links=links,
    )


def _link(actor: Actor, row: Sequence[Any]) -> Link:
    id_, number, value, kind, state, department, last_contact, same_household, circumstance, *rest = row
    calls_self, recovers = rest
    return Link(
        sealed=Sealed(id_, number, bytes(value)),
        kind=FicheKind(kind),
        state=shown_state(actor.role, State(state)),
        department=department,
        last_contact=last_contact,
        same_household=same_household,
        circumstance=Circumstance(circumstance),
        calls_self=calls_self,
        recovers=recovers,
    )


class OwnWriting(NamedTuple):
    """Something that the practice wrote on a fiche; ``fields``: the codes of what it corrected."""

    at: datetime
    account: UUID | None
    kind: TracingEvent
    fields: tuple[str, ...]


def own_history(actor: Actor, fiche: OwnFiche) -> list[OwnWriting]:
    """What this practice wrote on a fiche, oldest first, from the journal. Raises ``Denied``."""
    check(actor, Permission.FICHE_READ)
    written = _written(fiche).filter(practice=actor.author.practice).order_by("at", "id")
    return [
        OwnWriting(entry.at, entry.account, TracingEvent(entry.kind), tuple(entry.detail.get("fields", ())))
        for entry in written
    ]


def last_told_change(actor: Actor, fiche: OwnFiche) -> LastChange | None:
    """Who wrote last on a fiche, and what, as far as this practice may know: not that another one declared it too."""
    check(actor, Permission.FICHE_READ)
    own, written = actor.author.practice, _written(fiche)
    entry = (written.filter(practice=own) if fiche.shared else written).order_by("-at", "-id").first()
    if entry is None:
        return None
    if entry.role in REGISTRANTS and entry.practice != own:
        return LastChange(None, "", entry.at, ())
    return change_of(entry)


def _written(fiche: OwnFiche) -> QuerySet[Entry]:
    """Of the fiches that were merged into it too."""
    numbers = RawSQL(NUMBERS_SQL, [fiche.sealed.number], output_field=ArrayField(TextField()))
    return Entry.objects.filter(fiches__overlap=numbers, kind__in=WRITINGS)


def registered_from(actor: Actor, registration: Submission) -> UUID | None:
    """The fiche that a registration of this account made, known by its key; None when there was none lately."""
    check(actor, Permission.FICHE_REGISTER)
    used = IdempotencyKey.objects.filter(account=actor.author.account, key=registration.key).first()
    return used.target if used else None
