"""A person's several tests: which sampling a laboratory speaks of, and what all of them together say."""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from contact_covid.tracing.enums import TestFact, TestResult
from contact_covid.tracing.rules.counter import TestDone


class Sampling(NamedTuple):
    """What is recorded of one sampling, corrections apart. ``id`` grows with time (UUIDv7)."""

    id: UUID
    practice: UUID
    test: TestDone


class SamplingNotFound(Exception):
    """No such sampling of this laboratory on the fiche: absent or another's, nobody is told which."""


def meant(
    known: Sequence[Sampling], said: TestDone, *, sampling: UUID | None, practice: UUID | None
) -> Sampling | None:
    """The sampling that ``said`` is about, None when it is about a new one.

    A laboratory speaks of its own samplings only. When it does not say which (``sampling`` None), what it has said
    before is the same again, and a result belongs to its pending sampling of that kind and day.

    Raises ``SamplingNotFound``.
    """
    own = [each for each in known if each.practice == practice]
    if sampling is not None:
        found = next((each for each in own if each.id == sampling), None)
        if found is None:
            raise SamplingNotFound
        return found
    repeated = (each for each in own if each.test == said)
    waiting = (each for each in own if _is_result_of(each.test, said))
    return next(chain(repeated, waiting), None)


def _is_result_of(pending: TestDone, said: TestDone) -> bool:
    same = (pending.done, pending.done_on, pending.kind) == (said.done, said.done_on, said.kind)
    return same and pending.result is TestResult.PENDING is not said.result


def fact_of(samplings: Sequence[Sampling]) -> TestFact:
    """What is known of the person: a positive test stays the fact, whatever is found later, until it is corrected;
    otherwise the last sampling decides (of one day, the one recorded last)."""
    facts = [each.test.fact for each in sorted(samplings, key=_when) if each.test.done]
    if TestFact.POSITIVE in facts:
        return TestFact.POSITIVE
    return facts[-1] if facts else TestFact.NONE


def _when(sampling: Sampling) -> tuple[date, UUID]:
    return sampling.test.done_on or date.min, sampling.id
