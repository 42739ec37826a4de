"""The demonstration's cards: an authority in CONTACT_HOME that no other installation trusts, and what it issues."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.conf import settings

from contact_covid.accounts.actions.revocation import keep_list
from contact_covid.accounts.rules.certificates import Card
from contact_covid.demo.rules import cards
from contact_covid.demo.rules.cards import Keyed

ROOT, PERSONS, SERVER = "AC RACINE DEMONSTRATION", "AC DEMONSTRATION PERSONNES", "localhost"


@dataclass(frozen=True, slots=True)
class Authority:
    """The root and the authority below it that issues cards."""

    root: Keyed
    persons: Keyed


def prepare_cards(*, now: datetime) -> Authority:
    """The authority, made the first time; the endpoint's certificate, made anew when little of it is left; the lists.

    Returns the authority. For a demonstration only.
    """
    root = _kept(_folder() / "root.pem") or _keep(_folder() / "root.pem", cards.root(ROOT, now))
    persons = _kept(_folder() / "persons.pem")
    persons = persons or _keep(_folder() / "persons.pem", cards.intermediate(root, PERSONS, now))
    settings.CARD_ROOTS.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, each in (("root.pem", root), ("persons.pem", persons)):
        (settings.CARD_ROOTS / name).write_bytes(each.certificate.public_bytes(Encoding.PEM))
    server = _kept(settings.CARD_SERVER_CERTIFICATE)
    if server is None or server.certificate.not_valid_after_utc < now + cards.A_LIST:
        _keep(settings.CARD_SERVER_CERTIFICATE, cards.server(root, SERVER, now))
    authority = Authority(root, persons)
    _publish(authority, now)
    return authority


def _publish(authority: Authority, now: datetime) -> None:
    revoked = [int(line) for line in _lines("revoked")]
    for each, serials in ((authority.root, []), (authority.persons, revoked)):
        keep_list(content=cards.revocations(each, serials, now, now + cards.A_LIST), now=now)


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """``p12``: the card and its key under ``password``; ``authority``: what a browser must trust, PEM."""

    p12: bytes
    password: str
    authority: bytes


def issue_card(*, holder: Card, now: datetime) -> IssuedCard:
    """A card of the demonstration's authority, good from now."""
    authority = prepare_cards(now=now)
    issued = cards.card(authority.persons, holder, since=now, until=now + cards.A_CARD)
    with (_folder() / "issued").open("a") as issues:
        issues.write(f"{holder.national_id} {issued.certificate.serial_number}\n")
    password = secrets.token_urlsafe(9)
    p12 = pkcs12.serialize_key_and_certificates(
        holder.national_id.encode(),
        issued.key,
        issued.certificate,
        [authority.persons.certificate],
        serialization.BestAvailableEncryption(password.encode()),
    )
    return IssuedCard(p12, password, authority.root.certificate.public_bytes(Encoding.PEM))


def revoke_cards(*, national_id: str, now: datetime) -> int:
    """Puts every card of that holder on the list, as one that was lost; returns how many there are."""
    serials = [serial for owner, serial in map(str.split, _lines("issued")) if owner == national_id]
    with (_folder() / "revoked").open("a") as revoked:
        revoked.writelines(f"{serial}\n" for serial in serials)
    prepare_cards(now=now)
    return len(serials)


def _folder() -> Path:
    folder: Path = settings.CONTACT_HOME / "cards"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _lines(name: str) -> Iterable[str]:
    file = _folder() / name
    return file.read_text().splitlines() if file.exists() else []


def _kept(file: Path) -> Keyed | None:
    """Key and certificate of one file, None when it is not there."""
    if not file.exists():
        return None
    content = file.read_bytes()
    key = serialization.load_pem_private_key(content, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(file.name)
    return Keyed(x509.load_pem_x509_certificate(content), key)


def _keep(file: Path, keyed: Keyed) -> Keyed:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    key = keyed.key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key + keyed.certificate.public_bytes(Encoding.PEM))
    return keyed
