"""Fiches of a cluster that are made one, parted again, or erased: the cluster goes on with the person's one fiche."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contact_covid.clusters.actions.clusters import add_by_number, remove_member
from contact_covid.clusters.actions.doubles import merge_people, part_people
from contact_covid.clusters.actions.erasure import ERASED, leave_clusters
from contact_covid.clusters.actions.reading import read_cluster
from contact_covid.clusters.actions.work import add_note
from contact_covid.clusters.enums import MemberRole
from contact_covid.clusters.models import Cluster, Member, Note
from contact_covid.core.idempotency import submission
from contact_covid.core.keyring import period_in
from contact_covid.core.period import period_of
from contact_covid.core.records import format_number
from contact_covid.tracing.actions.erasure import erase_contacts
from contact_covid.tracing.models import Fiche, Reach
from tests.cast import dossier, enter, person
from tests.clock import NOW
from tests.clusters.people import MATHILDE
from tests.clusters.test_clusters import opened
from tests.retention.asking import CATHERINE
from tests.tracing.doubles import JULIEN, LATER, decided, misspelt, two_contacts, whole_database

pytestmark = pytest.mark.usefixtures("rolled_back")
MUCH_LATER = LATER + timedelta(hours=1)


def two_cases() -> tuple[Fiche, Fiche]:
    [one] = enter(dossier(person(1)))
    [other] = enter(dossier(misspelt(person(1))), now=NOW + timedelta(minutes=1))
    return one.index, other.index


def members(cluster: UUID) -> list[object]:
    return list(Member.objects.filter(cluster=cluster, removed_at=None).values_list("fiche", flat=True))


def test_the_surviving_fiche_takes_the_place_and_gives_it_back() -> None:
    first, second = two_cases()
    cluster = opened(second)
    before = whole_database()
    made = merge_people(actor=JULIEN, merging=decided(first, second), now=LATER)

    assert members(cluster) == [first.id]
    assert Cluster.objects.get(id=cluster).cases == 1
    seen = read_cluster(actor=MATHILDE, cluster=cluster, now=LATER)
    assert set(seen.identities) == {first.id}
    assert Reach.objects.get(source=cluster).fiche_id == first.id

    part_people(actor=JULIEN, merge=made, now=MUCH_LATER)
    after = whole_database()
    for known in (before, after):  # each count of its cases is a version of the cluster
        known["clusters_cluster"] = []
    assert after == before
    assert Cluster.objects.get(id=cluster).cases == 1


def test_of_two_places_in_one_cluster_one_stays() -> None:
    first, second = two_cases()
    cluster = opened(first, second)
    made = merge_people(actor=JULIEN, merging=decided(first, second), now=LATER)
    assert (members(cluster), Cluster.objects.get(id=cluster).cases) == ([first.id], 1)
    part_people(actor=JULIEN, merge=made, now=MUCH_LATER)
    assert set(members(cluster)) == {first.id, second.id}


def test_who_was_taken_out_meanwhile_stays_out() -> None:
    first, second = two_cases()
    cluster = opened(second)
    made = merge_people(actor=JULIEN, merging=decided(first, second), now=LATER)
    place = Member.objects.get(cluster=cluster, removed_at=None)
    remove_member(actor=MATHILDE, cluster=cluster, member=place.id, now=LATER)
    part_people(actor=JULIEN, merge=made, now=MUCH_LATER)
    assert members(cluster) == []


def test_who_is_erased_is_in_no_cluster_and_no_note_tells_her_number() -> None:
    first, _ = two_contacts()
    [case] = enter(dossier(person(5)))
    cluster = opened(case.index)
    add_by_number(actor=MATHILDE, cluster=cluster, number=first.number, role=MemberRole.CO_EXPOSED, now=LATER)
    text = f"Voir {format_number(first.number)} demain"
    add_note(actor=MATHILDE, cluster=cluster, text=text, submission=submission(str(uuid4()), {}), now=LATER)
    month = period_in(bytes(Note.objects.get().value))
    leave_clusters(actor=CATHERINE, fiches=[first.id], now=LATER + timedelta(days=31))
    erase_contacts(actor=CATHERINE, fiches=[first.id], now=LATER)
    assert period_in(bytes(Note.objects.get().value)) == month == period_of(LATER)

    seen = read_cluster(actor=MATHILDE, cluster=cluster, now=MUCH_LATER)
    assert [each.fiche_id for each in seen.members] == [case.index.id]
    assert list(seen.notes.values()) == [f"Voir {ERASED} demain"]
    assert not Reach.objects.filter(fiche=first).exists()
