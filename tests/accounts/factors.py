"""Second factors as their holders have them: an application that counts, a passkey in software, the mail in the box."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from os import urandom
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from contact_covid.accounts.actions.login import log_in
from contact_covid.accounts.factors import rules
from contact_covid.accounts.factors.actions.enrolment import add_totp, begin_totp, pending_totp
from contact_covid.accounts.queries import OpenSession, session_for
from contact_covid.messaging.enums import Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from tests.accounts.conftest import PASSWORD

ADDRESS = "helene@example.fr"


def session_of(token: str, now: datetime) -> OpenSession:
    session = session_for(token, now)
    assert session is not None
    return session


def enter(
    now: datetime, login: str = ADDRESS, *, password: str = PASSWORD, proven_token: str | None = None
) -> OpenSession:
    """The session that the right password opens."""
    opened = log_in(login=login, password=password, device_token=None, proven_token=proven_token, now=now)
    return session_of(opened.token, now)


def code_of(secret: bytes, at: datetime) -> str:
    """What the application shows at that moment."""
    return rules.code_at(secret, rules.step_of(at))


def wrong(code: str) -> str:
    """Six other digits."""
    return f"{(int(code) + 500_000) % 1_000_000:06}"


def with_totp(session: OpenSession, now: datetime, name: str = "Mon téléphone") -> tuple[OpenSession, bytes]:
    """The session once an application was added, and the secret in it."""
    begin_totp(session=session, now=now)
    secret = pending_totp(session, now)
    assert secret is not None
    token = add_totp(session=session, name=name, code=code_of(secret, now), now=now)
    return session_of(token, now), secret


def mailed_code() -> str:
    """The code mailed last."""
    opened = parcel(Message.objects.filter(template=Template.LOGIN_CODE).latest("id"))
    assert opened is not None
    found: str = re.findall(r"^\d{6}$", opened.words.text, re.MULTILINE)[0]
    return found


@dataclass
class Authenticator:
    """A passkey made of software, whose every part a test may falsify. ``counter``: signatures so far."""

    origin: str = field(default_factory=lambda: settings.PUBLIC_URL)
    site: str = "localhost"
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: urandom(16))

    def make(self, options: dict[str, Any]) -> str:
        """RegistrationResponseJSON."""
        data = AttestedCredentialData.create(
            b"\0" * 16,
            self.credential,
            ES256.from_cryptography_key(self.key.public_key()),  # type: ignore[no-untyped-call]
        )
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
        signed = AuthenticatorData.create(sha256(self.site.encode()).digest(), flags, self.counter, bytes(data))
        attestation = AttestationObject.create("none", signed, {})
        client = self._client("webauthn.create", options)
        return self._sent(clientDataJSON=client, attestationObject=bytes(attestation))

    def sign(self, options: dict[str, Any], grow: int = 1) -> str:
        """AuthenticationResponseJSON."""
        self.counter += grow
        data = AuthenticatorData.create(sha256(self.site.encode()).digest(), AuthenticatorData.FLAG.UP, self.counter)
        client = self._client("webauthn.get", options)
        signature = self.key.sign(bytes(data) + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._sent(clientDataJSON=client, authenticatorData=bytes(data), signature=signature)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = options["publicKey"]["challenge"]
        assert len(websafe_decode(challenge)) == 32
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _sent(self, **parts: bytes) -> str:
        name = websafe_encode(self.credential)
        response = {part: websafe_encode(value) for part, value in parts.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
