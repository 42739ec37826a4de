"""Codes and how long they are good: time-based codes (RFC 6238), mailed codes, recovery codes, remembered devices."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP

TRIES = 5
DIGITS = 6
STEP_SECONDS = 30
SKEW = 1
SECRET_BYTES = 20
CODE_GOOD_FOR = timedelta(minutes=10)
CHALLENGE_GOOD_FOR = timedelta(minutes=5)
ENROLMENT_GOOD_FOR = timedelta(minutes=30)
REMEMBERED_FOR = timedelta(hours=12)
REMEMBERED_ACCOUNTS = 8
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_ALIKE = str.maketrans("OIL", "011", " \t\u00a0\u202f-")


def read_code(typed: str) -> str:
    """A code as it is compared: no separators, capitals, letters that read like digits are digits."""
    return typed.upper().translate(_READ_ALIKE)


def is_digits(code: str) -> bool:
    """Whether it is a code of an application or of a mail, not one of recovery."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def is_recovery(code: str) -> bool:
    return len(code) == RECOVERY_LENGTH and set(code) <= set(_LETTERS)


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The six digits of that time step (RFC 6238, SHA-1, 30 seconds)."""
    return HOTP(secret, DIGITS, SHA1()).generate(step).decode()  # noqa: S303 - what the applications speak


def matching_step(secret: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """The time step that ``code`` is of: this one or a neighbour, later than ``after``; None when it is of none."""
    current = step_of(now)
    steps = range(current - SKEW, current + SKEW + 1)
    matching = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), code.encode())]
    return next((step for step in matching if step > after), None)


def provisioning_uri(secret: bytes, *, brand: str, holder: str) -> str:
    """What the square code says to the application."""
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS).get_provisioning_uri(holder, brand)  # noqa: S303


def spelled(secret: bytes) -> str:
    """The secret as it is typed into an application, in groups of four."""
    letters = base64.b32encode(secret).decode()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def draw_digits() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def draw_recovery_codes() -> list[str]:
    """Ten codes that begin differently, 45 random bits behind."""
    marks = secrets.SystemRandom().sample(_LETTERS, RECOVERY_CODES)
    return [mark + "".join(secrets.choice(_LETTERS) for _ in range(RECOVERY_LENGTH - 1)) for mark in marks]


def grouped(code: str) -> str:
    """« K7M4N-2QXD9 »."""
    return f"{code[:5]}-{code[5:]}"


class Remembered(NamedTuple):
    """Since when a device is remembered for an account, and what factors and password there were (``state``)."""

    since: datetime
    state: str


def is_remembered(entry: Remembered | None, *, state: str, now: datetime) -> bool:
    """Whether the device needs no second factor: for twelve hours, unless factors or password have changed."""
    if entry is None or not entry.since <= now < entry.since + REMEMBERED_FOR:
        return False
    return hmac.compare_digest(entry.state.encode(), state.encode())


def with_device(
    known: Mapping[UUID, Remembered], account: UUID, entry: Remembered, now: datetime
) -> dict[UUID, Remembered]:
    """``known`` with this entry; those that are over leave, and the oldest of a computer that many share."""
    others = {key: each for key, each in known.items() if key != account and now < each.since + REMEMBERED_FOR}
    newest = sorted(others.items(), key=lambda item: item[1].since, reverse=True)
    return {account: entry} | dict(newest[: REMEMBERED_ACCOUNTS - 1])
