"""Loads the demo outbreak: the generated days handed to the batch actions, one transaction a day of a block."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from contact_covid.access.actor import SYSTEM
from contact_covid.core.period import PARIS
from contact_covid.core.rules.arrays import array
from contact_covid.demo.actions.cast import Cast
from contact_covid.demo.actions.pool import spread
from contact_covid.demo.models import Load, LoadedDay
from contact_covid.demo.rules import fiches as demo
from contact_covid.demo.rules.outbreak import Size, blocks, generate_block, wanted_contacts
from contact_covid.demo.rules.schedule import Batch, Schedule
from contact_covid.directory.queries import departments
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.calls import CallMade, record_calls
from contact_covid.tracing.actions.counter import Visit, record_visits
from contact_covid.tracing.actions.registration import register
from contact_covid.tracing.enums import Call
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.counter import Masks, TestDone
from contact_covid.tracing.rules.registration import Dossier, NamedContact
from contact_covid.tracing.rules.states import Facts, ForbiddenTransition, move_call

SEED = 20200513
# What happened in that time is written together: hours where few things happen, so that an outbreak loads quickly.
SLOT, SLOT_OF_SMALL = timedelta(hours=4), timedelta(hours=3)
_LINKS = """INSERT INTO demo_fiche (size, number, fiche, nir_holder)
    SELECT %s, number, fiche, holder FROM unnest(%s::int[], %s::uuid[], %s::text[]) AS given (number, fiche, holder)"""
_KNOWN = "SELECT number, fiche FROM demo_fiche WHERE size = %s AND number = ANY(%s::int[])"
# Of the day's transaction only. A day that a crash of the server takes back is loaded again, so its commit need not
# wait for the disk. Plans made while the tables are empty are kept while they grow: they must not read whole tables.
_SETTINGS = """SELECT pg_advisory_xact_lock(%s, %s), set_config('synchronous_commit', 'off', true),
    set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)"""
# No more people than ``register`` locks one by one: those of another process must not wait.
_DOSSIERS_TOGETHER = 100
_SMALL = 5_000
_LOCK = 0x64656D70


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the contacts' fiches are in."""

    done: int
    wanted: int


def begin(*, size: Size, now: datetime) -> Load:
    """The loading of this size, which may have begun, or even ended, before."""
    started, _ = Load.objects.get_or_create(
        size=str(size), defaults={"day": now.astimezone(PARIS).date(), "started_at": now}
    )
    return started


def load_outbreak(*, size: Size, cast: Cast, now: datetime, processes: int = 1) -> Generator[Progress, None, None]:
    """Loads the days that are not in yet, telling after each how far it has come; whoever stops asking stops it.

    Each day of a block is one transaction: after a cut, another call goes on with the same outbreak, dates included,
    with whatever number of ``processes``; with more than one, nobody may be within a transaction. Keys and partitions
    of the months written must exist. Raises what the actions of ``tracing`` raise.
    """
    load = begin(size=size, now=now)
    if load.done_at:
        return
    done, wanted = 0, wanted_contacts(size)
    for new in spread(partial(_load_block, load, size, cast, now), blocks(size), processes=processes):
        done += new
        yield Progress(done, wanted)
    Load.objects.filter(size=load.size).update(done_at=now)


def _load_block(load: Load, size: Size, cast: Cast, now: datetime, block: int) -> Iterator[int]:
    """Loads a block, telling after each day how many contacts' fiches that day has."""
    wanted = wanted_contacts(size)
    zones = {code: ZoneInfo(row.timezone) for code, row in departments().items()}
    slot = SLOT if wanted > _SMALL else SLOT_OF_SMALL
    loading = _Loading(load, cast, Schedule(zones=zones, slot=slot, latest=load.started_at))
    # Another seed for each size: two outbreaks in one database are of other people.
    for day in generate_block(size, block, seed=SEED + wanted, today=load.day):
        loading.load(day, now)
        yield sum(contact.new for index in day.index_cases for contact in index.contacts)


class _Loading:
    """Writes days; remembers which fiche each number of the outbreak became."""

    def __init__(self, load: Load, cast: Cast, schedule: Schedule) -> None:
        self._load = load
        self._cast = cast
        self._schedule = schedule
        self._fiches: dict[int, UUID] = {}
        self._new: list[tuple[int, UUID, str]] = []
        self._skipped = 0

    def load(self, day: demo.DemoDay, now: datetime) -> None:
        """All of a day, unless it is in already."""
        batches = list(self._schedule.batches(day))
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_SETTINGS, [_LOCK, day.block])
            if LoadedDay.objects.filter(load=self._load, block=day.block, day=day.day).exists():
                return
            self._new, self._skipped = [], 0
            for batch in batches:
                self._write(batch, day.day)
            self._write_links()
            LoadedDay.objects.create(load=self._load, block=day.block, day=day.day, done_at=now, skipped=self._skipped)

    def _write(self, batch: Batch, day: date) -> None:
        index_cases = [event for event in batch.events if isinstance(event, demo.DemoIndex)]
        calls = [event for event in batch.events if isinstance(event, demo.DemoCall)]
        visits = [event for event in batch.events if isinstance(event, demo.DemoTest | demo.DemoMasks)]
        self._know(event.fiche for event in (*calls, *visits))
        for first in range(0, len(index_cases), _DOSSIERS_TOGETHER):
            self._register(index_cases[first : first + _DOSSIERS_TOGETHER], batch.now)
        if visits:
            record_visits(actor=SYSTEM, visits=[self._visit(event, day) for event in visits], now=batch.now)
        if calls:
            self._record_calls([self._call(event) for event in calls], batch.now)

    def _register(self, index_cases: Sequence[demo.DemoIndex], now: datetime) -> None:
        dossiers = [self._dossier(index) for index in index_cases]
        for index, found in zip(index_cases, register(actor=SYSTEM, dossiers=dossiers, now=now), strict=True):
            self._remember(index.fiche, found.index.id, index.person.identity)
            for contact, fiche in zip(index.contacts, found.contacts, strict=True):
                if contact.new:
                    self._remember(contact.fiche, fiche.id, contact.person.identity)

    def _remember(self, number: int, fiche: UUID, identity: Identity) -> None:
        self._fiches[number] = fiche
        holder = identity.nir_holder if identity.nir else ""
        self._new.append((number, fiche, holder))

    def _write_links(self) -> None:
        columns = map(array, zip(*self._new, strict=True)) if self._new else ("{}", "{}", "{}")
        with connection.cursor() as cursor:
            cursor.execute(_LINKS, [self._load.size, *columns])

    def _know(self, numbers: Iterable[int]) -> None:
        """Brings from the database what another run has loaded."""
        missing = {number for number in numbers if number not in self._fiches}
        if missing:
            with connection.cursor() as cursor:
                cursor.execute(_KNOWN, [self._load.size, array(missing)])
                self._fiches.update(cursor.fetchall())

    def _dossier(self, index: demo.DemoIndex) -> Dossier:
        return Dossier(
            identity=index.person.identity,
            department=index.person.department,
            consent=index.consent,
            onset=index.onset,
            sampled_on=index.sampled_on,
            result_on=index.result_on,
            test_kind=index.test_kind,
            health_worker=index.health_worker,
            social_support=index.social_support,
            author=self._cast.registrars[index.registrar],
            contacts=[_named(contact) for contact in index.contacts],
        )

    def _visit(self, event: demo.DemoTest | demo.DemoMasks, day: date) -> Visit:
        fiche = self._fiches[event.fiche]
        if isinstance(event, demo.DemoTest):
            test = TestDone(True, event.sampled_on, event.kind, event.result, event.result_on)  # noqa: FBT003
            return Visit(fiche, test=test, author=self._cast.laboratories[event.laboratory])
        masks = Masks(delivered=True, quantity=event.quantity, delivered_on=day)
        return Visit(fiche, masks=masks, author=self._cast.pharmacies[event.pharmacy])

    def _call(self, event: demo.DemoCall) -> CallMade:
        platform = self._cast.platforms[self._schedule.department_of(event.fiche)]
        return CallMade(self._fiches[event.fiche], event.outcome, author=platform)

    def _record_calls(self, calls: Sequence[CallMade], now: datetime) -> None:
        try:
            record_calls(actor=SYSTEM, calls=calls, now=now)
        except ForbiddenTransition:
            if allowed := self._allowed(calls):
                record_calls(actor=SYSTEM, calls=allowed, now=now)

    def _allowed(self, calls: Sequence[CallMade]) -> list[CallMade]:
        """Those that the tables of states allow; the others are counted."""
        ids = [call.fiche for call in calls]
        known = {fiche: Facts(Call(call)) for fiche, call in Fiche.objects.filter(id__in=ids).values_list("id", "call")}
        allowed = []
        for call in calls:
            try:
                known[call.fiche] = move_call(known[call.fiche], call.call or known[call.fiche].call)
            except ForbiddenTransition:
                self._skipped += 1
            else:
                allowed.append(call)
        return allowed


def _named(contact: demo.NamedContact) -> NamedContact:
    return NamedContact(
        identity=contact.person.identity,
        department=contact.person.department,
        consent=contact.consent,
        last_contact=contact.last_contact,
        same_household=contact.same_household,
        circumstance=contact.circumstance,
    )
