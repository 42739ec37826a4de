"""Primary keys."""

import os
import uuid
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_VERSION_7 = 0x7 << 76
_RFC_VARIANT = 0b10 << 62
_RANDOM_MASK = (1 << 62) - 1


def new_id(now: datetime) -> uuid.UUID:
    """A UUIDv7 (RFC 9562) of the aware moment ``now``: ids of later microseconds sort after, ids of one moment do not.

    48 bits of milliseconds, 12 bits of fraction of a millisecond, 62 random bits from the operating system (which is
    why it is safe after a fork). Raises ``TypeError`` when ``now`` is naive.
    """
    milliseconds, microseconds = divmod((now - _EPOCH) // _MICROSECOND, 1000)
    fraction = (microseconds << 12) // 1000
    random = int.from_bytes(os.urandom(8)) & _RANDOM_MASK
    return uuid.UUID(int=milliseconds << 80 | _VERSION_7 | fraction << 64 | _RFC_VARIANT | random)


def first_id(moment: datetime) -> uuid.UUID:
    """The least id that ``new_id`` makes at that moment or after: where to begin reading rows by their age.

    Raises ``TypeError`` when ``moment`` is naive.
    """
    milliseconds, microseconds = divmod((moment - _EPOCH) // _MICROSECOND, 1000)
    return uuid.UUID(int=milliseconds << 80 | _VERSION_7 | ((microseconds << 12) // 1000) << 64 | _RFC_VARIANT)
