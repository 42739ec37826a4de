"""What the agents of a platform speak and are skilled for, as their supervisor says."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.accounts.actions.teams import PostNotFound, team_of
from contact_covid.accounts.models import Post
from contact_covid.accounts.team_queries import team_posts
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.enums import Spoken
from contact_covid.worklist.enums import CallKind
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.models import Skills


def post_of_team(*, actor: Actor, organisation: UUID, post: UUID) -> Post:
    """The post of an agent of that organisation, with her account. Raises ``Denied``, ``TeamNotFound``,
    ``PostNotFound``."""
    found = team_posts(team_of(actor=actor, organisation=organisation).id).filter(id=post).first()
    if found is None:
        raise PostNotFound
    return found


def set_skills(
    *,
    actor: Actor,
    organisation: UUID,
    post: UUID,
    languages: Collection[Spoken],
    kinds: Collection[CallKind],
    now: datetime,
) -> None:
    """What the agent of that post speaks beside French, and the kinds of calls she makes, none for all.

    What changes nothing writes nothing. Raises ``Denied``, ``TeamNotFound``, ``PostNotFound``.
    """
    agent = post_of_team(actor=actor, organisation=organisation, post=post).account_id
    speaks = [each for each in Spoken if each in set(languages) - {Spoken.FRENCH, Spoken.UNDETERMINED}]
    makes = [each for each in CallKind if each in kinds]
    makes = [] if len(makes) == len(CallKind) else makes
    with transaction.atomic():
        before = Skills.objects.select_for_update().filter(organisation=organisation, account=agent).first()
        if (speaks, makes) == ([], []) if before is None else (before.languages, before.kinds) == (speaks, makes):
            return
        Skills.objects.update_or_create(
            organisation=organisation,
            account=agent,
            defaults={"languages": speaks, "kinds": makes, "changed_at": now},
            create_defaults={"id": new_id(now), "languages": speaks, "kinds": makes, "changed_at": now},
        )
        detail = {"account": str(agent), "languages": speaks, "kinds": makes}
        event = Event.by(actor, WorklistEvent.SKILLS_SET, Purpose.ADMINISTRATION, Surface.PAGE, detail=detail)
        record(event, now=now)
