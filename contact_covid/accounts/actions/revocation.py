"""The lists of revoked cards: fetched from the authorities that publish them, checked, kept."""

import hashlib
import logging
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from http.client import HTTPException
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction

from contact_covid.accounts.models import RevocationList
from contact_covid.accounts.rules.certificates import Authorities, Lists, is_in_force

LONGEST_LIST = 64 * 1024 * 1024  # bytes; those of the personnel cards are the largest, some megabytes
PATIENCE = 30.0
_SCHEMES = ("http", "https")  # the lists are signed: nothing is lost by fetching them in the clear

logger = logging.getLogger(__name__)


class UnusableList(Exception):
    """What was fetched is no list in force of one of our authorities."""


def authorities() -> Authorities:
    """Those of the folder CARD_ROOTS: every certificate of its ``*.pem``."""
    files = sorted(settings.CARD_ROOTS.glob("*.pem"))
    return Authorities.of(
        [certificate for file in files for certificate in x509.load_pem_x509_certificates(file.read_bytes())]
    )


def lists(of: Authorities) -> Lists:
    """The lists there are of these authorities, in force or not."""
    rows = RevocationList.objects.filter(issuer__in=[_key(each.subject) for each in of.all])
    found = [x509.load_der_x509_crl(bytes(content)) for content in rows.values_list("content", flat=True)]
    return {each.issuer.public_bytes(): each for each in found}


def keep_list(*, content: bytes, now: datetime) -> None:
    """Keeps a list, DER or PEM, in the place of the former one of its authority, unless that one is newer.

    Raises ``UnusableList``.
    """
    try:
        found = x509.load_pem_x509_crl(content) if content.startswith(b"-----") else x509.load_der_x509_crl(content)
    except ValueError:
        raise UnusableList from None
    until = found.next_update_utc
    if until is None or not any(is_in_force(found, issuer, now) for issuer in authorities().all):
        raise UnusableList
    fresh = {
        "content": found.public_bytes(Encoding.DER),
        "issued_at": found.last_update_utc,
        "expires_at": until,
        "fetched_at": now,
    }
    with transaction.atomic():
        row, is_first = RevocationList.objects.select_for_update().get_or_create(
            issuer=_key(found.issuer), defaults=fresh
        )
        if not is_first and row.issued_at <= found.last_update_utc:
            RevocationList.objects.filter(issuer=row.issuer).update(**fresh)


def fetch_lists(*, now: datetime) -> int:
    """Fetches every list from where it is published; returns how many could not be had. One failure stops no other."""
    failed = 0
    for address in dict.fromkeys([*settings.CARD_CRL_URLS, *_published_by(authorities())]):
        try:
            keep_list(content=_fetched(address), now=now)
        except (OSError, HTTPException, UnusableList) as error:
            failed += 1
            logger.warning("revocation list of %s not had: %s", urlsplit(address).hostname, type(error).__name__)
    return failed


def _published_by(of: Authorities) -> Iterator[str]:
    """Where the certificates of the authorities say that the lists about them are."""
    for certificate in of.intermediates:
        try:
            points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        except x509.ExtensionNotFound:
            continue
        names = [name.value for point in points for name in point.full_name or ()]
        yield from (str(name) for name in names if urlsplit(str(name)).scheme in _SCHEMES)


def _fetched(address: str) -> bytes:
    if urlsplit(address).scheme not in _SCHEMES:
        raise UnusableList
    with closing(urllib.request.urlopen(address, timeout=PATIENCE)) as answer:  # noqa: S310 - the scheme is checked
        content: bytes = answer.read(LONGEST_LIST + 1)
    if len(content) > LONGEST_LIST:
        raise UnusableList
    return content


def _key(issuer: x509.Name) -> bytes:
    return hashlib.sha256(issuer.public_bytes()).digest()
