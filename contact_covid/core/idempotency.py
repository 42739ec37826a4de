"""A submission is known by the key its form carried; what it said, by a keyed hash only."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection

from contact_covid.core.models import IdempotencyKey

_TAKE = """INSERT INTO core_idempotency_key (account, key, body, target, at) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Submission:
    """One sending of a form: the keyed hashes of its key (64 hexadecimal digits) and of what it said (16 bytes)."""

    key: str
    body: bytes


class AlreadyRecorded(Exception):
    """The key was used before. ``same`` tells whether by the same content; ``target`` is what was written then."""

    def __init__(self, target: UUID, *, same: bool) -> None:
        super().__init__("idempotency key already used")
        self.target = target
        self.same = same


def submission(key: str, fields: Mapping[str, object]) -> Submission:
    """The submission of ``fields`` (any JSON values) under ``key``, whatever text the browser or the feed chose."""
    secret = settings.SECRET_KEY.encode()
    used = hmac.digest(secret, b"key\0" + key.encode("utf-8", "surrogatepass"), "sha256").hex()
    return Submission(key=used, body=hmac.digest(secret, msgspec.json.encode(fields, order="sorted"), "sha256")[:16])


def use_up(account: UUID, submission: Submission, *, target: UUID, now: datetime) -> None:
    """Takes the key, in the transaction of what it writes; waits for another that is taking it.

    Raises ``AlreadyRecorded`` when this account has used the key before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, (account, submission.key, submission.body, target, now))
        taken = cursor.rowcount == 1
    if not taken:
        refuse_reuse(account, submission)


def refuse_reuse(account: UUID, submission: Submission) -> None:
    """Raises ``AlreadyRecorded`` when this account has used the key before."""
    used = IdempotencyKey.objects.filter(account=account, key=submission.key).first()
    if used is not None:
        raise AlreadyRecorded(used.target, same=bytes(used.body) == submission.body)


def forget(*, before: datetime) -> int:
    """Deletes the keys used before that time; returns how many. A form older than a day is not sent again."""
    return IdempotencyKey.objects.filter(at__lt=before).delete()[0]
