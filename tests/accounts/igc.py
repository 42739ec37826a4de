"""An authority of cards for the tests, the cards that it and others issue, and the lists that go with them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
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
