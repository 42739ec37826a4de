"""The teams of a platform, and who of them is there. Nothing here opens an identity."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.accounts.models import Post, Session
from contact_covid.accounts.queries import open_at
from contact_covid.accounts.team_queries import team_posts
from contact_covid.worklist.board_queries import PRESENT_FOR, team_of
from contact_covid.worklist.models import AgentPause, Team, TeamMember


class AgentTeamNotFound(LookupError):
    """No such team of this supervisor's organisation."""


class Colleague(NamedTuple):
    """An agent of the organisation now. ``team`` None: she is in none."""

    account: UUID
    name: str
    team: UUID | None


class TeamSeen(NamedTuple):
    """A team with how many agents it has."""

    team: Team
    agents: int


def teams_of(actor: Actor) -> list[TeamSeen]:
    """Those of the actor's organisation, by name. One statement. Raises ``Denied``, ``AgentNotFound``."""
    check(actor, Permission.CALL_SUPERVISE)
    found = Team.objects.filter(organisation=team_of(actor)).annotate(agents=Count("members"))
    return [TeamSeen(team, team.agents) for team in found.order_by("name", "id")]


def team_names(teams: Collection[UUID]) -> dict[UUID, str]:
    """Who is not known is left out. One statement."""
    return dict(Team.objects.filter(id__in=teams).values_list("id", "name"))


def agent_team(actor: Actor, team: UUID) -> Team:
    """One of the actor's organisation. Raises ``Denied``, ``AgentNotFound``, ``AgentTeamNotFound``."""
    check(actor, Permission.CALL_SUPERVISE)
    found = Team.objects.filter(id=team, organisation=team_of(actor)).first()
    if found is None:
        raise AgentTeamNotFound
    return found


def colleagues(actor: Actor, now: datetime) -> list[Colleague]:
    """The agents of the actor's organisation, by name. One statement. Raises ``Denied``, ``AgentNotFound``."""
    check(actor, Permission.CALL_SUPERVISE)
    organisation = team_of(actor)
    member = TeamMember.objects.filter(organisation=organisation, account=OuterRef("account"))
    posts = _hired(organisation, now).annotate(team=Subquery(member.values("team")))
    found = {post.account_id: Colleague(post.account_id, post.account.name, post.team) for post in posts}
    return sorted(found.values(), key=lambda each: (each.name, each.account))


def members_there(team: Team, now: datetime) -> Sequence[UUID]:
    """The agents of a team who have opened a page a moment ago and do not rest; when nobody has, all who do not rest.
    Two statements at most."""
    posts = _hired(team.organisation, now).filter(account__in=TeamMember.objects.filter(team=team).values("account"))
    resting = AgentPause.objects.filter(organisation=team.organisation).values("account")
    able = posts.exclude(account__in=resting)
    seen = Session.objects.filter(ended_at=None, seen_at__gt=now - PRESENT_FOR).values("account")
    return _accounts(able.filter(account__in=seen)) or _accounts(able)


def _hired(organisation: UUID, now: datetime) -> QuerySet[Post]:
    return open_at(team_posts(organisation), now).filter(account__is_active=True)


def _accounts(posts: QuerySet[Post]) -> list[UUID]:
    return list(posts.order_by("account").distinct("account").values_list("account", flat=True))
