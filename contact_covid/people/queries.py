"""Reading sealed identities and look-ups. Nothing here shows a trait to anyone: ``actions.reveal`` does."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.core.rules.arrays import array
from contact_covid.people.enums import KeyKind
from contact_covid.people.models import Alert, SealedIdentity
from contact_covid.people.rules.identity import Identity, from_bytes
from contact_covid.people.rules.keys import KeyValue, person_values, search_values

IDENTITY_CONTEXT = "people.SealedIdentity.value:"

_PEOPLE_LOCKS = 0x70656F70
_MOST_LOCKS = 1_500
_LOCK_FEW = """SELECT pg_advisory_xact_lock_shared(%s, 0),
    (SELECT count(pg_advisory_xact_lock(person)) FROM unnest(%s::bigint[]) AS person)"""

# Which fiches an account has found at its counter and may open for a while.
FOUND_SQL = """EXISTS (
    SELECT 1 FROM people_lookup
    WHERE people_lookup.account = %s AND people_lookup.practice = %s AND people_lookup.at > %s
    AND {fiche} = ANY(people_lookup.fiches))"""


def open_identity(fiche: UUID, sealed: bytes) -> Identity:
    """The identity sealed for that fiche. For rules that compare; to show it, use ``actions.reveal``.

    Raises ``KeyMissing``, ``SealBroken``.
    """
    return open_identities([(fiche, sealed)])[0]


def open_identities(sealed: Iterable[tuple[UUID, bytes]]) -> list[Identity]:
    """``open_identity`` of many (fiche, sealed), in their order. Raises ``KeyMissing``, ``SealBroken``."""
    return list(map(from_bytes, ring().open_all((value, f"{IDENTITY_CONTEXT}{fiche}") for fiche, value in sealed)))


def identities_of(fiches: Collection[UUID]) -> dict[UUID, Identity]:
    """Whom these fiches are of, as far as their identities are still there. Raises ``KeyMissing``, ``SealBroken``."""
    sealed = dict(SealedIdentity.objects.filter(fiche__in=fiches).values_list("fiche", "value"))
    return dict(zip(sealed, open_identities(sealed.items()), strict=True))


def period_of_identity(fiche: UUID) -> str:
    """The month under whose key the fiche's identity is sealed."""
    return SealedIdentity.objects.values_list("period", flat=True).get(fiche=fiche)


def digests(value: KeyValue, now: datetime) -> list[bytes]:
    """What the value looks like in the search keys of every live period, this month's first. Raises ``KeyMissing``."""
    return ring().live_digests(value.kind, value.value, now)


def search_keys(identity: Identity, period: str) -> list[tuple[bytes, KeyKind]]:
    """What a fiche is found by when its identity is sealed in ``period``: digests and their kinds.

    Raises ``KeyMissing``.
    """
    values = list(search_values(identity))
    return [(digest, value.kind) for digest, value in zip(ring().digests(period, values), values, strict=True)]


def fiches_by_value(values: Iterable[KeyValue], now: datetime) -> Mapping[KeyValue, list[UUID]]:
    """The fiches, of any kind and state, that carry each value; values that nobody carries are left out."""
    keys, asked = ring(), list(dict.fromkeys(values))
    by_digest: dict[bytes, KeyValue] = {}
    for period in keys.live(now):
        by_digest.update(zip(keys.digests(period, asked), asked, strict=True))
    found: dict[KeyValue, list[UUID]] = {}
    with connection.cursor() as cursor:  # one array: a batch has more values than a statement may have parameters
        cursor.execute(
            "SELECT digest, fiche FROM people_search_key WHERE digest = ANY(%s::bytea[])", [array(by_digest)]
        )
        for digest, fiche in cursor.fetchall():
            found.setdefault(by_digest[bytes(digest)], []).append(fiche)
    return found


def fiches_of_person(identity: Identity, now: datetime) -> set[UUID]:
    """The fiches, of any kind and state, that are proved to be this person's. One statement. Raises ``KeyMissing``."""
    values = person_values(identity)
    found = fiches_by_value(values.alike, now)
    return {
        fiche
        for number, born in values.same.values()
        for fiche in set(found.get(number, ())) & set(found.get(born, ()))
    }


def lock_people(values: Iterable[KeyValue], now: datetime) -> None:
    """Keeps others from registering these people until the transaction ends.

    Each value has its lock, taken in one order so that two batches never wait for each other, beside one lock that all
    share. A batch of more than ``_MOST_LOCKS`` takes that one for itself alone: the server's memory for locks is small.
    """
    locks = sorted({int.from_bytes(digest[:8], signed=True) for digest in ring().digests(period_of(now), values)})
    with connection.cursor() as cursor:
        if len(locks) > _MOST_LOCKS:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_PEOPLE_LOCKS])
        else:
            cursor.execute(_LOCK_FEW, [_PEOPLE_LOCKS, array(locks)])


def found_since(now: datetime) -> datetime:
    """A look-up made after this moment still opens what it found."""
    return now - settings.GRANT_AFTER_SEARCH


def recent_alerts(limit: int) -> list[Alert]:
    """The last alerts on look-ups, newest first."""
    return list(Alert.objects.order_by("-at")[:limit])
