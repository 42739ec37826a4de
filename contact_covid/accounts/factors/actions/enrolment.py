"""The second factors of an account: added, renamed, removed; recovery codes. The holder alone does it, and is told."""

import logging
import os
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth import hashers
from django.db import transaction
from django.db.models import BinaryField
from django.db.models.functions import Substr

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Assurance
from contact_covid.accounts.actions.sessions import raise_assurance
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.factors import rules
from contact_covid.accounts.factors.actions.notices import mail_notice, note
from contact_covid.accounts.factors.actions.proof import factor_context, put_challenge
from contact_covid.accounts.factors.enums import ChallengeKind, FactorChange, FactorKind
from contact_covid.accounts.factors.models import Challenge, Factor, RecoveryCode
from contact_covid.accounts.factors.queries import (
    factor_of,
    factors_of,
    mark_of,
    methods_of,
    needs_factor,
    open_challenge,
    recovery_codes,
)
from contact_covid.accounts.models import Account, Session
from contact_covid.accounts.queries import OpenSession, holder_of
from contact_covid.core.account_keys import account_keys
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import SealBroken

MOST = 10

logger = logging.getLogger(__name__)


class FactorErrorCode(StrEnum):
    WRONG_CODE = "factor.wrong_code"
    OVER = "factor.over"
    LAST = "factor.last"
    TOO_MANY = "factor.too_many"
    RECOVERY_MADE = "factor.recovery_made"


class FactorRefused(RuleError):
    """A factor that cannot be added or removed, codes that cannot be replaced; the code says why."""


class NotProven(Exception):
    """Who knows the password only does not change the second factors of an account that has a means to prove more."""


def must_prove(actor: Actor) -> bool:
    """Whether this actor has to pass a second factor before she may change any: in this session, not on a device that
    remembers one."""
    if actor.assurance > Assurance.SECOND_FACTOR:
        return False
    spared = actor.session is not None and Session.objects.filter(id=actor.session, remembered=True).exists()
    return (spared or actor.assurance < Assurance.SECOND_FACTOR) and methods_of(holder_of(actor)).any


def manager(actor: Actor) -> UUID:
    """The account whose factors this actor may change. Raises ``NotProven``."""
    if must_prove(actor):
        raise NotProven
    return holder_of(actor)


def begin_totp(*, session: OpenSession, now: datetime) -> None:
    """Draws the secret of an application to add, kept for half an hour. One that is being added stays.

    Raises ``NotProven``, ``FactorRefused`` (TOO_MANY).
    """
    refuse_more(manager(session.actor))
    if _pending(session.id, now) is None:
        secret = account_keys().seal(os.urandom(rules.SECRET_BYTES), context=_pending_context(session.id))
        put_challenge(session.id, ChallengeKind.NEW_TOTP, secret, now)


def pending_totp(session: OpenSession, now: datetime) -> bytes | None:
    """The secret of the application that this session is adding. Raises ``NotProven``."""
    manager(session.actor)
    return _pending(session.id, now)


def _pending(session: UUID, now: datetime) -> bytes | None:
    asked = open_challenge(session, ChallengeKind.NEW_TOTP, good_for=rules.ENROLMENT_GOOD_FOR, now=now)
    return account_keys().open(bytes(asked.value), context=_pending_context(session)) if asked else None


def add_totp(*, session: OpenSession, name: str, code: str, now: datetime) -> str:
    """Adds the application once it shows the right code, which is then used; returns the session's new token.

    Raises ``NotProven``, ``FactorRefused`` (OVER when nothing is being added any more, WRONG_CODE, TOO_MANY).
    """
    account = manager(session.actor)
    secret = _pending(session.id, now)
    if secret is None:
        raise FactorRefused(FactorErrorCode.OVER)
    step = rules.matching_step(secret, rules.read_code(code), now=now, after=0)
    if step is None:
        raise FactorRefused(FactorErrorCode.WRONG_CODE)
    with transaction.atomic():
        if not Challenge.objects.filter(session=session.id, kind=ChallengeKind.NEW_TOTP).delete()[0]:
            raise FactorRefused(FactorErrorCode.OVER)  # added by another tab
        return keep(session, account, FactorKind.TOTP, name=name, secret=secret, counter=step, now=now)


def keep(
    session: OpenSession, account: UUID, kind: FactorKind, *, name: str, secret: bytes, counter: int, now: datetime
) -> str:
    """Writes the new factor, in the caller's transaction; having it at hand proves the session. Returns its token."""
    Account.objects.select_for_update().get(id=account)
    refuse_more(account)
    factor = new_id(now)
    sealed = account_keys().seal(secret, context=factor_context(factor))
    Factor.objects.create(
        id=factor, account_id=account, kind=kind, name=name, secret=sealed, counter=counter, created_at=now
    )
    _changed(session.actor, account, AccountEvent.FACTOR_ADDED, kind.value, FactorChange.ADDED, now)
    return raise_assurance(session=session, now=now)


def refuse_more(account: UUID) -> None:
    """Raises ``FactorRefused`` when the account has as many factors as one may have."""
    if factors_of(account).count() >= MOST:
        raise FactorRefused(FactorErrorCode.TOO_MANY)


def rename(*, actor: Actor, factor: UUID, name: str, now: datetime) -> None:
    """Raises ``NotProven``, ``FactorNotFound``."""
    account = manager(actor)
    with transaction.atomic():
        found = factor_of(account, factor)
        if Factor.objects.filter(id=factor).exclude(name=name).update(name=name):
            _changed(actor, account, AccountEvent.FACTOR_RENAMED, found.kind, FactorChange.RENAMED, now)


def remove(*, actor: Actor, factor: UUID, now: datetime) -> None:
    """Removes a factor, and the recovery codes with the last one. Remembered devices are forgotten.

    Raises ``NotProven``, ``FactorNotFound``, ``FactorRefused`` (LAST) when one of her roles must have a second factor
    and nothing would be left to prove it with.
    """
    account = manager(actor)
    with transaction.atomic():
        Account.objects.select_for_update().get(id=account)  # two removals at once leave one
        found = factor_of(account, factor)
        others = factors_of(account).exclude(id=factor).exists()
        if not others and needs_factor(account, now) and not methods_of(account).email:
            raise FactorRefused(FactorErrorCode.LAST)
        found.delete()
        if not others:
            RecoveryCode.objects.filter(account=account).delete()
        _changed(actor, account, AccountEvent.FACTOR_REMOVED, found.kind, FactorChange.REMOVED, now)


def make_recovery_codes(*, actor: Actor, instead_of: str, now: datetime) -> list[str]:
    """Ten new codes, to be shown once, in place of those before: only their hashes stay.

    ``instead_of``: mark of the codes that the form spoke of (``Methods.recovery_set``). A form sent twice replaces
    none of the codes that its first answer showed. Raises ``NotProven``, ``FactorRefused`` (RECOVERY_MADE).
    """
    account = manager(actor)
    codes = rules.draw_recovery_codes()
    rows = [
        RecoveryCode(id=new_id(now), account_id=account, mark=c[0], code=hashers.make_password(c), created_at=now)
        for c in codes
    ]
    with transaction.atomic():
        Account.objects.select_for_update().get(id=account)
        if mark_of(recovery_codes(account)) != instead_of:
            raise FactorRefused(FactorErrorCode.RECOVERY_MADE)
        RecoveryCode.objects.filter(account=account).delete()
        RecoveryCode.objects.bulk_create(rows)
        _changed(actor, account, AccountEvent.RECOVERY_CODES_MADE, "recovery", FactorChange.RECOVERY_CODES, now)
    return codes


class SealedAgain(NamedTuple):
    """How many factors were brought under the current key, and how many open under none that is here."""

    done: int
    failed: int


def seal_again() -> SealedAgain:
    """Seals under the current account key what an older one sealed. What cannot be opened stays as it is: the log says
    how many there are, for whose sake the former key must not leave yet, or which are lost."""
    keys, done, failed = account_keys(), 0, 0
    under = Substr("secret", 1, len(keys.current), output_field=BinaryField())
    for factor in Factor.objects.alias(under=under).exclude(under=keys.current).order_by("id"):
        context = factor_context(factor.id)
        try:
            secret = keys.seal(keys.open(bytes(factor.secret), context=context), context=context)
        except SealBroken:
            failed += 1
            continue
        done += Factor.objects.filter(id=factor.id, secret=factor.secret).update(secret=secret)
    if failed:
        logger.warning("%d second factors open under no key of ACCOUNT_KEYS", failed)
    return SealedAgain(done, failed)


def _pending_context(session: UUID) -> str:
    return f"accounts.Challenge.value:{session}"


def _changed(actor: Actor, account: UUID, kind: AccountEvent, means: str, change: FactorChange, now: datetime) -> None:
    note(actor, kind, means, now=now)
    mail_notice(account, change, now=now)
