"""The world of a replay: who infected whom and when, who fell ill, was tested and diagnosed, whom each case names.

Made by ``replay.simulate`` out of a covasim simulation (MIT), in an environment of its own: nothing here needs more
than the standard library. Kept as one xz file of CSV lines: ``W,people,days,seed,beta``,
``P,person,age,sex,household``, ``I,person,by,day,layer,onset,sampled,result`` and
``K,index,contact,layer,last_contact``. Days count from 0, the first of the simulation; what is absent is empty.
"""

import csv
import io
import lzma
from dataclasses import dataclass

from contact_covid.demo.rules.template import Person


class WorldUnreadable(Exception):
    """The file is no world."""


@dataclass(frozen=True, slots=True)
class Infection:
    """``by`` and ``layer``: None and "" for those who brought the disease. ``sampled`` and ``result``: of the positive
    test, None for who was never diagnosed."""

    person: int
    by: int | None
    day: int
    layer: str
    onset: int | None
    sampled: int | None
    result: int | None


@dataclass(frozen=True, slots=True)
class Naming:
    """A contact whom a diagnosed person names."""

    index: int
    contact: int
    layer: str
    last_contact: int


@dataclass(frozen=True, slots=True)
class World:
    """``population``: of the simulation, most of whom never appear; ``beta``: its transmission, 1 for covasim's own."""

    population: int
    days: int
    seed: int
    beta: float
    people: dict[int, Person]
    infections: tuple[Infection, ...]
    namings: tuple[Naming, ...]

    @property
    def diagnosed(self) -> int:
        return sum(infection.result is not None for infection in self.infections)


def pack(world: World) -> bytes:
    """The file; the same world gives the same bytes."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("W", world.population, world.days, world.seed, world.beta))
    lines.writerows(("P", p.id, p.age, p.sex, p.household) for p in world.people.values())
    lines.writerows(("I", i.person, i.by, i.day, i.layer, i.onset, i.sampled, i.result) for i in world.infections)
    lines.writerows(("K", n.index, n.contact, n.layer, n.last_contact) for n in world.namings)
    return lzma.compress(text.getvalue().encode())


def unpack(packed: bytes) -> World:
    """Raises ``WorldUnreadable``."""
    try:
        rows = list(csv.reader(io.StringIO(lzma.decompress(packed).decode())))
        _, population, days, seed, beta = rows[0]
        people = [Person(int(r[1]), int(r[2]), r[3], int(r[4])) for r in rows if r[0] == "P"]
        infections = [_infection(r) for r in rows if r[0] == "I"]
        namings = [Naming(int(r[1]), int(r[2]), r[3], int(r[4])) for r in rows if r[0] == "K"]
    except (lzma.LZMAError, EOFError, UnicodeDecodeError, ValueError, IndexError) as error:
        raise WorldUnreadable from error
    known = {person.id: person for person in people}
    return World(int(population), int(days), int(seed), float(beta), known, tuple(infections), tuple(namings))


def _infection(row: list[str]) -> Infection:
    _, person, by, day, layer, onset, sampled, result = row
    return Infection(int(person), _day(by), int(day), layer, _day(onset), _day(sampled), _day(result))


def _day(text: str) -> int | None:
    return int(text) if text else None
