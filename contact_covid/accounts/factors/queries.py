"""Which second factors an account has."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from contact_covid.access.enums import Role
from contact_covid.access.policy import asks_second_factor
from contact_covid.accounts.factors.enums import ChallengeKind, FactorKind
from contact_covid.accounts.factors.models import Challenge, Factor, RecoveryCode
from contact_covid.accounts.factors.rules import CODE_GOOD_FOR
from contact_covid.accounts.models import Account
from contact_covid.accounts.queries import open_posts


class FactorNotFound(LookupError):
    """No such factor of this account."""


@dataclass(frozen=True, slots=True)
class Methods:
    """How an account can prove more than its password. ``email``: empty when it has no address of its own.

    ``recovery``: how many codes are left; ``recovery_set``: their ``mark_of``.
    """

    totp: bool
    passkey: bool
    recovery: int
    email: str
    recovery_set: str = ""

    @property
    def own(self) -> bool:
        """Whether the holder has set one up."""
        return self.totp or self.passkey

    @property
    def any(self) -> bool:
        return self.own or bool(self.email)


def needs_factor(account: UUID, now: datetime) -> bool:
    """Whether the policy wants a second factor of any of her roles, so that nobody meets it first at the counter nor
    after a switch of place."""
    roles = set(open_posts(account, now).values_list("role", flat=True))
    return any(asks_second_factor(Role(role)) for role in roles)


def factors_of(account: UUID) -> QuerySet[Factor]:
    """The factors, the oldest first."""
    return Factor.objects.filter(account=account).order_by("id")


def factor_of(account: UUID, factor: UUID) -> Factor:
    """Raises ``FactorNotFound``."""
    found = factors_of(account).filter(id=factor).first()
    if found is None:
        raise FactorNotFound
    return found


def methods_of(account: UUID) -> Methods:
    kinds = set(factors_of(account).values_list("kind", flat=True))
    codes = recovery_codes(account) if kinds else []
    return Methods(
        totp=FactorKind.TOTP in kinds,
        passkey=FactorKind.PASSKEY in kinds,
        recovery=len(codes),
        email=own_email(account),
        recovery_set=mark_of(codes),
    )


def recovery_codes(account: UUID) -> list[UUID]:
    """The ids of the codes that are left, in order."""
    return list(RecoveryCode.objects.filter(account=account).order_by("id").values_list("id", flat=True))


def mark_of(codes: Sequence[UUID]) -> str:
    """What a form that replaces these codes says of them: another once one was used or all were; "" for none."""
    return hashlib.sha256(b"".join(code.bytes for code in codes)).hexdigest() if codes else ""


def own_email(account: UUID) -> str:
    """The address of the account; "" when another open account has it too: what is mailed there proves nobody."""
    email = Account.objects.values_list("email", flat=True).get(id=account)
    shared = Account.objects.filter(email=email, is_active=True).exclude(id=account)
    return "" if not email or shared.exists() else email


def state_of(account: UUID) -> str:
    """What a remembered device is bound to: another as soon as the password, the address or a factor changes."""
    password, email = Account.objects.values_list("password", "email").get(id=account)
    factors = ",".join(factor.hex for factor in factors_of(account).values_list("id", flat=True))
    return salted_hmac("accounts.factors", "\0".join((password, email, factors)), algorithm="sha256").hexdigest()


def open_challenge(session: UUID, kind: ChallengeKind, *, good_for: timedelta, now: datetime) -> Challenge | None:
    """What the session is being asked; None when that is nothing, or too long ago."""
    return Challenge.objects.filter(session=session, kind=kind, created_at__gt=now - good_for).first()


def is_code_awaited(session: UUID, now: datetime) -> bool:
    """Whether a code was mailed to this session that is still good."""
    return open_challenge(session, ChallengeKind.EMAIL_CODE, good_for=CODE_GOOD_FOR, now=now) is not None
