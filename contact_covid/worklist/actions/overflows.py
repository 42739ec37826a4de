"""One platform helps another: opened and closed by a supervisor, or by the service as the queues stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.directory.queries import funds
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.enums import FicheKind
from contact_covid.worklist.board_queries import Queue, queues
from contact_covid.worklist.enums import OverflowErrorCode
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.models import Overflow, QueuePause
from contact_covid.worklist.rules.overflow import Standing, next_standing


class HelpRefused(RuleError):
    """That platform cannot help this one."""


class OverflowNotFound(LookupError):
    """No such help given to or by the actor's fund."""


def ask_for_help(*, actor: Actor, helper: str, now: datetime) -> None:
    """The platform of the fund ``helper`` calls people of the actor's fund from now on; from then on the service may
    ask it too. Raises ``Denied``, ``HelpRefused``."""
    check(actor, Permission.CALL_SUPERVISE)
    known = funds().get(helper)
    if known is None or not known.areas or helper == actor.fund or actor.fund is None:
        raise HelpRefused(OverflowErrorCode.NO_PLATFORM)
    with transaction.atomic():
        Overflow.objects.bulk_create([Overflow(id=new_id(now), fund=actor.fund, helper=helper)], ignore_conflicts=True)
        pair = Overflow.objects.select_for_update().get(fund=actor.fund, helper=helper)
        _move(pair, Standing(is_open=True, decided=True), actor, now)


def decide(*, actor: Actor, overflow: UUID, is_open: bool, now: datetime) -> None:
    """A supervisor of either platform opens or closes the help; that it stands so already changes who decided only.

    Raises ``Denied``, ``OverflowNotFound``.
    """
    check(actor, Permission.CALL_SUPERVISE)
    with transaction.atomic():
        pair = Overflow.objects.select_for_update().filter(id=overflow).first()
        if pair is None or actor.fund not in (pair.fund, pair.helper):
            raise OverflowNotFound
        _move(pair, Standing(is_open=is_open, decided=True), actor, now)


def weigh_queues(*, actor: Actor, now: datetime) -> None:
    """Opens the help where a queue runs past its target, and closes it where all are within theirs again.

    Two statements while nothing changes. Raises ``Denied``.
    """
    check(actor, Permission.CALL_SUPERVISE)
    with transaction.atomic():
        pairs = list(Overflow.objects.select_for_update().order_by("id"))
        if not pairs:
            return
        waiting = queues({pair.fund for pair in pairs}, count_to=1)
        called = _called(waiting)
        for pair in pairs:
            stands = Standing(pair.is_open, pair.decided)
            becomes = next_standing(stands, [queue.oldest for queue in called[pair.fund]], now)
            if becomes != stands:
                _move(pair, becomes, actor, now)


def _called(waiting: Mapping[str, Sequence[Queue]]) -> dict[str, list[Queue]]:
    """Without the queues that are paused: others would not call them either."""
    paused = set(QueuePause.objects.filter(fund__in=waiting).values_list("fund", "kind"))
    return {
        fund: [queue for queue in found if (fund, FicheKind(queue.kind).value) not in paused]
        for fund, found in waiting.items()
    }


def _move(pair: Overflow, becomes: Standing, actor: Actor, now: datetime) -> None:
    changes = becomes.is_open is not pair.is_open
    if changes:
        pair.since, pair.until = (now, None) if becomes.is_open else (pair.since, now if pair.since else None)
        pair.by = None if actor is SYSTEM else actor.author.account
    pair.decided = becomes.decided
    pair.save()
    if changes:
        kind = WorklistEvent.OVERFLOW_OPENED if becomes.is_open else WorklistEvent.OVERFLOW_CLOSED
        surface = Surface.PAGE if actor.session else Surface.JOB
        detail = {"fund": pair.fund, "helper": pair.helper}
        record(Event.by(actor, kind, Purpose.TRACING, surface, detail=detail), now=now)
