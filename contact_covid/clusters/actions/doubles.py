"""Fiches that are made one: whoever is of a cluster by the one is of it by the other, until they are two again."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.actions.clusters import recount
from contact_covid.clusters.models import Cluster, Member
from contact_covid.core.ids import new_id
from contact_covid.tracing.actions.merging import Merging
from contact_covid.tracing.models import Merge
from contact_covid.worklist.actions.doubles import merge_doubles, undo_merge


def merge_people(*, actor: Actor, merging: Merging, now: datetime) -> UUID:
    """``worklist``'s merge of two fiches; in clusters the surviving one takes the place of the other.

    Raises what that raises.
    """
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        made = merge_doubles(actor=actor, merging=merging, now=now)
        _replace(actor, Merge.objects.get(id=made), now)
    return made


def part_people(*, actor: Actor, merge: UUID, now: datetime) -> list[str]:
    """The way back, as ``worklist``'s ``undo_merge``; who was taken out of a cluster meanwhile stays out of it."""
    check(actor, Permission.DOUBLES_MERGE)
    with transaction.atomic():
        later = undo_merge(actor=actor, merge=merge, now=now)
        _put_back(Merge.objects.get(id=merge), now)
    return later


def _replace(actor: Actor, made: Merge, now: datetime) -> None:
    account = actor.author.account
    places = list(Member.objects.filter(fiche=made.loser_id, removed_at=None))
    for cluster in _held(places):
        known = Member.objects.filter(cluster=cluster, fiche=made.survivor_id, removed_at=None).exists()
        [place] = [each for each in places if each.cluster_id == cluster.id]
        Member.objects.filter(id=place.id).update(removed_at=made.at, removed_by=account)
        if not known:
            Member.objects.create(
                id=new_id(now),
                cluster=cluster,
                fiche_id=made.survivor_id,
                role=place.role,
                since=place.since,
                added_by=account,
                added_at=made.at,
            )
        recount(cluster, now)


def _put_back(made: Merge, now: datetime) -> None:
    """The moment of the merge, and who made it, tell which places it changed."""
    left = {"fiche": made.loser_id, "removed_at": made.at, "removed_by": made.account}
    places = list(Member.objects.filter(**left))
    for cluster in _held(places):
        taken = Member.objects.filter(cluster=cluster, fiche=made.survivor_id)
        if not taken.filter(removed_at=None).exists():
            continue
        taken.filter(added_at=made.at, added_by=made.account).delete()
        Member.objects.filter(cluster=cluster, **left).update(removed_at=None, removed_by=None)
        recount(cluster, now)


def _held(places: Iterable[Member]) -> list[Cluster]:
    wanted = {place.cluster_id for place in places}
    return list(Cluster.objects.filter(id__in=wanted).order_by("id").select_for_update())
