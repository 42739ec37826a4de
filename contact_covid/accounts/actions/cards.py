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
from contact_covid.accounts.actions.entrance import let_in
from contact_covid.accounts.actions.revocation import authorities, lists
from contact_covid.accounts.actions.sessions import NoOpenPost
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, CardReading, Post
from contact_covid.accounts.queries import post_to_begin_with
from contact_covid.accounts.rules.certificates import Card, CardErrorCode, CardRefused, certified, chain_of
from contact_covid.core.ids import new_id
from contact_covid.core.rules.professional_ids import NationalId, NationalIdKind, parse_national_id
from contact_covid.core.rules.tokens import digest_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import NotACode, check_detail

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
    try:
        chain = chain_of(certificate, authorities(), now)
        card = certified(chain, lists(chain), now)
    except CardRefused as refused:
        _record_refusal({"reason": refused.code.value}, None, now)  # nobody has proved to be anyone
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

    Must be called outside any transaction: the journal keeps the refusal of an account that is closed or acts nowhere.
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
    national_id = parse_national_id(card.national_id)
    account = _account_of(national_id)
    return Redeemed(card, _let_in(account, national_id, now)) if account else Redeemed(card)


def _account_of(national_id: NationalId) -> Account | None:
    """The holder's own account; for the card of a structure's personnel also that of the structure."""
    own = Account.objects.filter(professional__national_id=str(national_id)).first()
    if own or national_id.kind is not NationalIdKind.FINESS:
        return own
    posts = Post.objects.filter(practice__number=national_id.number, practice__professional=None, ends_at=None)
    structures = posts.filter(account__professional=None).exclude(role=Role.SECRETARY)
    return Account.objects.filter(id__in=structures.values("account")).order_by("created_at").first()


def _let_in(account: Account, card: NationalId, now: datetime) -> str:
    whose = {"card": card_code(card)}
    try:
        if not account.is_active:
            raise CardRefused(CardErrorCode.ACCOUNT_CLOSED)
        with transaction.atomic():
            guard.lift(account.id)
            post = post_to_begin_with(account.id, now)
            entered = let_in(account=account.id, post=post, assurance=Assurance.CARD, detail={**whose}, now=now)
    except (CardRefused, NoOpenPost) as refused:
        _record_refusal({"reason": refused.code.value, **whose}, account.id, now)
        raise
    return entered.token


def card_code(of: NationalId) -> str:
    """Whose card it was, for the journal: the parts of the number apart, which together may be written like a NIR.

    What a structure adds is its own choice: when it is no code, or is written like a NIR itself, its keyed digest.
    """
    number = f"{of.kind}:{of.number}"
    if not of.internal:
        return number
    whole = f"{number}:{of.internal}"
    try:
        check_detail({"card": whole, "internal": of.internal})
    except NotACode:
        return f"{number}:hmac.{guard.key_of(b'card:' + of.internal.encode()).hex()[:32]}"
    return whole


def _record_refusal(detail: dict[str, str], account: UUID | None, now: datetime) -> None:
    event = Event(AccountEvent.CARD_REFUSED, Role.SYSTEM, Purpose.SIGN_IN, Surface.PAGE, account, detail=detail)
    record(event, now=now)
