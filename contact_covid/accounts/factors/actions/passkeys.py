"""Passkeys (WebAuthn): what a browser is asked to sign, and whether it did. The protocol itself is python-fido2's."""

import json
import os
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from contact_covid.accounts.actions.sessions import raise_assurance
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.factors.actions.enrolment import keep, manager, refuse_more
from contact_covid.accounts.factors.actions.notices import note
from contact_covid.accounts.factors.actions.proof import factor_context, put_challenge
from contact_covid.accounts.factors.enums import ChallengeKind, FactorKind
from contact_covid.accounts.factors.models import Challenge, Factor
from contact_covid.accounts.factors.queries import factors_of, open_challenge
from contact_covid.accounts.factors.rules import CHALLENGE_GOOD_FOR
from contact_covid.accounts.queries import OpenSession, holder_of, names_of
from contact_covid.core.account_keys import account_keys
from contact_covid.core.errors import RuleError

_CHALLENGE_BYTES = 32
_VERIFICATION = UserVerificationRequirement.PREFERRED


class PasskeyErrorCode(StrEnum):
    REFUSED = "passkey.refused"


class PasskeyRefused(RuleError):
    """A signature that is none of this account's, for another place, over, used, or of a copy of the key."""

    def __init__(self) -> None:
        super().__init__(PasskeyErrorCode.REFUSED)


def begin_passkey(*, session: OpenSession, now: datetime) -> dict[str, Any]:
    """What the browser needs to make a passkey (PublicKeyCredentialCreationOptionsJSON, under "publicKey").

    Raises ``NotProven``, ``FactorRefused`` (TOO_MANY).
    """
    account = manager(session.actor)
    refuse_more(account)
    name = names_of([account])[account]
    options, _ = _server().register_begin(
        PublicKeyCredentialUserEntity(id=account.bytes, name=name, display_name=name),
        list(_credentials(account).values()),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=_VERIFICATION,
        challenge=_asked(session.id, ChallengeKind.NEW_PASSKEY, now),
    )
    return dict(options)


def add_passkey(*, session: OpenSession, name: str, credential: str, now: datetime) -> str:
    """Adds the passkey that the browser made; returns the session's new token.

    ``credential``: RegistrationResponseJSON. Must be called outside any transaction: what was asked is used up for good
    before the answer is looked at. Raises ``NotProven``, ``PasskeyRefused``, ``FactorRefused`` (TOO_MANY).
    """
    account = manager(session.actor)
    state = _used_up(session.id, ChallengeKind.NEW_PASSKEY, now)
    try:
        made = _server().register_complete(state, json.loads(credential))
    except Exception:  # whatever was sent in its place fails somewhere in the library
        raise PasskeyRefused from None
    with transaction.atomic():
        if made.credential_data is None or made.credential_data in _credentials(account).values():
            raise PasskeyRefused
        secret = bytes(made.credential_data)
        return keep(session, account, FactorKind.PASSKEY, name=name, secret=secret, counter=made.counter, now=now)


def ask_passkey(*, session: OpenSession, now: datetime) -> dict[str, Any]:
    """What the browser needs to sign with a passkey (PublicKeyCredentialRequestOptionsJSON, under "publicKey").

    Raises ``PasskeyRefused`` when the account has none.
    """
    credentials = _credentials(holder_of(session.actor))
    if not credentials:
        raise PasskeyRefused
    options, _ = _server().authenticate_begin(
        list(credentials.values()),
        user_verification=_VERIFICATION,
        challenge=_asked(session.id, ChallengeKind.PASSKEY, now),
    )
    return dict(options)


def prove_by_passkey(*, session: OpenSession, credential: str, now: datetime) -> str:
    """Raises the session to ``Assurance.SECOND_FACTOR`` for a signature of what it was asked; returns its new token.

    ``credential``: AuthenticationResponseJSON. A counter that does not grow is that of a copy. Raises
    ``PasskeyRefused``, after a row in the journal.
    """
    with transaction.atomic():
        factor = _signed(session, credential, now)
        if factor:
            note(session.actor, AccountEvent.FACTOR_PASSED, FactorKind.PASSKEY.value, now=now)
            return raise_assurance(session=session, now=now)
        note(session.actor, AccountEvent.FACTOR_FAILED, FactorKind.PASSKEY.value, now=now)
    raise PasskeyRefused


def _signed(session: OpenSession, credential: str, now: datetime) -> UUID | None:
    """The factor that signed, its counter noted."""
    credentials = _credentials(holder_of(session.actor))
    try:
        state = _used_up(session.id, ChallengeKind.PASSKEY, now)
        sent = AuthenticationResponse.from_dict(json.loads(credential))
        used = _server().authenticate_complete(state, list(credentials.values()), sent)
    except Exception:  # asked nothing, or whatever was sent fails somewhere in the library
        return None
    factor = next(factor for factor, known in credentials.items() if known.credential_id == used.credential_id)
    counter = sent.response.authenticator_data.counter
    # Passkeys that are kept on several devices do not count: they say 0 each time.
    grown = Q(counter__lt=counter) if counter else Q(counter=0)
    unused = Factor.objects.filter(grown, id=factor)
    return factor if unused.update(counter=counter, used_at=now) else None


def _asked(session: UUID, kind: ChallengeKind, now: datetime) -> bytes:
    """What is to be signed: the same for two tabs that ask at once."""
    asked = open_challenge(session, kind, good_for=CHALLENGE_GOOD_FOR / 2, now=now)
    if asked:
        return bytes(asked.value)
    value = os.urandom(_CHALLENGE_BYTES)
    put_challenge(session, kind, value, now)
    return value


def _used_up(session: UUID, kind: ChallengeKind, now: datetime) -> dict[str, Any]:
    """The state of the library's server for what was asked, which serves no other answer. Raises ``PasskeyRefused``."""
    asked = open_challenge(session, kind, good_for=CHALLENGE_GOOD_FOR, now=now)
    if asked is None or not Challenge.objects.filter(id=asked.id).delete()[0]:
        raise PasskeyRefused
    return {"challenge": websafe_encode(bytes(asked.value)), "user_verification": _VERIFICATION}


def _credentials(account: UUID) -> dict[UUID, AttestedCredentialData]:
    keys = account_keys()
    return {
        factor.id: AttestedCredentialData(keys.open(bytes(factor.secret), context=factor_context(factor.id)))
        for factor in factors_of(account).filter(kind=FactorKind.PASSKEY)
    }


def _server() -> Fido2Server:
    """For this portal's address and no other, whatever page asked."""
    entity = PublicKeyCredentialRpEntity(id=urlsplit(settings.PUBLIC_URL).hostname, name=settings.BRAND)
    return Fido2Server(entity, verify_origin=lambda origin: origin == settings.PUBLIC_URL)
