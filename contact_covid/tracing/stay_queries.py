"""Reading stays, and the digests by which two of them are known to be at one place."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.core.keyring import ring
from contact_covid.core.period import following
from contact_covid.tracing.enums import StayKind
from contact_covid.tracing.models import Stay
from contact_covid.tracing.rules.stays import NamedStay, StayDetails, from_bytes, place_values

STAY_CONTEXT = "tracing.Stay.value:"
PLACE = "place"


class StayNotFound(Exception):
    """No such stay of that fiche, or not within the actor's scope."""


class StaySeen(NamedTuple):
    """A stay with what is said of it; ``version`` counts its corrections."""

    id: UUID
    version: int
    named: NamedStay


def stays_of(actor: Actor, fiche: UUID) -> list[StaySeen]:
    """The stays of a fiche, the latest first: those this practice named, or all of them for a platform.

    The caller has checked that the fiche is in the actor's scope, and written its reading in the journal. Raises
    ``Denied``, ``KeyMissing``, ``SealBroken``.
    """
    grant = check(actor, Permission.STAYS_NAME)
    known = Stay.objects.filter(fiche=fiche)
    if grant.scope is Scope.OWN:
        known = known.filter(author_practice=actor.author.practice)
    return [seen(stay) for stay in known.order_by("-until", "-since", "id")]


def open_stays(stays: Sequence[Stay]) -> list[StayDetails]:
    """What is said of each, in the same order; the caller answers for who reads it.

    Raises ``KeyMissing``, ``SealBroken``.
    """
    return [from_bytes(plain) for plain in ring().open_all((stay.value, f"{STAY_CONTEXT}{stay.id}") for stay in stays)]


def seen(stay: Stay) -> StaySeen:
    details = from_bytes(ring().open(bytes(stay.value), context=f"{STAY_CONTEXT}{stay.id}"))
    named = NamedStay(StayKind(stay.kind), stay.since, stay.until, stay.department, details)
    return StaySeen(stay.id, stay.version, named)


def place_digests(details: StayDetails, period: str) -> list[bytes]:
    """What ``Stay.places`` holds for a stay registered in ``period``: the place and, when there is one, the group in
    it, first under the key of that month, then under that of the next. With a group there are four, the second and the
    last of the group. Raises ``KeyMissing``.
    """
    values = [(PLACE, value) for value in place_values(details)]
    return [digest for month in (period, following(period)) for digest in ring().digests(month, values)]
