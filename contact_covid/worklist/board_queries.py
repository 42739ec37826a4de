"""What a supervisor sees of her platform: queues, agents, targets, help. Nothing here opens an identity."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.accounts.queries import open_at
from contact_covid.accounts.team_queries import team_posts
from contact_covid.core.period import day_start
from contact_covid.core.rules.arrays import array
from contact_covid.directory.queries import zone_of
from contact_covid.tracing.enums import FicheKind, Spoken
from contact_covid.worklist.models import AgentPause, Assignment, Overflow, QueuePause, Skills
from contact_covid.worklist.queries import MOST_COUNTED
from contact_covid.worklist.rules.overflow import Oldest

MOST_AGENTS = 60
"""On one board; a platform that has more at work at once is told so."""
PRESENT_FOR = timedelta(minutes=15)
"""An agent whose last page is older is taken to have left."""


class AgentNotFound(LookupError):
    """No such agent of this supervisor's organisation."""


class Queue(NamedTuple):
    """People of one disease, kind and language who were never called; ``count``: 1,001 for more than a thousand."""

    disease: str
    kind: FicheKind
    language: Spoken
    waiting: int
    oldest: Oldest


# One look at the index a disease, kind and language, whatever the number of fiches.
_QUEUES = """
SELECT wanted.fund, wanted.disease, wanted.kind, wanted.language, first.created_at, first.department,
    (SELECT count(*) FROM (SELECT 1 FROM tracing_fiche
        WHERE fund = wanted.fund AND kind = wanted.kind AND language = wanted.language AND closure = 'open'
          AND disease = wanted.disease AND call = 'to_call' AND attempts = 0 AND told_at IS NULL
          AND callable_from IS NOT NULL AND delegated_to IS NULL
        LIMIT {limit}) AS capped)
FROM (SELECT fund, disease, kind, language FROM unnest(%s::text[]) AS fund, unnest(%s::text[]) AS disease,
    unnest(%s::text[]) AS kind, unnest(%s::text[]) AS language) AS wanted
CROSS JOIN LATERAL (
    SELECT created_at, department FROM tracing_fiche
    WHERE fund = wanted.fund AND kind = wanted.kind AND language = wanted.language AND closure = 'open'
      AND disease = wanted.disease AND call = 'to_call' AND attempts = 0 AND told_at IS NULL
      AND callable_from IS NOT NULL AND delegated_to IS NULL
    ORDER BY created_at LIMIT 1) first
"""


def queues(funds: Collection[str], *, count_to: int = MOST_COUNTED + 1) -> dict[str, list[Queue]]:
    """The queues of each fund in which somebody waits for a first call, patients zéro first. One statement."""
    found: dict[str, list[Queue]] = {fund: [] for fund in funds}
    with connection.cursor() as cursor:
        limited = _QUEUES.format(limit=count_to)
        cursor.execute(limited, [array(funds), list(settings.DISEASES), FicheKind.values, Spoken.values])
        for fund, disease, kind, language, created_at, department, count in cursor.fetchall():
            oldest = Oldest(disease, FicheKind(kind), created_at, zone_of(department))
            found[fund].append(Queue(disease, FicheKind(kind), Spoken(language), count, oldest))
    order = [*FicheKind]
    for each in found.values():
        each.sort(key=lambda queue: (order.index(queue.kind), -queue.waiting))
    return found


class AgentSeen(NamedTuple):
    """An agent who is at work, or was today. ``fiche``: the number of the one she holds, ``lease`` its lease; ``calls``
    of today; ``assigned``: fiches given to her that still wait."""

    account: UUID
    seen_at: datetime | None
    lease: UUID | None
    fiche: str
    holds_since: datetime | None
    calls: int
    assigned: int
    paused_since: datetime | None
    languages: Sequence[Spoken]


_AGENTS = """
WITH team AS (
    SELECT DISTINCT post.account_id AS account FROM accounts_post post
    LEFT JOIN directory_practice place ON place.id = post.practice_id
    WHERE coalesce(post.organisation_id, place.organisation_id) = %(organisation)s AND post.delegated_by_id IS NULL
      AND post.role IN ('platform_agent', 'platform_supervisor') AND post.starts_at <= %(now)s
      AND (post.ends_at IS NULL OR post.ends_at > %(now)s)
      AND (%(team)s::uuid IS NULL OR post.account_id IN (
        SELECT account FROM worklist_team_member WHERE team_id = %(team)s))
)
SELECT team.account, session.seen_at, lease.id, coalesce(fiche.number, ''), lease.taken_at, calls.made, given.waiting,
    pause.since, coalesce(skills.languages, '{{}}')
FROM team
LEFT JOIN LATERAL (
    SELECT max(seen_at) AS seen_at FROM accounts_session
    WHERE account_id = team.account AND ended_at IS NULL AND seen_at > %(present)s) session ON TRUE
LEFT JOIN LATERAL (
    SELECT id, fiche_id, taken_at FROM worklist_lease
    WHERE account = team.account AND ended_at IS NULL AND expires_at > %(now)s
    ORDER BY taken_at DESC LIMIT 1) lease ON TRUE
LEFT JOIN tracing_fiche fiche ON fiche.id = lease.fiche_id
LEFT JOIN LATERAL (
    SELECT count(*) AS made FROM worklist_attempt WHERE account = team.account AND at >= %(today)s) calls ON TRUE
LEFT JOIN LATERAL (
    SELECT count(*) AS waiting FROM worklist_assignment assignment
    JOIN tracing_fiche waiting ON waiting.id = assignment.fiche_id AND waiting.closure = 'open'
        AND waiting.call IN ('to_call', 'call_back')
    WHERE assignment.account = team.account AND assignment.until > %(now)s) given ON TRUE
LEFT JOIN worklist_agent_pause pause ON pause.account = team.account AND pause.organisation = %(organisation)s
LEFT JOIN worklist_skills skills ON skills.account = team.account AND skills.organisation = %(organisation)s
WHERE lease.id IS NOT NULL OR calls.made > 0 OR given.waiting > 0 OR session.seen_at IS NOT NULL OR pause.id IS NOT NULL
ORDER BY lease.taken_at, calls.made DESC, team.account LIMIT {limit}
"""


def agents_at_work(actor: Actor, now: datetime, *, team: UUID | None = None) -> list[AgentSeen]:
    """Who of the organisation, or of one of its teams, calls now, has called today, has been given fiches or rests:
    those who hold one first, the longest call before. ``MOST_AGENTS`` + 1 at most. One statement. Raises ``Denied``."""
    check(actor, Permission.CALL_SUPERVISE)
    given = {"organisation": actor.organisation, "now": now, "today": day_start(now), "present": now - PRESENT_FOR}
    given["team"] = team
    with connection.cursor() as cursor:
        cursor.execute(_AGENTS.format(limit=MOST_AGENTS + 1), given)
        rows = cursor.fetchall()
    return [AgentSeen._make((*row[:-1], [Spoken(code) for code in row[-1]])) for row in rows]


class Reached(NamedTuple):
    """First calls of today of one kind: how many, and how many of them by the person's deadline."""

    made: int
    in_time: int


_REACHED = """
SELECT fiche.kind, count(*), count(*) FILTER (WHERE attempt.in_time)
FROM worklist_attempt attempt JOIN tracing_fiche fiche ON fiche.id = attempt.fiche_id
WHERE attempt.account = ANY(%s::uuid[]) AND attempt.at >= %s AND attempt.in_time IS NOT NULL GROUP BY fiche.kind
"""


def reached_today(accounts: Collection[UUID], now: datetime) -> dict[FicheKind, Reached]:
    """What those agents made of the targets today. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [array(accounts), day_start(now)])
        return {FicheKind(kind): Reached(made, in_time) for kind, made, in_time in cursor.fetchall()}


def overflows_of(fund: str) -> list[Overflow]:
    """Who may help that fund, and whom it may help; open ones first."""
    found = Overflow.objects.filter(Q(fund=fund) | Q(helper=fund))
    return sorted(found, key=lambda each: (not each.is_open, each.fund != fund, each.helper, each.fund))


def queue_pauses(fund: str) -> dict[FicheKind, QueuePause]:
    return {FicheKind(pause.kind): pause for pause in QueuePause.objects.filter(fund=fund)}


def team_of(actor: Actor) -> UUID:
    """The organisation that the actor acts for. Raises ``AgentNotFound``."""
    if actor.organisation is None:
        raise AgentNotFound
    return actor.organisation


def agents_of(actor: Actor, now: datetime) -> list[UUID]:
    """The accounts that act for the actor's organisation as agents now. Raises ``AgentNotFound``."""
    posts = open_at(team_posts(team_of(actor)), now)
    return list(posts.order_by("account").distinct("account").values_list("account", flat=True))


def agent_of(actor: Actor, account: UUID, now: datetime) -> UUID:
    """The actor's organisation, of which that account is an agent. Raises ``AgentNotFound``."""
    team = team_of(actor)
    if not open_at(team_posts(team), now).filter(account=account).exists():
        raise AgentNotFound
    return team


class Batch(NamedTuple):
    """Fiches given to an agent at once, as many as still are hers."""

    account: UUID
    fiches: int


def batch_of(actor: Actor, batch: UUID) -> Batch | None:
    """What is left of what was given at once by the actor's organisation. Raises ``Denied``."""
    check(actor, Permission.CALL_ASSIGN)
    given = Assignment.objects.filter(batch=batch, organisation=team_of(actor))
    found = given.values("account").annotate(fiches=Count("fiche")).order_by("account").first()
    return Batch(found["account"], found["fiches"]) if found else None


def skills_of(organisation: UUID, account: UUID) -> Skills | None:
    """What that agent can do; None: she speaks French and calls everybody."""
    return Skills.objects.filter(organisation=organisation, account=account).first()


def pause_of(actor: Actor) -> AgentPause | None:
    """The pause that this agent was sent into."""
    if actor.organisation is None:
        return None
    return AgentPause.objects.filter(organisation=actor.organisation, account=actor.author.account).first()
