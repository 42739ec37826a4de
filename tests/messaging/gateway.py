"""An SMS gateway of this machine that keeps what it is given, and SMS to send to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from pytest_django.fixtures import Settings

from contact_covid.messaging.actions import Outgoing
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.rules.person_contents import Unreachable
from tests.cast import ident, person

TOKEN = "token of the tests"


class Gateway:
    """``received``: the messages taken over, ``keys``: under which key each request came, ``answers``: what it says
    next instead of 202."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.answers: list[int] = []
        self.url = ""

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401
        self.keys.append(headers["Idempotency-Key"])
        if self.answers:
            return self.answers.pop(0)
        self.received.append(json.loads(body))
        return 202


@contextmanager
def sms_gateway(to: Settings, gateway: Gateway | None = None) -> Iterator[Gateway]:
    """A gateway that the settings lead to."""
    keeper = gateway or Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(keeper.answer(dict(self.headers), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    keeper.url = f"http://127.0.0.1:{server.server_port}/messages"
    to.SMS_GATEWAY_URL, to.SMS_GATEWAY_TOKEN = keeper.url, TOKEN
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield keeper
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def an_sms(number: int = 1, *, language: Language = Language.FRENCH, department: str = "93") -> Outgoing:
    """« Rappelez-nous » to the nth person of the tests."""
    who = person(number)
    content = Unreachable(name=who.name, number="K7M42QXD", street=who.street, commune=who.commune)
    return Outgoing(
        Channel.SMS, language, who.phone, content, fiche=ident(9, number), number=content.number, department=department
    )
