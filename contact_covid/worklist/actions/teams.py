"""A supervisor puts agents of her platform together, and says whom they are given first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.worklist.board_queries import AgentNotFound, agents_of, team_of
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.models import Team, TeamMember
from contact_covid.worklist.rules.teams import MOST_TEAMS, TeamErrorCode, TeamRefused, Work
from contact_covid.worklist.team_queries import AgentTeamNotFound


@dataclass(frozen=True, slots=True)
class TeamSaid:
    """What a team is to be. ``work`` None: none of its own."""

    name: str
    work: Work | None
    agents: Collection[UUID]


def make_team(*, actor: Actor, said: TeamSaid, now: datetime, submission: Submission | None = None) -> UUID:
    """A new team of the actor's organisation; who was in another one leaves it.

    Raises ``Denied``, ``AgentNotFound``, ``TeamRefused``, ``AlreadyRecorded`` (its target is the team).
    """
    organisation = _checked(actor, said, now)
    team = Team(id=new_id(now), organisation=organisation)
    with transaction.atomic():
        if submission:
            use_up(actor.author.account, submission, target=team.id, now=now)
        _wait_for_others(organisation)
        if Team.objects.filter(organisation=organisation).count() >= MOST_TEAMS:
            raise TeamRefused(TeamErrorCode.TOO_MANY)
        _write(actor, team, said, now)
    return team.id


def change_team(*, actor: Actor, team: UUID, version: int, said: TeamSaid, now: datetime) -> None:
    """What a team is from now on, if it still is what ``version`` showed; what is so already writes nothing.

    Raises ``Denied``, ``AgentNotFound``, ``AgentTeamNotFound``, ``TeamRefused``.
    """
    organisation = _checked(actor, said, now)
    with transaction.atomic():
        _wait_for_others(organisation)
        held = _held(organisation, team)
        if _is_so(held, said):
            return
        if held.version != version:
            raise TeamRefused(TeamErrorCode.CHANGED)
        held.version += 1
        _write(actor, held, said, now)


def delete_team(*, actor: Actor, team: UUID, now: datetime) -> None:
    """Its agents are in none; what they were given stays theirs. Raises ``Denied``, ``AgentNotFound``,
    ``AgentTeamNotFound``."""
    check(actor, Permission.TEAMS_MANAGE)
    with transaction.atomic():
        held = _held(team_of(actor), team)
        _record(actor, WorklistEvent.TEAM_DELETED, {"team": str(held.id)}, now)
        held.delete()


def _checked(actor: Actor, said: TeamSaid, now: datetime) -> UUID:
    """The actor's organisation, of which those are agents. Raises ``Denied``, ``AgentNotFound``."""
    check(actor, Permission.TEAMS_MANAGE)
    if not set(said.agents) <= set(agents_of(actor, now)):
        raise AgentNotFound
    return team_of(actor)


def _held(organisation: UUID, team: UUID) -> Team:
    found = Team.objects.select_for_update().filter(id=team, organisation=organisation).first()
    if found is None:
        raise AgentTeamNotFound
    return found


def _is_so(team: Team, said: TeamSaid) -> bool:
    agents = set(TeamMember.objects.filter(team=team).values_list("account", flat=True))
    return (team.name, team.does, agents) == (said.name, said.work, set(said.agents))


def _wait_for_others(organisation: UUID) -> None:
    """Two who write teams of one organisation at once would both find the name free and the agent in none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"teams:{organisation}"])


def _write(actor: Actor, team: Team, said: TeamSaid, now: datetime) -> None:
    """Raises ``TeamRefused``."""
    others = Team.objects.filter(organisation=team.organisation).exclude(id=team.id)
    if others.filter(name__iexact=said.name).exists():
        raise TeamRefused(TeamErrorCode.NAME_TAKEN)
    team.name, team.changed_at = said.name, now
    team.work_on, team.work = said.work or ("", "")
    team.save()
    left = Team.objects.filter(members__account__in=said.agents, organisation=team.organisation).exclude(id=team.id)
    Team.objects.filter(id__in=list(left.values_list("id", flat=True))).update(version=F("version") + 1)
    moved = TeamMember.objects.filter(organisation=team.organisation, account__in=said.agents)
    (moved | TeamMember.objects.filter(team=team)).delete()
    TeamMember.objects.bulk_create(
        TeamMember(id=new_id(now), team=team, organisation=team.organisation, account=agent) for agent in said.agents
    )
    work = {"work_on": team.work_on, "work": team.work}
    agents = sorted(str(agent) for agent in said.agents)
    _record(actor, WorklistEvent.TEAM_SET, {"team": str(team.id), **work, "accounts": agents}, now)


def _record(actor: Actor, kind: WorklistEvent, detail: dict[str, Any], now: datetime) -> None:
    record(Event.by(actor, kind, Purpose.ADMINISTRATION, Surface.PAGE, detail=detail), now=now)
