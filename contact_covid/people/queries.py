"""Reading sealed identities and look-ups. Nothing here shows a trait to anyone: ``actions.reveal`` does."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.people.models import Alert
from contact_covid.people.rules.identity import Identity, from_bytes
from contact_covid.people.rules.keys import KeyValue

IDENTITY_CONTEXT = "people.SealedIdentity.value:"

_PEOPLE_LOCKS = 0x70656F70
_LOCK_BUCKETS = 1024

# Which fiches an account has found at its counter and may open for a while.
FOUND_SQL = """EXISTS (
    SELECT 1 FROM people_lookup
    WHERE people_lookup.account = %s AND people_lookup.practice = %s AND people_lookup.at > %s
    AND {fiche} = ANY(people_lookup.fiches))"""


def open_identity(fiche: UUID, sealed: bytes) -> Identity:
    """The identity sealed for that fiche. For rules that compare; to show it, use ``actions.reveal``.

    Raises ``KeyMissing``, ``SealBroken``.
    """
    return from_bytes(ring().open(sealed, context=f"{IDENTITY_CONTEXT}{fiche}"))


def digests(value: KeyValue, now: datetime) -> list[bytes]:
    """What the value looks like in the search keys of every live period, this month's first. Raises ``KeyMissing``."""
    return ring().live_digests(value.kind, value.value, now)


def fiches_by_value(values: Iterable[KeyValue], now: datetime) -> Mapping[KeyValue, list[UUID]]:
    """The fiches, of any kind and state, that carry each value; values that nobody carries are left out."""
    keys = ring()
    periods = keys.live(now)
    by_digest = {keys.digest(period, value.kind, value.value): value for value in values for period in periods}
    found: dict[KeyValue, list[UUID]] = {}
    with connection.cursor() as cursor:  # one array: a batch has more values than a statement may have parameters
        cursor.execute("SELECT digest, fiche FROM people_search_key WHERE digest = ANY(%s)", (list(by_digest),))
        for digest, fiche in cursor.fetchall():
            found.setdefault(by_digest[bytes(digest)], []).append(fiche)
    return found


def lock_people(values: Iterable[KeyValue], now: datetime) -> None:
    """Keeps others from registering these people until the transaction ends.

    Locks are shared out over a fixed number of buckets, taken in order: a batch of thousands needs no more of the
    server's memory than one person, and two batches never wait for each other.
    """
    keys = ring()
    period = period_of(now)
    digests = {keys.digest(period, value.kind, value.value) for value in values}
    buckets = sorted({int.from_bytes(digest[:2]) % _LOCK_BUCKETS for digest in digests})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket", (_PEOPLE_LOCKS, buckets)
        )


def found_since(now: datetime) -> datetime:
    """A look-up made after this moment still opens what it found."""
    return now - settings.GRANT_AFTER_SEARCH


def recent_alerts(limit: int) -> list[Alert]:
    """The last alerts on look-ups, newest first."""
    return list(Alert.objects.order_by("-at")[:limit])
