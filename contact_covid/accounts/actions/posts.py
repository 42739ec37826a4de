"""Posts that follow the directory: a place that comes to a professional after her account was created is hers too."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Role
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Post, SecurityKey
from contact_covid.accounts.rules.posts import role_at
from contact_covid.core.ids import new_id
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface

_A_STATEMENT = 5_000
"""Rows: PostgreSQL takes 65,535 values at most."""
# A post that is not open yet is one all the same; one that somebody delegated to her is not.
_WITHOUT_POST = """
    SELECT account.id, practice.id, organisation.kind, professional.profession
    FROM accounts_account account
    JOIN directory_professional professional ON professional.id = account.professional_id
    JOIN directory_practice practice ON practice.professional_id = professional.id AND practice.active
    LEFT JOIN directory_organisation organisation ON organisation.id = practice.organisation_id
    WHERE account.is_active AND (%(account)s::uuid IS NULL OR account.id = %(account)s)
        AND NOT EXISTS (
            SELECT FROM accounts_post post
            WHERE post.account_id = account.id AND post.practice_id = practice.id AND post.delegated_by_id IS NULL
                AND (post.ends_at IS NULL OR post.ends_at > %(now)s)
        )
    ORDER BY account.id, practice.id
"""


def open_missing_posts(*, actor: Actor, surface: Surface, now: datetime, account: UUID | None = None) -> int:
    """Opens to every account (to one, if given) the posts that its creation would have opened at the places its
    professional has today; security keys of these places are gone. Returns how many were missing; again, it opens none.

    Disabled accounts get none. Posts at places that ended stay, and open nothing until the place returns. Raises
    ``policy.Denied``.
    """
    policy.check(actor, Permission.ACCOUNTS_MANAGE)
    with transaction.atomic():
        with connection.cursor() as cursor:  # two that open posts at once come one after the other
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('accounts.posts', 0))")
        missing = _missing(account, now)
        ids = sorted(new_id(now) for _ in missing)  # their order says which post came first
        Post.objects.bulk_create(
            (
                Post(id=id_, account_id=holder, role=role, practice_id=practice, starts_at=now)
                for id_, (holder, practice, role) in zip(ids, missing, strict=True)
            ),
            batch_size=_A_STATEMENT,
            ignore_conflicts=True,  # an invitation accepted at this moment
        )
        SecurityKey.objects.filter(practice__in=[practice for _, practice, _ in missing]).delete()
        practices: dict[UUID, list[str]] = defaultdict(list)
        for holder, practice, _ in missing:
            practices[holder].append(str(practice))
        record(*(_opened(holder, places, actor, surface) for holder, places in practices.items()), now=now)
    return len(missing)


def _missing(account: UUID | None, now: datetime) -> list[tuple[UUID, UUID, Role]]:
    """Account, place and role there, the oldest place of each account first."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_POST, {"account": account, "now": now})
        found = [
            (holder, practice, role_at(OrganisationKind(kind) if kind else None, Profession(profession)))
            for holder, practice, kind, profession in cursor.fetchall()
        ]
    return [(holder, practice, role) for holder, practice, role in found if role]


def _opened(holder: UUID, practices: list[str], actor: Actor, surface: Surface) -> Event:
    detail = {"account": str(holder), "practices": practices}
    return Event.by(actor, AccountEvent.POSTS_OPENED, Purpose.ADMINISTRATION, surface, detail=detail)
