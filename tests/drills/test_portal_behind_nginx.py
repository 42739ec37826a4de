"""The sample configuration of the portal's own host: TLS, one year of HSTS, secrets counted by address."""

import ssl
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from contact_covid.demo.rules import cards
from tests.accounts.igc import Igc
from tests.drills.nginx import nginx
from tests.journeys.reader import pem
from tests.journeys.web import CSRF, TYPE
from tests.journeys.world import World
from tests.server import Server, free_port

pytestmark = pytest.mark.drill
YEAR = 31_536_000
LOGIN = "/connexion/"


@pytest.fixture(scope="module")
def service(world: World, server: object) -> Server:
    return server(world.database, PUBLIC_HOST="localhost", ACCOUNT_KEYS="k" * 40)  # type: ignore[no-any-return,operator]


@pytest.fixture(scope="module")
def host(service: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Host"]:
    """The portal behind the proxy."""
    folder, plain, secure = tmp_path_factory.mktemp("portal"), free_port(), free_port()
    igc = Igc(timezone.now())
    (folder / "root.pem").write_bytes(igc.root.certificate.public_bytes(Encoding.PEM))
    (folder / "server.pem").write_bytes(pem(cards.server(igc.root, "localhost", timezone.now())))
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "portail.example.org;": "localhost;",
        "/etc/ssl/portail.example.org.pem": str(folder / "server.pem"),
        "/etc/ssl/portail.example.org.key": str(folder / "server.pem"),
        "127.0.0.1:8000": service.url.removeprefix("http://"),
    }
    with nginx("portal.conf", folder, changes, secure):
        yield Host(folder, plain, secure)


class Host:
    """The public side of the portal, over TLS."""

    def __init__(self, folder: Path, plain: int, secure: int) -> None:
        self.folder, self.plain, self.secure = folder, plain, secure

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "root.pem"))

    def send(self, method: str, path: str, body: str = "") -> tuple[int, dict[str, str]]:
        """Status and headers of one request on a connection of its own."""
        connection = HTTPSConnection("localhost", self.secure, timeout=30, context=self.context())
        try:
            headers = {"Cookie": f"__Host-csrf={CSRF}", "Referer": "https://localhost/"}
            connection.request(method, path, body, headers | ({"Content-Type": TYPE} if body else {}))
            answer = connection.getresponse()
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()


def test_only_tls_of_today_and_a_year_of_it(host: Host) -> None:
    status, headers = host.send("GET", LOGIN)
    assert status == 200
    assert headers["strict-transport-security"] == f"max-age={YEAR}; includeSubDomains"
    assert "server" not in headers or "/" not in headers["server"], "no version"

    old = host.context()
    with pytest.deprecated_call():
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        closing(HTTPSConnection("localhost", host.secure, timeout=30, context=old)) as connection,
        pytest.raises(ssl.SSLError),
    ):
        connection.request("GET", LOGIN)

    with closing(HTTPConnection("localhost", host.plain, timeout=30)) as plain:
        plain.request("GET", "/aide/")
        answer = plain.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/aide/")


def test_a_flood_of_guesses_from_one_address_is_cut_and_pages_go_on(host: Host) -> None:
    """A thousand people of one address look at pages meanwhile."""
    form = urlencode({"csrfmiddlewaretoken": CSRF, "login": "", "password": ""})
    statuses = [host.send("POST", LOGIN, form)[0] for _ in range(600)]
    assert statuses[:150] == [200] * 150, "what a hospital does at eight o'clock"
    assert 429 in statuses
    assert {host.send("GET", LOGIN)[0] for _ in range(300)} == {200}
