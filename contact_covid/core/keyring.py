"""The keys of the sealed data: one secret file a month of collection, outside the database, alike on every node.

From each month's secret two keys are derived: one seals values (AES-256-GCM), one makes look-up digests (HMAC-SHA-256).
Destroying the file makes that month unreadable in the tables and in every backup.
"""

import base64
import binascii
import hmac
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from contact_covid.core.period import following, period_of

SECRET_BYTES = 32
NONCE_BYTES = 12
DIGEST_BYTES = 16
LIVE_PERIODS = 7
VERSION = b"\x01"
PERIOD_BYTES = len("2020-05")
HEADER_BYTES = len(VERSION) + PERIOD_BYTES
TAG_BYTES = 16
# Two changes of a folder within one tick of the file system's clock (at most 10 ms on Linux) share a time stamp.
TICK_NS = 20_000_000
_SEALED = re.compile(re.escape(VERSION) + rb"[0-9]{4}-[0-9]{2}.{%d,}" % (NONCE_BYTES + TAG_BYTES), re.DOTALL)


class KeyMissing(Exception):
    """The key of a period is not there: destroyed, or never made (``manage.py keys ensure``)."""

    def __init__(self, period: str) -> None:
        super().__init__(f"no key for period {period}")
        self.period = period


class KeyDamaged(Exception):
    """A key file does not hold 32 bytes: bring it back from the copy of the keys."""

    def __init__(self, period: str) -> None:
        super().__init__(f"the key file of period {period} is damaged")
        self.period = period


class SealBroken(Exception):
    """A sealed value was altered, moved to another row or column, or sealed by another key."""


class PeriodKeys(NamedTuple):
    seal: AESGCM
    lookup: bytes


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=SECRET_BYTES, salt=None, info=b"contact-covid/" + purpose).derive(
        secret
    )


def _digests(keys: PeriodKeys, values: Iterable[tuple[str, str]]) -> list[bytes]:
    # Text is joined, not formatted: an enum among it would be asked for its name each time.
    return [
        hmac.digest(keys.lookup, "\0".join(kind_and_value).encode(), "sha256")[:DIGEST_BYTES]
        for kind_and_value in values
    ]


def looks_sealed(value: bytes) -> bool:
    """Whether ``value`` has the form of what ``KeyRing.seal`` makes; only ``open`` proves it."""
    return _SEALED.fullmatch(value) is not None


def period_in(sealed: bytes) -> str:
    """The period under whose key that value was sealed: what replaces it lives no longer. Raises ``SealBroken``."""
    if not looks_sealed(sealed):
        raise SealBroken
    return sealed[len(VERSION) : HEADER_BYTES].decode("ascii")


class KeyRing:
    """The keys found in one folder. Files appear and vanish while processes run: the folder's time stamp tells."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = -1
        self._keys: dict[str, PeriodKeys | None] = {}

    def seal(self, plain: bytes, *, period: str, context: str) -> bytes:
        """``plain`` sealed under the key of ``period``, bound to ``context`` ("app.model.field:row").

        Raises ``KeyMissing``.
        """
        header = VERSION + period.encode()
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + self._of(period).seal.encrypt(nonce, plain, header + context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The bytes that were sealed in this very place. Raises ``KeyMissing``, ``SealBroken``."""
        return self.open_all([(sealed, context)])[0]

    def open_all(self, sealed: Iterable[tuple[bytes, str]]) -> list[bytes]:
        """``open`` of many (sealed, context): the folder is looked at once. Raises ``KeyMissing``, ``SealBroken``."""
        self._refresh()
        return [self._open(value, context) for value, context in sealed]

    def _open(self, sealed: bytes, context: str) -> bytes:
        period, header = period_in(sealed), sealed[:HEADER_BYTES]
        nonce = sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
        keys = self._known(period)
        try:
            return keys.seal.decrypt(nonce, sealed[HEADER_BYTES + NONCE_BYTES :], header + context.encode())
        except InvalidTag as error:
            raise SealBroken from error

    def digest(self, period: str, kind: str, value: str) -> bytes:
        """16 bytes that stand for ``value`` in searches of ``period``; no way leads back. Raises ``KeyMissing``."""
        return self.digests(period, [(kind, value)])[0]

    def digests(self, period: str, values: Iterable[tuple[str, str]]) -> list[bytes]:
        """``digest`` of many (kind, value): the folder is looked at once. Raises ``KeyMissing``."""
        return _digests(self._of(period), values)

    def live_digests(self, kind: str, value: str, now: datetime) -> list[bytes]:
        """``digest`` in every live period, newest first: the folder is looked at once. Raises ``KeyMissing``."""
        periods = self.live(now)
        if not periods:
            raise KeyMissing(period_of(now))
        return [digest for period in periods for digest in _digests(self._known(period), [(kind, value)])]

    def live(self, now: datetime) -> tuple[str, ...]:
        """The periods that may hold data at ``now``, newest first: six months of retention and this one."""
        self._refresh()
        current = period_of(now)
        return tuple(sorted((period for period in self._keys if period <= current), reverse=True)[:LIVE_PERIODS])

    def missing(self, now: datetime) -> list[str]:
        """The periods, this month's and the next, that have no key. Raises ``KeyDamaged`` for any file that is."""
        self._refresh()
        for period in sorted(self._keys):
            self._of(period)
        current = period_of(now)
        return [period for period in (current, following(current, 1)) if period not in self._keys]

    def ensure(self, periods: Iterable[str]) -> list[str]:
        """Makes the keys that are not there; returns the periods made. Only ``manage.py keys ensure`` may call this."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [period for period in periods if self._make(period)]

    def _make(self, period: str) -> bool:
        handle, draft = tempfile.mkstemp(dir=self._folder, prefix=".draft-")
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(SECRET_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, self._folder / f"{period}.key")  # whole or not at all, and never over another
        except FileExistsError:
            return False
        finally:
            Path(draft).unlink()
        self._keep_names()
        return True

    def _keep_names(self) -> None:
        """A key must not be lost with the power once data is sealed with it: its name too is put on the disk."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _of(self, period: str) -> PeriodKeys:
        """Raises ``KeyMissing``, ``KeyDamaged``."""
        self._refresh()
        return self._known(period)

    def _known(self, period: str) -> PeriodKeys:
        try:
            keys = self._keys[period]
        except KeyError:
            raise KeyMissing(period) from None
        if keys is None:
            raise KeyDamaged(period)
        return keys

    def _refresh(self) -> None:
        try:
            stamp = os.stat(self._folder).st_mtime_ns  # noqa: PTH116 - on every page: twice as fast as Path.stat
        except FileNotFoundError:
            stamp = 0
        if stamp != self._stamp:
            settled = time.time_ns() - stamp > TICK_NS
            self._keys = dict(filter(None, map(self._read, self._folder.glob("????-??.key"))))
            self._stamp = stamp if settled else -1

    @staticmethod
    def _read(file: Path) -> tuple[str, PeriodKeys | None] | None:
        """The period and its keys, no keys when the file is damaged; None when it vanished meanwhile."""
        try:
            secret = base64.b64decode(file.read_bytes())
        except FileNotFoundError:
            return None
        except binascii.Error:
            secret = b""
        if len(secret) != SECRET_BYTES:
            return file.stem, None
        return file.stem, PeriodKeys(seal=AESGCM(_derive(secret, b"seal")), lookup=_derive(secret, b"look-up"))


@cache
def _ring(folder: Path) -> KeyRing:
    return KeyRing(folder)


def ring() -> KeyRing:
    """The key ring of this process."""
    return _ring(settings.KEYS_DIR)
