"""Fiches that are made one: nobody may be calling either person meanwhile; the calls made before are told of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.models import SealedIdentity
from contact_covid.tracing.actions.merging import Merging, known_of, merge, refusal, undo
from contact_covid.tracing.doubles_queries import Doubtful, Pair, Position, doubtful, merge_of, pair_of
from contact_covid.tracing.models import Exposure, Fiche, MaskDelivery, Stay, Test
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.merging import Known, MergeErrorCode
from contact_covid.worklist.actions.queue import FicheHeld
from contact_covid.worklist.models import Attempt, Lease
from contact_covid.worklist.queries import attempts_of


def merge_doubles(*, actor: Actor, merging: Merging, now: datetime) -> UUID:
    """``tracing``'s merge of two fiches that nobody is calling; calls stay with the fiche they were made of.

    Raises ``FicheHeld`` and what that raises.
    """
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        made = merge(actor=actor, merging=merging, now=now)
        refuse_held(merging.fiches, now)  # the fiches are locked now: nobody can take them any more
    return made


def undo_merge(*, actor: Actor, merge: UUID, now: datetime) -> list[str]:
    """The same way back. Raises ``FicheHeld`` and what ``tracing``'s undoing raises."""
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        held = merge_of(actor, merge, now)
        later = undo(actor=actor, merge=merge, now=now)
        refuse_held((held.survivor_id, held.loser_id), now)
    return later


def refuse_held(fiches: tuple[UUID, UUID], now: datetime) -> None:
    """Raises ``FicheHeld`` when somebody, whoever it is, is calling one of them."""
    lease = Lease.objects.filter(fiche__in=fiches, ended_at=None, expires_at__gt=now).first()
    if lease:
        raise FicheHeld(lease)


@dataclass(frozen=True, slots=True)
class SideSeen:
    """One of two fiches with all that hangs on it. ``exposures``: with the fiche at the other end, never its person.

    ``masks``: how often a pharmacy recorded a delivery; a platform sees no more of it.
    """

    fiche: Fiche
    known: Known
    exposures: Sequence[Exposure]
    tests: Sequence[Test]
    stays: Sequence[Stay]
    calls: Sequence[Attempt]
    masks: int


@dataclass(frozen=True, slots=True)
class PairSeen:
    """Two fiches side by side. ``refused``: why they stay two, None when they may become one."""

    pair: Pair
    first: SideSeen
    second: SideSeen
    refused: MergeErrorCode | None


def open_pair(*, actor: Actor, fiches: tuple[UUID, UUID], now: datetime) -> PairSeen:
    """Two fiches of the actor's area, their persons revealed; the reading is in the journal, in one row.

    Raises ``Denied``, ``FicheNotFound``, ``KeyMissing``.
    """
    check(actor, Permission.DOUBLES_MERGE)
    pair = pair_of(actor, fiches, now)
    sealed = {row.fiche: row.value for row in SealedIdentity.objects.filter(fiche__in=fiches)}
    if len(sealed) < len(pair.both):
        raise FicheNotFound
    people = [Sealed(fiche.id, fiche.number, sealed[fiche.id]) for fiche in pair.both]
    identities = reveal(actor, people, purpose=Purpose.TRACING, now=now)
    first, second = (_side(fiche, known_of(fiche, identities[fiche.id])) for fiche in pair.both)
    return PairSeen(pair, first, second, refusal(pair, first.known, second.known))


def _side(fiche: Fiche, known: Known) -> SideSeen:
    ends: dict[str, Any] = {"contact_fiche": fiche} if fiche.kind == "contact" else {"index_fiche": fiche}
    exposures = Exposure.objects.filter(**ends).select_related("index_fiche", "contact_fiche")
    return SideSeen(
        fiche=fiche,
        known=known,
        exposures=list(exposures.order_by("-last_contact", "id")),
        tests=list(Test.objects.filter(fiche=fiche).order_by("-recorded_at", "id")),
        stays=list(Stay.objects.filter(fiche=fiche).order_by("since", "id").defer("value", "places")),
        calls=list(attempts_of(fiche.id).defer("note")),
        masks=MaskDelivery.objects.filter(fiche=fiche).count(),
    )


@dataclass(frozen=True, slots=True)
class DoublesPage:
    """``names``: of all fiches shown, by their ids. ``after``: where the next page begins, None on the last."""

    lines: Sequence[Doubtful]
    names: dict[UUID, str]
    after: Position | None


def open_doubtful(*, actor: Actor, now: datetime, after: Position | None = None, limit: int) -> DoublesPage:
    """A page of doubtful fiches and what they resemble, with the persons' names; one row in the journal.

    Six statements. Raises ``Denied``, ``KeyMissing``.
    """
    check(actor, Permission.DOUBLES_MERGE)
    lines, following = doubtful(actor, now, after=after, limit=limit)
    people = {line.sealed.fiche: line.sealed for line in lines}
    ours = {each.fiche.id: each.fiche for line in lines for each in line.resembling if each.ours}
    for row in SealedIdentity.objects.filter(fiche__in=ours.keys() - people.keys()):
        people[row.fiche] = Sealed(row.fiche, ours[row.fiche].number, row.value)
    identities = reveal(actor, list(people.values()), purpose=Purpose.TRACING, now=now)
    return DoublesPage(lines, {fiche: identity.name for fiche, identity in identities.items()}, following)
