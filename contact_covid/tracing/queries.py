"""Reading fiches, never beyond the actor's scope. The counter's two pages are hand-written SQL: one statement each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import BooleanField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Role, Scope
from contact_covid.access.fields import shown
from contact_covid.access.policy import check
from contact_covid.core.period import day_start
from contact_covid.core.rules.arrays import array
from contact_covid.directory.queries import practice_names
from contact_covid.journal.models import Entry
from contact_covid.people.actions import Sealed
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import FOUND_SQL, found_since, identities_of
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import (
    Call,
    Closure,
    ClosureReason,
    Consent,
    FicheKind,
    SamplingPlace,
    State,
    SupportNeed,
    TestFact,
    TestKind,
    TestResult,
)
from contact_covid.tracing.events import WRITINGS, TracingEvent
from contact_covid.tracing.models import Declaration, Exposure, Fiche, IndexCase
from contact_covid.tracing.rules.counter import Masks, TestDone
from contact_covid.tracing.rules.states import Facts, without_result

_AT_THE_COUNTER = "tracing_fiche.kind = 'contact' AND tracing_fiche.closure <> 'cancelled'"
_FOUND = FOUND_SQL.format(fiche="tracing_fiche.id")
_SERVED = """EXISTS (SELECT FROM tracing_mask_delivery given
    WHERE given.fiche_id = tracing_fiche.id AND given.superseded_at IS NULL
    AND given.practice = %s AND given.recorded_at >= %s)"""
# What was handed over to the agency or is of one of its clusters, and the contacts of these patients zéro.
_REACHED = """tracing_fiche.id IN (
    SELECT fiche_id FROM tracing_reach WHERE region = %s AND fiche_id = tracing_fiche.id
    UNION ALL
    SELECT exposure.contact_fiche_id FROM tracing_exposure exposure
    JOIN tracing_reach reach ON reach.fiche_id = exposure.index_fiche_id AND reach.region = %s
    WHERE exposure.contact_fiche_id = tracing_fiche.id)"""


# A contact who became a patient zéro is « Clôturée » for her platform only: only a positive result closes a fiche so,
# and who may not see results would know it by that word.
TOLD_STATE = """CASE WHEN tracing_fiche.closure_reason <> 'became_case' THEN tracing_fiche.state
    WHEN tracing_fiche.test = 'none' THEN tracing_fiche.call
    WHEN tracing_fiche.test = 'sampled' THEN 'tested' ELSE tracing_fiche.test END"""


class FicheNotFound(Exception):
    """No such fiche, or not within the actor's scope: nobody is told which."""


class Within(NamedTuple):
    """A condition on ``tracing_fiche`` in SQL, and its parameters."""

    sql: str
    params: tuple[Any, ...]


_SCOPES: Mapping[Scope, Callable[[Actor, datetime], Within]] = {
    Scope.OWN: lambda actor, _: Within("tracing_fiche.author_practice = %s", (actor.practice,)),
    Scope.FUND: lambda actor, _: Within("tracing_fiche.fund = %s", (actor.fund,)),
    Scope.REGION: lambda actor, _: Within(_REACHED, (actor.region, actor.region)),
    Scope.ASSIGNED: lambda actor, now: Within(
        "tracing_fiche.delegated_to = %s AND tracing_fiche.delegated_until > %s", (actor.organisation, now)
    ),
    Scope.SELF: lambda actor, _: Within("tracing_fiche.id = %s", (actor.fiche,)),
    Scope.NATIONAL: lambda _actor, _: Within("TRUE", ()),
    Scope.ONE_FOUND: lambda actor, now: Within(
        f"{_AT_THE_COUNTER} AND {_FOUND}", (actor.account, actor.practice, found_since(now))
    ),
    Scope.SERVED_TODAY: lambda actor, now: Within(f"{_AT_THE_COUNTER} AND {_SERVED}", (actor.practice, day_start(now))),
}


def within(actor: Actor, permission: Permission, now: datetime) -> Within:
    """The fiches that ``permission`` reaches for this actor. Raises ``Denied``."""
    return _SCOPES[check(actor, permission).scope](actor, now)


def visible_to(actor: Actor, now: datetime) -> QuerySet[Fiche]:
    """The fiches this actor may read. Raises ``Denied``."""
    condition = within(actor, Permission.FICHE_READ, now)
    return Fiche.objects.filter(RawSQL(condition.sql, condition.params, output_field=BooleanField()))


def followed(of: str = "") -> Q:
    """Fiches whose person is followed, by the platform or by the agency she was handed over to. ``of``: the way to the
    fiche in a lookup, with its underscores.
    """
    handed_over = {f"{of}closure": Closure.CLOSED, f"{of}closure_reason": ClosureReason.HANDED_OVER}
    return Q(**{f"{of}closure": Closure.OPEN}) | Q(**handed_over)


def reaches(actor: Actor, fiche: Fiche, now: datetime) -> bool:
    """Whether this fiche, which is read already, is one that the actor's platform or organisation calls. Raises
    ``Denied``."""
    if check(actor, Permission.CALL_CLAIM).scope is Scope.ASSIGNED:
        return is_delegated_to(actor, fiche, now)
    return fiche.fund == actor.fund


def keeps(actor: Actor, fiche: Fiche, now: datetime) -> bool:
    """Whether who was given this fiche to call may still open it: a platform's agent even when it has moved to another
    fund meanwhile, an organisation's until the delegation ends. Raises ``Denied``."""
    assigned = check(actor, Permission.CALL_CLAIM).scope is Scope.ASSIGNED
    return not assigned or is_delegated_to(actor, fiche, now)


def is_delegated_to(actor: Actor, fiche: Fiche, now: datetime) -> bool:
    """Whether the actor's organisation calls this person now, instead of her platform."""
    until = fiche.delegated_until
    return until is not None and until > now and fiche.delegated_to == actor.organisation


def fiches_after(fiche: UUID, most: int) -> list[UUID]:
    """The next ids, of fiches of any kind and state: for a command that goes through all of them."""
    return list(Fiche.objects.filter(id__gt=fiche).order_by("id").values_list("id", flat=True)[:most])


def support_needs_of(fiches: Sequence[UUID]) -> dict[UUID, list[SupportNeed]]:
    """What those people need while they isolate, whoever said it; who needs nothing is left out."""
    said: dict[UUID, set[str]] = {}
    own = Fiche.objects.filter(id__in=fiches).values_list("id", "support_needs")
    others = Declaration.objects.filter(fiche__in=fiches).values_list("fiche", "support_needs")
    for fiche, needs in [*own, *others]:
        said.setdefault(fiche, set()).update(needs)
    return {fiche: [need for need in SupportNeed if need in needs] for fiche, needs in said.items() if needs}


class Found(NamedTuple):
    """One line of a search's result; ``sealed`` is opened by ``people.actions.reveal`` only."""

    sealed: Sealed
    department: str
    created_at: datetime
    state: State


_RESULT = f"""
SELECT tracing_fiche.id, tracing_fiche.number, identity.value, tracing_fiche.department, tracing_fiche.created_at,
       {TOLD_STATE}
FROM people_lookup LEFT JOIN (tracing_fiche JOIN people_sealed_identity identity ON identity.fiche = tracing_fiche.id)
  ON tracing_fiche.id = ANY(people_lookup.fiches) AND {_AT_THE_COUNTER}
WHERE people_lookup.id = %s AND people_lookup.account = %s AND people_lookup.practice = %s AND people_lookup.at > %s
ORDER BY tracing_fiche.created_at DESC, tracing_fiche.id
"""


def found_by(actor: Actor, lookup: UUID, now: datetime) -> list[Found]:
    """What a look-up of this account and practice found, newest fiche first.

    Raises ``Denied``; ``FicheNotFound`` when the look-up is another's, too old, or was never made.
    """
    check(actor, Permission.FICHE_SEARCH)
    with connection.cursor() as cursor:
        cursor.execute(_RESULT, (lookup, actor.account, actor.practice, found_since(now)))
        rows = cursor.fetchall()
    if not rows:
        raise FicheNotFound
    return [
        Found(Sealed(id_, number, bytes(value)), department, created_at, shown_state(actor.role, State(state)))
        for id_, number, value, department, created_at, state in rows
        if id_ is not None
    ]


def shown_state(role: Role, state: State) -> State:
    """The state as this role may know it."""
    return state if shown(role, "test", "result") else without_result(state)


class MasksRecord(msgspec.Struct, frozen=True, array_like=True):
    """Masks as recorded at one moment; ``superseded``: a later record corrects it."""

    id: UUID
    recorded_at: datetime
    practice_id: UUID
    practice: str
    delivered: bool
    quantity: int | None
    delivered_on: date | None
    superseded: bool

    @property
    def said(self) -> Masks:
        return Masks(self.delivered, self.quantity, self.delivered_on)


class TestRecord(msgspec.Struct, frozen=True, array_like=True):
    """A sampling as recorded at one moment; ``superseded``: a later record brings its result or corrects it."""

    id: UUID
    sampling: UUID
    recorded_at: datetime
    practice_id: UUID
    practice: str
    done: bool
    done_on: date | None
    kind: TestKind | None
    result: TestResult | None
    result_on: date | None
    place: SamplingPlace | None
    superseded: bool

    @property
    def said(self) -> TestDone:
        return TestDone(self.done, self.done_on, self.kind, self.result, self.result_on, self.place)


@dataclass(frozen=True, slots=True)
class CounterFiche:
    """A contact's fiche as a counter reads it. Records are oldest first, empty for the role that may not see them."""

    sealed: Sealed
    period: str
    disease: str
    kind: FicheKind
    facts: Facts
    state: State
    state_at: datetime
    department: str
    fund: str
    consent: Consent
    created_at: datetime
    counts_from: datetime
    version: int
    factors: str
    same_household: bool
    test_due: date | None
    masks: Sequence[MasksRecord]
    tests: Sequence[TestRecord]

    @property
    def current_masks(self) -> MasksRecord | None:
        return next((known for known in self.masks if not known.superseded), None)

    @property
    def current_tests(self) -> list[TestRecord]:
        return [known for known in self.tests if not known.superseded]


_MASKS = """
SELECT json_agg(json_build_array(given.id, given.recorded_at, given.practice, coalesce(place.name, ''), given.delivered,
    given.quantity, given.delivered_on, given.superseded_at IS NOT NULL)
    ORDER BY given.recorded_at, given.superseded_at)::text
FROM tracing_mask_delivery given LEFT JOIN directory_practice place ON place.id = given.practice
WHERE given.fiche_id = tracing_fiche.id
"""
_TESTS = """
SELECT json_agg(json_build_array(test.id, test.sampling, test.recorded_at, test.practice, coalesce(place.name, ''),
    test.done, test.done_on, nullif(test.kind, ''), nullif(test.result, ''), test.result_on, nullif(test.place, ''),
    test.superseded_at IS NOT NULL)
    ORDER BY test.recorded_at, test.superseded_at)::text
FROM tracing_test test LEFT JOIN directory_practice place ON place.id = test.practice
WHERE test.fiche_id = tracing_fiche.id
"""
_FICHES = f"""
SELECT tracing_fiche.id, tracing_fiche.number, identity.value, identity.period, tracing_fiche.disease,
    tracing_fiche.kind, tracing_fiche.call, tracing_fiche.test, tracing_fiche.closure, {TOLD_STATE},
    tracing_fiche.state_at, tracing_fiche.department,
    tracing_fiche.fund, tracing_fiche.consent, tracing_fiche.created_at, tracing_fiche.counts_from,
    tracing_fiche.version, tracing_fiche.factors, tracing_contact.same_household, tracing_contact.test_due,
    CASE WHEN %s THEN ({_MASKS}) END, CASE WHEN %s THEN ({_TESTS}) END
FROM tracing_fiche
JOIN tracing_contact ON tracing_contact.fiche_id = tracing_fiche.id
JOIN people_sealed_identity identity ON identity.fiche = tracing_fiche.id
WHERE tracing_fiche.id = ANY(%s::uuid[]) AND {{within}}
"""
_masks = msgspec.json.Decoder(list[MasksRecord])
_tests = msgspec.json.Decoder(list[TestRecord])


def at_the_counter(
    actor: Actor, fiches: Sequence[UUID], permission: Permission, now: datetime, *, lock: bool = False
) -> dict[UUID, CounterFiche]:
    """Contacts' fiches within reach of ``permission``, their records as far as the role may see them.

    ``lock`` keeps other writers waiting until the transaction ends. Raises ``Denied``; ``FicheNotFound`` when one of
    them is absent or out of reach.
    """
    condition = within(actor, permission, now)
    sees = (shown(actor.role, "mask_delivery", "delivered"), shown(actor.role, "test", "done"))
    sql = _FICHES.format(within=condition.sql) + (
        "ORDER BY tracing_fiche.id FOR UPDATE OF tracing_fiche" if lock else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, (*sees, array(fiches), *condition.params))
        found = {row[0]: _counter_fiche(actor.role, row) for row in cursor.fetchall()}
    if len(found) < len(set(fiches)):
        raise FicheNotFound
    return found


def _counter_fiche(role: Role, row: Sequence[Any]) -> CounterFiche:
    id_, number, value, period, disease, kind, call, test, closure, state, state_at, *rest = row
    department, fund, consent, created_at, counts_from, version, factors, same_household, test_due, *records = rest
    masks, tests = records
    return CounterFiche(
        sealed=Sealed(id_, number, bytes(value)),
        period=period,
        disease=disease,
        kind=FicheKind(kind),
        facts=Facts(Call(call), TestFact(test), Closure(closure)),
        state=shown_state(role, State(state)),
        state_at=state_at,
        department=department,
        fund=fund,
        consent=Consent(consent),
        created_at=created_at,
        counts_from=counts_from,
        version=version,
        factors=factors,
        same_household=same_household,
        test_due=test_due,
        masks=_masks.decode(masks) if masks else (),
        tests=_tests.decode(tests) if tests else (),
    )


def sealed_value(fiche: str) -> Subquery:
    """The sealed identity of the fiche that this field of the outer query leads to."""
    return Subquery(SealedIdentity.objects.filter(fiche=OuterRef(fiche)).values("value"))


def identity_of(fiche: UUID) -> Identity:
    """Whom the fiche is of, for rules that compare. Raises ``FicheNotFound`` when she was erased, ``KeyMissing``."""
    found = identities_of([fiche])
    if not found:
        raise FicheNotFound
    return found[fiche]


def unlinked(cases: QuerySet[IndexCase]) -> QuerySet[IndexCase]:
    """Those of them who were no contact before, or only by a fiche that is cancelled."""
    return cases.filter(Q(was_contact=None) | Q(was_contact__closure=Closure.CANCELLED))


def exposures_of(fiche: UUID) -> QuerySet[Any]:
    """Exposures of a contact, the latest first, each with its patient zéro's fiche and identity, ``sealed``."""
    found = Exposure.objects.filter(contact_fiche=fiche).exclude(index_fiche__closure=Closure.CANCELLED)
    found = found.select_related("index_fiche").annotate(sealed=sealed_value("index_fiche"))
    return found.order_by("-last_contact", "-id")


def may_be_named(actor: Actor, exposure: Exposure) -> bool:
    """Whether the patient zéro is named to who calls her contact: only if she agrees, as this exposure or she says."""
    consent = exposure.consent or exposure.index_fiche.consent
    return consent == Consent.AGREES and shown(actor.role, "exposure", "index_fiche")


class LastChange(NamedTuple):
    """Who last wrote on a fiche, in which act, and the codes of what she changed. ``account`` None: the service, or
    ``by_person``, whom the fiche is about."""

    account: UUID | None
    practice: str
    at: datetime
    fields: tuple[str, ...]
    kind: TracingEvent = TracingEvent.UPDATED
    by_person: bool = False


def last_change(number: str) -> LastChange | None:
    """The newest writing on a fiche, from the journal; None when nobody has written since it was registered."""
    kinds = WRITINGS - {TracingEvent.INITIALISED}
    entry = Entry.objects.filter(fiches__contains=[number], kind__in=kinds).order_by("-at", "-id").first()
    return change_of(entry) if entry else None


def change_of(entry: Entry) -> LastChange:
    """A writing on a fiche as a journal row tells it."""
    place = practice_names({entry.practice}).get(entry.practice, "") if entry.practice else ""
    fields, by_person = tuple(entry.detail.get("fields", ())), entry.role == Role.PERSON
    return LastChange(entry.account, place, entry.at, fields, TracingEvent(entry.kind), by_person)
