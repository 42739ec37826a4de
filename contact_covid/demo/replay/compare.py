"""The run beside the pure simulation of its queue, and what the order of the queue is worth in infections."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from contact_covid.core.diseases import usual
from contact_covid.core.period import PARIS
from contact_covid.demo.replay.actions.crew import shares as shares_of_agents
from contact_covid.demo.replay.checks import Check
from contact_covid.demo.replay.figures import Figures, Shares, shares
from contact_covid.demo.replay.report import Capacity, Comparison
from contact_covid.demo.replay.rules.averted import Averted, Compliance, averted
from contact_covid.demo.replay.rules.habits import STEP, STEPS_A_DAY, begins
from contact_covid.demo.replay.rules.plan import DEPARTMENTS, FIRST_DAY, Plan
from contact_covid.demo.replay.rules.queue import Order, Queued, simulate, told_contacts
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules import protocol

TOLERANCE = 0.05
_TARGETS = ((FicheKind.INDEX, 4), (FicheKind.CONTACT, 24))
_THIRDS = (1, 2, 3, 4)
"""Of the agents of the run: what an order is worth depends on how scarce they are."""


def end_of(plan: Plan) -> datetime:
    """The last moment of a replay."""
    return begins(plan.last_day, STEPS_A_DAY - 1) + STEP


def compare(plan: Plan, figures: Figures, *, agents: int, compliance: Compliance) -> Comparison:
    """Simulates the queue in each order, with as many agents as the run had, then with fewer and more."""

    simulated = {
        each: {order: simulate(plan, agents=shares_of_agents(each), rules=_rules, order=order) for order in Order}
        for each in _capacities(agents)
    }
    within = {order: _within(_shares(fiches, end_of(plan))) for order, fiches in simulated[agents].items()}
    return Comparison(
        capacities=[
            Capacity(each, **{order.value: _worth(plan, fiches, compliance) for order, fiches in of.items()})
            for each, of in simulated.items()
        ],
        compliance=compliance,
        run=_within(figures.shares),
        by_urgency=within[Order.URGENCY],
        by_arrival=within[Order.ARRIVAL],
    )


def _capacities(agents: int) -> list[int]:
    return sorted({max(len(DEPARTMENTS), round(agents * thirds / 3)) for thirds in _THIRDS})


def simulation_agrees(comparison: Comparison) -> Check:
    """Whether the run came to what the simulation in the order of urgency comes to, within five points."""
    apart = [
        f"{kind.value} {hours} h"
        for kind, hours in _TARGETS
        if abs(comparison.run[kind.value][hours] - comparison.by_urgency[kind.value][hours]) > TOLERANCE
    ]
    return Check("simulation", len(_TARGETS), len(apart), tuple(apart))


def _rules(day: date) -> protocol.Protocol:
    return protocol.in_force(protocol.of_disease(usual()), day)


def _worth(plan: Plan, fiches: list[Queued], compliance: Compliance) -> Averted:
    return averted(plan.world, told_contacts(fiches), first_day=FIRST_DAY, compliance=compliance)


def _shares(fiches: Sequence[Queued], until: datetime) -> Mapping[str, Shares]:
    return {
        kind.value: shares(
            (
                (each.created_at, each.first_call, each.told, PARIS)
                for each in fiches
                if each.kind is kind and each.awaited
            ),
            until,
        )
        for kind in FicheKind
    }


def _within(found: Mapping[str, Shares]) -> Mapping[str, Mapping[int, float]]:
    return {kind: {hours: each.called_within(hours) for hours in (4, 24)} for kind, each in found.items()}
