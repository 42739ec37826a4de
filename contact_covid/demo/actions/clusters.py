"""What an agency of the demonstration finds on its board: a school where cases are followed, a plant that the service
points out, a fiche that a platform hands over, a request."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.models import Post
from contact_covid.clusters.actions.clusters import add_by_number, move_cluster
from contact_covid.clusters.actions.hand_overs import hand_over
from contact_covid.clusters.actions.requests import ask_platform
from contact_covid.clusters.actions.signals import accept_signal, propose_signals
from contact_covid.clusters.actions.work import add_note, record_measure
from contact_covid.clusters.enums import (
    ClusterState,
    HandOverReason,
    MeasureKind,
    MemberRole,
    RequestKind,
)
from contact_covid.clusters.models import Signal
from contact_covid.core.idempotency import Submission, submission
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import PARIS, period_of
from contact_covid.tracing.enums import Closure, StayKind
from contact_covid.tracing.models import Fiche, IndexCase, Stay
from contact_covid.tracing.rules.stays import StayDetails, to_bytes
from contact_covid.tracing.stay_queries import STAY_CONTEXT, place_digests

REGION, DEPARTMENT, FUND = "11", "93", "931"
SCHOOL = StayDetails("École Anatole-France", "CM2 B", "3 rue des Peupliers", "93100", "Montreuil", role="élève")
PLANT = StayDetails("Atelier des Lilas", "Équipe du matin", "18 rue du Parc", "93260", "Les Lilas")
_RECENT, _TOGETHER = timedelta(days=20), 3


def load_clusters(*, now: datetime) -> None:
    """Needs the accounts of the cast and seven recent patients zéro of the region; nothing is made without them."""
    agency, supervisor = _actor(Role.ARS_AGENT), _actor(Role.PLATFORM_SUPERVISOR)
    cases = _recent(now)
    if agency is None or supervisor is None or len(cases) <= 2 * _TOGETHER:
        return
    pupils, workers, others = cases[:_TOGETHER], cases[_TOGETHER : 2 * _TOGETHER], cases[2 * _TOGETHER :]
    _stay(pupils[:1], replace(SCHOOL, others="La remplaçante du mardi"), StayKind.SCHOOL, now)
    _stay([*pupils[1:], others[-1]], SCHOOL, StayKind.SCHOOL, now)
    _stay(workers, PLANT, StayKind.WORK, now)
    propose_signals(actor=SYSTEM, since=now - timedelta(minutes=1), now=now)
    _follow(agency, Signal.objects.filter(setting="school", region=REGION).first(), now)
    for fiche in [each for each in others if each.fund == FUND][:1]:
        hand_over(
            actor=supervisor,
            number=fiche.number,
            reason=HandOverReason.CARE,
            page="",
            submission=_once("hand_over"),
            now=now,
        )


def _actor(role: Role) -> Actor | None:
    """Who acts for the region and the fund of the board."""
    area = {"region": REGION} if role is Role.ARS_AGENT else {"fund": FUND}
    post = Post.objects.filter(role=role, **area).order_by("id").first()
    if post is None:
        return None
    acting = Actor(post.account_id, None, role, practice=post.practice_id, assurance=Assurance.PASSWORD)
    return dataclasses.replace(acting, region=area.get("region"), fund=area.get("fund"))


def _recent(now: datetime) -> list[Fiche]:
    """The last patients zéro of the region first."""
    since = now.astimezone(PARIS).date() - _RECENT
    found = IndexCase.objects.filter(fiche__region=REGION, fiche__closure=Closure.OPEN, onset__gte=since)
    return [case.fiche for case in found.select_related("fiche").order_by("-onset", "fiche_id")]


def _stay(fiches: Sequence[Fiche], details: StayDetails, kind: StayKind, now: datetime) -> None:
    day, period = now.astimezone(PARIS).date(), period_of(now)
    places = place_digests(details, period)
    author = (fiches[0].author_account, fiches[0].author_practice)
    rows = [
        Stay(
            id=(id_ := new_id(now)),
            fiche=fiche,
            kind=kind,
            since=day - timedelta(days=16),
            until=day - timedelta(days=8),
            department=DEPARTMENT,
            period=period,
            value=ring().seal(to_bytes(details), period=period, context=f"{STAY_CONTEXT}{id_}"),
            places=places,
            created_at=now,
            author_account=author[0],
            author_practice=author[1],
        )
        for fiche in fiches
    ]
    Stay.objects.bulk_create(rows)


def _follow(agency: Actor, signal: Signal | None, now: datetime) -> None:
    if signal is None:
        return
    cluster = accept_signal(actor=agency, signal=signal.id, version=signal.version, now=now)
    first = Fiche.objects.filter(memberships__cluster=cluster).order_by("memberships__since", "id")[0]
    add_by_number(actor=agency, cluster=cluster, number=first.number, role=MemberRole.SOURCE, now=now)
    move_cluster(actor=agency, cluster=cluster, state=ClusterState.CONFIRMED, now=now)
    day = now.astimezone(PARIS).date()
    record_measure(
        actor=agency,
        cluster=cluster,
        kind=MeasureKind.CLASS_CLOSED,
        decided_on=day,
        planned_on=day + timedelta(days=1),
        done_on=None,
        note="Classe de CM2 B, quatorze jours",
        submission=_once("measure"),
        now=now,
    )
    add_note(
        actor=agency,
        cluster=cluster,
        text="La direction prévient les familles ce soir.",
        submission=_once("note"),
        now=now,
    )
    ask_platform(
        actor=agency,
        fund=FUND,
        kind=RequestKind.CLASS_LIST,
        text="Merci d’obtenir la liste de la classe auprès de la direction.",
        due_at=now + timedelta(days=1),
        cluster=cluster,
        submission=_once("request"),
        now=now,
    )


def _once(what: str) -> Submission:
    return submission(f"demo {what}", {})
