"""A signal is there exactly when its definition says so: by cases of hand, and against the definition word for word."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.clusters.enums import Ground, Setting
from contact_covid.clusters.rules.signals import (
    Candidate,
    Known,
    Sharing,
    candidates,
    components,
    gathered,
    proposals,
)

DAY = date(2020, 5, 13)
A, B, C, D, E = (UUID(int=n) for n in range(1, 6))
PLACE, CLASS = b"p" * 16, b"c" * 16


def sharing(key: Hashable, fiche: UUID, day: int, ground: Ground = Ground.PLACE) -> Sharing:
    digest = key if isinstance(key, bytes) else b""
    return Sharing(key, ground, fiche, DAY + timedelta(days=day), Setting.SCHOOL, "93", digest)


def at(key: Hashable, *fiches: UUID, ground: Ground = Ground.PLACE) -> list[Sharing]:
    return [sharing(key, fiche, 0, ground) for fiche in fiches]


def found(*shared: Sequence[Sharing]) -> list[Candidate]:
    return candidates([each for rows in shared for each in rows], least=3, span=7)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([0, 0, 0], {0, 1, 2}),
        ([0, 3, 6], {0, 1, 2}),
        ([0, 3, 7], set()),
        ([0, 1], set()),
        ([0, 3, 6, 9], {0, 1, 2, 3}),
        ([0, 20, 21, 22], {1, 2, 3}),
        ([0, 1, 2, 30, 31, 32], {0, 1, 2, 3, 4, 5}),
    ],
)
def test_seven_days_count_both_ends(days: list[int], expected: set[int]) -> None:
    of = {UUID(int=n): DAY + timedelta(days=day) for n, day in enumerate(days)}
    assert gathered(of, least=3, span=7) == {UUID(int=n) for n in expected}


def by_definition(days: Mapping[UUID, date], least: int, span: int) -> set[UUID]:
    """Every case of any ``least`` cases that lie within ``span`` days."""
    near = [
        group
        for group in combinations(days, least)
        if (max(days[each] for each in group) - min(days[each] for each in group)).days < span
    ]
    return {each for group in near for each in group}


cases = st.dictionaries(
    st.integers(1, 9).map(lambda n: UUID(int=n)),
    st.integers(0, 25).map(lambda n: DAY + timedelta(days=n)),
    max_size=9,
)


@given(cases, st.integers(1, 4), st.integers(1, 9))
def test_cases_are_near_as_the_definition_says(days: dict[UUID, date], least: int, span: int) -> None:
    assert gathered(days, least=least, span=span) == by_definition(days, least, span)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 6), st.integers(0, 12)), max_size=25))
def test_a_signal_is_there_iff_the_definition_says_so(world: list[tuple[int, int, int]]) -> None:
    """Of each person one day, at some places."""
    day_of = {who: day for _, who, day in world}
    shared = [sharing(bytes([place]) * 16, UUID(int=who), day_of[who]) for place, who, _ in world]
    told = found(shared)
    wanted = []
    for place in range(4):
        people = {UUID(int=who): DAY + timedelta(days=day_of[who]) for at_, who, _ in world if at_ == place}
        wanted.append(by_definition(people, 3, 7))
    sets = [set(each.cases) for each in told]
    assert all(each in wanted for each in sets)
    assert all(any(near <= each for each in sets) for near in wanted if near)
    assert not any(one < other for one in sets for other in sets)


def test_of_equal_sets_the_narrowest_ground_stands_with_all_digests() -> None:
    [one] = found(at(PLACE, A, B, C), at(CLASS, A, B, C, ground=Ground.GROUP))
    assert (one.ground, one.keys) == (Ground.GROUP, frozenset({PLACE, CLASS}))


def test_a_class_and_its_school_are_two_when_the_school_has_more_cases() -> None:
    told = found(at(PLACE, A, B, C, D), at(CLASS, A, B, C, ground=Ground.GROUP))
    assert {(each.ground, len(each.cases)) for each in told} == {(Ground.PLACE, 4), (Ground.GROUP, 3)}


def test_where_some_only_work_is_a_place() -> None:
    [one] = found([*at(PLACE, A, B), *at(PLACE, C, ground=Ground.WORK)])
    assert one.ground is Ground.PLACE
    [other] = found(at(PLACE, A, B, C, ground=Ground.WORK))
    assert other.ground is Ground.WORK


def next_of(told: Candidate, *known: Known) -> list[tuple[UUID | None, UUID | None]]:
    return [(each.signal, each.cluster) for each in proposals([told], known)]


def test_what_was_proposed_is_not_proposed_again_unless_others_join() -> None:
    [three] = found(at(PLACE, A, B, C))
    [four] = found(at(PLACE, A, B, C, D))
    rejected = Known([PLACE], [A, B, C])
    waiting = Known([PLACE], [A, B, C], signal=E)
    followed = Known([PLACE], [A, B, C], cluster=E)
    assert next_of(three) == [(None, None)]
    assert next_of(three, rejected) == next_of(three, waiting) == next_of(three, followed) == []
    assert next_of(four, rejected) == [(None, None)]
    assert next_of(four, waiting) == [(E, None)]
    assert next_of(four, followed) == [(None, E)]
    assert next_of(four, Known([CLASS], [A, B, C], signal=E)) == [(None, None)]


def test_chains_of_households_are_one_when_they_have_a_case_in_common() -> None:
    [four] = found(at(("chain", 1), A, B, C, D, ground=Ground.HOUSEHOLD))
    assert next_of(four, Known([], [A, B, C], signal=E)) == [(E, None)]
    assert next_of(four, Known([PLACE], [A], signal=E)) == [(None, None)]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12))
def test_components_are_what_is_linked_over_any_number_of_steps(links: list[tuple[int, int]]) -> None:
    stands = components(links)
    groups = [{one, other} for one, other in links]
    for _ in links:
        groups = [set().union(*(each for each in groups if each & group)) for group in groups]
    for group in groups:
        assert len({stands[node] for node in group}) == 1
    assert len(set(stands.values())) == len({frozenset(group) for group in groups})
