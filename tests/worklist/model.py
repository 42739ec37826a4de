"""What the machine of all actions knows: people, exposures and leases in plain Python."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from hypothesis.stateful import (
    RuleBasedStateMachine,
)

from contact_covid.core.period import PARIS
from contact_covid.people.enums import NirHolder, Quality
from contact_covid.tracing.enums import Closure, FicheKind, Spoken, TestFact, TestResult
from contact_covid.tracing.models import Contact
from contact_covid.tracing.rules.call_hours import open_at
from contact_covid.tracing.rules.counter import Masks
from contact_covid.tracing.rules.urgency import Factor, urgent_at
from tests.cast import PAUL, PAULA, number_of, person
from tests.clock import NOW
from tests.worklist.calls import AMANDINE, ELSEWHERE, agent, hired

MOMENT = timedelta(microseconds=1)
AGENTS = [*(agent(40 + number) for number in range(3)), ELSEWHERE, AMANDINE]
TRACER = 4
"""Of the agents, the one of an organisation that may be delegated fiches."""
HELPS = 3
"""Of the agents, the one of another platform."""
OWN = range(HELPS)
LANGUAGES = [Spoken.FRENCH, Spoken.ARABIC, Spoken.TAMIL]
PHYSICIANS = [PAUL, PAULA]
TWIN = {"nir": number_of(6), "nir_holder": NirHolder.INSURED, "quality": Quality.BENEFICIARY}
PEOPLE = [
    *(person(number) for number in range(5)),
    # Called and born like the first one, and nothing proves that it is she.
    person(0, nir="", phone="+33639985555"),
    person(6, first_names="Zqlucie", **TWIN),
    person(6, first_names="Zqemma", phone="", **TWIN),
]
ALIKE = {0: 5, 5: 0}


@dataclass
class Tie:
    """What the model knows of an exposure."""

    last_contact: date
    household: bool
    herself: bool
    made: int


@dataclass
class Person:
    """What the model knows of a fiche. ``who``: a place in PEOPLE; ``by``: the physician who declared first;
    ``told_on``: the day an exposure was last told, or « même foyer » changed; ``others``: also declared elsewhere."""

    who: int
    kind: FicheKind
    by: int
    created_at: datetime
    counts_from: datetime
    callable_from: datetime | None
    told_on: date
    waiting: bool = True
    closure: Closure = Closure.OPEN
    test: TestFact = TestFact.NONE
    tests: list[tuple[date, TestResult]] = field(default_factory=list)
    """Each sampling's day and what is known of it."""
    masks: Masks | None = None
    masks_on: date | None = None
    """The day of its last record."""
    others: bool = False
    case: UUID | None = None
    """Of a contact: the patient zéro she became, or was."""
    called: bool = False
    """Of a patient zéro: somebody has called, or changed what the service made of her test."""
    told: tuple[date, bool] | None = None
    """Of a contact who was given her instructions: the facts they were made of."""
    language: Spoken = Spoken.FRENCH
    symptoms: bool = False
    done: bool = False
    ended: bool = False
    """Closed because of what was said on the telephone."""
    dead: bool = False
    negative_on: date | None = None
    """Of a patient zéro: the last day on which a test found nothing."""
    ties: dict[tuple[UUID, int], Tie] = field(default_factory=dict)
    """By patient zéro and physician."""

    @property
    def closed(self) -> bool:
        return self.closure is not Closure.OPEN

    @property
    def became(self) -> bool:
        """Closed because she is a patient zéro: named again in this episode she keeps her fiche."""
        return self.closure is Closure.CLOSED and self.case is not None and not self.ended


@dataclass
class Held:
    """What the model knows of a lease; ``taken``: somebody else got the fiche since."""

    agent: int
    fiche: UUID
    expires_at: datetime
    state: str = "current"
    taken: bool = False


class Model(RuleBasedStateMachine):
    """The state, and what follows from it. Nothing here acts on the service."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.began = NOW
        self.people: dict[UUID, Person] = {}
        self.leases: dict[UUID, Held] = {}
        self.counted = self.kept = self.told = 0
        self.speak: dict[int, set[Spoken]] = {}
        self.resting: set[int] = set()
        self.paused: set[FicheKind] = set()
        self.given: dict[UUID, tuple[int, datetime]] = {}
        self.helped = False
        self.delegated: dict[UUID, datetime] = {}
        self.asked: defaultdict[UUID, list[datetime]] = defaultdict(list)
        """When the plan of follow-up asked for a call."""
        self.first_told: dict[UUID, datetime | None] = {}
        self.around = transaction.atomic()
        self.around.__enter__()
        hired(*AGENTS)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    def open_fiche(self, who: int, kind: FicheKind) -> UUID | None:
        """The newest one of that person."""
        known = [(each.created_at, id_) for id_, each in self.people.items() if (each.who, each.kind) == (who, kind)]
        return max((each for each in known if not self.people[each[1]].closed), default=(None, None))[1]

    def kept_fiche(self, who: int, kind: FicheKind) -> UUID | None:
        """The open one, else the newest of those that are closed and hers still: she became a patient zéro, refused, or
        has died."""
        hers = [(id_, each) for id_, each in self.people.items() if (each.who, each.kind) == (who, kind)]
        closed = [(id_, each) for id_, each in hers if each.closure is Closure.CLOSED]
        kept = [(each.created_at, id_) for id_, each in closed if each.became or each.ended]
        return self.open_fiche(who, kind) or max(kept, default=(None, None))[1]

    def still_in(self, contact: UUID | None, day: date) -> UUID | None:
        """That fiche, unless the day is of another episode."""
        if contact is None:
            return None
        over = day > Contact.objects.get(fiche=contact).followed_until + timedelta(days=10)
        return None if over else contact

    def live_ties(self, known: Person) -> list[Tie]:
        """Without those of patients zéro who were declared in error."""
        return [tie for (index, _), tie in known.ties.items() if self.people[index].closure is not Closure.CANCELLED]

    def last_contact(self, known: Person) -> date:
        return max(tie.last_contact for tie in self.live_ties(known))

    def in_household(self, known: Person) -> bool:
        return any(tie.household for tie in self.live_ties(known))

    def holds(self, who: int) -> list[Held]:
        mine = [held for held in self.leases.values() if held.agent == who and held.state == "current"]
        return [held for held in mine if held.expires_at > self.now]

    def callable(self) -> dict[UUID, Person]:
        """Who waits now and is with nobody."""
        if not open_at(self.now, PARIS):
            return {}
        busy = {held.fiche for who in range(len(AGENTS)) for held in self.holds(who)}
        return {
            id_: known
            for id_, known in self.people.items()
            if known.waiting and known.callable_from and known.callable_from <= self.now and id_ not in busy
        }

    def able(self, ids: list[UUID]) -> list[UUID]:
        """Who waits for a call and is with nobody."""
        busy = {held.fiche for one in range(len(AGENTS)) for held in self.holds(one)}
        known = {id_: self.people[id_] for id_ in ids if id_ not in busy and id_ not in self.delegated}
        return [id_ for id_, each in known.items() if each.waiting and each.callable_from]

    def offered(self, who: int) -> dict[UUID, Person]:
        """Those of whom the most urgent is this agent's: whom she was given, else whom the queue lets her call."""
        free, given = self.callable(), self.still_given()
        if who == TRACER:
            theirs = {id_ for id_, until in self.delegated.items() if until > self.now}
            found = {id_: known for id_, known in free.items() if id_ in theirs and known.kind not in self.paused}
            return {id_: known for id_, known in found.items() if self.fits(who, known.language)}
        free = {id_: known for id_, known in free.items() if id_ not in self.delegated}
        mine = {id_: known for id_, known in free.items() if given.get(id_) == who}
        if mine or (who == HELPS and not self.helped):
            return mine
        return {
            id_: known
            for id_, known in free.items()
            if id_ not in given and known.kind not in self.paused and self.fits(who, known.language)
        }

    def still_given(self) -> dict[UUID, int]:
        return {id_: who for id_, (who, until) in self.given.items() if until > self.now}

    def fits(self, who: int, language: Spoken) -> bool:
        """Whether she speaks it, or nobody of her platform who is not at rest does."""
        team = [who] if who in (HELPS, TRACER) else OWN
        heard = {each for one in team if one not in self.resting for each in self.speak.get(one, set())}
        return language not in heard or language in self.speak.get(who, set())

    def urgency(self, known: Person) -> datetime:
        factors = [Factor.POSITIVE] if known.test is TestFact.POSITIVE else []
        if known.kind is FicheKind.CONTACT and self.in_household(known):
            factors.append(Factor.HOUSEHOLD)
        if known.symptoms:
            factors.append(Factor.SYMPTOMS)
        return urgent_at("covid19", known.kind, known.counts_from, *factors, zone=PARIS)
