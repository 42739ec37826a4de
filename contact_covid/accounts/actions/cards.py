"""Coming in by card: the endpoint proves the card and hands a ticket over, the portal redeems it.

The ticket is good once, for a minute, in the browser that asked for it; the card itself is never seen by the portal.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.actions import guard
from contact_covid.accounts.actions.revocation import authorities, lists
from contact_covid.accounts.actions.sessions import NoOpenPost, open_session
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, CardReading, Session
from contact_covid.accounts.queries import digest_of, open_posts, session_for
from contact_covid.accounts.rules.certificates import Card, CardErrorCode, CardRefused, certified
from contact_covid.core.ids import new_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface

TICKET_FOR = timedelta(seconds=60)
CREATION_FOR = timedelta(minutes=30)
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a ticket opened: a session, or, for a card that is not known, the creation of an account.

    ``token``: for the cookie of the one or the other.
    """

    token: str
    is_known: bool


def read_card(*, certificate: bytes | None, nonce_digest: bytes, now: datetime) -> str:
    """Proves the card and returns the ticket for the browser whose nonce has this SHA-256.

    ``certificate``: DER, of whoever has just proved to hold its key (a TLS handshake), None when there was none. Raises
    ``CardRefused``; the journal keeps the reason of a refusal.
    """
    if certificate is None:
        raise CardRefused(CardErrorCode.NONE_GIVEN)
    trusted = authorities()
    try:
        card = certified(certificate, trusted, lists(trusted), now)
    except CardRefused as refused:
        detail = {"reason": refused.code.value}
        # Nobody has proved to be anyone.
        event = Event(AccountEvent.CARD_REFUSED, Role.SYSTEM, Purpose.SIGN_IN, Surface.PAGE, detail=detail)
        record(event, now=now)
        raise
    ticket = secrets.token_urlsafe(_TOKEN_BYTES)
    CardReading.objects.create(
        id=new_id(now),
        token_digest=digest_of(ticket),
        nonce_digest=nonce_digest,
        national_id=card.national_id,
        last_name=card.last_name[:100],
        first_name=card.first_name[:100],
        title=card.title[:100],
        expires_at=now + TICKET_FOR,
    )
    return ticket


def redeem(*, ticket: str, nonce: str, now: datetime) -> Redeemed:
    """Uses the ticket up: a session for whom the card is known, else the way to create an account.

    The password block of the account is lifted: whoever holds the card need not wait. Raises ``CardRefused``,
    ``NoOpenPost``.
    """
    with transaction.atomic():
        reading = CardReading.objects.select_for_update().filter(
            token_digest=digest_of(ticket), nonce_digest=digest_of(nonce), expires_at__gt=now
        )
        row = reading.first()
        if row is None:
            raise CardRefused(CardErrorCode.TICKET_OVER)
        account = Account.objects.filter(professional__national_id=row.national_id).first()
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        row.token_digest, row.nonce_digest, row.expires_at = digest_of(token), None, now + CREATION_FOR
        row.save(update_fields=["token_digest", "nonce_digest", "expires_at"])
    if account is None:
        return Redeemed(token, is_known=False)
    CardReading.objects.filter(id=row.id).delete()
    return Redeemed(_let_in(account, now), is_known=True)


def _let_in(account: Account, now: datetime) -> str:
    if not account.is_active:
        raise CardRefused(CardErrorCode.ACCOUNT_CLOSED)
    post = _post_to_begin_with(account.id, now)
    if post is None:
        raise NoOpenPost
    with transaction.atomic():
        for subject in (b"account:", b"browser:"):
            guard.forget(guard.key_of(subject + account.id.bytes))
        Account.objects.filter(id=account.id).update(last_login=now)
        token = open_session(account.id, post, Assurance.CARD, (), now)
        session = session_for(token, now)
        if session is None:
            raise NoOpenPost
        record(Event.by(session.actor, AccountEvent.CARD_LOGGED_IN, Purpose.SIGN_IN, Surface.PAGE), now=now)
    return token


def _post_to_begin_with(account: UUID, now: datetime) -> UUID | None:
    """The one used last, of those still open; else the first."""
    posts = list(open_posts(account, now).values_list("id", flat=True))
    used = Session.objects.filter(account=account, post__in=posts).order_by("-seen_at").values_list("post", flat=True)
    return used.first() or (posts[0] if posts else None)


def card_of_creation(token: str, now: datetime) -> Card | None:
    """The card by which an account is being created in this browser; None once it is too old."""
    row = CardReading.objects.filter(token_digest=digest_of(token), nonce_digest=None, expires_at__gt=now).first()
    return Card(row.national_id, row.last_name, row.first_name, row.title) if row else None
