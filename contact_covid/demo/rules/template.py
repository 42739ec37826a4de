"""The shipped outbreak: who was diagnosed when, and whom they named. No names, no places; days count back from loading.

Made by ``build_outbreak`` out of a covasim simulation (MIT). One xz file of CSV lines: ``P,person,age,sex,household``,
``I,person,onset,sampled,result`` and ``K,index,contact,layer,episode,last_contact``;
days are ≤ −1, an absent onset is empty.
"""

import csv
import io
import lzma
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

DAYS = 60


@dataclass(frozen=True, slots=True)
class Person:
    """``household`` links people of one home; persons that nobody shares a home with have one of their own."""

    id: int
    age: int
    sex: str
    household: int


@dataclass(frozen=True, slots=True)
class Naming:
    """A contact named by an index case. ``episode``: 1, or 2 when the person was a contact long before."""

    index: int
    contact: int
    layer: str
    episode: int
    last_contact: int


@dataclass(frozen=True, slots=True)
class Case:
    """A diagnosed person, in order of result, with those named."""

    person: int
    onset: int | None
    sampled: int
    result: int
    namings: tuple[Naming, ...]


@dataclass(frozen=True, slots=True)
class Template:
    people: dict[int, Person]
    cases: tuple[Case, ...]


def pack(template: Template) -> bytes:
    """The shipped file; the same template gives the same bytes."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerows(("P", p.id, p.age, p.sex, p.household) for p in template.people.values())
    for case in template.cases:
        lines.writerow(("I", case.person, "" if case.onset is None else case.onset, case.sampled, case.result))
        lines.writerows(("K", n.index, n.contact, n.layer, n.episode, n.last_contact) for n in case.namings)
    return lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME)


def unpack(packed: bytes) -> Template:
    people: dict[int, Person] = {}
    cases: list[tuple[int, int | None, int, int]] = []
    namings: dict[int, list[Naming]] = {}
    for kind, *values in csv.reader(io.StringIO(lzma.decompress(packed).decode())):
        if kind == "P":
            people[int(values[0])] = Person(int(values[0]), int(values[1]), values[2], int(values[3]))
        elif kind == "I":
            onset = int(values[1]) if values[1] else None
            cases.append((int(values[0]), onset, int(values[2]), int(values[3])))
        else:
            index, contact, layer, episode, last = values
            namings.setdefault(int(index), []).append(Naming(int(index), int(contact), layer, int(episode), int(last)))
    return Template(people, tuple(Case(*case, namings=tuple(namings.get(case[0], ()))) for case in cases))


@cache
def shipped_template() -> Template:
    """The outbreak of this release."""
    return unpack((files("contact_covid.demo") / "data" / "outbreak.csv.xz").read_bytes())
