"""An identity provider as a real HTTP server, honest until a test tells it to misbehave."""

import json
import secrets
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

from contact_covid.demo.rules.cast import CastMember
from contact_covid.demo.rules.psc import user_information

CLIENT, SECRET = "amelipro", "known to these two only"
Claims = dict[str, Any]


def signed(claims: Claims, key: RSAKey, alg: str = "RS256", **header: str) -> str:
    return jwt.encode({"alg": alg, "kid": str(key.kid), **header}, claims, key, [alg])


@dataclass
class Provider:
    """``member``: who identifies herself. What a test puts into ``claims`` and ``information`` replaces what is told
    (None takes it away); ``sign`` replaces the signature; ``statuses`` the answer of a path."""

    url: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True))
    member: CastMember | None = None
    claims: Claims = field(default_factory=dict)
    information: Claims = field(default_factory=dict)
    sign: Callable[[Claims, RSAKey], str] = signed
    statuses: dict[str, int] = field(default_factory=dict)
    hanging: Event | None = None
    asked: dict[str, str] = field(default_factory=dict)
    ended: list[dict[str, str]] = field(default_factory=list)
    served: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def honest(self, member: CastMember) -> None:
        self.member, self.claims, self.information = member, {}, {}
        self.sign, self.statuses, self.hanging = signed, {}, None

    def discovery(self) -> Claims:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "logout"}
        endpoints = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in paths.items()}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", **endpoints}

    def jwks(self) -> Claims:
        deciphers = RSAKey.generate_key(2048, {"use": "enc"}, auto_kid=True)
        return {"keys": [deciphers.as_dict(private=False), self.key.as_dict(private=False)]}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back: whoever asks is at once identified."""
        self.asked = query
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.url})}"

    def tokens(self, form: dict[str, str], authorization: str) -> Claims | None:
        """None for a client, a code or a verifier that is not right; a code is good once."""
        asked = self._codes.pop(form["code"], None)
        if asked is None or b64decode(authorization.removeprefix("Basic ")).decode() != f"{CLIENT}:{SECRET}":
            return None
        if create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]:
            return None
        now = int(time())
        claims = {
            "iss": self.url,
            "sub": self._information()["sub"],
            "aud": CLIENT,
            "azp": CLIENT,
            "nonce": asked["nonce"],
            "acr": asked["acr_values"],
            "iat": now,
            "exp": now + 300,
        }
        id_token = self.sign(_replaced(claims, self.claims), self.key)
        return {"token_type": "Bearer", "access_token": secrets.token_urlsafe(16), "id_token": id_token}

    def known(self) -> Claims:
        return _replaced(self._information(), self.information)

    def _information(self) -> Claims:
        assert self.member is not None
        return user_information(self.member)


def _replaced(claims: Claims, by: Claims) -> Claims:
    return {name: value for name, value in (claims | by).items() if value is not None}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        if self._misbehaves(url.path):
            return
        provider = self.provider
        if url.path == "/authorize":
            self._send(302, location=provider.authorize(query))
        elif url.path == "/logout":
            provider.ended.append(query)
            self._send(302, location=query["post_logout_redirect_uri"])
        elif url.path == "/jwks":
            self._send(200, provider.jwks())
        elif url.path == "/userinfo":
            self._send(200, provider.known())
        else:
            self._send(200, provider.discovery())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self._misbehaves(self.path):
            return
        form = {name: values[0] for name, values in parse_qs(body).items()}
        tokens = self.provider.tokens(form, self.headers["Authorization"])
        self._send(400 if tokens is None else 200, tokens or {"error": "invalid_grant"})

    def _misbehaves(self, path: str) -> bool:
        self.provider.served.append(path)
        if self.provider.hanging is not None:
            self.provider.hanging.wait(20)
        status = self.provider.statuses.get(path)
        if status:
            self._send(status, {"error": "told to"})
        return status is not None

    def _send(self, status: int, content: Claims | None = None, location: str = "") -> None:
        body = json.dumps(content).encode() if content is not None else b""
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[Provider]:
    """A provider on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    _Handler.provider = provider
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
