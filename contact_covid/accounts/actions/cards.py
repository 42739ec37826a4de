"""Coming in by card: the endpoint proves the card and hands a ticket over, the portal redeems it.

The ticket is good once, for a minute, in the browser that asked for it; the card itself is never seen by the portal.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.actions import guard
from contact_covid.accounts.actions.entrance import let_in
from contact_covid.accounts.actions.revocation import authorities, lists
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, CardReading, Post
from contact_covid.accounts.queries import digest_of, post_to_begin_with
from contact_covid.accounts.rules.certificates import Card, CardErrorCode, CardRefused, certified
from contact_covid.core.ids import new_id
from contact_covid.core.rules.professional_ids import NationalId, NationalIdKind, parse_national_id
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface

TICKET_FOR = timedelta(seconds=60)
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a ticket opened: a session, or nothing yet for the ``card`` of somebody who has no account.

    ``token``: for the session cookie, empty without a session.
    """

    card: Card
    token: str = ""


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
    """Uses the ticket up. For whom the card is known a session; the card lifts the block of her password at once.

    Raises ``CardRefused``, ``NoOpenPost``.
    """
    if not nonce:  # a browser that asked for nothing
        raise CardRefused(CardErrorCode.TICKET_OVER)
    with transaction.atomic():
        reading = CardReading.objects.select_for_update().filter(
            token_digest=digest_of(ticket), nonce_digest=digest_of(nonce), expires_at__gt=now
        )
        row = reading.first()
        if row is None:
            raise CardRefused(CardErrorCode.TICKET_OVER)
        row.delete()
    card = Card(row.national_id, row.last_name, row.first_name, row.title)
    account = _account_of(parse_national_id(card.national_id))
    return Redeemed(card, _let_in(account, card, now)) if account else Redeemed(card)


def _account_of(national_id: NationalId) -> Account | None:
    """The holder's own account; for the card of a structure's personnel also that of the structure."""
    own = Account.objects.filter(professional__national_id=str(national_id)).first()
    if own or national_id.kind is not NationalIdKind.FINESS:
        return own
    posts = Post.objects.filter(practice__number=national_id.number, practice__professional=None, ends_at=None)
    structures = posts.filter(account__professional=None).exclude(role=Role.SECRETARY)
    return Account.objects.filter(id__in=structures.values("account")).order_by("created_at").first()


def _let_in(account: Account, card: Card, now: datetime) -> str:
    if not account.is_active:
        raise CardRefused(CardErrorCode.ACCOUNT_CLOSED)
    with transaction.atomic():
        guard.lift(account.id)
        entered = let_in(
            account=account.id,
            post=post_to_begin_with(account.id, now),
            assurance=Assurance.CARD,
            detail={"card": card.national_id},
            now=now,
        )
    return entered.token
