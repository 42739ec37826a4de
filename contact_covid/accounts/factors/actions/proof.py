"""Proving more than a password: a code of an application, of a mail, or of recovery."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.contrib.auth import hashers
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from contact_covid.accounts.actions import guard
from contact_covid.accounts.actions.sessions import raise_assurance
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.factors import rules
from contact_covid.accounts.factors.actions.notices import mail_notice, note
from contact_covid.accounts.factors.enums import ChallengeKind, FactorChange, FactorKind
from contact_covid.accounts.factors.models import Challenge, Factor, RecoveryCode
from contact_covid.accounts.factors.queries import factors_of, open_challenge, own_email
from contact_covid.accounts.queries import OpenSession, holder_of, names_of
from contact_covid.accounts.rules.guard import Attempt, minutes_left
from contact_covid.core.account_keys import account_keys
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.messaging.actions import mail
from contact_covid.messaging.rules.contents import LoginCode

MAILS = 5


class ProofErrorCode(StrEnum):
    REFUSED = "proof.refused"
    BLOCKED = "proof.blocked"
    TOO_MANY_MAILS = "proof.too_many_mails"
    NO_ADDRESS = "proof.no_address"


class ProofRefused(RuleError):
    """A code that is wrong, over or used: never told apart."""

    def __init__(self) -> None:
        super().__init__(ProofErrorCode.REFUSED)


class ProofBlocked(RuleError):
    """Too many wrong codes, or too many mails asked for. ``minutes`` to wait, rounded up."""

    def __init__(self, code: ProofErrorCode, minutes: int) -> None:
        super().__init__(code)
        self.minutes = minutes


class NoAddress(RuleError):
    """A code was asked for by mail, and the account has no address of its own."""

    def __init__(self) -> None:
        super().__init__(ProofErrorCode.NO_ADDRESS)


def prove_by_code(*, session: OpenSession, typed: str, now: datetime) -> str:
    """Raises the session to ``Assurance.SECOND_FACTOR`` for the right code, each good once; returns its new token.

    ``typed``: six digits of an application or of the last mail asked for by this session, or a recovery code. Must be
    called outside any transaction: the try is counted for good before the code is looked at, against the account.

    Raises ``ProofRefused``, ``ProofBlocked`` (from the fifth failure on).
    """
    account = holder_of(session.actor)
    key = guard.key_of(b"factor:" + account.bytes)
    attempt = guard.count(key, now, limit=rules.TRIES)
    if not attempt.may_be_evaluated(rules.TRIES):
        raise _blocked(ProofErrorCode.BLOCKED, attempt, now)
    code = rules.read_code(typed)
    with transaction.atomic():
        means = _taken(account, session.id, code, now)
        if means:
            guard.forget(key)
            note(session.actor, AccountEvent.FACTOR_PASSED, means, now=now)
            return raise_assurance(session=session, now=now)
        note(session.actor, AccountEvent.FACTOR_FAILED, "code", now=now)
        if attempt.blocked_until:
            note(session.actor, AccountEvent.FACTOR_BLOCKED, "code", now=now)
            Challenge.objects.filter(session__account=account, kind=ChallengeKind.EMAIL_CODE).delete()
    raise _blocked(ProofErrorCode.BLOCKED, attempt, now) if attempt.blocked_until else ProofRefused


def _taken(account: UUID, session: UUID, code: str, now: datetime) -> str:
    """What the code was of, used up; "" when it is of nothing."""
    if rules.is_digits(code):
        if _take_mailed(session, code, now):
            return "email"
        taken = any(take_totp(factor, code, now) for factor in factors_of(account).filter(kind=FactorKind.TOTP))
        return FactorKind.TOTP.value if taken else ""
    return "recovery" if rules.is_recovery(code) and _take_recovery(account, code, now) else ""


def take_totp(factor: Factor, code: str, now: datetime) -> bool:
    """Takes a code of that application, unless it or a later one was taken before: by anybody, at the same moment."""
    secret = account_keys().open(bytes(factor.secret), context=factor_context(factor.id))
    step = rules.matching_step(secret, code, now=now, after=factor.counter)
    unused = Factor.objects.filter(id=factor.id, counter__lt=step or 0)
    return step is not None and bool(unused.update(counter=step, used_at=now))


def factor_context(factor: UUID) -> str:
    """Where the sealed secret of a factor belongs."""
    return f"accounts.Factor.secret:{factor}"


def _take_mailed(session: UUID, code: str, now: datetime) -> bool:
    asked = open_challenge(session, ChallengeKind.EMAIL_CODE, good_for=rules.CODE_GOOD_FOR, now=now)
    if asked is None or not constant_time_compare(bytes(asked.value), _mailed_digest(session, code)):
        return False
    return bool(Challenge.objects.filter(id=asked.id).delete()[0])


def _take_recovery(account: UUID, code: str, now: datetime) -> bool:
    row = RecoveryCode.objects.filter(account=account, mark=code[0]).first()
    if row is None or not hashers.check_password(code, row.code):
        return False
    if not RecoveryCode.objects.filter(id=row.id).delete()[0]:
        return False
    mail_notice(account, FactorChange.RECOVERY_CODE_USED, now=now)
    return True


def mail_code(*, session: OpenSession, now: datetime) -> None:
    """Mails six digits that prove this session, for ten minutes; those mailed to it before are void.

    Must be called outside any transaction. Raises ``NoAddress``, ``ProofBlocked``, ``KeyMissing``.
    """
    account = holder_of(session.actor)
    email = own_email(account)
    if not email:
        raise NoAddress
    attempt = guard.count(guard.key_of(b"factor mail:" + account.bytes), now, limit=MAILS)
    if not attempt.may_be_evaluated(MAILS):
        raise _blocked(ProofErrorCode.TOO_MANY_MAILS, attempt, now)
    code, minutes = rules.draw_digits(), int(rules.CODE_GOOD_FOR.total_seconds() // 60)
    with transaction.atomic():
        put_challenge(session.id, ChallengeKind.EMAIL_CODE, _mailed_digest(session.id, code), now)
        content = LoginCode(name=names_of([account])[account], code=code, minutes=minutes)
        mail(to=email, content=content, now=now)
        note(session.actor, AccountEvent.FACTOR_CODE_MAILED, "email", now=now)


def put_challenge(session: UUID, kind: ChallengeKind, value: bytes, now: datetime) -> None:
    """What the session is asked from now on, in place of what it was asked before."""
    Challenge.objects.update_or_create(
        session_id=session,
        kind=kind,
        defaults={"value": value, "created_at": now},
        create_defaults={"id": new_id(now), "value": value, "created_at": now},
    )


def _mailed_digest(session: UUID, code: str) -> bytes:
    return salted_hmac("accounts.mailed_code", session.bytes + code.encode(), algorithm="sha256").digest()


def _blocked(code: ProofErrorCode, attempt: Attempt, now: datetime) -> ProofBlocked:
    return ProofBlocked(code, minutes_left(attempt.blocked_until or now, now))
