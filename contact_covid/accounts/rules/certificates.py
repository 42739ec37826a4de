"""What makes a card's certificate good, and whom it names. Pure: certificates, lists and the time are passed in.

A certificate of the IGC-Santé names its holder in one multi-valued RDN: SN, GN and CN, the national identifier
("8" + RPPS; "3" + FINESS or "5" + SIRET, then what the structure adds, on a card of its personnel), and a title.

Source: ANS, "IGC-Santé, les gabarits des certificats X.509 et des CRL"; RFC 5280.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from contact_covid.core.errors import RuleError
from contact_covid.core.rules.professional_ids import ProfessionalIdError, parse_national_id
from contact_covid.core.rules.text import clean_line, fold

LONGEST_CHAIN = 3
BROKEN = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises over bytes that are no certificate or list, some of it only when that part is looked at."""
_DIRECTORS = ("DIRECTEUR", "DIRECTRICE")


class CardErrorCode(StrEnum):
    """Why a card opens nothing."""

    NONE_GIVEN = "card.none_given"
    UNREADABLE = "card.unreadable"
    EXPIRED = "card.expired"
    NOT_YET_VALID = "card.not_yet_valid"
    WRONG_USE = "card.wrong_use"
    UNKNOWN_ISSUER = "card.unknown_issuer"
    REVOKED = "card.revoked"
    LIST_STALE = "card.list_stale"
    NO_PERSON = "card.no_person"
    TICKET_OVER = "card.ticket_over"
    ACCOUNT_CLOSED = "card.account_closed"
    UNAVAILABLE = "card.unavailable"
    DIRECTOR = "card.director"
    NO_PLACE = "card.no_place"


class CardRefused(RuleError):
    """A certificate that proves nobody, or somebody who may not come in."""

    code: CardErrorCode

    def __init__(self, code: CardErrorCode) -> None:
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Card:
    """Whom a certificate names. ``title``: the profession or function written on it, maybe empty."""

    national_id: str
    last_name: str
    first_name: str
    title: str = ""

    @property
    def is_of_director(self) -> bool:
        """A director of an establishment, whose account is created another way."""
        return fold(self.title).startswith(_DIRECTORS)


@dataclass(frozen=True, slots=True)
class Authorities:
    """The authorities of cards: those trusted by themselves, and those that they vouch for."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]

    @classmethod
    def of(cls, certificates: Sequence[x509.Certificate]) -> "Authorities":
        """Sorted by who signed them."""
        return cls(
            tuple(each for each in certificates if each.subject == each.issuer),
            tuple(each for each in certificates if each.subject != each.issuer),
        )

    @property
    def all(self) -> tuple[x509.Certificate, ...]:
        return self.roots + self.intermediates


Lists = Mapping[bytes, x509.CertificateRevocationList]
"""Revocation lists by the name of their authority, DER."""


def chain_of(der: bytes, authorities: Authorities, now: datetime) -> Sequence[x509.Certificate]:
    """From the certificate of a card, which holds at ``now``, to one of the roots: whose lists say whether it was
    revoked. Raises ``CardRefused``."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        uses, since, until = _uses(certificate), certificate.not_valid_before_utc, certificate.not_valid_after_utc
        _ = certificate.subject  # parsed when it is first looked at
    except BROKEN:
        raise CardRefused(CardErrorCode.UNREADABLE) from None
    if now > until:
        raise CardRefused(CardErrorCode.EXPIRED)
    if now < since:
        raise CardRefused(CardErrorCode.NOT_YET_VALID)
    if ExtendedKeyUsageOID.CLIENT_AUTH not in uses:
        raise CardRefused(CardErrorCode.WRONG_USE)
    return _chain(certificate, authorities, now)


def certified(chain: Sequence[x509.Certificate], lists: Lists, now: datetime) -> Card:
    """Whom the card at the start of ``chain_of`` names, once no list revokes any of it. Raises ``CardRefused``."""
    for each, issuer in pairwise(chain):
        _check_not_revoked(each, issuer, lists, now)
    return _holder(chain[0].subject)


def _uses(certificate: x509.Certificate) -> Sequence[x509.ObjectIdentifier]:
    """A certificate that names no use is good for none here."""
    try:
        return list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return []


def _chain(certificate: x509.Certificate, authorities: Authorities, now: datetime) -> Sequence[x509.Certificate]:
    """From the certificate to a root. A card carries a person, no host name: it needs no alternative name."""
    if not authorities.roots:
        raise CardRefused(CardErrorCode.UNKNOWN_ISSUER)
    of_person = ExtensionPolicy.webpki_defaults_ee().may_be_present(
        x509.SubjectAlternativeName, Criticality.AGNOSTIC, None
    )
    verifier = (
        PolicyBuilder()
        .store(Store(list(authorities.roots)))
        .time(now)
        .max_chain_depth(LONGEST_CHAIN)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=of_person)
        .build_client_verifier()
    )
    try:
        return verifier.verify(certificate, list(authorities.intermediates)).chain
    except (VerificationError, *BROKEN):
        raise CardRefused(CardErrorCode.UNKNOWN_ISSUER) from None


def _check_not_revoked(certificate: x509.Certificate, issuer: x509.Certificate, lists: Lists, now: datetime) -> None:
    """By a list that its authority signed and that is still in force: without one nothing is known of the card."""
    found = lists.get(issuer.subject.public_bytes())
    if found is None or not is_in_force(found, issuer, now):
        raise CardRefused(CardErrorCode.LIST_STALE)
    if found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise CardRefused(CardErrorCode.REVOKED)


def is_in_force(found: x509.CertificateRevocationList, issuer: x509.Certificate, now: datetime) -> bool:
    """Whether the list speaks of all certificates of ``issuer`` at ``now``, and was signed by it; a list that breaks
    when it is looked at does not."""
    try:
        until = found.next_update_utc
        return (
            found.issuer == issuer.subject
            and until is not None
            and found.last_update_utc <= now < until
            and _is_signed_by(found, issuer)  # before anything else of what it says is parsed
            and not any(extension.critical for extension in found.extensions)  # partial, indirect or a delta
        )
    except BROKEN:
        return False


def _is_signed_by(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and found.is_signature_valid(key)


def _holder(subject: x509.Name) -> Card:
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    try:
        [name] = names
        national_id = str(parse_national_id(str(name.value)))
    except (ValueError, ProfessionalIdError):
        raise CardRefused(CardErrorCode.NO_PERSON) from None
    card = Card(
        national_id, _text(subject, NameOID.SURNAME), _text(subject, NameOID.GIVEN_NAME), _text(subject, NameOID.TITLE)
    )
    if not card.last_name:
        raise CardRefused(CardErrorCode.NO_PERSON)
    return card


def _text(subject: x509.Name, kind: x509.ObjectIdentifier) -> str:
    return clean_line(" ".join(str(each.value) for each in subject.get_attributes_for_oid(kind)))
