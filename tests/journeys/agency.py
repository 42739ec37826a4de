"""What the tests of the third level's pages do: cases of the region of one agency, what it has, what it is asked."""

import re
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.models import Post
from contact_covid.clusters.actions import clusters as clusters_
from contact_covid.clusters.actions.clusters import NewCluster
from contact_covid.clusters.actions.hand_overs import hand_over
from contact_covid.clusters.actions.requests import ask_platform
from contact_covid.clusters.actions.signals import propose_signals
from contact_covid.clusters.enums import HandOverReason, MemberRole, RequestKind, Setting
from contact_covid.clusters.models import Cluster, HandOver, PlatformRequest, Signal
from contact_covid.clusters.rules.places import Place
from contact_covid.core.idempotency import submission
from contact_covid.tracing.actions.registration import register
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.stays import StayDetails
from tests.cast import dossier, named, person
from tests.clusters.people import stay
from tests.journeys.world import REGISTRAR

MATHILDE, YANNICK = "mathilde.roussel@example.org", "yannick.zobda@example.org"
ISABELLE, THIERRY = "isabelle.fournier@example.org", "thierry.sainte-rose@example.org"
START = "/contact-covid/ars/"
PLATFORM = "/contact-covid/transmissions/"
_people = count(200_000)


def actor(login: str) -> Actor:
    """That account as the floors below know it, with the area of its post."""
    post = Post.objects.select_related("account").filter(account__email=login).order_by("id")[0]
    return Actor(
        account=post.account_id,
        session=None,
        role=Role(post.role),
        practice=post.practice_id,
        fund=post.fund_id,
        region=post.region_id,
        assurance=Assurance.PASSWORD,
    )


def case(*, contacts: int = 0, ago: int = 2) -> tuple[Fiche, int]:
    """A patient zéro of département 93, who fell ill that many days ago, and which person she is."""
    now, number = timezone.now(), next(_people) % 90_000
    day = timezone.localdate(now)
    exposed = [named(person(next(_people) % 90_000), last_contact=day - timedelta(days=1)) for _ in range(contacts)]
    dates = {"onset": day - timedelta(days=ago), "sampled_on": day, "result_on": day}
    [registered] = register(actor=REGISTRAR, dossiers=[dossier(person(number), *exposed, **dates)], now=now)
    return registered.index, number


def cluster(*cases: Fiche, name: str = "École Jean-Jaurès") -> Cluster:
    """A cluster of Mathilde's."""
    now, mathilde = timezone.now(), actor(MATHILDE)
    new = NewCluster(Setting.SCHOOL, Place(name, commune="Montreuil"), "93")
    sent = submission(f"cluster{next(_people)}", {})
    made = clusters_.open_cluster(actor=mathilde, new=new, submission=sent, now=now)
    found = Cluster.objects.get(id=made)
    for each in cases:
        enlist(found, each)
    return Cluster.objects.get(id=made)


def signal(*, name: str = "Collège Rosa-Parks") -> Signal:
    """Three cases of one school, proposed to Mathilde."""
    for _ in range(3):
        fiche, _ = case()
        at = StayDetails(name=name, postcode="93100")
        day = timezone.localdate()
        stay(fiche, at, since=day - timedelta(days=4), now=timezone.now())
    now = timezone.now()
    [made] = propose_signals(actor=SYSTEM, since=now - timedelta(minutes=5), now=now)
    return Signal.objects.get(id=made)


def asked(of: Cluster | None = None) -> PlatformRequest:
    """A request of Mathilde's to Isabelle's platform."""
    now = timezone.now()
    made = ask_platform(
        actor=actor(MATHILDE),
        fund="931",
        kind=RequestKind.CLASS_LIST,
        text="La liste de la classe",
        due_at=now + timedelta(days=1),
        cluster=of.id if of else None,
        submission=submission(f"request{next(_people)}", {}),
        now=now,
    )
    return PlatformRequest.objects.get(id=made)


def handed(fiche: Fiche) -> UUID:
    """Isabelle's platform proposes that fiche."""
    sent, now = submission(f"hand-over{next(_people)}", {}), timezone.now()
    reason = HandOverReason.SCHOOL
    return hand_over(actor=actor(ISABELLE), number=fiche.number, reason=reason, page="", submission=sent, now=now)


def key_in(page: Any, name: str = "idempotency_key") -> str:
    found = re.findall(rf'name="{name}" value="([^"]*)"', page.content.decode())
    return str(found[0])


def proposed(client: Client, fiche: Fiche) -> HandOver:
    """By the form of Isabelle's page."""
    page = client.get(PLATFORM)
    answer = client.post(PLATFORM, {"number": fiche.number, "reason": "school", "idempotency_key": key_in(page)})
    assert answer.status_code == 302, answer.content.decode()
    return HandOver.objects.get(fiche=fiche)


def enlist(held: Cluster, fiche: Fiche, role: MemberRole = MemberRole.CASE) -> None:
    """Mathilde adds somebody by her number."""
    clusters_.add_by_number(actor=actor(MATHILDE), cluster=held.id, number=fiche.number, role=role, now=timezone.now())


def path(cluster_: Cluster | UUID, part: str = "") -> str:
    id_ = cluster_.id if isinstance(cluster_, Cluster) else cluster_
    return f"{START}clusters/{id_}/{part}"
