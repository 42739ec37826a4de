"""An authority of cards for demonstrations and tests: roots, intermediates, cards, lists, as the IGC-Santé makes them.

Nothing here is trusted by any other installation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from contact_covid.accounts.rules.certificates import Card

A_CARD = timedelta(days=3 * 365)
AN_AUTHORITY = timedelta(days=10 * 365)
A_LIST = timedelta(days=30)
A_SERVER = timedelta(days=365)
_AGO = timedelta(minutes=5)  # clocks differ


@dataclass(frozen=True, slots=True)
class Keyed:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def root(name: str, now: datetime) -> Keyed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _authority_name(name)
    builder = _builder(subject, subject, key, key, now - _AGO, now + AN_AUTHORITY)
    return Keyed(_as_authority(builder, length=1).sign(key, hashes.SHA256()), key)


def intermediate(by: Keyed, name: str, now: datetime) -> Keyed:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_authority_name(name), by.certificate.subject, key, by.key, now - _AGO, now + AN_AUTHORITY)
    return Keyed(_as_authority(builder, length=0).sign(by.key, hashes.SHA256()), key)


def card(
    by: Keyed,
    holder: Card,
    *,
    since: datetime,
    until: datetime,
    use: ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> Keyed:
    """``key``: of a token that has one already."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_holder_name(holder), by.certificate.subject, key, by.key, since, until)
    return Keyed(_for_use(builder, use).sign(by.key, hashes.SHA256()), key)


def server(by: Keyed, host: str, now: datetime) -> Keyed:
    """The certificate of the card endpoint itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    names = [x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.1"))]
    builder = _builder(subject, by.certificate.subject, key, by.key, now - _AGO, now + A_SERVER)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Keyed(_for_use(builder, ExtendedKeyUsageOID.SERVER_AUTH).sign(by.key, hashes.SHA256()), key)


def revocations(by: Keyed, serials: Iterable[int], since: datetime, until: datetime) -> bytes:
    """The authority's list of revoked certificates, DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(since)
        .next_update(until)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
        builder = builder.add_revoked_certificate(revoked)
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    since: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )


def _as_authority(builder: x509.CertificateBuilder, length: int) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=length), critical=True).add_extension(
        _key_usage(signs=False), critical=True
    )


def _for_use(builder: x509.CertificateBuilder, use: ObjectIdentifier) -> x509.CertificateBuilder:
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    )


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    """Of who signs handshakes, else of who signs certificates and lists."""
    return x509.KeyUsage(
        digital_signature=signs,
        key_cert_sign=not signs,
        crl_sign=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "DEMONSTRATION"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _holder_name(holder: Card) -> x509.Name:
    person: Sequence[x509.NameAttribute[str]] = [
        x509.NameAttribute(NameOID.SURNAME, holder.last_name),
        x509.NameAttribute(NameOID.COMMON_NAME, holder.national_id),
        x509.NameAttribute(NameOID.GIVEN_NAME, holder.first_name),
    ]
    title = [x509.NameAttribute(NameOID.TITLE, holder.title)] if holder.title else []
    return x509.Name(
        [
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")]),
            *(x509.RelativeDistinguishedName([each]) for each in title),
            x509.RelativeDistinguishedName(person),
        ]
    )
