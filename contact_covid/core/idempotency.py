"""A submission is known by the key its form carried; what it said is known by a keyed hash only."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from django.conf import settings

from contact_covid.core.models import IdempotencyKey

KEY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Submission:
    """One sending of a form: its key and the keyed hash (16 bytes) of what it said."""

    key: str
    body: bytes


class AlreadyRecorded(Exception):
    """The key was used before. ``same`` tells whether by the same content; ``target`` is what was written then."""

    def __init__(self, target: UUID, *, same: bool) -> None:
        super().__init__("idempotency key already used")
        self.target = target
        self.same = same


def submission(key: str, fields: Mapping[str, object]) -> Submission:
    """The submission of ``fields`` (any JSON values) under ``key``; what no form of ours would send is hashed."""
    secret = settings.SECRET_KEY.encode()
    if len(key) > KEY_LENGTH or not (key.isascii() and key.isprintable()):
        key = hmac.digest(secret, key.encode("utf-8", "surrogatepass"), "sha256").hex()
    return Submission(key=key, body=hmac.digest(secret, msgspec.json.encode(fields, order="sorted"), "sha256")[:16])


def refuse_reuse(account: UUID, submission: Submission) -> None:
    """Raises ``AlreadyRecorded`` when this account has used the key before."""
    used = IdempotencyKey.objects.filter(account=account, key=submission.key).first()
    if used is not None:
        raise AlreadyRecorded(used.target, same=bytes(used.body) == submission.body)


def forget(*, before: datetime) -> int:
    """Deletes the keys used before that time; returns how many. A form older than a day is not sent again."""
    return IdempotencyKey.objects.filter(at__lt=before).delete()[0]
