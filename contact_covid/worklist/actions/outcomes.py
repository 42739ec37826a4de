"""How a call ended, written with what it changes of the fiche."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.directory.queries import zone_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.enums import Language
from contact_covid.tracing.actions.calls import CallMade, record_calls
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.during_call import SaidDuringCall, has_representative, note_said
from contact_covid.tracing.actions.notices import send_instructions, send_unreachable
from contact_covid.tracing.enums import Call, Closure, FicheKind, Notice, Spoken
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import keeps
from contact_covid.tracing.rules.states import CALL_DONE
from contact_covid.tracing.rules.urgency import deadline
from contact_covid.worklist.enums import LeaseEnd, Outcome
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.models import Assignment, Lease
from contact_covid.worklist.queries import LeaseEnded, LeaseNotFound, Takeover, calls_before, takeover
from contact_covid.worklist.rules.ladder import LONGEST_NOTE, CallError, CallErrorCode, Step, check_appointment, step

NOTE_CONTEXT = "worklist.Attempt.note:"
NOTHING_SAID = SaidDuringCall()

# In the order of who claims: first the fiche, then its lease, read once nobody else can change it.
_FICHE = """SELECT * FROM tracing_fiche
WHERE id = (SELECT fiche_id FROM worklist_lease WHERE id = %s AND account = %s) FOR NO KEY UPDATE"""
_LEASE = "SELECT * FROM worklist_lease WHERE id = %s"
_WRITE = """
INSERT INTO worklist_attempt (id, fiche_id, account, place, outcome, note, call_back_at, at, second,
    in_time)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
# Ends the lease, and one that the same agent took on the fiche since. One that another took stays.
_END = """
UPDATE worklist_lease SET ended_at = coalesce(ended_at, %(now)s), ended = %(recorded)s, typed = NULL
WHERE fiche_id = %(fiche)s AND account = %(account)s AND (ended_at IS NULL OR id = %(lease)s)
"""


class Recorded(NamedTuple):
    """What became of a call's record. ``counted`` False: the note is kept and nothing else changed, because somebody
    else took the fiche (``taken_over``), or it is over, or the person was told meanwhile (None).
    ``notice``: None when no message belongs to this outcome."""

    fiche: UUID
    number: str
    counted: bool
    taken_over: Takeover | None
    attempt: UUID
    notice: Notice | None


def record_outcome(
    *,
    actor: Actor,
    lease: UUID,
    outcome: Outcome,
    now: datetime,
    note: str = "",
    call_back_at: datetime | None = None,
    language: Language = Language.FRENCH,
    said: SaidDuringCall = NOTHING_SAID,
    version: int | None = None,
    submission: Submission | None = None,
) -> Recorded:
    """Writes how the call of a lease ended, and ends the lease; a contact who was told gets her instructions in
    writing, in ``language``, who could not be reached is asked to call: one transaction.

    A lease that expired is still good when nobody else took the fiche. ``call_back_at`` belongs to ``CALL_BACK``;
    ``said``: what is learnt of the person besides, an interpreter's language and a minor's representative are needed.
    ``version``: of the fiche as the agent saw it, None when she does not say. Raises ``Denied``, ``LeaseNotFound``,
    ``LeaseEnded``, ``CallError``, ``FicheChanged``, ``AlreadyRecorded``, ``KeyMissing``.
    """
    check(actor, Permission.CALL_RECORD)
    if len(note) > LONGEST_NOTE:
        raise CallError(CallErrorCode.NOTE_TOO_LONG)
    call_back_at = call_back_at if outcome is Outcome.CALL_BACK else None
    with transaction.atomic():
        attempt = new_id(now)
        if submission:
            use_up(actor.author.account, submission, target=attempt, now=now)
        fiche, held = _locked(actor, lease, now)
        if held.ended == LeaseEnd.RECORDED:
            raise LeaseEnded
        taken_over = takeover(held)
        counted = taken_over is None and fiche.closure == Closure.OPEN and not _says_again(fiche, held)
        notice, in_time = None, None
        if counted:
            if version not in (None, fiche.version):
                raise FicheChanged(fiche.number)
            made, in_time = _step(fiche, outcome, call_back_at, now), _in_time(fiche, now)
            _note_said(actor, fiche, outcome, said, now)
            record_calls(actor=actor, calls=[_call(fiche.id, made)], now=now)
            notice = _notify(actor, fiche, outcome, made, language, now)
        else:
            _check_appointment(fiche, outcome, call_back_at, now)
            record(_kept(actor, fiche.number), now=now)
        _write(actor, attempt, fiche, outcome, note, call_back_at, second=not counted, in_time=in_time, now=now)
        _end(held, now)
    return Recorded(fiche.id, fiche.number, counted, taken_over, attempt, notice)


def _notify(
    actor: Actor, fiche: Fiche, outcome: Outcome, made: Step, language: Language, now: datetime
) -> Notice | None:
    """What the person is written after the call; None when no message belongs to it."""
    if outcome is Outcome.INFORMED and fiche.kind == FicheKind.CONTACT:
        return send_instructions(actor=actor, fiche=fiche, language=language, now=now)
    if made.call is Call.UNREACHABLE:
        return send_unreachable(actor=actor, fiche=fiche, reason=made.call_reason, language=language, now=now)
    return None


def _locked(actor: Actor, lease: UUID, now: datetime) -> tuple[Fiche, Lease]:
    """An organisation's agent who is on the telephone when the delegation ends may say how that call ended, as long as
    her lease would have lasted. Raises ``LeaseNotFound``."""
    for fiche in Fiche.objects.raw(_FICHE, [lease, actor.author.account]):
        held = Lease.objects.raw(_LEASE, [lease])[0]
        if keeps(actor, fiche, now) or held.expires_at > now:
            return fiche, held
    raise LeaseNotFound


def _step(fiche: Fiche, outcome: Outcome, call_back_at: datetime | None, now: datetime) -> Step:
    return step(
        outcome,
        kind=FicheKind(fiche.kind),
        call=Call(fiche.call),
        is_told=fiche.told_at is not None,
        before=calls_before(fiche.id) if outcome is Outcome.NO_ANSWER else (),
        appointment=call_back_at,
        now=now,
        zone=zone_of(fiche.department),
    )


def _says_again(fiche: Fiche, held: Lease) -> bool:
    """Whether the lease is over and the person was told meanwhile: no call of an episode is completed twice."""
    return bool(held.ended) and fiche.call == CALL_DONE[FicheKind(fiche.kind)]


def _in_time(fiche: Fiche, now: datetime) -> bool | None:
    """Whether she is first called by her deadline; None when she was called or told before, or a physician was to."""
    if fiche.attempts or fiche.told_at or fiche.callable_from is None:
        return None
    return now <= deadline(fiche.disease, FicheKind(fiche.kind), fiche.counts_from, zone_of(fiche.department))


def _note_said(actor: Actor, fiche: Fiche, outcome: Outcome, said: SaidDuringCall, now: datetime) -> None:
    """Who needs an interpreter is no longer the agent's to whom she was given. Raises ``CallError`` when nobody could
    make the call that this outcome asks for."""
    note_said(actor=actor, fiche=fiche, said=said, now=now)
    if outcome is Outcome.INTERPRETER:
        Assignment.objects.filter(fiche=fiche).delete()
    if outcome is Outcome.INTERPRETER and fiche.language == Spoken.FRENCH:
        raise CallError(CallErrorCode.LANGUAGE_MISSING)
    if outcome is Outcome.MINOR and not said.representative_phone and not has_representative(fiche):
        raise CallError(CallErrorCode.REPRESENTATIVE_MISSING)


def _check_appointment(fiche: Fiche, outcome: Outcome, at: datetime | None, now: datetime) -> None:
    """An appointment is checked alike when only the note is kept. Raises ``CallError``."""
    if outcome is Outcome.CALL_BACK:
        check_appointment(at, now=now, zone=zone_of(fiche.department))


def _call(fiche: UUID, made: Step) -> CallMade:
    return CallMade(
        fiche, made.call, callable_from=made.callable_from, call_reason=made.call_reason, closed=made.closed
    )


def _kept(actor: Actor, number: str) -> Event:
    return Event.by(actor, WorklistEvent.NOTE_KEPT, Purpose.TRACING, Surface.PAGE, fiches=(number,))


def _write(
    actor: Actor,
    attempt: UUID,
    fiche: Fiche,
    outcome: Outcome,
    note: str,
    call_back_at: datetime | None,
    *,
    second: bool,
    in_time: bool | None,
    now: datetime,
) -> None:
    sealed = ring().seal(note.encode(), period=period_of(now), context=f"{NOTE_CONTEXT}{attempt}")
    author = actor.author
    values = (attempt, fiche.id, author.account, author.practice, outcome, sealed, call_back_at, now, second, in_time)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


def _end(lease: Lease, now: datetime) -> None:
    values: dict[str, Any] = {"now": now, "recorded": LeaseEnd.RECORDED, "lease": lease.id}
    values |= {"fiche": lease.fiche_id, "account": lease.account}
    with connection.cursor() as cursor:
        cursor.execute(_END, values)
