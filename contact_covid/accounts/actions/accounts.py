"""Accounts and their posts: created, closed. Passwords enter here; their hashes are stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import hashers, password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Role
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, Post
from contact_covid.accounts.rules.passwords import PasswordFault
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface


class PasswordRefused(Exception):
    """A new password that the rules refuse. ``faults``: every reason."""

    def __init__(self, faults: tuple[PasswordFault, ...]) -> None:
        super().__init__(*faults)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to open, at a practice or for an organisation, not both. ``fund`` and ``region`` bound an area role."""

    role: Role
    practice: UUID | None = None
    organisation: UUID | None = None
    fund: str | None = None
    region: str | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to create. ``password`` is a hash of ``password_hash``, empty for an account without password.

    ``one_login``: its address and password are good for all its places. ``welcomed``: it knows the services.
    """

    last_name: str
    posts: tuple[NewPost, ...]
    first_name: str = ""
    title: str = ""
    email: str = ""
    professional: UUID | None = None
    password: str = ""
    one_login: bool = False
    welcomed: bool = False


def password_hash(password: str, *, last_name: str = "", first_name: str = "", email: str = "") -> str:
    """The hash to store of a new password. Raises ``PasswordRefused``."""
    check_new_password(password, last_name=last_name, first_name=first_name, email=email)
    return hashers.make_password(password)


def check_new_password(password: str, *, last_name: str = "", first_name: str = "", email: str = "") -> None:
    """Raises ``PasswordRefused`` when the rules refuse it to who goes by these names and this address."""
    holder = Account(last_name=last_name, first_name=first_name, email=email)
    try:
        password_validation.validate_password(password, holder)
    except ValidationError as error:
        faults = tuple(dict.fromkeys(PasswordFault(str(fault.code)) for fault in error.error_list))
        raise PasswordRefused(faults) from None  # the cause could quote the password


def create_accounts(*, actor: Actor, accounts: Sequence[NewAccount], surface: Surface, now: datetime) -> list[UUID]:
    """Creates accounts with their posts, open from now, the first one leading; returns their ids in the same order.
    One transaction.

    Raises ``policy.Denied``, ``ValueError`` for a password that is not a hash, ``IntegrityError`` when a professional
    already has an account.
    """
    policy.check(actor, Permission.ACCOUNTS_MANAGE)
    rows = [_account(new, now) for new in accounts]
    ids = iter(sorted(new_id(now) for new in accounts for _ in new.posts))  # their order says which post came first
    posts = [_post(post, next(ids), row.id, now) for row, new in zip(rows, accounts, strict=True) for post in new.posts]
    with transaction.atomic():
        Account.objects.bulk_create(rows)
        Post.objects.bulk_create(posts)
        record(*(about_account(row.id, AccountEvent.CREATED, actor, surface) for row in rows), now=now)
    return [row.id for row in rows]


def _account(new: NewAccount, now: datetime) -> Account:
    if new.password:
        hashers.identify_hasher(new.password)
    return Account(
        id=new_id(now),
        email=new.email.strip().lower(),
        title=new.title,
        last_name=new.last_name,
        first_name=new.first_name,
        professional_id=new.professional,
        password=new.password or hashers.make_password(None),
        created_at=now,
        one_login_at=now if new.one_login else None,
        welcomed_at=now if new.welcomed else None,
    )


def _post(new: NewPost, id_: UUID, account: UUID, now: datetime) -> Post:
    return Post(
        id=id_,
        account_id=account,
        role=new.role,
        practice_id=new.practice,
        organisation_id=new.organisation,
        fund_id=new.fund,
        region_id=new.region,
        starts_at=now,
        ends_at=new.ends_at,
    )


def welcome(*, account: UUID, now: datetime) -> None:
    """She has seen what the first login shows; no act on anybody's data, so the journal has nothing of it."""
    Account.objects.filter(id=account, welcomed_at=None).update(welcomed_at=now)


def add_account(*, last_name: str, first_name: str, email: str, encoded: str, now: datetime) -> UUID:
    """The account that somebody opens for herself, without a post yet; belongs to the act that lets her.

    ``encoded`` is a hash of ``password_hash``. Returns its id.
    """
    row = _account(NewAccount(last_name=last_name, first_name=first_name, email=email, password=encoded, posts=()), now)
    row.one_login_at = now  # the mail that brought her here has proved the address
    row.save(force_insert=True)
    herself = Event(
        AccountEvent.CREATED,
        Role.SYSTEM,  # she acts as nobody yet
        Purpose.ADMINISTRATION,
        Surface.PAGE,
        row.id,
        detail={"account": str(row.id)},
    )
    record(herself, now=now)
    return row.id


def about_account(account: UUID, kind: AccountEvent, actor: Actor, surface: Surface) -> Event:
    """What was done to an account, for the journal."""
    return Event.by(actor, kind, Purpose.ADMINISTRATION, surface, detail={"account": str(account)})
