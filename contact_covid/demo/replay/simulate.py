"""``python -m contact_covid.demo.replay.simulate``: makes the world of a replay with covasim (MIT).

Runs in an environment of its own (``requirements-replay.txt``): covasim brings numpy, pandas, scipy and numba, which
nothing else here needs.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contact_covid.demo.replay.rules.naming import Diagnosed, name
from contact_covid.demo.replay.rules.world import Infection, Naming, World, pack
from contact_covid.demo.rules.template import Person

BETA = 0.68
"""Masks and distance: with covasim's own transmission half of the population is ill within 90 days."""
_START = "2020-05-13"
_FEWEST_SEEDS, _PEOPLE_A_SEED = 20, 1_000
_LAYERS = {"h": "household", "s": "school", "w": "work", "c": "community"}
Met = dict[int, dict[str, list[int]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--beta", type=float, default=BETA, help="transmission, 1: covasim's own")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    world = simulate(people=options.people, days=options.days, seed=options.seed, beta=options.beta)
    draft = options.out.with_suffix(".draft")
    draft.write_bytes(pack(world))
    draft.rename(options.out)


def simulate(*, people: int, days: int, seed: int, beta: float) -> World:
    """Nobody is put in quarantine by covasim: what calls prevent is reckoned afterwards, from its transmissions."""
    os.environ.setdefault("STARSIM_INSTALL_FONTS", "0")
    import covasim  # here only: this file is read by tools that have neither
    import numpy

    met: Met = {}

    class Listening(covasim.contact_tracing):  # type: ignore[misc] # it is not there when types are checked
        """Hears of everybody whom the diagnosed of the day have met, and tells nobody."""

        def identify_contacts(self, sim: Any, trace_inds: Any) -> dict[int, Any]:
            for key, layer in _LAYERS.items() if len(trace_inds) else ():
                ends = [numpy.asarray(end) for end in (sim.people.contacts[key].p1, sim.people.contacts[key].p2)]
                for mine, theirs in (ends, ends[::-1]):
                    among = numpy.isin(mine, trace_inds)
                    for person, friend in zip(mine[among].tolist(), theirs[among].tolist(), strict=True):
                        met.setdefault(person, {}).setdefault(layer, []).append(friend)
            return {}

    sim = covasim.Sim(
        pop_size=people,
        pop_type="hybrid",
        location="france",
        start_day=_START,
        n_days=days,
        pop_infected=max(_FEWEST_SEEDS, people // _PEOPLE_A_SEED),
        rand_seed=seed,
        use_waning=False,
        verbose=0,
        interventions=[
            covasim.change_beta(days=0, changes=beta),
            covasim.test_prob(symp_prob=0.25, asymp_prob=0.002, test_delay=1),
            Listening(),
        ],
    )
    sim.run()
    infections = sorted(_infections(sim, days), key=lambda infection: (infection.day, infection.person))
    namings = tuple(_namings(infections, met))
    named = {i.person for i in infections} | {n.contact for n in namings}
    known = {person.id: person for person in _people(sim, named)}
    return World(people, days, seed, beta, known, tuple(infections), namings)


def _infections(sim: Any, days: int) -> Iterator[Infection]:
    covid = sim.people.covid

    def day(state: Any, person: int) -> int | None:
        """covasim plans ahead: what lies beyond the last day has not happened."""
        value = float(state.raw[person])
        return int(value) if value <= days else None

    for row in sim.people.infection_log:
        person, by = int(row["target"]), row["source"]
        seeded = by is None or str(row["layer"]) not in _LAYERS
        result, onset = day(covid.date_diagnosed, person), day(covid.ti_symptomatic, person)
        sampled = result - 1 if result is not None else None
        if onset is not None and result is not None and onset > result:
            onset = None  # fell ill after the fiche was written
        layer = "" if seeded else _LAYERS[row["layer"]]
        yield Infection(person, None if seeded else int(by), int(row["date"]), layer, onset, sampled, result)


def _namings(infections: list[Infection], met: Met) -> Iterator[Naming]:
    diagnosed_on = {i.person: i.result for i in infections if i.result is not None}
    infected: dict[int, dict[int, tuple[str, int]]] = {}
    for infection in infections:
        if infection.by is not None:
            infected.setdefault(infection.by, {})[infection.person] = (infection.layer, infection.day)
    for case in sorted(infections, key=lambda infection: (infection.result or 0, infection.person)):
        if case.result is not None and case.sampled is not None:
            found = met.get(case.person, {}), infected.get(case.person, {})
            yield from name(Diagnosed(case.person, case.onset, case.sampled, case.result, *found), diagnosed_on)


def _people(sim: Any, named: set[int]) -> Iterator[Person]:
    """Raw columns: covasim's own tables leave out who has died."""
    ages, women, homes = sim.people.age.raw, sim.people.female.raw, sim.people.h.cluster.raw
    for person in sorted(named):
        yield Person(person, int(ages[person]), "F" if women[person] else "M", int(homes[person]))


if __name__ == "__main__":
    main()
