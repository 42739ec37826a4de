"""What the organisations of the demonstration call for the platforms: a few people who wait, for a week."""

import dataclasses
from datetime import datetime, timedelta

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.models import Post
from contact_covid.core.period import PARIS
from contact_covid.directory.queries import delegates_of
from contact_covid.worklist.actions.delegations import delegate
from contact_covid.worklist.area_queries import AreaFilter, assignable
from contact_covid.worklist.models import Delegation
from contact_covid.worklist.rules.delegation import DelegationRefused

_FEW, _A_WEEK = 12, timedelta(days=7)


def load_delegations(*, now: datetime) -> None:
    """Needs the accounts of the cast; where nobody waits, nobody is delegated. What was delegated before stays."""
    supervisors = Post.objects.filter(role=Role.PLATFORM_SUPERVISOR, fund__isnull=False).order_by("id")
    for post in supervisors.select_related("practice"):
        organisation = delegates_of(str(post.fund_id)).first()
        if organisation is None or Delegation.objects.filter(fund=post.fund_id).exists():
            continue
        actor = Actor(post.account_id, None, Role.PLATFORM_SUPERVISOR, post.practice_id, assurance=Assurance.PASSWORD)
        actor = dataclasses.replace(actor, fund=post.fund_id)
        waiting = assignable(actor, now, chosen=AreaFilter())
        last_day = (now + _A_WEEK).astimezone(PARIS).date()
        try:
            delegate(actor=actor, organisation=organisation.id, fiches=waiting[1::2][:_FEW], last_day=last_day, now=now)
        except DelegationRefused:
            continue
