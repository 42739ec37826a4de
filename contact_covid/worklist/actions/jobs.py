"""An act on many fiches: prepared, so that the supervisor sees whom it is about; run by the service in rounds, each
whole or not at all, so that whoever is killed in between is done neither twice nor half; stopped, and undone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Assurance, Permission, Role
from contact_covid.access.policy import allows, check
from contact_covid.accounts.queries import open_at
from contact_covid.accounts.team_queries import team_posts
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.directory.queries import delegate_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.actions.closing import close_many, open_many
from contact_covid.tracing.actions.notices import send_instructions, send_unreachable
from contact_covid.tracing.enums import Call, CallReason, Closure, Notice
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.languages import written_for
from contact_covid.worklist.actions.assignment import hand_out, take_back_batch
from contact_covid.worklist.actions.delegations import begin, end_delegation, give, goes_on, take_back
from contact_covid.worklist.area_queries import AreaFilter, chosen_fiches
from contact_covid.worklist.board_queries import agent_of, agents_of
from contact_covid.worklist.enums import GIVES, BulkAct, ItemRefusal, ItemState, JobState
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.job_queries import job_of
from contact_covid.worklist.models import Job, JobItem, Lease, Team
from contact_covid.worklist.rules.bulk import CLOSES, UNDOABLE, Standing, deal, refusal
from contact_covid.worklist.rules.delegation import DelegationErrorCode, DelegationRefused, end_of
from contact_covid.worklist.team_queries import agent_team, members_there

RUN = "worklist.run_job"
A_ROUND = 100
NOBODY = UUID(int=0)
PERMISSIONS: Mapping[BulkAct, Permission] = {
    BulkAct.ASSIGN: Permission.CALL_ASSIGN,
    BulkAct.ASSIGN_TEAM: Permission.CALL_ASSIGN,
    BulkAct.DELEGATE: Permission.CALL_DELEGATE,
    BulkAct.CLOSE_FOLLOWED: Permission.CALL_CLOSE,
    BulkAct.CLOSE_UNREACHABLE: Permission.CALL_CLOSE,
    BulkAct.ASK_TO_CALL: Permission.CALL_MESSAGE,
    BulkAct.INSTRUCTIONS: Permission.CALL_MESSAGE,
}
_NOT_SENT = (Notice.NOT_ASKED, Notice.NO_ADDRESS, Notice.ISOLATION_OVER)


def prepare(
    *,
    actor: Actor,
    act: BulkAct,
    now: datetime,
    chosen: AreaFilter | None = None,
    fiches: Sequence[UUID] = (),
    to: UUID | None = None,
    last_day: date | None = None,
    submission: Submission | None = None,
) -> UUID:
    """Chooses those of the actor's fund among ``fiches``, or whom ``chosen`` lets through, the 10,000 most urgent at
    most, and says of each whether the act may touch it: nothing is done yet. ``to``: the agent, team or organisation
    that is given them; ``last_day``: of a delegation. Returns the job.

    Raises ``Denied``, ``AgentNotFound``, ``AgentTeamNotFound``, ``DelegationRefused``, ``AlreadyRecorded`` (its target
    is the job).
    """
    check(actor, PERMISSIONS[act])
    author = actor.author
    target, until = _given(actor, act, to, last_day, now)
    job = Job(
        id=new_id(now),
        fund=actor.fund or "",
        act=act,
        state=JobState.PREVIEW,
        by=author.account,
        place=author.practice,
        organisation=actor.organisation,
        assurance=actor.assurance,
        target=target,
        until=until,
        at=now,
    )
    wanted = chosen_fiches(actor, PERMISSIONS[act], now, chosen=chosen, fiches=fiches)
    found = list(Fiche.objects.filter(id__in=wanted).order_by("urgent_at", "id"))
    refused = _refusals(job, found, now)
    with transaction.atomic():
        if submission:
            use_up(author.account, submission, target=job.id, now=now)
        job.save(force_insert=True)
        JobItem.objects.bulk_create(_item(job, fiche.id, refused.get(fiche.id), now) for fiche in found)
    return job.id


def start(*, actor: Actor, job: UUID, now: datetime) -> None:
    """Lets the service run a job that was prepared; one that runs, or has run, stays as it is.

    Raises ``Denied``, ``JobNotFound``; ``DelegationRefused`` when the delegation's last day is over.
    """
    with transaction.atomic():
        held = _held(actor, job)
        if held.state != JobState.PREVIEW:
            return
        if held.until and held.target:
            begin(actor=actor, delegation=held.id, organisation=held.target, until=held.until, now=now)
        held.state, held.started_at = JobState.RUNNING, now
        held.save(update_fields=["state", "started_at"])
        _record(actor, WorklistEvent.JOB_STARTED, held, now)
        app.configure_task(RUN).defer(job=str(job))


def stop(*, actor: Actor, job: UUID, now: datetime) -> None:
    """What is done stays done, the rest is left. Raises ``Denied``, ``JobNotFound``."""
    with transaction.atomic():
        held = _held(actor, job)
        if held.state == JobState.RUNNING:
            _end(held, JobState.STOPPED, now)
            _record(actor, WorklistEvent.JOB_STOPPED, held, now)


def undo(*, actor: Actor, job: UUID, now: datetime) -> None:
    """Lets the service take back what a job closed or gave and nobody has changed since; what was sent stays sent.

    Raises ``Denied``, ``JobNotFound``.
    """
    with transaction.atomic():
        held = _held(actor, job)
        if held.state not in (JobState.DONE, JobState.STOPPED) or BulkAct(held.act) not in UNDOABLE:
            return
        held.state = JobState.UNDOING
        held.save(update_fields=["state"])
        _record(actor, WorklistEvent.JOB_UNDONE, held, now)
        app.configure_task(RUN).defer(job=str(job))


def run_round(*, job: UUID, now: datetime) -> bool:
    """Does the next hundred of a job that runs, or takes them back; whether more are left. By the service, in the name
    of who started it, and no further than she may: one transaction, one row of the journal. Two who do it at once wait
    for each other. Raises ``KeyMissing``.
    """
    with transaction.atomic():
        held = Job.objects.select_for_update().get(id=job)
        if held.state not in (JobState.RUNNING, JobState.UNDOING):
            return False
        undoes = held.state == JobState.UNDOING
        takers = _takers(held, now) if _may_still(held, now) else ()
        if not takers:
            _end(held, JobState.STOPPED, now)
            return False
        due = JobItem.objects.filter(job=held, state=ItemState.DONE if undoes else ItemState.WAITING)
        items = list(due.order_by("id")[:A_ROUND])
        if not items:
            _end(held, JobState.UNDONE if undoes else JobState.DONE, now)
            return False
        if undoes:
            _take_back(held, items, now)
        else:
            _do(held, items, takers, now)
    return True


def _held(actor: Actor, job: UUID) -> Job:
    """Raises ``Denied``, ``JobNotFound``."""
    found = job_of(actor, job)
    check(actor, PERMISSIONS[BulkAct(found.act)])
    return Job.objects.select_for_update().get(id=found.id)


def _may_still(job: Job, now: datetime) -> bool:
    """Whether the supervisor who started it is one still."""
    if job.organisation is None or not allows(_who(job), PERMISSIONS[BulkAct(job.act)]):
        return False
    posts = open_at(team_posts(job.organisation), now).filter(account=job.by, account__is_active=True)
    return posts.filter(role=Role.PLATFORM_SUPERVISOR).exists()


def _given(
    actor: Actor, act: BulkAct, to: UUID | None, last_day: date | None, now: datetime
) -> tuple[UUID | None, datetime | None]:
    """To whom fiches are given, and until when.

    Raises ``AgentNotFound``, ``AgentTeamNotFound``, ``DelegationRefused``.
    """
    if act not in GIVES:
        return None, None
    target = to or NOBODY
    if act is BulkAct.ASSIGN:
        agent_of(actor, target, now)
    elif act is BulkAct.ASSIGN_TEAM:
        agent_team(actor, target)
    else:
        if not delegate_of(actor.fund or "", target):
            raise DelegationRefused(DelegationErrorCode.NO_ORGANISATION)
        return target, end_of(last_day or date.min, now)
    return target, None


def _takers(job: Job, now: datetime) -> Sequence[UUID]:
    """Who is given the fiches of this round, whoever acts when none are given; empty: there is nobody any more."""
    act = BulkAct(job.act)
    if act not in GIVES or job.target is None or job.state == JobState.UNDOING:
        return [job.by]
    if act is BulkAct.DELEGATE:
        return [job.target] if goes_on(job.id, now) else []
    if act is BulkAct.ASSIGN:
        return [job.target] if job.target in agents_of(_who(job), now) else []
    team = Team.objects.filter(id=job.target).first()
    return members_there(team, now) if team else []


def _end(job: Job, state: JobState, now: datetime) -> None:
    """A delegation by which nobody was given any fiche, or all were taken back, ends with its job."""
    job.state, job.ended_at = state, now
    job.save(update_fields=["state", "ended_at"])
    if job.act == BulkAct.DELEGATE and not JobItem.objects.filter(job=job, state=ItemState.DONE).exists():
        end_delegation(actor=_who(job), delegation=job.id, now=now)


def _do(job: Job, items: Sequence[JobItem], takers: Sequence[UUID], now: datetime) -> None:
    act, actor = BulkAct(job.act), _who(job)
    fiches = _locked(items)
    refused = _refusals(job, fiches, now)
    able = [fiche for fiche in fiches if fiche.id not in refused]
    if act in CLOSES:
        close_many(actor=actor, fiches=able, reason=CLOSES[act], now=now)
    elif act is BulkAct.DELEGATE:
        give(actor=actor, delegation=job.id, fiches=[fiche.id for fiche in able], now=now)
    elif act in GIVES:
        before = JobItem.objects.filter(job=job, state=ItemState.DONE).count()
        hand_out(actor=actor, given=deal(able, takers, before), batch=job.id, now=now)
    else:
        sent = {fiche.id: _send(actor, act, fiche, now) for fiche in able}
        refused |= {id_: ItemRefusal.NO_WAY for id_, notice in sent.items() if notice in _NOT_SENT}
        numbers = [fiche.number for fiche in able if fiche.id not in refused]
        record(_event(actor, WorklistEvent.JOB_SENT, job, numbers), now=now)
    for item in items:
        why = refused.get(item.fiche_id)
        item.state, item.refusal, item.at = (ItemState.REFUSED, why, now) if why else (ItemState.DONE, "", now)
    JobItem.objects.bulk_update(items, ["state", "refusal", "at"])


def _take_back(job: Job, items: Sequence[JobItem], now: datetime) -> None:
    """Of whom nobody has changed since."""
    fiches = [fiche for fiche in _locked(items) if fiche.fund == job.fund]
    act = BulkAct(job.act)
    if act in CLOSES:
        back = _open_again(job, fiches, {item.fiche_id: item.at for item in items}, now)
    elif act is BulkAct.DELEGATE:
        back = {fiche.id for fiche in fiches if fiche.delegation == job.id}
        take_back(actor=_who(job), fiches=list(back), now=now)
    else:
        back = take_back_batch(actor=_who(job), batch=job.id, fiches=fiches, now=now)
    for item in items:
        item.state = ItemState.UNDONE if item.fiche_id in back else ItemState.REFUSED
        item.refusal = "" if item.fiche_id in back else ItemRefusal.CHANGED
    JobItem.objects.bulk_update(items, ["state", "refusal"])


def _open_again(job: Job, fiches: Sequence[Fiche], since: Mapping[UUID, datetime | None], now: datetime) -> set[UUID]:
    """Her state is that of the moment when the job closed her."""
    reason = CLOSES[BulkAct(job.act)]
    closed = [
        fiche
        for fiche in fiches
        if (fiche.closure, fiche.closure_reason, fiche.state_at) == (Closure.CLOSED, reason, since[fiche.id])
    ]
    open_many(actor=_who(job), fiches=closed, now=now)
    return {fiche.id for fiche in closed}


def _send(actor: Actor, act: BulkAct, fiche: Fiche, now: datetime) -> Notice:
    """In the language that she is called in, where messages are written in it. What she refuses is not used, and an SMS
    waits for the morning."""
    language = written_for(fiche.language)
    if act is BulkAct.INSTRUCTIONS:
        return send_instructions(actor=actor, fiche=fiche, language=language, now=now, again=True)
    reason = CallReason(fiche.call_reason) if fiche.call_reason else None
    return send_unreachable(actor=actor, fiche=fiche, reason=reason, language=language, now=now)


def _locked(items: Iterable[JobItem]) -> list[Fiche]:
    return list(Fiche.objects.filter(id__in=[each.fiche_id for each in items]).order_by("id").select_for_update())


def _refusals(job: Job, fiches: Collection[Fiche], now: datetime) -> dict[UUID, ItemRefusal]:
    leases = Lease.objects.filter(fiche__in=[each.id for each in fiches], ended_at=None, expires_at__gt=now)
    held = set(leases.values_list("fiche", flat=True))
    stands = {
        each.id: Standing(
            Call(each.call),
            Closure(each.closure),
            held=each.id in held,
            elsewhere=each.delegated_to is not None,
            moved=each.fund != job.fund,
            own=each.callable_from is None,
        )
        for each in fiches
    }
    act = BulkAct(job.act)
    return {id_: why for id_, standing in stands.items() if (why := refusal(act, standing))}


def _item(job: Job, fiche: UUID, why: ItemRefusal | None, now: datetime) -> JobItem:
    state = ItemState.REFUSED if why else ItemState.WAITING
    return JobItem(id=new_id(now), job=job, fiche_id=fiche, state=state, refusal=why or "")


def _who(job: Job) -> Actor:
    """The supervisor in whose name the service goes on."""
    return Actor(
        account=job.by,
        session=None,
        role=Role.PLATFORM_SUPERVISOR,
        practice=job.place,
        organisation=job.organisation,
        fund=job.fund,
        assurance=Assurance(job.assurance),
    )


def _record(actor: Actor, kind: WorklistEvent, job: Job, now: datetime) -> None:
    record(_event(actor, kind, job, ()), now=now)


def _event(actor: Actor, kind: WorklistEvent, job: Job, numbers: Sequence[str]) -> Event:
    surface = Surface.PAGE if actor.session else Surface.JOB
    return Event.by(actor, kind, Purpose.TRACING, surface, fiches=numbers, detail={"job": str(job.id), "act": job.act})
