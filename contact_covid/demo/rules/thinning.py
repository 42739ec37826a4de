"""From the tables of a covasim run to the shipped template: the last 60 days, and 2.8 to 4 contacts a case.

covasim names everybody met (35 a case); tracers hear of a few. Kept first: the household, those who fall ill later,
those another case named too; the rest by a fixed draw. All draws hash the ids, so that the same tables give the same
template.

Two mentions of one person are less than 15 days apart (one fiche) or more than 34 (a second episode): what lies between
is left out, so that nothing hangs on where a tracer draws the line. Nobody is named after their own diagnosis.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from contact_covid.demo.rules.template import DAYS, Case, Naming, Person, Template

SAME_EPISODE_DAYS = 14
NEW_EPISODE_DAYS = 35
_OTHERS = (1, 2, 2, 3, 3, 4)
_LAYER_WEIGHT = {"household": 1e6, "work": 3.0, "school": 3.0, "community": 1.0}
_OLD_ACQUAINTANCE = 0.04
_ADULT = 18


@dataclass(frozen=True, slots=True)
class _Infected:
    age: int
    sex: str
    household: int
    onset: int | None
    sampled: int | None
    result: int | None


@dataclass(frozen=True, slots=True)
class _Met:
    contact: int
    layer: str


def thin(linelist: Iterable[dict[str, str]], contacts: Iterable[dict[str, str]]) -> Template:
    """The template of a run, from the rows of its ``linelist.csv`` and ``contacts.csv``."""
    rows = list(linelist)
    loading = max(date.fromisoformat(r["date_diagnosis"]) for r in rows if r["date_diagnosis"]).toordinal() + 1
    infected = {int(r["case_id"]): _infected(r, loading) for r in rows}
    met: dict[int, list[_Met]] = {}
    for row in contacts:
        met.setdefault(int(row["index_case"]), []).append(_Met(int(row["contact"]), row["layer"]))
    return _Thinning(infected, met).run()


def _infected(row: dict[str, str], loading: int) -> _Infected:
    def day(column: str) -> int | None:
        return date.fromisoformat(row[column]).toordinal() - loading if row[column] else None

    onset, result = day("date_onset"), day("date_diagnosis")
    if onset is not None and result is not None and onset > result:
        onset = None  # fell ill after the fiche was written
    household = int(float(row["household_id"]))
    return _Infected(int(row["age"]), row["sex"], household, onset, day("date_test"), result)


class _Thinning:
    def __init__(self, infected: dict[int, _Infected], met: dict[int, list[_Met]]) -> None:
        self.infected = infected
        self.met = met
        self.people: dict[int, Person] = {}
        self.homes: dict[int, list[Person]] = {}
        self.mentions: dict[int, tuple[int, int]] = {}  # contact → (day of the latest mention, episode)

    def run(self) -> Template:
        diagnosed = sorted(
            (case.result, person) for person, case in self.infected.items() if case.result and case.result >= -DAYS
        )
        cases = tuple(self._case(person) for _, person in diagnosed)
        return Template(self.people, cases)

    def _case(self, person: int) -> Case:
        case = self.infected[person]
        result, sampled = case.result or 0, case.sampled or 0
        self._person(person, case.household)
        namings = []
        for contact in self._named(person, result):
            self._person_met(contact, person)
            episode = self._episode(contact.contact, result) or 1
            self.mentions[contact.contact] = (result, episode)
            last = self._last_contact(person, contact, case.onset, sampled)
            namings.append(Naming(person, contact.contact, contact.layer, episode, last))
        return Case(person, case.onset, sampled, result, tuple(namings))

    def _named(self, person: int, result: int) -> list[_Met]:
        possible = [m for m in self.met.get(person, ()) if self._may_be_named(m.contact, result)]
        home = [m for m in possible if m.layer == "household"]
        others = sorted(
            {m.contact: m for m in possible if m.layer != "household"}.values(),
            key=lambda m: self._priority(person, m),
        )
        kept = others[: _OTHERS[int(_draw(person, "others") * len(_OTHERS))]]
        if kept and _draw(person, "old") < _OLD_ACQUAINTANCE and (old := self._old_contact(person, result)):
            kept[-1] = old
        names = {m.contact for m in home}
        return home + [m for m in kept if m.contact not in names]

    def _may_be_named(self, contact: int, day: int) -> bool:
        falls_ill = self.infected[contact].result if contact in self.infected else None
        if falls_ill is not None and not 0 < falls_ill - day <= SAME_EPISODE_DAYS:
            return False
        return self._episode(contact, day) is not None

    def _episode(self, contact: int, day: int) -> int | None:
        """1 or 2; none when the latest mention is neither close nor far enough."""
        if contact not in self.mentions:
            return 1
        latest, episode = self.mentions[contact]
        if day - latest <= SAME_EPISODE_DAYS:
            return episode
        return 2 if day - latest >= NEW_EPISODE_DAYS and episode == 1 else None

    def _priority(self, person: int, met: _Met) -> float:
        """Lower comes first."""
        draw = _draw(person, met.contact, "keep") / _LAYER_WEIGHT[met.layer]
        if met.contact in self.mentions and _draw(person, met.contact, "again") < 0.3:
            return draw / 1000
        falls_ill = met.contact in self.infected and self.infected[met.contact].result is not None
        return draw / 100 if falls_ill else draw

    def _old_contact(self, person: int, day: int) -> _Met | None:
        """Someone who was a contact more than a month ago, met again."""
        long_ago = [
            contact
            for contact, (latest, episode) in self.mentions.items()
            if episode == 1 and day - latest >= NEW_EPISODE_DAYS and self._may_be_named(contact, day)
        ]
        return _Met(min(long_ago, key=lambda c: _draw(person, c)), "community") if long_ago else None

    def _last_contact(self, person: int, met: _Met, onset: int | None, sampled: int) -> int:
        if met.layer == "household":
            return sampled
        first = min(onset - 2, sampled) if onset is not None else sampled - 7
        return sampled - int(_draw(person, met.contact, "last") * (sampled - max(first, sampled - 10) + 1))

    def _person(self, person: int, household: int) -> Person:
        if person not in self.people:
            known = self.infected[person]
            self._add(Person(person, known.age, known.sex, household))
        return self.people[person]

    def _person_met(self, met: _Met, index: int) -> None:
        if met.contact in self.people:
            return
        home = self.people[index].household
        if met.contact in self.infected:
            self._person(met.contact, self.infected[met.contact].household)
        elif met.layer == "household":
            self._add(self._relative(met.contact, self.people[index], self.homes[home]))
        else:
            age = _age_met(met, self.people[index].age)
            self._add(Person(met.contact, age, _sex(met.contact), -met.contact))

    def _add(self, person: Person) -> None:
        self.people[person.id] = person
        self.homes.setdefault(person.household, []).append(person)

    def _relative(self, contact: int, index: Person, home: list[Person]) -> Person:
        """A plausible member of the household: partner or parents first, then children; one child in seven a twin."""
        adults = [p for p in home if p.age >= _ADULT]
        children = [p for p in home if p.age < _ADULT]
        sex, age = _sex(contact), 0
        if children and _draw(contact, "twin") < 1 / 7:
            age = children[-1].age
        elif len(adults) < 2 and (children or index.age >= 25):
            partner = adults[0] if adults else None
            age = partner.age + int(_draw(contact, "age") * 9) - 4 if partner else index.age + 24 + contact % 15
            sex = ("M" if partner.sex == "F" else "F") if partner and _draw(contact, "pair") < 0.95 else sex
        elif index.age < _ADULT:
            age = index.age + contact % 9 - 4
        else:
            youngest_parent = min(p.age for p in adults) if adults else index.age
            age = youngest_parent - 22 - int(_draw(contact, "age") * 16)
        return Person(contact, min(max(age, 0), 98), sex, index.household)


def _age_met(met: _Met, index_age: int) -> int:
    draw = _draw(met.contact, "age")
    if met.layer == "school":
        if index_age >= _ADULT:
            return 6 + int(draw * 12)
        return (
            26 + int(draw * 34)
            if _draw(met.contact, "teacher") < 0.1
            else min(max(index_age + int(draw * 3) - 1, 3), 17)
        )
    if met.layer == "work":
        return 19 + int(draw * 45)
    return 1 + int(draw * 90)


def _sex(person: int) -> str:
    return "F" if _draw(person, "sex") < 0.51 else "M"


def _draw(*parts: int | str) -> float:
    """A number in [0, 1) that depends on the parts only."""
    digest = blake2b("/".join(map(str, parts)).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48
