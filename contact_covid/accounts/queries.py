"""Who is there: the session of a request, and whom a login means."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F, Q, QuerySet

from contact_covid.access.actor import Actor, NoAuthor
from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.enums import LinkPurpose, Step
from contact_covid.accounts.models import Account, Enrolment, MailedLink, Post, Session
from contact_covid.accounts.rules import sessions
from contact_covid.accounts.rules.ages import is_over, latest
from contact_covid.accounts.rules.logins import Login
from contact_covid.accounts.rules.steps import one_login_due
from contact_covid.core.ids import new_id
from contact_covid.core.rules.text import displayed
from contact_covid.core.rules.tokens import digest_of
from contact_covid.directory.models import Practice


@dataclass(frozen=True, slots=True)
class Profile:
    """What the head of every page shows. ``number`` is the AM or FINESS number of the place, empty for staff.

    ``holder``: in whose name a delegate acts, empty for who acts in her own.
    """

    name: str
    place: str
    commune: str
    number: str
    role_label: str
    holder: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that opens pages now, once it is through its ``steps``. ``expires_at`` moves with use, never beyond
    ``ends_at``."""

    id: UUID
    actor: Actor
    post: UUID
    profile: Profile
    created_at: datetime
    seen_at: datetime
    steps: tuple[Step, ...] = ()

    @property
    def expires_at(self) -> datetime:
        return sessions.expires_at(
            created_at=self.created_at,
            seen_at=self.seen_at,
            idle=settings.SESSION_IDLE,
            total=settings.SESSION_TOTAL,
        )

    @property
    def warns_at(self) -> datetime:
        """From when the page warns that it is about to end."""
        return sessions.warns_at(expires_at=self.expires_at, warning=settings.SESSION_WARNING)

    @property
    def ends_at(self) -> datetime:
        return self.created_at + settings.SESSION_TOTAL

    def seen(self, now: datetime) -> "OpenSession":
        return replace(self, seen_at=now)


# On every request: one statement, everything read fresh, so that an end, a disabled account, a post that is over or
# a place that is closed acts on the very next page.
_OPEN_SESSION = """
SELECT s.id, s.created_at, s.seen_at, s.assurance, s.steps, a.id, a.title, a.first_name, a.last_name,
       p.id, p.role, p.fund_id, p.region_id, p.practice_id, COALESCE(p.organisation_id, w.organisation_id),
       COALESCE(w.name, o.name, ''), COALESCE(w.commune, o.commune, ''), COALESCE(w.number, ''),
       h.title, h.first_name, h.last_name
FROM accounts_session s
JOIN accounts_account a ON a.id = s.account_id
JOIN accounts_post p ON p.id = s.post_id AND p.account_id = s.account_id
LEFT JOIN directory_practice w ON w.id = p.practice_id
LEFT JOIN directory_organisation o ON o.id = p.organisation_id
LEFT JOIN accounts_account h ON h.id = p.delegated_by_id
WHERE s.token_digest = %s AND s.ended_at IS NULL AND s.seen_at > %s AND s.created_at > %s
  AND a.is_active AND h.is_active IS NOT FALSE AND w.active IS NOT FALSE
  AND p.starts_at <= %s AND (p.ends_at IS NULL OR p.ends_at > %s)
"""


def session_for(token: str, now: datetime) -> OpenSession | None:
    """The open session of this token, or None: unknown, ended, idle or old for too long, account or post closed.

    One statement. The only builder of a professional's ``Actor``.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN_SESSION,
            (digest_of(token), now - settings.SESSION_IDLE, now - settings.SESSION_TOTAL, now, now),
        )
        row = cursor.fetchone()
    if row is None:
        return None
    session, created_at, seen_at, assurance, steps, account, title, first_name, last_name = row[:9]
    post, role_code, fund, region, practice, organisation, place, commune, number = row[9:18]
    role = Role(role_code)
    actor = Actor(
        account=account,
        session=session,
        role=role,
        practice=practice,
        organisation=organisation,
        fund=fund,
        region=region,
        assurance=Assurance(assurance),
    )
    profile = Profile(
        name=displayed(title, first_name, last_name),
        place=place,
        commune=commune,
        number=number,
        role_label=role.label,
        holder=displayed(*row[18:]) if row[-1] else "",
    )
    return OpenSession(session, actor, post, profile, created_at, seen_at, tuple(map(Step, steps)))


class KnownLogin(NamedTuple):
    """The one account that a login means. ``post`` is the post of the number typed, None for an e-mail."""

    account: UUID
    password: str
    created_at: datetime
    password_changed_at: datetime | None
    last_login: datetime | None
    unused_warned_at: datetime | None
    post: UUID | None


def _numbered(now: datetime) -> QuerySet[Post]:
    """The open posts whose holder logs in by the number of the place."""
    own = open_at(Post.objects.filter(delegated_by=None, practice__active=True), now)
    return own.exclude(role=Role.SECRETARY).exclude(practice__number="")


def login_numbers(account: UUID, now: datetime) -> set[str]:
    """The numbers this account logs in by: of its own places, not of those where it acts for somebody else."""
    return set(_numbered(now).filter(account=account).values_list("practice__number", flat=True))


def logs_in_by_email(account: UUID, now: datetime) -> bool:
    """Whether an address that this account alone has is a login of it: who has no number keeps hers in any case."""
    return settings.EMAIL_LOGIN or not login_numbers(account, now)


def is_only_login(email: str, now: datetime) -> bool:
    """Whether an open account without number goes by this address: it would lose its login to who shares it."""
    return Account.objects.filter(email=email, is_active=True).exclude(posts__in=_numbered(now)).exists()


def known_login(login: Login, now: datetime) -> KnownLogin | None:
    """The active account of this login; None when there is none, or several (then none of them logs in that way).

    A delegate works at the holder's practice without ever logging in by the holder's number.
    """
    if login.is_email:
        of_address = Account.objects.filter(email=login.value, is_active=True)
        if not settings.EMAIL_LOGIN:  # agents and delegates, who have no number, keep their address
            of_address = of_address.exclude(id__in=_numbered(now).values("account"))
        accounts = of_address.values_list(
            "id", "password", "created_at", "password_changed_at", "last_login", "unused_warned_at"
        )[:2]
        found = [KnownLogin(*row, post=None) for row in accounts]
        return found[0] if len(found) == 1 else None
    posts = (
        open_at(Post.objects.filter(practice__number=login.value, account__is_active=True), now)
        .filter(delegated_by=None)
        .exclude(role=Role.SECRETARY)
        .order_by("starts_at", "id")
        .values_list(
            "account",
            "account__password",
            "account__created_at",
            "account__password_changed_at",
            "account__last_login",
            "account__unused_warned_at",
            "id",
        )
    )
    found = [KnownLogin(*row) for row in posts]
    if len({known.account for known in found}) > 1:  # the number of a structure means the structure, not who holds it
        structures = set(posts.filter(account__professional=None).values_list("account", flat=True))
        found = [known for known in found if known.account in structures]
    return found[0] if len({known.account for known in found}) == 1 else None


def open_posts(account: UUID, now: datetime) -> QuerySet[Post]:
    """The posts this account may act from at ``now``, the oldest first, with their place."""
    posts = open_at(Post.objects.filter(account=account, account__is_active=True), now)
    return posts.select_related("practice", "organisation", "delegated_by").order_by("starts_at", "id")


def post_to_begin_with(account: UUID, now: datetime, *, logged_in_for: UUID | None = None) -> Post | None:
    """The open post she logged in for, else the one she used last, else the oldest; None when there is none."""
    posts = open_posts(account, now)
    asked = posts.filter(id=logged_in_for) if logged_in_for else posts
    return asked.order_by(F("used_at").desc(nulls_last=True), "starts_at", "id").first()


def steps_due(account: UUID, now: datetime) -> list[Step]:
    """What somebody who has just proved who she is goes through before pages open. One statement."""
    posts = open_at(Post.objects.filter(account=account, account__one_login_at=None), now)
    own = posts.filter(delegated_by=None).exclude(practice=None).exclude(role=Role.SECRETARY)
    practices = own.values_list("practice", flat=True)
    return [Step.ONE_LOGIN] if one_login_due(practices) else []


def holders_of(login: Login, now: datetime) -> list[Account]:
    """Whom a login typed by somebody who proves nothing may mean: nobody, one, or two of those who share the address.

    As many statements whoever they are.
    """
    if login.is_email:
        return list(Account.objects.filter(email=login.value, is_active=True).order_by("id")[:2])
    known = known_login(login, now)
    return list(Account.objects.filter(id=known.account if known else new_id(now)))


def email_of_another(email: str, account: UUID) -> bool:
    """Whether another open account goes by this address."""
    return Account.objects.filter(email=email, is_active=True).exclude(id=account).exists()


def welcome_due(account: UUID) -> bool:
    """Whether the services are still to be shown to her."""
    return Account.objects.filter(id=account, welcomed_at=None).exists()


def waiting_address(account: UUID, purpose: LinkPurpose, now: datetime) -> str:
    """Where the link was sent that this account still has to follow; empty when it waits for none."""
    links = MailedLink.objects.filter(account=account, purpose=purpose, closed_at=None, expires_at__gt=now)
    return links.order_by("-id").values_list("email", flat=True).first() or ""


def open_at(posts: QuerySet[Post], now: datetime) -> QuerySet[Post]:
    return posts.filter(
        Q(ends_at=None) | Q(ends_at__gt=now),
        Q(practice=None) | Q(practice__active=True),
        starts_at__lte=now,
    )


def names_of(accounts: Collection[UUID]) -> dict[UUID, str]:
    """« Mme Claire VASSEUR » by account; who is not known is left out."""
    return {account.id: account.name for account in Account.objects.filter(id__in=accounts)}


class OpenLink(NamedTuple):
    """A mailed link that still does something."""

    id: UUID
    purpose: LinkPurpose
    account: UUID | None
    enrolment: UUID | None
    invitation: UUID | None
    email: str


def open_link(token: str, now: datetime) -> OpenLink | None:
    """The link of this token; None when it was used, is void or too old, or is none."""
    links = MailedLink.objects.filter(token_digest=digest_of(token), closed_at=None, expires_at__gt=now)
    row = links.values_list("id", "purpose", "account", "enrolment", "invitation", "email").first()
    return OpenLink(row[0], LinkPurpose(row[1]), *row[2:]) if row else None


def enrolled_address(enrolment: UUID) -> str:
    """Where the link of a creation was mailed; "" once the account exists, or the creation is forgotten."""
    return Enrolment.objects.filter(id=enrolment).values_list("email", flat=True).first() or ""


def holder_of(actor: Actor) -> UUID:
    """The account that acts. Raises ``NoAuthor`` for who acts without one."""
    if actor.account is None:
        raise NoAuthor
    return actor.account


def acting_account(actor: Actor) -> Account:
    """The same, with what is known of it. Raises ``NoAuthor``."""
    return Account.objects.get(id=holder_of(actor))


def open_sessions(account: UUID, now: datetime) -> QuerySet[Session]:
    """Where an account is logged in at ``now``, the last used first, with the place of each."""
    sessions_ = Session.objects.filter(
        account=account,
        ended_at=None,
        seen_at__gt=now - settings.SESSION_IDLE,
        created_at__gt=now - settings.SESSION_TOTAL,
    )
    return sessions_.select_related("post__practice", "post__organisation").order_by("-seen_at", "-id")


def places_of(account: Account, now: datetime) -> QuerySet[Practice]:
    """Every active place of practice of the account's professional, and those where it acts for others, with their
    fund; the oldest first."""
    posts = open_posts(account.id, now).values("practice")
    own = Q(professional=account.professional_id) if account.professional_id else Q(pk=None)
    places = Practice.objects.filter(own | Q(id__in=posts), active=True)
    return places.select_related("professional", "organisation", "fund").order_by("id")


class Names(NamedTuple):
    """Names of professionals and of places, as a page of the journal shows them; who is not known is left out."""

    accounts: dict[UUID, str]
    places: dict[UUID, str]


_NAMES = """
    SELECT 'account', id, concat_ws(' ', nullif(title, ''), nullif(first_name, ''), upper(last_name))
    FROM accounts_account WHERE id = ANY(%s)
    UNION ALL SELECT 'place', id, name FROM directory_practice WHERE id = ANY(%s)
    UNION ALL SELECT 'place', id, name FROM directory_organisation WHERE id = ANY(%s)
"""


def names_and_places(accounts: Collection[UUID], places: Collection[UUID]) -> Names:
    """Names of accounts, closed ones too, and of practices or organisations, in one statement."""
    names = Names({}, {})
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [list(accounts), list(places), list(places)])
        for what, found, name in cursor.fetchall():
            (names.accounts if what == "account" else names.places)[found] = name
    return names


def accounts_by_login(login: Login, *, most: int) -> list[UUID]:
    """Every account that goes or went by this login, closed ones and shared logins included, the newest first."""
    if login.is_email:
        found = Account.objects.filter(email=login.value)
    else:
        found = Account.objects.filter(id__in=Post.objects.filter(practice__number=login.value).values("account"))
    return list(found.order_by("-created_at", "-id").values_list("id", flat=True)[:most])


def has_account(email: str) -> bool:
    """Whether an open account goes by that address: for who has proved to receive its mail."""
    return Account.objects.filter(email=email, is_active=True).exists()


class Ages(NamedTuple):
    """What of an account has become too old for a password to open it as before."""

    unused: bool
    password: bool


def ages_of(known: KnownLogin, now: datetime) -> Ages:
    """Whether the account is closed for lack of use, and whether its password has to be replaced."""
    used = latest((known.created_at, known.password_changed_at, known.last_login))
    of_password = known.password_changed_at or known.created_at
    warned = known.unused_warned_at
    # A warning that came late leaves its whole time.
    told = warned is not None and warned > used and now < warned + settings.UNUSED_WARNING
    return Ages(
        unused=not told and is_over(since=used, good_for=settings.UNUSED_AFTER, now=now),
        password=is_over(since=of_password, good_for=settings.PASSWORD_MAX_AGE, now=now),
    )
