"""The card endpoint as a real process, and card readers: who shows a certificate to it."""

import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.utils import timezone

from contact_covid.accounts.actions.revocation import keep_list
from contact_covid.accounts.rules.certificates import Card
from contact_covid.demo.rules import cards
from contact_covid.demo.rules.cards import Keyed
from contact_covid.demo.rules.cast import CastMember
from contact_covid.directory.enums import Profession
from tests.accounts.igc import DAY, Igc
from tests.journeys.web import Visitor
from tests.journeys.world import HELENE, member
from tests.server import PYTHON, ROOT, free_port, wait_until


def pem(keyed: Keyed) -> bytes:
    """Certificate and key."""
    key = keyed.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return keyed.certificate.public_bytes(Encoding.PEM) + key


def card_of(member: CastMember) -> Card:
    who = member.professional
    return Card(who.national_id, who.last_name, who.first_name, Profession(who.profession).label)


@dataclass
class Reader:
    """``url``: of the endpoint. ``environment``: what the portal needs to know of it."""

    url: str
    folder: Path
    igc: Igc
    environment: Mapping[str, str]

    def show(self, address: str, keyed: Keyed | None, **headers: str) -> str:
        """Shows a card, or none, at an address of the endpoint; where that leads. Raises ``OSError``: TLS refuses."""
        context = ssl.create_default_context(cafile=str(self.folder / "authorities" / "root.pem"))
        if keyed:
            file = self.folder / "shown.pem"
            file.write_bytes(pem(keyed))
            context.load_cert_chain(file)
        target = urlsplit(address)
        connection = HTTPSConnection(target.hostname or "", target.port, timeout=20, context=context)
        try:
            connection.request("GET", f"{target.path}?{target.query}", headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 302, answer.status
            return answer.headers["Location"]
        finally:
            connection.close()

    def publish(self, *revoked: Keyed) -> None:
        """Keeps the lists of the authorities with those cards on them."""
        self.igc.now = timezone.now()
        settings.CARD_ROOTS = self.folder / "authorities"
        for content in self.igc.published(*revoked):
            keep_list(content=content, now=timezone.now())


def prepare(folder: Path) -> Reader:
    """An authority, its lists in the database, and the endpoint's address; nothing runs yet."""
    port, igc = free_port(), Igc(timezone.now())
    igc.install(folder / "authorities")
    (folder / "server.pem").write_bytes(pem(cards.server(igc.root, "localhost", timezone.now())))
    environment = {
        "CARD_PORT": str(port),
        "CARD_URL": f"https://localhost:{port}",
        "CARD_ROOTS": str(folder / "authorities"),
        "CARD_SERVER_CERTIFICATE": str(folder / "server.pem"),
    }
    reader = Reader(f"https://localhost:{port}", folder, igc, environment)
    reader.publish()
    return reader


@contextmanager
def running(reader: Reader, environment: Mapping[str, str]) -> Iterator[None]:
    """The endpoint as a process. ``environment``: of the portal it belongs to."""
    command = [PYTHON, "-m", "gunicorn", "-c", "python:config.card_gunicorn", "config.card_wsgi"]
    wanted = {**environment, **reader.environment}
    with (reader.folder / "card.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=wanted, stdout=log, stderr=log)
    try:
        wait_until(lambda: answers(reader), seconds=30, otherwise=(reader.folder / "card.log").read_text)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def answers(reader: Reader) -> bool:
    """Whether the endpoint is there; a proxy before it says otherwise meanwhile."""
    try:
        return bool(reader.show(f"{reader.url}/", None))
    except (OSError, AssertionError):
        return False


def good(reader: Reader, holder: Card | None = None) -> Keyed:
    now = timezone.now()
    holder = holder or card_of(member(HELENE))
    return cards.card(reader.igc.persons, holder, since=now - DAY, until=now + DAY)


def asked(visitor: Visitor, suite: str = "") -> str:
    """Where the button leads."""
    return visitor.get(f"/connexion/carte/{suite}").location


def come_in(visitor: Visitor, reader: Reader, card: Keyed | None, suite: str = "") -> str:
    """By card from the button to where one ends."""
    back = reader.show(asked(visitor, suite), card)
    return visitor.get(urlsplit(back).path).location or urlsplit(back).path
