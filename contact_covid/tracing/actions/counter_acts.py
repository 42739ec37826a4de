"""What a visit's act makes of the records it meets: masks given or corrected; a sampling, its result, a correction."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contact_covid.core.ids import new_id
from contact_covid.core.period import day_start
from contact_covid.tracing.actions.counter_sql import MasksGiven, Tested
from contact_covid.tracing.queries import CounterFiche, MasksRecord
from contact_covid.tracing.rules.counter import CounterError, CounterErrorCode, Masks, TestDone
from contact_covid.tracing.rules.masks import MaskRules
from contact_covid.tracing.rules.samplings import Sampling, fact_of, meant
from contact_covid.tracing.rules.states import Facts, move_test


def masks_given(
    fiche: CounterFiche, said: Masks, rules: MaskRules, *, same_household: bool, practice: UUID, now: datetime
) -> MasksGiven | None:
    """The record to write, None when it would repeat the current one.

    A person is entitled once an episode: masks that were given stand against any others, and their own pharmacy
    corrects what it recorded the same day. Raises ``CounterError``.
    """
    if said.delivered and said.quantity is None:
        said = replace(said, quantity=rules.entitled(same_household=same_household))
    current = fiche.current_masks
    if current and current.said == said and current.practice_id == practice:
        return None
    if current and current.delivered:
        _check_correction(current, practice, now)
    return MasksGiven(said, rules.version if said.delivered else "", current.id if current else None)


def _check_correction(given: MasksRecord, practice: UUID, now: datetime) -> None:
    if given.practice_id != practice:
        raise CounterError(CounterErrorCode.ALREADY_DELIVERED)
    if given.recorded_at < day_start(now):
        raise CounterError(CounterErrorCode.CORRECTION_OVER)


def tested(
    fiche: CounterFiche, said: TestDone, *, sampling: UUID | None, practice: UUID, now: datetime
) -> Tested | None:
    """The record to write, None when it would repeat what is recorded of the sampling.

    Raises ``SamplingNotFound``.
    """
    about = meant(_samplings(fiche), said, sampling=sampling, practice=practice)
    if about is None:
        return Tested(said, new_id(now), None)
    if about.test == said:
        return None
    [corrected] = [known.id for known in fiche.current_tests if known.sampling == about.id]
    return Tested(said, about.id, corrected)


def facts_after(fiche: CounterFiche, act: Tested | None, practice: UUID) -> Facts:
    """The facts of the fiche once ``act`` is written: all its samplings together make the one of the test."""
    if act is None:
        return fiche.facts
    others = [known for known in _samplings(fiche) if known.id != act.sampling]
    return move_test(fiche.facts, fact_of([*others, Sampling(act.sampling, practice, act.said)]))


def _samplings(fiche: CounterFiche) -> list[Sampling]:
    return [Sampling(known.sampling, known.practice_id, known.said) for known in fiche.current_tests]
