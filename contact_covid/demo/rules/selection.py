"""Which index cases of the template a tile keeps, so that the number of contact fiches comes out exact."""

from dataclasses import replace
from random import Random

from contact_covid.demo.rules.template import Case, Template


def contact_fiches(cases: tuple[Case, ...]) -> int:
    """How many contact fiches these cases open: one a person and episode."""
    return len({(naming.contact, naming.episode) for case in cases for naming in case.namings})


def pick(template: Template, wanted: int, dice: Random) -> tuple[Case, ...]:
    """Cases that open exactly ``wanted`` contact fiches, in order of result; chains are followed rather than cut.

    Raises ``ValueError`` when the template has fewer.
    """
    if wanted == contact_fiches(template.cases):
        return template.cases
    by_person = {case.person: case for case in template.cases}
    fiches: set[tuple[int, int]] = set()
    picked: dict[int, Case] = {}
    roots = list(template.cases)
    dice.shuffle(roots)
    for root in roots:
        pending = [root]
        while pending and len(fiches) < wanted:
            case = pending.pop()
            if case.person in picked:
                continue
            picked[case.person] = trimmed = _within(case, fiches, wanted)
            fiches |= {(n.contact, n.episode) for n in trimmed.namings}
            pending += [by_person[n.contact] for n in trimmed.namings if n.contact in by_person]
    if len(fiches) < wanted:
        raise ValueError("the template has fewer contacts")
    return tuple(picked[case.person] for case in template.cases if case.person in picked)


def _within(case: Case, fiches: set[tuple[int, int]], wanted: int) -> Case:
    """The case with as many of its contacts as there is room for, its household first."""
    room = wanted - len(fiches)
    kept = []
    for naming in case.namings:
        opens = (naming.contact, naming.episode) not in fiches
        if room or not opens:
            kept.append(naming)
            room -= opens
    return replace(case, namings=tuple(kept))
