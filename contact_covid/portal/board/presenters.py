"""The board as strings ready to show."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.diseases import disease, followed
from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.directory.queries import funds
from contact_covid.portal.calls.presenters import capped, clock, grouped
from contact_covid.portal.person.presenters import department_name
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules.urgency import deadline, rules
from contact_covid.worklist.board_queries import AgentSeen, Queue, Reached
from contact_covid.worklist.delegation_queries import DelegationSeen
from contact_covid.worklist.enums import BulkAct, ItemState, JobState, PauseReason
from contact_covid.worklist.job_queries import JobSeen
from contact_covid.worklist.models import Job, Overflow, QueuePause
from contact_covid.worklist.rules.bulk import UNDOABLE

__all__ = [
    "agent_rows",
    "clock",
    "delegation_rows",
    "help_rows",
    "job_row",
    "pause_rows",
    "queue_rows",
    "so_many",
    "targets",
]


class QueueRow(NamedTuple):
    """People of one kind and language who were never called. ``tag``: kind of the stylesheet."""

    kind: str
    language: str
    waiting: str
    since: str
    state: str
    tag: str


class AgentRow(NamedTuple):
    """An agent at work. ``lease`` None: she holds nobody."""

    id: UUID
    name: str
    doing: str
    since: str
    calls: int
    assigned: int
    languages: str
    lease: UUID | None
    paused: bool


class PauseRow(NamedTuple):
    """A kind of queue; ``reason`` empty while it is called."""

    kind: str
    label: str
    reason: str
    since: str


class HelpRow(NamedTuple):
    """One platform that helps, or may."""

    id: UUID
    title: str
    text: str
    is_open: bool


def queue_rows(found: Sequence[Queue], now: datetime) -> list[QueueRow]:
    return [_queue_row(queue, now) for queue in found]


def _queue_row(queue: Queue, now: datetime) -> QueueRow:
    oldest = queue.oldest
    due = deadline(oldest.disease, oldest.kind, oldest.created_at, oldest.zone)
    state, tag = ("Délai dépassé", "ko") if due < now else ("Dans le délai", "ok")
    since = f"{datetime_fr(oldest.created_at, oldest.zone)}, {_ago(now - oldest.created_at)}"
    kind = queue.kind.label if len(followed()) == 1 else f"{queue.kind.label}, {disease(queue.disease).label}"
    return QueueRow(kind, queue.language.label, capped(queue.waiting), since, state, tag)


def _ago(span: timedelta) -> str:
    """« 3 h 05 », « 2 jours »."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24}\N{NO-BREAK SPACE}jours"
    return f"{hours}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{rest:02d}" if hours else f"{minutes}\N{NO-BREAK SPACE}min"


def targets(reached: Mapping[FicheKind, Reached]) -> list[tuple[str, str]]:
    """(share, what of) for each kind."""
    words = {FicheKind.INDEX: "patients zéro appelés", FicheKind.CONTACT: "contacts appelés"}
    return [
        (_share(reached.get(kind)), f"{text} {_within(kind)} ({_of(reached.get(kind))})")
        for kind, text in words.items()
    ]


def _within(kind: FicheKind) -> str:
    """« en 4 h »; of diseases that are not called as soon as each other, « dans le délai »."""
    spans = {rules(each.code).targets[kind] for each in followed()}
    return f"en {spans.pop() // timedelta(hours=1)}\N{NO-BREAK SPACE}h" if len(spans) == 1 else "dans le délai"


def _share(reached: Reached | None) -> str:
    return f"{100 * reached.in_time // reached.made}\N{NO-BREAK SPACE}%" if reached else "–"


def _of(reached: Reached | None) -> str:
    return f"{reached.in_time} sur {reached.made} aujourd’hui" if reached else "aucun premier appel aujourd’hui"


def agent_rows(agents: Sequence[AgentSeen], names: Mapping[UUID, str], now: datetime) -> list[AgentRow]:
    return [_agent_row(each, names.get(each.account, "Agent inconnu"), now) for each in agents]


def _agent_row(seen: AgentSeen, name: str, now: datetime) -> AgentRow:
    doing, since = "Sans appel", f"vu à {clock(seen.seen_at)}" if seen.seen_at else "non connecté"
    if seen.paused_since:
        doing, since = "En pause", f"depuis {clock(seen.paused_since)}"
    if seen.lease and seen.holds_since:
        held = f"Fiche {format_number(seen.fiche)}"
        doing = f"En pause, termine la {held.lower()}" if seen.paused_since else held
        since = f"depuis {clock(seen.holds_since)}, {_ago(now - seen.holds_since)}"
    languages = ", ".join(["Français", *(language.label for language in seen.languages)])
    return AgentRow(
        id=seen.account,
        name=name,
        doing=doing,
        since=since,
        calls=seen.calls,
        assigned=seen.assigned,
        languages=languages,
        lease=seen.lease,
        paused=seen.paused_since is not None,
    )


def pause_rows(pauses: Mapping[FicheKind, QueuePause]) -> list[PauseRow]:
    return [_pause_row(kind, pauses.get(kind)) for kind in FicheKind]


def _pause_row(kind: FicheKind, pause: QueuePause | None) -> PauseRow:
    label = {FicheKind.INDEX: "Patients zéro", FicheKind.CONTACT: "Patients contacts"}[kind]
    if pause is None:
        return PauseRow(kind.value, label, "", "")
    return PauseRow(kind.value, label, PauseReason(pause.reason).label, datetime_fr(pause.since))


def help_rows(helps: Sequence[Overflow], fund: str, names: Mapping[UUID, str]) -> list[HelpRow]:
    return [_help_row(each, fund, names) for each in helps]


def _help_row(help_: Overflow, fund: str, names: Mapping[UUID, str]) -> HelpRow:
    ours = help_.fund == fund
    title = f"{_seat(help_.helper)} nous aide" if ours else f"Nous aidons {_seat(help_.fund)}"
    who = names.get(help_.by, "l’autre plateforme") if help_.by else "le service, selon les délais"
    if help_.is_open and help_.since:
        text = f"Ouverte depuis le {datetime_fr(help_.since)} par {who}."
        text += "" if help_.decided else " Elle se ferme d’elle-même une fois la file dans son délai."
    elif help_.until:
        text = f"Fermée le {datetime_fr(help_.until)} par {who}."
        text += " Elle reste fermée jusqu’au retour dans le délai." if help_.decided else " Elle se rouvre au besoin."
    else:
        text = "Jamais ouverte. Le service l’ouvre quand une file dépasse son délai."
    return HelpRow(help_.id, title, text, help_.is_open)


class DelegationRow(NamedTuple):
    """What an organisation calls. ``open``: it still does."""

    id: UUID
    organisation: str
    what: str
    fiches: str
    until: str
    by: str
    tag: str
    state: str
    open: bool


def delegation_rows(
    found: Sequence[DelegationSeen], names: Mapping[UUID, str], by: Mapping[UUID, str], now: datetime
) -> list[DelegationRow]:
    """``names``: of organisations, ``by``: of accounts."""
    return [_delegation_row(each, names, by, now) for each in found]


def _delegation_row(
    seen: DelegationSeen, names: Mapping[UUID, str], by: Mapping[UUID, str], now: datetime
) -> DelegationRow:
    made = seen.delegation
    ended = made.ended_at or (made.until if made.until <= now else None)
    what = "Liste de fiches"
    if made.is_area:
        what = ", ".join([department_name(made.department), *made.postcodes])
    return DelegationRow(
        id=made.id,
        organisation=names.get(made.organisation, "Structure inconnue"),
        what=what,
        fiches=f"{so_many(seen.fiches, 'fiche')}, dont {grouped(seen.waiting)} à appeler" if not ended else "",
        until=datetime_fr(ended) if ended else f"{_last_day(made.until)} inclus",
        by=f"le {datetime_fr(made.since)} par {by.get(made.by, 'un superviseur')}",
        tag="ok" if not ended else "",
        state="En cours" if not ended else "Terminée",
        open=not ended,
    )


class JobRow(NamedTuple):
    """An act on many fiches. ``going``: the service is at work on it; ``left_out``: how many, and why."""

    id: UUID
    title: str
    state: str
    tag: str
    going: bool
    total: str
    done: str
    waiting: str
    left_out: Sequence[str]
    by: str
    may_start: bool
    may_stop: bool
    may_undo: bool
    undoes: str
    nobody: bool


def job_row(seen: JobSeen, by: Mapping[UUID, str]) -> JobRow:
    """``by``: names of accounts, teams and organisations."""
    job, count = seen.job, seen.counts
    state, act = JobState(job.state), BulkAct(job.act)
    done, waiting = count.get(ItemState.DONE, 0), count.get(ItemState.WAITING, 0)
    words, undone = _DONE_WORDS[act]
    told = so_many(done, *words)
    if state in (JobState.UNDOING, JobState.UNDONE):
        told = f"{so_many(count.get(ItemState.UNDONE, 0), 'fiche', undone)}, {told}"
    return JobRow(
        id=job.id,
        title=_job_title(job, by),
        state=state.label,
        tag=_JOB_TAGS.get(state, ""),
        going=state in (JobState.RUNNING, JobState.UNDOING),
        total=so_many(seen.total, "fiche", "choisie"),
        done=told,
        waiting=so_many(waiting, "fiche"),
        left_out=[f"{so_many(n, 'fiche')} : {why.label}" for why, n in seen.refused.items()],
        by=f"préparé le {datetime_fr(job.at)} par {by.get(job.by, 'un superviseur')}",
        may_start=state is JobState.PREVIEW and waiting > 0,
        may_stop=state is JobState.RUNNING,
        may_undo=state in (JobState.DONE, JobState.STOPPED) and act in UNDOABLE and done > 0,
        undoes=_UNDO_WORDS.get(act, "Rouvrir ces fiches"),
        nobody=state is JobState.PREVIEW and not waiting,
    )


_JOB_TAGS = {JobState.DONE: "ok", JobState.RUNNING: "info", JobState.UNDOING: "info", JobState.STOPPED: "warn"}


_GIVEN, _ENTRUSTED, _CLOSED = ("fiche", "attribuée"), ("fiche", "confiée"), ("fiche", "clôturée")
_DONE_WORDS: Mapping[BulkAct, tuple[tuple[str, str], str]] = {
    BulkAct.ASSIGN: (_GIVEN, "rendue"),
    BulkAct.ASSIGN_TEAM: (_GIVEN, "rendue"),
    BulkAct.DELEGATE: (_ENTRUSTED, "reprise"),
    BulkAct.CLOSE_FOLLOWED: (_CLOSED, "rouverte"),
    BulkAct.CLOSE_UNREACHABLE: (_CLOSED, "rouverte"),
    BulkAct.ASK_TO_CALL: (("envoi", "fait"), ""),
    BulkAct.INSTRUCTIONS: (("envoi", "fait"), ""),
}
_UNDO_WORDS = {
    BulkAct.ASSIGN: "Rendre ces fiches à la file",
    BulkAct.ASSIGN_TEAM: "Rendre ces fiches à la file",
    BulkAct.DELEGATE: "Reprendre ces fiches",
}


def _job_title(job: Job, names: Mapping[UUID, str]) -> str:
    """« Attribuer à un agent : Mme Claire VASSEUR », « …, jusqu’au 20/05/2020 inclus »."""
    label = BulkAct(job.act).label
    if job.target is None:
        return label
    title = f"{label}\N{NO-BREAK SPACE}: {names.get(job.target, 'supprimée depuis')}"
    return f"{title}, jusqu’au {_last_day(job.until)} inclus" if job.until else title


def _last_day(until: datetime) -> str:
    return date_fr((until - timedelta(seconds=1)).astimezone(PARIS).date())  # the day may have 23 hours


def so_many(count: int, *words: str) -> str:
    """« 3 fiches confiées »."""
    plural = "s" if count > 1 else ""
    written = [" ".join(f"{part}{plural}" for part in word.split()) for word in words if word]
    return " ".join([grouped(count), *written])


def _seat(code: str) -> str:
    known = funds().get(code)
    return f"{code} {known.seat_name}" if known else code
