"""Where the heads of the chain are kept outside the database: a file of JSON lines, or syslog.

``JOURNAL_ANCHOR`` is a path, ``syslog:`` (this machine's /dev/log) or ``syslog:/path/of/a/socket``. Whoever can write
both the database and the anchor can rewrite the journal: put the anchor on another machine or a write-once store.
Several workers share one anchor file, or use syslog.
"""

import json
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from filelock import FileLock

from contact_covid.journal.rules.sealing import Seal
from contact_covid.journal.rules.verification import Anchored

_SYSLOG = "syslog:"
_SYSLOG_SOCKET = "/dev/log"
_AUDIT_NOTICE = 13 << 3 | 5  # facility « log audit », severity « notice » (RFC 5424)
_TAIL = 65_536
_LOCK_SECONDS = 30


class UnreadableAnchor(RuntimeError):
    """The anchor file exists and its end holds no head: it is not an anchor, or was damaged."""


class FileAnchor:
    """JSON lines, only ever appended, each batch of lines on disk before ``append`` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exclusive(self) -> AbstractContextManager[object]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{self.path}.lock", timeout=_LOCK_SECONDS)

    def last(self) -> tuple[int, bytes] | None:
        """The head of the last whole line. Raises ``UnreadableAnchor``, ``OSError``."""
        if not self.path.exists():
            return None
        with self.path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            tail = file.read()
        heads = [head for head in map(_parse, tail.splitlines()) if head]
        if tail.strip() and not heads:
            raise UnreadableAnchor(str(self.path))
        return heads[-1] if heads else None

    def append(self, seals: Iterable[Seal]) -> None:
        """Writes one line a batch. A line cut by a crash is closed first and stays. Raises ``OSError``."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "r+b", buffering=0) as file:  # noqa: PTH123 - the mode 0600 wants a descriptor
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            cut = b"" if file.read(1) in (b"", b"\n") else b"\n"
            _write_all(descriptor, cut + b"".join(_line(seal) + b"\n" for seal in seals))
            os.fsync(descriptor)


class SyslogAnchor:
    """One datagram a batch. What was sent cannot be read back: each run of the sealer repeats the newest head."""

    def __init__(self, address: str) -> None:
        self.address = address

    def exclusive(self) -> AbstractContextManager[object]:
        return nullcontext()

    def last(self) -> None:
        return None

    def append(self, seals: Iterable[Seal]) -> None:
        """Raises ``OSError`` when nobody listens."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.connect(self.address)
            for seal in seals:
                log.send(b"<%d>contact-covid-journal: %b" % (_AUDIT_NOTICE, _line(seal)))


def configured() -> FileAnchor | SyslogAnchor:
    """The anchor of this deployment."""
    place = str(settings.JOURNAL_ANCHOR)
    if place.startswith(_SYSLOG):
        return SyslogAnchor(place.removeprefix(_SYSLOG) or _SYSLOG_SOCKET)
    return FileAnchor(Path(place))


def read(path: Path) -> Anchored:
    """All heads of an anchor file, or of a syslog extract. An absent file has none. Raises ``OSError``."""
    heads: dict[int, bytes] = {}
    contradicted: set[int] = set()
    unreadable = 0
    for line in _lines(path):
        parsed = _parse(line)
        if parsed is None:
            unreadable += 1
        elif heads.setdefault(*parsed) != parsed[1]:
            contradicted.add(parsed[0])
    return Anchored(heads, frozenset(contradicted), unreadable)


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as file:
            yield from file


def _line(seal: Seal) -> bytes:
    sealed_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=seal.sealed_at or 0)
    fields = {
        "seq": seal.seq,
        "from_xid": seal.from_xid,
        "to_xid": seal.to_xid,
        "count": seal.count,
        "root": seal.root.hex(),
        "head": seal.head.hex(),
        "sealed_at": sealed_at.isoformat(),
    }
    return json.dumps(fields).encode()


def _parse(line: bytes) -> tuple[int, bytes] | None:
    """(seq, head) of a line; what stands before the first brace, as syslog writes, is skipped."""
    try:
        fields = json.loads(line[line.index(b"{") :])
        return int(fields["seq"]), bytes.fromhex(fields["head"])
    except (ValueError, KeyError, TypeError):
        return None


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
