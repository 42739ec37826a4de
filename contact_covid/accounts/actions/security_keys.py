"""Security keys: loaded from the funds, compared once. Their parts pass here and are kept nowhere."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.contrib.auth import hashers
from django.db import transaction

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Role
from contact_covid.accounts.actions import guard
from contact_covid.accounts.creation_queries import Holder, has_account, holder_of_number
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import SecurityKey
from contact_covid.accounts.rules.guard import minutes_left
from contact_covid.accounts.rules.security_keys import NewKey
from contact_covid.core.errors import RuleError
from contact_covid.core.rules.nir import Nir
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface


class KeyErrorCode(StrEnum):
    REFUSED = "security_key.refused"
    BLOCKED = "security_key.blocked"


class KeyRefused(RuleError):
    """Not the key, or no key for this number, or an account already: never told apart."""

    def __init__(self) -> None:
        super().__init__(KeyErrorCode.REFUSED)


class KeyBlocked(RuleError):
    """Too many wrong keys for this number, which nobody may have. ``minutes`` to wait, rounded up."""

    def __init__(self, minutes: int) -> None:
        super().__init__(KeyErrorCode.BLOCKED)
        self.minutes = minutes


def prove(*, number: str, nir: Nir, iban_end: str, now: datetime) -> Holder:
    """The holder of the AM number, proved by her key. Outside any transaction: the try is counted for good first.

    The same work, time and errors for every number. Raises ``KeyRefused``, ``KeyBlocked`` (from the last allowed
    failure on).
    """
    counted = guard.key_of(b"security_key:" + number.encode())
    attempt = guard.count(counted, now)
    if not attempt.may_be_evaluated(settings.LOGIN_ATTEMPTS):
        raise _blocked(attempt.blocked_until, now)
    holder = holder_of_number(number)
    stored = _stored(holder)
    typed = NewKey(number, nir, iban_end)
    correct, _ = hashers.verify_password(typed.secret, stored or hashers.make_password(None))
    if holder is None or not correct:
        detail = {"login_digest": counted.hex()}
        record(Event(AccountEvent.KEY_REFUSED, Role.SYSTEM, Purpose.SIGN_IN, Surface.PAGE, detail=detail), now=now)
        raise _blocked(attempt.blocked_until, now) if attempt.blocked_until else KeyRefused()
    guard.forget(counted)
    return holder


def _stored(holder: Holder | None) -> str:
    """The hash to compare with; none when the key would open nothing."""
    if holder is None or not holder.place.self_employed or has_account(holder):
        return ""
    return SecurityKey.objects.filter(practice=holder.place.practice).values_list("key", flat=True).first() or ""


def _blocked(until: datetime | None, now: datetime) -> KeyBlocked:
    return KeyBlocked(minutes_left(until or now, now))


class Kept(StrEnum):
    """What became of a key: kept, needless because its holder has an account, or nobody's."""

    YES = "yes"
    NEEDLESS = "needless"
    NOBODYS = "nobodys"


def load(*, actor: Actor, keys: Sequence[NewKey], now: datetime) -> list[Kept]:
    """Keeps the keys, in place of those their numbers had, in one transaction; what became of each, in order.

    A number that belongs to no single self-employed professional has none; of who has an account none is kept: it
    would prove nothing. Raises ``policy.Denied``.
    """
    policy.check(actor, Permission.ACCOUNTS_MANAGE)
    holders = [_self_employed(key.number) for key in keys]
    hashes = [hashers.make_password(key.secret) if holder else "" for key, holder in zip(keys, holders, strict=True)]
    with transaction.atomic():
        answers = [_answer(holder) for holder in holders]
        kept = {
            holder.place.practice: SecurityKey(practice_id=holder.place.practice, key=encoded, loaded_at=now)
            for holder, encoded, answer in zip(holders, hashes, answers, strict=True)
            if holder and answer is Kept.YES
        }
        SecurityKey.objects.bulk_create(
            kept.values(), update_conflicts=True, unique_fields=["practice"], update_fields=["key", "loaded_at"]
        )
        if kept:
            event = Event.by(actor, AccountEvent.KEYS_LOADED, Purpose.ADMINISTRATION, Surface.COMMAND, count=len(kept))
            record(event, now=now)
    return answers


def _answer(holder: Holder | None) -> Kept:
    if holder is None:
        return Kept.NOBODYS
    return Kept.NEEDLESS if has_account(holder) else Kept.YES


def _self_employed(number: str) -> Holder | None:
    holder = holder_of_number(number)
    return holder if holder and holder.place.self_employed else None
