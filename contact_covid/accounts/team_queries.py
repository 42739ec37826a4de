"""Who acts for whom: what a holder delegated, the agents of an organisation, the invitations still open."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, When
from django.db.models.functions import Coalesce

from contact_covid.access.actor import Actor
from contact_covid.accounts.models import Account, Invitation, Post
from contact_covid.accounts.queries import open_at, open_link
from contact_covid.accounts.rules.invitations import TEAM_ROLES


def holds_herself(actor: Actor, now: datetime) -> bool:
    """Whether the actor's post is her own, not one delegated to her."""
    own = Post.objects.filter(account=actor.account, practice=actor.practice, role=actor.role, delegated_by=None)
    return open_at(own, now).exists()


def delegations_by(actor: Actor, now: datetime) -> QuerySet[Invitation]:
    """What this holder delegated at the practice she acts from: what is open or to come first, then the newest."""
    made = Invitation.objects.filter(invited_by=actor.account, practice=actor.practice).exclude(delegation="")
    over = Q(closed_at__isnull=False) | Q(ends_at__lte=now)
    in_order = made.order_by(Case(When(over, then=1), default=0), "-sent_at", "-id")
    return in_order.select_related("post__account", "practice")


def team_posts(organisation: UUID) -> QuerySet[Post]:
    """The agents' posts of an organisation, ended ones included, with their account."""
    of_it = Q(organisation=organisation) | Q(practice__organisation=organisation)
    agents = {role for roles in TEAM_ROLES.values() for role in roles}
    posts = Post.objects.filter(of_it, role__in=agents, delegated_by=None)
    return posts.select_related("account").order_by("-starts_at", "-id")


def open_posts(organisations: Collection[UUID], now: datetime) -> dict[UUID, int]:
    """How many agents each of these organisations has now; those without are left out. One statement."""
    agents = {role for roles in TEAM_ROLES.values() for role in roles}
    posts = open_at(Post.objects.filter(role__in=agents, delegated_by=None, account__is_active=True), now)
    place = Coalesce("organisation", "practice__organisation")
    counted = posts.annotate(place=place).filter(place__in=organisations).values("place")
    return dict(counted.annotate(agents=Count("account", distinct=True)).values_list("place", "agents"))


def invitations_to(organisation: UUID) -> QuerySet[Invitation]:
    """The invitations of an organisation that nobody accepted yet, the newest first."""
    pending = Invitation.objects.filter(organisation=organisation, post=None, closed_at=None)
    return pending.select_related("organisation").order_by("-sent_at", "-id")


def invitation_of(token: str, now: datetime) -> Invitation | None:
    """The invitation that a mailed link still opens, with its place and who sent it; looking uses nothing."""
    link = open_link(token, now)
    if link is None or link.invitation is None:
        return None
    offered = Invitation.objects.filter(id=link.invitation, closed_at=None, post=None)
    return offered.select_related("practice", "organisation", "invited_by").first()


def account_with_posts(account: UUID) -> tuple[Account, list[Post]] | None:
    """An account, closed ones too, and every post it holds or held with its place, the newest first."""
    found = Account.objects.filter(id=account).first()
    if found is None:
        return None
    posts = Post.objects.filter(account=account).select_related("practice", "organisation")
    return found, list(posts.order_by("-starts_at", "-id"))
