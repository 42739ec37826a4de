"""Any sequence of loads leaves the directory as a plain model of it says: no place lost, doubled or left open."""

import shutil
import tempfile
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contact_covid.demo.rules.professional_numbers import rpps
from contact_covid.directory.models import Practice, Professional
from tests.directory.extracts import (
    FINESS_HEADER,
    HOSPITAL,
    LABORATORY,
    PHARMACY,
    activity,
    establishment,
    load,
    written,
)
from tests.directory.test_load_directory import AM_HEADER

PEOPLE = (1, 2, 3)
ADELI = {1: "930000011", 2: "930000022"}
PLACES = ("R1", "R2", "R3")
POSTCODES = {"R1": "93200", "R2": "93100", "R3": "75001"}
STRUCTURES = (PHARMACY, LABORATORY, HOSPITAL)
Works = tuple[int, bool, str, str]
"""Whose place: the serial of the person, whether the file names her by her ADELI number, the place, its street."""

works = st.tuples(st.sampled_from(PEOPLE), st.booleans(), st.sampled_from(PLACES), st.sampled_from(["A", "B"]))


class Loads(RuleBasedStateMachine):
    """The model: by person (as she is known now) and place, the street, whether it is open, the AM number."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.folder = Path(tempfile.mkdtemp())
        self.paired: set[int] = set()
        self.known: dict[tuple[str, str], tuple[str, bool, str]] = {}
        self.structures: dict[str, bool] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        shutil.rmtree(self.folder)

    def named(self, person: int, *, by_adeli: bool) -> str:
        old = by_adeli and person in ADELI
        return f"0{ADELI[person]}" if old and person not in self.paired else f"8{rpps(person)}"

    @rule(rows=st.lists(works, max_size=6), allow=st.booleans(), bad=st.sampled_from((None, *PEOPLE)))
    def annuaire(self, rows: list[Works], *, allow: bool, bad: int | None) -> None:
        lines = [_line(*row) for row in rows] + ([_line(bad, False, "R1", "a|b")] if bad else [])
        file = {(self.named(who, by_adeli=old), place): street for who, old, place, street in reversed(rows)}
        still_open = sum(is_open for _, is_open, _ in self.known.values())
        path = written(self.folder / "annuaire", lines)
        if not allow and (not file or 2 * len(file) < still_open):
            with pytest.raises(CommandError):
                load(annuaire=path)
            return
        told = load(annuaire=path, allow_shrink=allow)["annuaire"]
        assert (told["rows"], told["refused"]) == (len(rows), int(bad is not None))
        spared = f"8{rpps(bad)}" if bad else ""
        for key, (street, is_open, number) in self.known.items():
            self.known[key] = (file.get(key, street), key in file or (is_open and key[0] == spared), number)
        self.known |= {key: (street, True, "") for key, street in file.items() if key not in self.known}

    @rule(rows=st.lists(works, min_size=1, max_size=3))
    def corrections(self, rows: list[Works]) -> None:
        path = written(self.folder / "annuaire", [_line(*row) for row in rows])
        path.write_text(
            "\n".join(
                f"{prefix}|{line}"
                for prefix, line in zip(
                    ["Ligne|Motif", *["7|x"] * len(rows)], path.read_text().splitlines(), strict=True
                )
            )
        )
        load(annuaire=path)
        for who, old, place, street in reversed(rows):
            key = (self.named(who, by_adeli=old), place)
            self.known[key] = (street, True, self.known.get(key, ("", True, ""))[2])

    @rule(person=st.sampled_from(sorted(ADELI)))
    def pairs(self, person: int) -> None:
        load(adeli=written(self.folder / "adeli", [f"{ADELI[person]};{rpps(person)}"], header="N° ADELI;N° RPPS"))
        self.paired.add(person)
        old, new = f"0{ADELI[person]}", f"8{rpps(person)}"
        both = any(who == new for who, _ in self.known)
        for (who, place), (street, is_open, number) in list(self.known.items()):
            if who != old:
                continue
            if both and is_open and (new, place) in self.known:
                kept = self.known[new, place]
                self.known[new, place] = (kept[0], True, kept[2])
            if both and (not is_open or (new, place) in self.known):
                self.known[who, place] = (street, False, number)  # stays behind, closed
            else:
                del self.known[who, place]
                self.known[new, place] = (street, is_open, number)

    @rule(
        person=st.sampled_from(PEOPLE), place=st.sampled_from(PLACES), number=st.sampled_from(["93100001", "93100002"])
    )
    def am_number(self, person: int, place: str, number: str) -> None:
        line = f"{rpps(person)};{number};;{POSTCODES[place]};931;none;non"
        told = load(am=written(self.folder / "am", [line], header=AM_HEADER))["am"]
        who = f"8{rpps(person)}"
        found = self.known.get((who, place))
        assert told["refused"] == int(not (found and found[1]))
        if found and found[1]:
            for key, (street, is_open, other) in self.known.items():
                if key[0] == who and other == number:
                    self.known[key] = (street, is_open, "")
            self.known[who, place] = (found[0], True, number)

    @rule(kept=st.sets(st.sampled_from(STRUCTURES), min_size=1))
    def finess(self, kept: set[str]) -> None:
        lines = [establishment(number, "620", "3301") for number in sorted(kept)]
        load(finess=written(self.folder / "finess", lines, header=FINESS_HEADER), allow_shrink=True)
        self.structures = dict.fromkeys(self.structures, False) | dict.fromkeys(kept, True)

    @invariant()
    def directory_is_as_the_model_says(self) -> None:
        rows = Practice.objects.filter(professional__isnull=False).select_related("professional")
        held = {
            (p.professional.national_id, p.place): (p.street[-1], p.active, p.number) for p in rows if p.professional
        }
        assert held == self.known
        assert len(rows) == len(held)
        own = Practice.objects.filter(professional=None).values_list("number", "active")
        assert dict(own) == self.structures
        people = list(Professional.objects.values_list("national_id", flat=True))
        assert len(people) == len(set(people))


def _line(person: int, by_adeli: bool, place: str, street: str) -> str:
    number = {"kind": "0", "rpps": ADELI[person]} if by_adeli and person in ADELI else {}
    return activity(person, place=place, street=street, postcode=POSTCODES[place], **number)


@pytest.mark.usefixtures("reference")
def test_any_sequence_of_loads() -> None:
    run_state_machine_as_test(
        Loads,
        settings=settings(
            max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
