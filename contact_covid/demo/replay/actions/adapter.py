"""Everything that a replay does to the service, through the actions that the pages call, each by who may do it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from contact_covid.access.actor import Actor, Author
from contact_covid.access.enums import Assurance, Permission
from contact_covid.accounts.actions.sessions import open_session, touch
from contact_covid.accounts.queries import OpenSession, post_to_begin_with, session_for
from contact_covid.core.idempotency import submission
from contact_covid.core.period import PARIS
from contact_covid.core.rules import nir
from contact_covid.demo.replay.rules.plan import Named, Registration, Resident, Visit
from contact_covid.people.actions import LookupsRefused, search_exactly
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions import counter
from contact_covid.tracing.actions.closing import close_ended
from contact_covid.tracing.actions.counter import FicheChanged, open_at_the_counter, record_visits
from contact_covid.tracing.actions.registration import register
from contact_covid.tracing.enums import FicheKind, TestKind, TestResult
from contact_covid.tracing.queries import found_by
from contact_covid.tracing.rules.counter import Masks, TestDone
from contact_covid.tracing.rules.registration import Dossier, NamedContact
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.contacts import name_during_call
from contact_covid.worklist.actions.outcomes import record_outcome
from contact_covid.worklist.actions.queue import claim_next
from contact_covid.worklist.enums import Outcome

_TOUCHED_AFTER = timedelta(minutes=40)  # the least that keeps a session of agents, who call every quarter of an hour


@dataclass
class Desk:
    """An account at its place, with the session that it has open. Raises ``LookupError`` for one that may not act."""

    author: Author
    _session: OpenSession | None = None

    def actor(self, now: datetime) -> Actor:
        """Who acts, as the service itself reads it off a session."""
        if self._session is None or now >= self._session.expires_at:
            self._session = self._open(now)
        elif now - self._session.seen_at >= _TOUCHED_AFTER:
            self._session = touch(session=self._session, now=now)
        return self._session.actor

    def _open(self, now: datetime) -> OpenSession:
        post = post_to_begin_with(self.author.account, now)
        opened = post and session_for(open_session(self.author.account, post.id, Assurance.PASSWORD, (), now), now)
        if not opened:
            raise LookupError("no open post")
        return opened


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works in a département; ``agents``: on its platform."""

    physicians: Sequence[Desk]
    laboratories: Sequence[Desk]
    pharmacies: Sequence[Desk]
    agents: Sequence[Desk] = field(default_factory=tuple)


class Held(NamedTuple):
    """A person on the telephone. ``tries``: calls made before."""

    lease: UUID
    identity: Identity
    kind: FicheKind
    zone: ZoneInfo
    tries: int
    test_due: date | None


def register_case(desk: Desk, registration: Registration, residents: dict[int, Resident]) -> None:
    """A physician registers a patient zéro with those whom he notes."""
    resident = residents[registration.person]
    dossier = Dossier(
        identity=resident.identity,
        department=resident.department,
        consent=resident.consent,
        onset=registration.onset,
        sampled_on=registration.sampled_on,
        result_on=registration.result_on,
        test_kind=registration.test_kind,
        health_worker=False,
        social_support=False,
        contacts=[_contact(named, residents) for named in registration.at_once],
    )
    now = registration.moment
    register(actor=desk.actor(now), dossiers=[dossier], now=now)


def night(now: datetime) -> None:
    """What the service does by itself every night: fiches whose follow-up has ended are closed."""
    close_ended(now=now)


def claim(desk: Desk, now: datetime) -> UUID | None:
    """The lease on the next person; None when nobody waits."""
    taken = claim_next(actor=desk.actor(now), now=now)
    return taken.id if taken else None


def open_call(desk: Desk, lease: UUID, now: datetime) -> Held:
    """What the agent reads off the card."""
    card = open_card(actor=desk.actor(now), lease=lease, now=now)
    fiche, kind = card.fiche, FicheKind(card.fiche.kind)
    due = fiche.contact.test_due if kind is FicheKind.CONTACT else None
    return Held(lease, card.identity, kind, card.zone, len(card.attempts), due)


def name(desk: Desk, held: Held, contacts: Sequence[Named], residents: dict[int, Resident], now: datetime) -> None:
    """The contacts of whom a patient zéro tells on the telephone."""
    name_during_call(
        actor=desk.actor(now),
        lease=held.lease,
        contacts=[_contact(named, residents) for named in contacts],
        submission=submission(f"named {held.lease}", {}),
        now=now,
    )


def end_call(desk: Desk, held: Held, outcome: Outcome, now: datetime, call_back_at: datetime | None) -> bool:
    """Records how the call ended; whether it counted."""
    recorded = record_outcome(
        actor=desk.actor(now),
        lease=held.lease,
        outcome=outcome,
        now=now,
        call_back_at=call_back_at,
        submission=submission(f"outcome {held.lease}", {}),
    )
    return recorded.counted


class Came(NamedTuple):
    """What came of a visit: the person was ``found``, or the search for her was ``refused``."""

    found: bool
    refused: bool = False


def serve(desk: Desk, visit: Visit, resident: Resident) -> Came:
    """Somebody is looked for by number and names, her fiche is opened, what was done is recorded on it."""
    now, actor, identity = visit.moment, desk.actor(visit.moment), resident.identity
    names = {"last_name": identity.used_name or identity.birth_name, "first_name": identity.first_names.split()[0]}
    try:
        lookup = search_exactly(actor=actor, nir=nir.parse(identity.nir), now=now, **names)
    except LookupsRefused:
        return Came(found=False, refused=True)
    lines = found_by(actor, lookup, now)
    if not lines:
        return Came(found=False)
    fiche = lines[0].sealed.fiche
    for _ in range(2):  # somebody else may write on the fiche at that moment: it is read again, as the page says
        opened, _ = open_at_the_counter(actor=actor, fiche=fiche, permission=Permission.FICHE_READ, now=now)
        try:
            record_visits(actor=actor, visits=[_visit(visit, fiche, opened.version)], now=now)
        except FicheChanged:
            continue
        return Came(found=True)
    raise FicheChanged(lines[0].sealed.number)


def _visit(visit: Visit, fiche: UUID, version: int) -> counter.Visit:
    day = visit.moment.astimezone(PARIS).date()
    if visit.masks:
        masks = Masks(delivered=True, quantity=visit.masks, delivered_on=day)
        return counter.Visit(fiche, masks=masks, version=version)
    found_on = None if visit.result is TestResult.PENDING else day
    test = TestDone(done=True, done_on=visit.sampled_on, kind=TestKind.PCR, result=visit.result, result_on=found_on)
    return counter.Visit(fiche, test=test, version=version)


def _contact(named: Named, residents: dict[int, Resident]) -> NamedContact:
    resident = residents[named.person]
    return NamedContact(
        identity=resident.identity,
        department=resident.department,
        consent=resident.consent,
        last_contact=named.last_contact,
        same_household=named.same_household,
        circumstance=named.circumstance,
    )
