"""A forgotten password: a link is mailed, and whoever follows it chooses a new one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from contact_covid.access.actor import SYSTEM
from contact_covid.accounts.actions import guard
from contact_covid.accounts.actions.links import LinkOver, kept, mail_with, new_link, use_link
from contact_covid.accounts.actions.passwords import new_hash, replace
from contact_covid.accounts.enums import LinkPurpose
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account
from contact_covid.accounts.queries import holders_of, open_link
from contact_covid.accounts.rules.logins import Login
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail
from contact_covid.messaging.actions import Outgoing, mail, send
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.contents import PasswordChanged, SharedEmail

MAILS_EVERY = timedelta(hours=1)
"""As many mails as a login has tries (three), then none for so long."""
_RESET = LinkPurpose.RESET_PASSWORD


@dataclass(frozen=True, slots=True)
class ResetPages:
    """Whole addresses that the mails lead to. ``link``: the token is put behind it; ``by_number``: the question by
    AM or FINESS number."""

    link: str
    by_number: str


def ask_reset(*, login: Login, pages: ResetPages, now: datetime) -> None:
    """Mails the one account of this login a link to choose a new password; to an address that several share, what to
    do instead; to nobody else anything. Three times an hour at most.

    The answer is nothing, and the statements are as many, whatever the login means. Call it outside any transaction.
    Raises ``KeyMissing``.
    """
    holders = holders_of(login, now)
    known = holders[0] if len(holders) == 1 else None
    key = guard.key_of(b"reset:" + (known.id.bytes if known else login.value.encode(errors="replace")))
    in_time = guard.count(key, now, lock=MAILS_EVERY).may_be_evaluated(settings.LOGIN_ATTEMPTS)
    # Who has no address, or is nobody, gets a mail like the others, which is then taken back.
    holder = known or Account(id=new_id(now))
    email = login.value if login.is_email else holder.email
    reachable = in_time and bool(email)
    with transaction.atomic():
        record(_asked(known, key), now=now)
        with kept(when=reachable and known is not None):
            token = new_link(purpose=_RESET, of=holder, email=email, now=now)
        linked = mail_with(token, _RESET, name=holder.name, page=pages.link)
        content: Content = SharedEmail(page=pages.by_number) if len(holders) > 1 else linked
        with kept(when=reachable and bool(holders)):
            send(messages=[Outgoing(Channel.EMAIL, Language.FRENCH, email, content)], now=now)  # without address too


def reset_password(*, token: str, password: str, forgotten_page: str, now: datetime) -> None:
    """Gives the account of a mailed link its new password: every session ends, every link is void, no block remains,
    and a mail tells it. ``forgotten_page``: whole address, for who did not do it.

    Raises ``LinkOver``, ``PasswordRefused`` (the link is still good), ``KeyMissing``.
    """
    link = open_link(token, now)
    if link is None or link.account is None or link.purpose is not _RESET:
        raise LinkOver
    holder = Account.objects.get(id=link.account)
    encoded = new_hash(holder, password, email=holder.email)
    with transaction.atomic():
        use_link(token=token, purposes=[_RESET], now=now)
        if not replace(holder=holder, encoded=encoded, actor=SYSTEM, now=now):
            raise LinkOver
        guard.lift(holder.id)
        guard.forget(guard.key_of(b"reset:" + holder.id.bytes))
        record(Event(AccountEvent.PASSWORD_RESET, SYSTEM.role, Purpose.SIGN_IN, Surface.PAGE, holder.id), now=now)
        mail(to=link.email, content=PasswordChanged(name=holder.name, page=forgotten_page), now=now)


def _asked(known: Account | None, key: bytes) -> Event:
    """Under the account asked for, or under the digest of a login that nobody has; nobody has proved to be anyone."""
    detail: dict[str, Detail] = {} if known else {"login_digest": key.hex()}
    account = known.id if known else None
    return Event(AccountEvent.RESET_ASKED, SYSTEM.role, Purpose.SIGN_IN, Surface.PAGE, account, detail=detail)
