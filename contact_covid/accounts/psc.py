"""Pro Santé Connect as its client sees it: OpenID Connect Core 1.0, authorization code with PKCE.

Authlib makes the requests and checks the claims, joserfc the signatures. Nothing is believed of an answer before its
signature, its claims and the agreement of its two halves (token, user information) are checked. What the provider
publishes about itself is kept for an hour in the process; its keys are asked for again when a token names another one.
When it does not publish that, nobody waits for it again for ten seconds: those who log in otherwise need the threads.
"""

import time
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.utils.http import urlencode
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from contact_covid.accounts.rules.psc import Attempt
from contact_covid.core.errors import RuleError

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures with a private key only: « none » and those made with a shared or published value are no signatures."""
_KEY_TYPES = ("RSA", "EC")
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 5.0
_PUBLISHED_FOR_SECONDS = 3600.0
_AWAY_FOR_SECONDS = 10.0
_SCOPE = "openid scope_all"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


class PscErrorCode(StrEnum):
    REFUSED = "psc.refused"
    UNAVAILABLE = "psc.unavailable"
    CANCELLED = "psc.cancelled"
    NO_ACCOUNT = "psc.no_account"
    NO_PRACTICE = "psc.no_practice"


class PscUnavailable(RuleError):
    """The provider does not answer, or not in its own terms."""

    def __init__(self) -> None:
        super().__init__(PscErrorCode.UNAVAILABLE)


class PscRefused(RuleError):
    """What came back proves nobody's identity. ``reason``: a code for the journal, never for the screen."""

    def __init__(self, reason: str) -> None:
        super().__init__(PscErrorCode.REFUSED)
        self.reason = reason


class Identified(NamedTuple):
    """Who the provider vouches for: a national id ("8" + RPPS…). ``id_token`` is what ends the session there."""

    national_id: str
    id_token: str


def authorization_url(attempt: Attempt) -> str:
    """Where the browser goes to prove who is there. Raises ``PscUnavailable``."""
    with _client() as client:
        address: str
        address, _ = client.create_authorization_url(
            _provider(settings.PSC_DISCOVERY_URL).metadata()["authorization_endpoint"],
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
            acr_values=settings.PSC_ACR,
        )
    return address


def identify(*, code: str, attempt: Attempt, now: datetime) -> Identified:
    """Who came back with this code. Raises ``PscRefused``, ``PscUnavailable``."""
    provider = _provider(settings.PSC_DISCOVERY_URL)
    try:
        with _client() as client:
            given = client.fetch_token(provider.metadata()["token_endpoint"], code=code, code_verifier=attempt.verifier)
            id_token = str(given.get("id_token", ""))
            claims = _checked(provider, id_token, given.get("access_token"), attempt, now)
            known = _user_information(client, provider)
    except (PscRefused, PscUnavailable):
        raise
    except AuthlibBaseError:
        raise PscRefused("code") from None
    except httpx2.HTTPError:
        raise PscUnavailable from None
    except (ValueError, TypeError, KeyError, AttributeError):  # no JSON, or JSON of another shape
        raise PscRefused("answer") from None
    if known.get("sub") != claims["sub"]:
        raise PscRefused("sub")
    national_id = known.get("SubjectNameID")
    if not isinstance(national_id, str) or not national_id:
        raise PscRefused("SubjectNameID")
    return Identified(national_id, id_token)


def end_session_url(id_token: str, back: str) -> str | None:
    """Where the browser goes to end the session at the provider, then ``back``; None when the provider cannot be asked
    or ends sessions at another origin than its own (which the pages' policy would stop)."""
    try:
        endpoint = str(_provider(settings.PSC_DISCOVERY_URL).metadata().get("end_session_endpoint", ""))
    except PscUnavailable:
        return None
    if urlsplit(endpoint)[:2] != urlsplit(settings.PSC_ISSUER)[:2]:
        return None
    return f"{endpoint}?{urlencode({'id_token_hint': id_token, 'post_logout_redirect_uri': back})}"


def _client() -> OAuth2Client:
    return OAuth2Client(
        client_id=settings.PSC_CLIENT_ID,
        client_secret=settings.PSC_CLIENT_SECRET,
        scope=_SCOPE,
        redirect_uri=settings.PSC_RETURN_URL,
        code_challenge_method="S256",
        timeout=_TIMEOUT_SECONDS,
    )


class _Provider:
    """What the provider publishes of itself, as old as an hour at most."""

    def __init__(self, discovery_url: str) -> None:
        self._discovery_url = discovery_url
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._away_since: float | None = None

    def metadata(self) -> dict[str, Any]:
        """Its addresses, all under the same protocol as itself. Raises ``PscUnavailable``."""
        if self._metadata is None or _is_old(self._metadata[0]):
            found = self._published(self._discovery_url)
            scheme = urlsplit(settings.PSC_ISSUER).scheme
            if found.get("issuer") != settings.PSC_ISSUER or any(
                urlsplit(str(found.get(name, ""))).scheme != scheme for name in _ENDPOINTS
            ):
                raise PscUnavailable
            self._metadata = time.monotonic(), found
        return self._metadata[1]

    def keys(self, *, fresh: bool = False) -> KeySet:
        """The keys it signs with, none of those it deciphers with. Raises ``PscUnavailable``."""
        if fresh or self._keys is None or _is_old(self._keys[0]):
            listed = self._published(self.metadata()["jwks_uri"]).get("keys", ())
            try:
                signing = [key for key in listed if key.get("kty") in _KEY_TYPES and key.get("use", "sig") == "sig"]
                self._keys = time.monotonic(), KeySet.import_key_set({"keys": signing})
            except (JoseError, ValueError, TypeError, AttributeError):
                raise PscUnavailable from None
        return self._keys[1]

    def _published(self, address: str) -> dict[str, Any]:
        if self._away_since is not None and time.monotonic() - self._away_since < _AWAY_FOR_SECONDS:
            raise PscUnavailable
        try:
            answer = httpx2.get(address, timeout=_TIMEOUT_SECONDS).raise_for_status().json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            self._away_since = time.monotonic()
            raise PscUnavailable from None
        if not isinstance(answer, dict):
            raise PscUnavailable
        self._away_since = None
        return answer


@cache
def _provider(discovery_url: str) -> _Provider:
    return _Provider(discovery_url)


def _is_old(since: float) -> bool:
    return time.monotonic() - since > _PUBLISHED_FOR_SECONDS


def _checked(
    provider: _Provider, id_token: str, access_token: object, attempt: Attempt, now: datetime
) -> Mapping[str, Any]:
    """The claims of the identity token (OpenID Connect Core 3.1.3.7). Raises ``PscRefused``, ``PscUnavailable``."""
    try:
        token = _decoded(provider, id_token)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": settings.PSC_ISSUER},
                "aud": {"essential": True, "value": settings.PSC_CLIENT_ID},
                "acr": {"essential": True, "value": settings.PSC_ACR},
                "sub": {"essential": True},
            },
            params={"nonce": attempt.nonce, "client_id": settings.PSC_CLIENT_ID, "access_token": access_token},
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
    except ClaimError as error:
        raise PscRefused(error.claim.partition(",")[0]) from None
    except JoseError as error:
        raise PscRefused(str(error.error)) from None
    return dict(claims)


def _decoded(provider: _Provider, id_token: str) -> jwt.Token:
    try:
        return jwt.decode(id_token, provider.keys(), algorithms=ALGORITHMS)
    except InvalidKeyIdError:  # signed with a key that is newer than what we know
        return jwt.decode(id_token, provider.keys(fresh=True), algorithms=ALGORITHMS)


def _user_information(client: OAuth2Client, provider: _Provider) -> Mapping[str, Any]:
    answer = client.get(provider.metadata()["userinfo_endpoint"])
    if answer.is_client_error:
        raise PscRefused("userinfo")
    known: Mapping[str, Any] = answer.raise_for_status().json()
    return known
