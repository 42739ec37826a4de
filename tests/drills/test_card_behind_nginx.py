"""The sample configuration of nginx, for real: every card is proved or refused by a page, and no header is believed."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.utils import timezone

from contact_covid.demo.rules import cards
from contact_covid.demo.rules.cards import Keyed
from tests.accounts.igc import DAY, Igc
from tests.drills.nginx import nginx
from tests.journeys import reader as readers
from tests.journeys.reader import Reader, asked, card_of, come_in, good
from tests.journeys.web import Visitor
from tests.journeys.world import HELENE, World, member
from tests.server import Server, free_port

pytestmark = pytest.mark.drill
REFUSED = "/connexion/carte/refus/{}/"


@pytest.fixture(scope="module")
def reader(world: World, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The endpoint behind a proxy of this machine."""
    made = readers.prepare(tmp_path_factory.mktemp("reader"))
    public = f"https://localhost:{free_port()}"
    return Reader(public, made.folder, made.igc, {**made.environment, "CARD_URL": public, "CARD_PROXIES": "127.0.0.1"})


@pytest.fixture(scope="module")
def service(world: World, reader: Reader, server: object) -> Iterator[Server]:
    portal: Server = server(world.database, **reader.environment)  # type: ignore[operator]
    with proxy(reader), readers.running(reader, portal.environment):
        yield portal


def proxy(reader: Reader) -> AbstractContextManager[None]:
    """The sample in front of the endpoint."""
    port = urlsplit(reader.url).port or 0
    bundle = b"".join(each.certificate.public_bytes(Encoding.PEM) for each in (reader.igc.root, reader.igc.persons))
    (reader.folder / "authorities.pem").write_bytes(bundle)
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "carte.example.org;": "localhost;",
        "/etc/ssl/carte.example.org.pem": str(reader.folder / "server.pem"),
        "/etc/ssl/carte.example.org.key": str(reader.folder / "server.pem"),
        "/etc/contact-covid/authorities.pem": str(reader.folder / "authorities.pem"),
        "127.0.0.1:8443": f"127.0.0.1:{reader.environment['CARD_PORT']}",
    }
    return nginx("card.conf", reader.folder, changes, port)


def _card(reader: Reader, by: Keyed | None = None, *, days: tuple[int, int] = (-1, 1), server: bool = False) -> Keyed:
    now = timezone.now()
    use = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    since, until = (now + day * DAY for day in days)
    return cards.card(by or reader.igc.persons, card_of(member(HELENE)), since=since, until=until, use=use)


def test_every_card_is_proved_or_told_why(service: Server, reader: Reader) -> None:
    def told(card: Keyed | None) -> str:
        return come_in(Visitor(service.url), reader, card)

    lost = _card(reader)
    reader.publish(lost)
    assert told(_card(reader)) == "/accueil/"
    assert told(None) == REFUSED.format("none_given")
    assert told(_card(reader, days=(-3, -1))) == REFUSED.format("expired")
    assert told(_card(reader, days=(1, 3))) == REFUSED.format("not_yet_valid")
    assert told(_card(reader, server=True)) == REFUSED.format("wrong_use")
    assert told(_card(reader, by=Igc(timezone.now()).persons)) == REFUSED.format("unknown_issuer")
    assert told(lost) == REFUSED.format("revoked")


def test_a_forged_header_is_not_believed(service: Server, reader: Reader) -> None:
    """Neither through the proxy, which writes its own, nor straight from a peer that is no proxy."""
    forged = quote(good(reader).certificate.public_bytes(Encoding.PEM).decode())
    names = ("X-Client-Certificate", "x-client-certificate", "X_Client_Certificate")
    for name in names:
        address = asked(Visitor(service.url))
        assert urlsplit(reader.show(address, None, **{name: forged})).path == REFUSED.format("none_given")

    def straight(source: str) -> str:
        target = ("127.0.0.1", int(reader.environment["CARD_PORT"]))
        connection = HTTPConnection(*target, timeout=20, source_address=(source, 0))
        try:
            query = urlsplit(asked(Visitor(service.url))).query
            connection.request("GET", f"/?{query}", headers={"X-Client-Certificate": forged})
            return urlsplit(connection.getresponse().headers["Location"]).path
        finally:
            connection.close()

    assert straight("127.0.0.2") == REFUSED.format("none_given")
    assert "/retour/" in straight("127.0.0.1"), "the control: from the proxy's address the header counts"
