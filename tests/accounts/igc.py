"""An authority of cards for the tests, the cards that it and others issue, and the lists that go with them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from contact_covid.accounts.rules.certificates import Authorities, Card, Lists
from contact_covid.demo.rules import cards
from contact_covid.demo.rules.cards import Keyed
from contact_covid.demo.rules.professional_numbers import rpps

DAY = timedelta(days=1)
HOLDER = Card(f"8{rpps(77)}", "MARCHAND", "Hélène", "Médecin")


@dataclass
class Igc:
    """A root and the authority of persons below it, in force around ``now``."""

    now: datetime
    root: Keyed = field(init=False)
    persons: Keyed = field(init=False)

    def __post_init__(self) -> None:
        self.root = cards.root("AC RACINE ESSAI", self.now - DAY)
        self.persons = cards.intermediate(self.root, "AC ESSAI PERSONNES", self.now - DAY)

    @property
    def authorities(self) -> Authorities:
        return Authorities.of([self.root.certificate, self.persons.certificate])

    def lists(self, *revoked: Keyed, until: timedelta = DAY) -> Lists:
        return {
            each.issuer.public_bytes(): each
            for each in map(x509.load_der_x509_crl, self.published(*revoked, until=until))
        }

    def published(self, *revoked: Keyed, until: timedelta = DAY) -> list[bytes]:
        """The list of the root, then that of the authority of persons, DER."""
        serials = [each.certificate.serial_number for each in revoked]
        since, end = self.now - 2 * DAY, self.now + until
        return [cards.revocations(self.root, [], since, end), cards.revocations(self.persons, serials, since, end)]

    def card(
        self, holder: Card = HOLDER, by: Keyed | None = None, since: timedelta = -DAY, until: timedelta = DAY
    ) -> Keyed:
        return cards.card(by or self.persons, holder, since=self.now + since, until=self.now + until)

    def install(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, each in (("root", self.root), ("persons", self.persons)):
            (folder / f"{name}.pem").write_bytes(each.certificate.public_bytes(Encoding.PEM))


def der(keyed: Keyed) -> bytes:
    return keyed.certificate.public_bytes(Encoding.DER)


SUBJECT_KEY, AUTHORITY_KEY, LIST_NUMBER, NAMED = b"\x55\x1d\x0e", b"\x55\x1d\x23", b"\x55\x1d\x14", b"DEMONSTRATION"
"""What stands once in certificates and lists, and is as long as what is put in its place to break them."""


def list_with_two_numbers(by: Keyed, since: datetime, until: datetime, *, signed: bool) -> bytes:
    """A list with the same extension twice, DER, which the library notices only when they are looked at."""
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(since)
        .next_update(until)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
        .sign(by.key, hashes.SHA256())
    )
    if not signed:
        return made.public_bytes(Encoding.DER).replace(AUTHORITY_KEY, LIST_NUMBER)
    content = made.tbs_certlist_bytes.replace(AUTHORITY_KEY, LIST_NUMBER)
    signature = b"\0" + by.key.sign(content, ec.ECDSA(hashes.SHA256()))
    ecdsa_with_sha256 = bytes.fromhex("300a06082a8648ce3d040302")
    return _wrapped(0x30, content + ecdsa_with_sha256 + _wrapped(0x03, signature))


def _wrapped(tag: int, content: bytes) -> bytes:
    length = len(content)
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (size if length < 0x80 else bytes([0x80 + len(size)]) + size) + content
