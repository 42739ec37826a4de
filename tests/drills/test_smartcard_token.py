"""A card as cards are: the key never leaves the token. SoftHSM2 behind PKCS#11, and curl as the browser."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.journeys import reader as readers
from tests.journeys.reader import Reader, asked, good
from tests.journeys.web import Visitor
from tests.journeys.world import World
from tests.server import Server

pytestmark = pytest.mark.drill
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "1234"


@pytest.fixture(scope="module")
def reader(world: World, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return readers.prepare(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def service(world: World, reader: Reader, server: Callable[..., Server]) -> Iterator[Server]:
    portal = server(world.database, **reader.environment)
    with readers.running(reader, portal.environment):
        yield portal


class Token:
    """A token with the key of a card in it; the certificate, which is public, beside it."""

    def __init__(self, folder: Path, reader: Reader) -> None:
        assert shutil.which("softhsm2-util"), "make drills installs softhsm2"
        card = good(reader)
        (folder / "tokens").mkdir()
        (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n")
        self.environment = os.environ | {"SOFTHSM2_CONF": f"{folder}/softhsm2.conf", "PKCS11_MODULE_PATH": MODULE}
        self.certificate, key = folder / "card.pem", folder / "key.pem"
        self.certificate.write_bytes(card.certificate.public_bytes(Encoding.PEM))
        key.write_bytes(card.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.use("softhsm2-util", "--init-token", "--free", "--label", "carte", "--so-pin", "5678", "--pin", PIN)
        self.use(
            *("softhsm2-util", "--import", str(key), "--token", "carte", "--label", "auth", "--id", "01", "--pin", PIN)
        )
        key.unlink()  # from now on it is in the token alone

    def use(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)

    def show(self, address: str, reader: Reader, pin: str = PIN) -> str:
        """Where the endpoint leads whoever shows this token. Raises ``CalledProcessError`` when TLS fails."""
        key = f"pkcs11:token=carte;object=auth;type=private?pin-value={pin}"
        shown = ("--engine", "pkcs11", "--key-type", "ENG", "--key", key, "--cert", str(self.certificate))
        trust = ("--cacert", str(reader.folder / "authorities" / "root.pem"))
        return self.use("curl", "-sS", "-o", "/dev/null", "-w", "%{redirect_url}", *trust, *shown, address).stdout


def test_a_token_opens_the_door_by_its_code(service: Server, reader: Reader, tmp_path: Path) -> None:
    token, helene = Token(tmp_path, reader), Visitor(service.url)
    back = token.show(asked(helene), reader)
    assert helene.get(urlsplit(back).path).location == "/accueil/"
    assert "Dr Hélène MARCHAND" in helene.get("/accueil/").text

    with pytest.raises(subprocess.CalledProcessError):
        token.show(asked(Visitor(service.url)), reader, pin="0000")
