"""Hand-over of a patient zéro from a platform to the agency of her region. It speaks fiche numbers only."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.enums import HandOverAnswer, HandOverReason, HandOverState
from contact_covid.clusters.events import ClustersEvent
from contact_covid.clusters.models import HandOver
from contact_covid.clusters.queries import policy_of_the_day
from contact_covid.clusters.rules.transitions import HAND_OVER_TRANSITIONS, move
from contact_covid.core.errors import RuleError
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.directory.queries import zone_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail
from contact_covid.messaging.actions import Outgoing, send
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.rules.contents import HandOverAlert
from contact_covid.tracing.actions.agency import give_back, take_over
from contact_covid.tracing.doubles_queries import led_to
from contact_covid.tracing.enums import Closure, FicheKind
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import visible_to
from contact_covid.tracing.rules.call_hours import add_call_time

REFUSALS = (
    HandOverAnswer.NOT_LEVEL_3,
    HandOverAnswer.OTHER_REGION,
    HandOverAnswer.KNOWN,
    HandOverAnswer.INCOMPLETE,
)
RETURNS = (HandOverAnswer.FOLLOWED, *REFUSALS)


class HandOverErrorCode(StrEnum):
    UNKNOWN = "hand_over.unknown"
    ALREADY = "hand_over.already"
    NO_REGION = "hand_over.no_region"


class HandOverRefused(RuleError):
    """This fiche cannot be handed over."""


class HandOverNotFound(LookupError):
    """No such hand-over to the actor's region, or from her fund: nobody is told whether there is one of another."""


def hand_over(
    *, actor: Actor, number: str, reason: HandOverReason, page: str, submission: Submission, now: datetime
) -> UUID:
    """Proposes a patient zéro of the actor's fund, by the number of her fiche (as stored), to the agency of her region.

    The agency's mailbox gets the number, until when to answer, and ``page``, the address of its list.

    Raises ``Denied``, ``HandOverRefused``, ``AlreadyRecorded`` (its target is the hand-over), ``KeyMissing``.
    """
    check(actor, Permission.HAND_OVER_ASK)
    known = visible_to(actor, now).filter(number=number, kind=FicheKind.INDEX, closure=Closure.OPEN)
    with transaction.atomic():
        asked = new_id(now)
        use_up(actor.author.account, submission, target=asked, now=now)
        fiche = known.select_for_update(no_key=True).first()
        if fiche is None:
            raise HandOverRefused(HandOverErrorCode.UNKNOWN)
        if not fiche.region:
            raise HandOverRefused(HandOverErrorCode.NO_REGION)
        proposed = _propose(actor, asked, fiche, reason, now)
        _alert(proposed, fiche, page, now)
        _record(actor, ClustersEvent.HAND_OVER_ASKED, proposed, fiche.number, now, reason=reason.value)
    return proposed.id


def _propose(actor: Actor, id_: UUID, fiche: Fiche, reason: HandOverReason, now: datetime) -> HandOver:
    """Raises ``HandOverRefused`` when the fiche is proposed, or with the agency, already."""
    proposed = HandOver(
        id=id_,
        fiche=fiche,
        fund=actor.fund or "",
        region=fiche.region,
        reason=reason,
        asked_by=actor.author.account,
        asked_at=now,
        answer_due_at=add_call_time(now, policy_of_the_day(fiche.disease, now).answer_time, zone_of(fiche.department)),
    )
    try:
        with transaction.atomic():
            proposed.save(force_insert=True)
    except IntegrityError:
        raise HandOverRefused(HandOverErrorCode.ALREADY) from None
    return proposed


def _alert(proposed: HandOver, fiche: Fiche, page: str, now: datetime) -> None:
    """Numbers only: who reads the mailbox learns neither a name nor anything of a person's health."""
    mailbox = settings.REGION_MAILBOXES.get(proposed.region, "")
    if mailbox:
        content = HandOverAlert(page=page, number=fiche.number, due_at=proposed.answer_due_at)
        send(
            messages=[Outgoing(Channel.EMAIL, Language.FRENCH, mailbox, content, fiche.id, fiche.number)],
            now=now,
        )


def withdraw(*, actor: Actor, asked: UUID, now: datetime) -> None:
    """The platform takes back what the agency has not answered yet, and its clock stops. Withdrawing twice is
    withdrawing once.

    Raises ``Denied``, ``HandOverNotFound``, ``ForbiddenStep`` (it was answered).
    """
    check(actor, Permission.HAND_OVER_ASK)
    with transaction.atomic():
        held = _held(HandOver.objects.filter(id=asked, fund=actor.fund))
        if held.state == HandOverState.WITHDRAWN:
            return
        held.state = move(HAND_OVER_TRANSITIONS, HandOverState(held.state), HandOverState.WITHDRAWN)
        held.withdrawn_at, held.withdrawn_by = now, actor.author.account
        held.save(update_fields=["state", "withdrawn_at", "withdrawn_by"])
        _record(actor, ClustersEvent.HAND_OVER_WITHDRAWN, held, held.fiche.number, now)


def accept(*, actor: Actor, asked: UUID, now: datetime) -> None:
    """The agency follows this person: it may open her fiche and her contacts', and the platform calls her no more.

    Accepting twice is accepting once. Raises ``Denied``, ``HandOverNotFound``, ``ForbiddenStep``.
    """
    check(actor, Permission.HAND_OVER_ANSWER)
    with transaction.atomic():
        held = _asked_of(actor, asked)
        if held.state == HandOverState.ACCEPTED:
            return
        _answer(actor, held, HandOverState.ACCEPTED, "", now)
        take_over(actor=actor, fiche=led_to(held.fiche_id), source=held.id, now=now)


def refuse(*, actor: Actor, asked: UUID, answer: HandOverAnswer, now: datetime) -> None:
    """The platform keeps this person. Refusing twice is refusing once.

    Raises ``Denied``, ``HandOverNotFound``, ``ForbiddenStep``.
    """
    check(actor, Permission.HAND_OVER_ANSWER)
    with transaction.atomic():
        held = _asked_of(actor, asked)
        if held.state != HandOverState.REFUSED:
            _answer(actor, held, HandOverState.REFUSED, answer, now)


def return_to_platform(*, actor: Actor, asked: UUID, answer: HandOverAnswer, now: datetime) -> None:
    """The platform follows this person again, in its queue with the deadline that she had.

    Returning twice is returning once. Raises ``Denied``, ``HandOverNotFound``, ``ForbiddenStep``.
    """
    check(actor, Permission.HAND_OVER_ANSWER)
    with transaction.atomic():
        held = _asked_of(actor, asked)
        if held.state == HandOverState.RETURNED:
            return
        held.state = move(HAND_OVER_TRANSITIONS, HandOverState(held.state), HandOverState.RETURNED)
        held.answer, held.returned_at, held.returned_by = answer, now, actor.author.account
        held.save(update_fields=["state", "answer", "returned_at", "returned_by"])
        _record(actor, ClustersEvent.HAND_OVER_ANSWERED, held, held.fiche.number, now, answer=answer.value)
        give_back(actor=actor, fiche=led_to(held.fiche_id), source=held.id, now=now)


def _asked_of(actor: Actor, asked: UUID) -> HandOver:
    return _held(HandOver.objects.filter(id=asked, region=actor.region))


def _held(known: QuerySet[HandOver]) -> HandOver:
    found = known.select_related("fiche").select_for_update(of=("self",)).first()
    if found is None:
        raise HandOverNotFound
    return found


def _answer(actor: Actor, held: HandOver, state: HandOverState, answer: str, now: datetime) -> None:
    held.state = move(HAND_OVER_TRANSITIONS, HandOverState(held.state), state)
    held.answer, held.answered_at, held.answered_by = answer, now, actor.author.account
    held.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    _record(actor, ClustersEvent.HAND_OVER_ANSWERED, held, held.fiche.number, now, answer=answer)


def _record(actor: Actor, kind: ClustersEvent, asked: HandOver, number: str, now: datetime, **codes: str) -> None:
    detail: dict[str, Detail] = {"hand_over": str(asked.id), "state": asked.state, **codes}
    event = Event.by(actor, kind, Purpose.HANDOVER, Surface.PAGE, fiches=(number,), detail=detail)
    record(event, now=now)
