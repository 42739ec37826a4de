"""The lists of revoked cards: fetched from the authorities that publish them, checked, kept."""

import hashlib
import logging
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction

from contact_covid.accounts.models import RevocationList
from contact_covid.accounts.rules.certificates import BROKEN, Authorities, Lists, is_in_force

LONGEST_LIST = 64 * 1024 * 1024  # bytes; those of the personnel cards are the largest, some megabytes
PATIENCE = 30.0
_SCHEMES = ("http", "https")  # the lists are signed: nothing is lost by fetching them in the clear

logger = logging.getLogger(__name__)


class UnusableList(Exception):
    """What was fetched is no list in force of one of our authorities."""


def authorities() -> Authorities:
    """Those of the folder CARD_ROOTS: every certificate of its ``*.pem``. A file that cannot be read is left out."""
    return _authorities_of(_files())


def unreadable_files() -> list[str]:
    """The names of the files of CARD_ROOTS that hold no certificates."""
    return [file.path.name for file in _files() if _certificates(file.path) is None]


class _File(NamedTuple):
    """A file of authorities as it stands. ``changed``: its content or its rights, in nanoseconds since 1970; ``size``:
    bytes. None of a link that leads nowhere."""

    path: Path
    changed: int | None = None
    size: int | None = None


def _files() -> tuple[_File, ...]:
    return tuple(map(_file, sorted(settings.CARD_ROOTS.glob("*.pem"))))


def _file(path: Path) -> _File:
    try:
        status = path.stat()
    except OSError:
        return _File(path)
    return _File(path, status.st_ctime_ns, status.st_size)


@lru_cache(maxsize=2)  # they change once in years, and are asked for at each card
def _authorities_of(files: tuple[_File, ...]) -> Authorities:
    read = {file.path.name: _certificates(file.path) for file in files}
    for name in (name for name, found in read.items() if found is None):
        logger.warning("authorities of %s left out: not readable as certificates", name)
    return Authorities.of([each for found in read.values() for each in found or ()])


def _certificates(path: Path) -> Sequence[x509.Certificate] | None:
    """Those of the file; None when it is no PEM, or one of them has no names."""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
        Authorities.of(found)  # parses the names
    except (OSError, *BROKEN):
        return None
    return found


_parsed: dict[bytes, tuple[bytes, x509.CertificateRevocationList]] = {}
"""By issuer, the digest of the list that was parsed last, and the list: some megabytes that serve until the next."""


def lists(chain: Sequence[x509.Certificate]) -> Lists:
    """The lists there are of the authorities in ``chain``, in force or not; each is read when it is another one."""
    wanted = {_key(each.subject) for each in chain[1:]}
    rows = RevocationList.objects.filter(issuer__in=wanted)
    there = {bytes(issuer): bytes(digest) for issuer, digest in rows.values_list("issuer", "digest")}
    fresh = [issuer for issuer, digest in there.items() if _parsed.get(issuer, (b"",))[0] != digest]
    for issuer, digest, content in rows.filter(issuer__in=fresh).values_list("issuer", "digest", "content"):
        _parsed[bytes(issuer)] = bytes(digest), x509.load_der_x509_crl(bytes(content))
    found = [_parsed[issuer][1] for issuer in there if issuer in _parsed]
    return {each.issuer.public_bytes(): each for each in found}


def keep_list(*, content: bytes, now: datetime) -> None:
    """Keeps a list, DER or PEM, in the place of the former one of its authority, unless that one is newer.

    Raises ``UnusableList``.
    """
    try:
        found = x509.load_pem_x509_crl(content) if content.startswith(b"-----") else x509.load_der_x509_crl(content)
    except BROKEN:
        raise UnusableList from None
    if not any(is_in_force(found, issuer, now) for issuer in authorities().all):
        raise UnusableList
    fresh = {
        "content": found.public_bytes(Encoding.DER),
        "issued_at": found.last_update_utc,
        "expires_at": found.next_update_utc,
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
            logger.warning("revocation list of %s not had: %s", _host(address), type(error).__name__)
    return failed


def _published_by(of: Authorities) -> Iterator[str]:
    """Where the certificates of the authorities say that the lists about them are."""
    for certificate in of.intermediates:
        try:
            points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        except (x509.ExtensionNotFound, *BROKEN):
            continue
        names = [str(name.value) for point in points for name in point.full_name or ()]
        yield from (name for name in names if name.partition(":")[0].lower() in _SCHEMES)


def _fetched(address: str) -> bytes:
    if address.partition(":")[0].lower() not in _SCHEMES:
        raise UnusableList
    try:
        with closing(urllib.request.urlopen(address, timeout=PATIENCE)) as answer:  # noqa: S310 - the scheme is checked
            content: bytes = answer.read(LONGEST_LIST + 1)
    except ValueError:  # no address at all
        raise UnusableList from None
    if len(content) > LONGEST_LIST:
        raise UnusableList
    return content


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _key(issuer: x509.Name) -> bytes:
    return hashlib.sha256(issuer.public_bytes()).digest()
