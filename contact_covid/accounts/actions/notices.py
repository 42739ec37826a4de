"""What the owner of an account is told by mail: that somebody logged in, that the account closes for lack of use."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Greatest

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Assurance
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, Session
from contact_covid.accounts.queries import OpenSession
from contact_covid.accounts.rules.ages import NEVER
from contact_covid.accounts.rules.user_agents import device_of
from contact_covid.core.dates import datetime_fr
from contact_covid.core.period import PARIS
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import Outgoing, mail, send
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.rules.contents import LoginNotice, UnusedAccount

A_RUN = 500
WAYS = {
    Assurance.PASSWORD: "mot de passe",
    Assurance.SECOND_FACTOR: "mot de passe et seconde vérification",
    Assurance.PRO_SANTE_CONNECT: "Pro Santé Connect",
    Assurance.CARD: "carte CPS",
}
BY_REMEMBERED = "mot de passe et appareil mémorisé"


def tell_of_login(*, session: OpenSession, user_agent: str, now: datetime) -> None:
    """Mails the owner when, how and from what kind of device somebody logged in: if she wants it, or ``LOGIN_NOTICE``.

    For every way in, once its session is open. Raises ``KeyMissing``.
    """
    owner = Session.objects.values_list("account__email", "account__login_notice", "remembered")
    email, wanted, remembered = owner.get(id=session.id)
    if not email or not (wanted or settings.LOGIN_NOTICE):
        return
    content = LoginNotice(
        name=session.profile.name,
        at=datetime_fr(now),
        way=BY_REMEMBERED if remembered else WAYS[session.actor.assurance],
        device=device_of(user_agent),
    )
    mail(to=email, content=content, now=now)


def warn_unused(*, now: datetime) -> int:
    """Mails those whose account closes within ``UNUSED_WARNING`` for lack of use, once each time. Returns how many.

    Raises ``KeyMissing``.
    """
    if settings.UNUSED_AFTER <= NEVER:
        return 0
    last_sign = Greatest("last_login", "password_changed_at", "created_at")
    due = (
        Account.objects.annotate(last_sign=last_sign)
        .filter(is_active=True, last_sign__lte=now - settings.UNUSED_AFTER + settings.UNUSED_WARNING)
        .exclude(email="")
        .exclude(unused_warned_at__gt=last_sign)
        .order_by("last_sign")
    )
    with transaction.atomic():
        accounts = list(due.select_for_update(skip_locked=True)[:A_RUN])
        send(messages=[_warning(account, now) for account in accounts], now=now)
        Account.objects.filter(id__in=[account.id for account in accounts]).update(unused_warned_at=now)
        record(*(_warned(account) for account in accounts), now=now)
    return len(accounts)


def _warning(account: Account, now: datetime) -> Outgoing:
    closes = (now + settings.UNUSED_WARNING).astimezone(PARIS).date()
    content = UnusedAccount(name=account.name, blocked_on=closes)
    return Outgoing(Channel.EMAIL, Language.FRENCH, account.email, content)


def _warned(account: Account) -> Event:
    detail = {"account": str(account.id)}
    return Event.by(SYSTEM, AccountEvent.UNUSED_WARNED, Purpose.SECURITY, Surface.JOB, detail=detail)
