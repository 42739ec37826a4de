"""What a gateway signs its receipts with: HMAC-SHA-256 over the moment and the body."""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

TOLERATED = timedelta(minutes=5)
_LONGEST = 16


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """64 hexadecimal digits. ``timestamp``: seconds since 1970, as it is sent."""
    return hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()


def is_signed(body: bytes, *, timestamp: str, signature: str, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of the secrets signed that body within five minutes of ``now``."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST):
        return False
    try:
        sent = datetime.fromtimestamp(int(timestamp), UTC)
    except (OverflowError, ValueError, OSError):
        return False
    given = signature.encode("utf-8", "surrogateescape")
    known = [hmac.compare_digest(sign(secret, timestamp, body).encode(), given) for secret in secrets]
    return any(known) and abs(now - sent) <= TOLERATED
