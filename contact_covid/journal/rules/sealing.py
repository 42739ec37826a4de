"""How rows become a leaf, leaves a root, roots a chain. Changing anything here breaks every seal already made."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from contact_covid.journal.rules.encoding import encode, parse_json

GENESIS = bytes(32)
_ENTRY = "contact-covid journal entry 1"
_HEAD = "contact-covid journal head 1"
_ROOT = b"contact-covid journal root 1\n"


class Row(NamedTuple):
    """A row as sealed. ``at`` in microseconds since 1970 UTC (None when not finite), ids as lower-case text."""

    xid: int
    id: int
    at: int | None
    kind: str
    account: str | None
    session: str | None
    role: str
    practice: str | None
    organisation: str | None
    purpose: str
    surface: str
    fiches: list[str]
    people: int
    """The column ``count``, a name that tuples use."""
    detail: str
    """JSON text."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed batch: the rows with ``from_xid`` <= xid < ``to_xid``. ``sealed_at`` in microseconds since 1970 UTC."""

    seq: int
    from_xid: int
    to_xid: int
    count: int
    root: bytes
    head: bytes
    sealed_at: int | None


class Root:
    """SHA-256 over the leaves in the order given, which must be (xid, id)."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256(_ROOT)
        self.count = 0

    def add(self, row: Row) -> None:
        self.add_leaf(leaf(row))

    def add_leaf(self, digest: bytes) -> None:
        """A row known by its leaf only."""
        self._hash.update(digest)
        self.count += 1

    def digest(self) -> bytes:
        return self._hash.digest()


def canonical(row: Row) -> bytes:
    """The bytes that stand for a row: independent of time zone and of the order of keys in ``detail``."""
    detail = {} if row.detail == "{}" else parse_json(row.detail)
    return encode((_ENTRY, *row[:-1], detail))


def leaf(row: Row) -> bytes:
    return hashlib.sha256(canonical(row)).digest()


def head(previous: bytes, seal: Seal) -> bytes:
    """What chains ``seal`` to the head before it (``GENESIS`` for the first batch); ``seal.head`` is not read."""
    fields = (seal.seq, seal.from_xid, seal.to_xid, seal.count, seal.root, seal.sealed_at)
    return hashlib.sha256(encode((_HEAD, previous, *fields))).digest()
