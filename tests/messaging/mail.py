"""A mail server of this machine that keeps what it is given, and messages to send to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from contact_covid.messaging.actions import Outgoing
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.rules.person_contents import Instructions, instructions
from contact_covid.tracing.enums import WantedTest
from tests.cast import TODAY, person
from tests.server import free_port

ACCEPTED = "250 OK"


class Keeper:
    """``received``: what was accepted, in order, and ``senders``: from whom, as the envelope says. ``answers``: what it
    says next instead of accepting."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.senders: list[str] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self.senders.append(str(envelope.mail_from))
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return ACCEPTED

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.received]


@contextmanager
def mail_server(to: Settings, keeper: Keeper | None = None) -> Iterator[Keeper]:
    """A server that the settings lead to."""
    keeper = keeper or Keeper()
    to.EMAIL_HOST, to.EMAIL_PORT = "127.0.0.1", free_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=to.EMAIL_PORT)
    controller.start()
    try:
        yield keeper
    finally:
        controller.stop()


_ADDRESS = frozenset({"name", "street", "postcode", "commune", "country", "addressee"})


def consignes(number: int = 1, **changes: Any) -> Instructions:
    """What the nth person of the tests is told after the call."""
    who = person(number)
    address = {"name": who.name, "street": who.street, "postcode": who.postcode, "commune": who.commune}
    address |= {name: changes.pop(name) for name in _ADDRESS & changes.keys()}
    known: dict[str, Any] = {
        "department": "93",
        "last_contact": TODAY - timedelta(days=3),
        "isolation_until": TODAY + timedelta(days=11),
        "mask_until": TODAY + timedelta(days=12),
        "tests": [(TODAY + timedelta(days=4), WantedTest.LABORATORY)],
        "told_on": TODAY,
        "index_agrees": False,
        "index_name": "",
    }
    return instructions(changes.pop("number", "K7M42QXD"), address, **known | changes)


def outgoing(number: int = 1, *, language: Language = Language.FRENCH, **changes: Any) -> Outgoing:
    content = consignes(number, **changes)
    return Outgoing(Channel.EMAIL, language, person(number).email, content, number=content.number)


def parts(mail: EmailMessage) -> tuple[str, str, bytes]:
    """Text, HTML and PDF of a mail."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    [pdf] = mail.iter_attachments()
    assert text is not None
    assert html is not None
    content: bytes = pdf.get_payload(decode=True)  # type: ignore[assignment]
    return text.get_content(), html.get_content(), content


def pdf_text(pdf: bytes) -> str:
    """What a reader reads on the one page of a letter, in one line."""
    [page] = PdfReader(BytesIO(pdf)).pages
    return " ".join(page.extract_text().split())


def mail_environment() -> dict[str, str]:
    """What another process needs to send to the same server."""
    return {"EMAIL_HOST": settings.EMAIL_HOST, "EMAIL_PORT": str(settings.EMAIL_PORT)}
