"""The pure parts of a replay: worlds, who is named, how calls end, the simulated queue, what is averted."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.live import percentile
from contact_covid.core.period import PARIS
from contact_covid.demo.replay import live
from contact_covid.demo.replay.actions.crew import shares
from contact_covid.demo.replay.compare import simulation_agrees
from contact_covid.demo.replay.report import Capacity, Comparison
from contact_covid.demo.replay.rules.averted import Averted, Compliance, averted
from contact_covid.demo.replay.rules.habits import CALLS_A_DAY, STEP, STEPS_A_DAY, begins, outcome, works
from contact_covid.demo.replay.rules.naming import Diagnosed, name
from contact_covid.demo.replay.rules.plan import FIRST_DAY, Plan, plan
from contact_covid.demo.replay.rules.queue import KEYS, Order, Queued, simulate
from contact_covid.demo.replay.rules.world import Infection, Naming, World, WorldUnreadable, pack, unpack
from contact_covid.demo.rules.template import Person
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules import protocol
from contact_covid.tracing.rules.call_hours import add_call_time, open_at
from contact_covid.tracing.rules.urgency import held, urgent_at
from contact_covid.worklist.enums import Outcome

WORLD = Path(__file__).parent / "data" / "world.csv.xz"
FIRST = begins(FIRST_DAY, 0)


def rules(day: date) -> protocol.Protocol:
    return protocol.in_force(protocol.of_disease("covid19"), day)


@pytest.fixture(scope="module")
def world() -> World:
    return unpack(WORLD.read_bytes())


@pytest.fixture(scope="module")
def planned(world: World) -> Plan:
    return plan(world)


def test_a_world_is_read_as_it_was_written(world: World) -> None:
    assert unpack(pack(world)) == world
    assert {naming.contact for naming in world.namings} <= world.people.keys()


@pytest.mark.parametrize("content", [b"", b"no xz", pack(World(1, 1, 1, 1.0, {}, (), ()))[:-9]])
def test_what_is_no_world_is_refused(content: bytes) -> None:
    with pytest.raises(WorldUnreadable):
        unpack(content)


def test_a_case_names_as_many_as_tracers_hear_of(world: World) -> None:
    assert 2.8 <= len(world.namings) / world.diagnosed <= 4


people = st.integers(0, 40)


@given(
    home=st.sets(people, max_size=5),
    met=st.sets(people, max_size=30),
    infected=st.dictionaries(people, st.integers(0, 20), max_size=5),
    diagnosed_on=st.dictionaries(people, st.integers(0, 25), max_size=10),
)
def test_the_household_is_always_named_and_nobody_who_was_diagnosed(
    home: set[int], met: set[int], infected: dict[int, int], diagnosed_on: dict[int, int]
) -> None:
    spread = {person: ("work", day) for person, day in infected.items()}
    case = Diagnosed(7, 8, 10, 12, {"household": [*home], "work": [*met]}, spread)
    named = {naming.contact: naming for naming in name(case, diagnosed_on)}
    known = {person for person, day in diagnosed_on.items() if day <= 12} | {7}
    assert home - known <= named.keys()
    assert not named.keys() & known
    assert 0 <= len(named) - len(home - known) <= 4
    assert all(naming.last_contact <= 10 for naming in named.values())


def test_the_same_world_gives_the_same_plan_whose_people_are_all_different(world: World, planned: Plan) -> None:
    assert plan(world) == planned
    assert len({resident.identity for resident in planned.residents.values()}) == len(planned.residents)
    moments = [each.moment for each in planned.registrations] + [each.moment for each in planned.visits]
    assert all(open_at(moment, PARIS) for moment in moments)


@pytest.mark.parametrize("agent", [0, 1, 2])
def test_an_agent_makes_so_many_calls_a_day(agent: int) -> None:
    assert sum(works(agent, step) for step in range(STEPS_A_DAY)) == CALLS_A_DAY == 25


@pytest.mark.parametrize(
    ("agents", "expected"), [(2, {"93": 1, "94": 1}), (6, {"93": 4, "94": 2}), (40, {"93": 26, "94": 14})]
)
def test_agents_are_shared_as_the_people_are(agents: int, expected: dict[str, int]) -> None:
    assert shares(agents) == expected


def test_nine_in_ten_are_reached_by_the_ladder() -> None:
    ends = [
        [outcome(person, FicheKind.CONTACT, tries, telephone=True, seed=1) for tries in range(4)]
        for person in range(2_000)
    ]
    assert 0.85 < sum(Outcome.INFORMED in each for each in ends) / len(ends) < 0.97
    assert outcome(1, FicheKind.CONTACT, 0, telephone=False, seed=1) is Outcome.WRONG_NUMBER


# --- The simulated queue ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(Order))
def test_with_agents_enough_everybody_is_called_at_once_in_either_order(planned: Plan, order: Order) -> None:
    fiches = simulate(planned, agents={"93": 20, "94": 20}, rules=rules, order=order)
    assert {fiche.person for fiche in fiches if fiche.kind is FicheKind.INDEX} == {
        each.person for each in planned.registrations
    }
    for fiche in fiches:
        assert fiche.first_call is None or fiche.first_call <= add_call_time(
            fiche.created_at, timedelta(hours=4), PARIS
        )
        assert [made.outcome for made in fiche.made].count(Outcome.INFORMED) <= 1


def test_where_agents_are_few_patients_zero_come_first_by_urgency(planned: Plan) -> None:
    def late(order: Order) -> int:
        fiches = simulate(planned, agents={"93": 1, "94": 1}, rules=rules, order=order)
        return sum(map(was_late, fiches))

    def was_late(fiche: Queued) -> bool:
        by = add_call_time(fiche.created_at, timedelta(hours=4), PARIS)
        return fiche.kind is FicheKind.INDEX and (fiche.first_call is None or fiche.first_call > by)

    assert late(Order.URGENCY) < late(Order.ARRIVAL)


@pytest.mark.parametrize("order", list(Order))
def test_one_agent_makes_one_call_a_quarter_of_an_hour_whoever_is_hurried(planned: Plan, order: Order) -> None:
    fiches = simulate(planned, agents={"93": 1, "94": 1}, rules=rules, order=order)
    quarters = Counter((fiche.department, (made.at - FIRST) // STEP) for fiche in fiches for made in fiche.made)
    assert quarters.total() > 100
    assert set(quarters.values()) == {1}
    pauses = [later.at - made.at for fiche in fiches for made, later in pairwise(fiche.made)]
    assert min(pauses) > timedelta(hours=2)  # and nobody is called again before the ladder says so


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (Order.URGENCY, "positive aged plain"),
        (Order.TARGETS, "positive plain aged"),
        (Order.ARRIVAL, "plain aged positive"),
    ],
)
def test_orders_differ_by_what_they_weigh(order: Order, first: str) -> None:
    waiting = {
        factors: Queued(
            1, FicheKind.INDEX, at, "93", urgent_at("covid19", FicheKind.INDEX, at, *held(factors), zone=PARIS), at
        )
        for minutes, factors in enumerate(("plain", "aged", "positive"))
        if (at := FIRST + timedelta(minutes=minutes))
    }
    for factors, fiche in waiting.items():
        fiche.factors = factors
    assert sorted(waiting, key=lambda factors: KEYS[order](waiting[factors])) == first.split()


# --- Infections averted ----------------------------------------------------------------------------------------------

NOON_OF_DAY_3 = begins(FIRST_DAY + timedelta(days=3), 16)
UNTIL = FIRST_DAY + timedelta(days=10)


def infection(person: int, by: int | None, day: int, layer: str = "work", result: int | None = None) -> Infection:
    return Infection(person, by, day, layer, None, None if result is None else result - 1, result)


def small(*infections: Infection) -> World:
    return World(10, 20, 1, 1.0, {1: Person(1, 40, "F", 1)}, infections, ())


@pytest.mark.parametrize(
    ("transmission", "expected"),
    [
        (infection(2, 1, 2), 0.0),  # the day before she was told
        (infection(2, 1, 3), 0.35),  # at noon half of the day was over
        (infection(2, 1, 4), 0.7),
        (infection(2, 1, 10, "household"), 0.3),
        (infection(2, 1, 11), 0.0),  # her isolation was over
        (infection(2, 9, 5), 0.0),  # somebody else's
    ],
)
def test_what_a_told_contact_would_have_transmitted_is_averted(transmission: Infection, expected: float) -> None:
    world = small(infection(1, None, 0), transmission)
    found = averted(world, [(1, NOON_OF_DAY_3, UNTIL)], first_day=FIRST_DAY, compliance=Compliance())
    assert found.direct == pytest.approx(expected)


def test_after_her_own_diagnosis_nothing_more_is_averted() -> None:
    world = small(infection(1, None, 0, result=5), infection(2, 1, 5), infection(3, 1, 6))
    found = averted(world, [(1, NOON_OF_DAY_3, UNTIL)], first_day=FIRST_DAY, compliance=Compliance(1, 1))
    assert found.direct == pytest.approx(1)


def test_what_follows_from_an_averted_infection_is_averted_too() -> None:
    world = small(infection(1, None, 0), infection(2, 1, 5), infection(3, 2, 8), infection(4, 3, 12))
    found = averted(world, [(1, NOON_OF_DAY_3, UNTIL)], first_day=FIRST_DAY, compliance=Compliance())
    assert found.direct == pytest.approx(0.7)
    assert found.with_descendants == pytest.approx(2.1)


# --- What is told ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("run", "violations"), [(0.80, 0), (0.76, 0), (0.70, 1)])
def test_a_run_that_leaves_the_simulation_is_told(run: float, violations: int) -> None:
    within = {"index": {4: 0.9, 24: 1.0}, "contact": {4: 0.5, 24: 0.8}}
    told = Comparison([], Compliance(), within, within, within)
    moved = replace(told, run={**within, "contact": {4: 0.5, 24: run}})
    assert simulation_agrees(moved).violations == violations


@pytest.mark.parametrize(("urgency", "arrival", "gain"), [(69.9, 79.5, -0.12), (10, 0, 0.0)])
def test_the_gain_is_that_over_first_come_first_served(urgency: float, arrival: float, gain: float) -> None:
    found = Capacity(2, Averted(urgency, 0), Averted(1, 0), Averted(arrival, 0))
    assert found.gain == pytest.approx(gain, abs=0.005)


def test_errors_of_live_requests_are_a_violation(tmp_path: Path) -> None:
    waited = {"p50": 1.0, "p95": 2.0, "p99": 3.0}
    trade = {"clients": 1, "turns": 2, "requests": 5, "a_minute": 5, "milliseconds": waited}
    together = {"clients": 4, "turns": 8, "requests": 20, "a_minute": 20, "milliseconds": waited}
    trades = dict.fromkeys(("physician", "agent", "laboratory", "pharmacy"), trade)
    file = tmp_path / "requests.json"
    told = {"trades": trades, "together": together, "errors": ["WrongAnswer 500"]}
    file.write_text(json.dumps(told | {"began": "2020-05-13T08:00:00+00:00"}))
    rows, check, since = live.read(file)
    assert (check.of, check.violations, check.examples) == (20, 1, ("WrongAnswer 500",))
    assert len(rows) == 6
    assert rows[-1] == ("tous à la fois", "4", "8", "20", "20", "1", "2", "3")
    assert since == datetime(2020, 5, 13, 8, tzinfo=UTC)


@pytest.mark.parametrize(("share", "expected"), [(50, 20.0), (95, 40.0), (99, 40.0)])
def test_a_percentile_is_a_value_that_was_seen(share: int, expected: float) -> None:
    assert percentile([0.01, 0.02, 0.03, 0.04], share) == expected
    assert percentile([], share) == 0


@pytest.mark.parametrize("hour", range(24))
def test_it_is_noon_somewhere(hour: int) -> None:
    now = datetime(2020, 5, 13, hour, 30, tzinfo=UTC)
    assert now.astimezone(ZoneInfo(live.zone_at_noon(now))).hour == 12


def test_naming_is_kept_in_the_world() -> None:
    world = replace(small(), namings=(Naming(1, 2, "work", 3),))
    assert unpack(pack(world)).namings == world.namings
