"""The identity provider of the demonstration. It keeps nothing: what it hands out is signed and tells it all again."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac
from joserfc import jwt
from joserfc.jwk import ECKey

from contact_covid.demo.rules.psc import subject

ALGORITHM = "ES256"
CODE_GOOD_FOR = timedelta(minutes=1)
TOKEN_GOOD_FOR = timedelta(minutes=5)
_CODE, _ACCESS = "demo.psc.code", "demo.psc.access"


class Asked(NamedTuple):
    """What the client asked for, as it comes back with the code."""

    nonce: str
    challenge: str
    acr: str


def code_for(national_id: str, asked: Asked) -> str:
    return signing.dumps([national_id, *asked], salt=_CODE)


def tokens_for(code: str, verifier: str, now: datetime) -> dict[str, Any]:
    """The answer of the token endpoint. Raises ``signing.BadSignature`` for a code or a verifier that is not right."""
    national_id, *rest = signing.loads(code, salt=_CODE, max_age=CODE_GOOD_FOR)
    asked = Asked(*rest)
    if create_s256_code_challenge(verifier) != asked.challenge:
        raise signing.BadSignature
    seconds = int(now.timestamp())
    claims = {
        "iss": settings.PSC_ISSUER,
        "sub": subject(national_id),
        "aud": settings.PSC_CLIENT_ID,
        "azp": settings.PSC_CLIENT_ID,
        "nonce": asked.nonce,
        "acr": asked.acr,
        "iat": seconds,
        "exp": seconds + int(TOKEN_GOOD_FOR.total_seconds()),
    }
    return {
        "token_type": "Bearer",
        "expires_in": int(TOKEN_GOOD_FOR.total_seconds()),
        "access_token": signing.dumps(national_id, salt=_ACCESS),
        "id_token": jwt.encode({"alg": ALGORITHM, "kid": signing_key().kid}, claims, signing_key(), [ALGORITHM]),
    }


def holder_of(access_token: str) -> str:
    """The national id an access token stands for. Raises ``signing.BadSignature``."""
    national_id: str = signing.loads(access_token, salt=_ACCESS, max_age=TOKEN_GOOD_FOR)
    return national_id


@cache
def signing_key() -> ECKey:
    """The same in every process of this installation."""
    scalar = int.from_bytes(salted_hmac("demo.psc.key", b"", algorithm="sha256").digest()[:31], "big") + 1
    private = ec.derive_private_key(scalar, ec.SECP256R1())
    key = ECKey.import_key(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.ensure_kid()
    return key
