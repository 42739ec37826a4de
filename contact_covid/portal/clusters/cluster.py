"""One cluster: opened, read, assessed, moved on the board."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.clusters.actions import clusters as actions
from contact_covid.clusters.actions.clusters import ClusterChanged, ClusterError
from contact_covid.clusters.actions.reading import ClusterSeen, read_cluster, read_report
from contact_covid.clusters.cluster_queries import MOST_SHOWN
from contact_covid.clusters.enums import ClusterState, Setting, Spread
from contact_covid.clusters.models import Cluster
from contact_covid.clusters.rules.places import Place
from contact_covid.clusters.rules.transitions import CLUSTER_TRANSITIONS, is_over
from contact_covid.core.dates import date_fr, datetime_fr, day_of
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.records import format_number
from contact_covid.portal import diseases
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.clusters import presenters
from contact_covid.portal.clusters.forms import AssessmentForm, ClusterForm, MoveForm
from contact_covid.portal.clusters.pages import form_values
from contact_covid.portal.paths import to
from contact_covid.portal.posted import today_of, version_shown
from contact_covid.portal.wording import sentence
from contact_covid.tracing.enums import Circumstance

SAID = {
    "ouvert": "Le cluster est ouvert.",
    "deplace": "L’état du cluster est enregistré.",
    "evalue": "L’évaluation est enregistrée.",
    "note": "La note est ajoutée au journal du cluster.",
    "mesure": "La mesure est enregistrée.",
    "demande": "La demande est envoyée à la plateforme.",
}


@requires(Permission.CLUSTERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A cluster that the agency has heard of."""
    form = ClusterForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, {"spread": Spread.UNKNOWN.value})
    try:
        opened = actions.open_cluster(
            actor=request.session_info.actor,
            new=form.new(),
            submission=submission(form.key(), form.values()),
            now=request.now,
        )
    except ClusterError as error:
        form.refuse("postcode", error)
        return _form_page(request, form)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
            return _form_page(request, form)
        opened = before.target
    return to("cluster", "ouvert", cluster=opened)


@requires(Permission.CLUSTERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def assessment(request: SignedInRequest, cluster: UUID) -> HttpResponse:
    """What kind of community it is, and how grave."""
    actor = request.session_info.actor
    if request.method != "POST":
        seen = read_report(actor=actor, cluster=cluster, now=request.now)
        return _form_page(request, AssessmentForm(), _stored(seen.cluster, seen.place), seen.cluster)
    form = AssessmentForm(request.POST)
    changed = ""
    if form.is_valid():
        try:
            actions.assess(
                actor=actor,
                cluster=cluster,
                setting=form.cleaned_data["setting"],
                place=form.place(),
                vulnerable=form.cleaned_data["vulnerable"],
                spread=form.cleaned_data["spread"],
                version=version_shown(request),
                now=request.now,
            )
        except ClusterChanged:
            changed = "Ce cluster a été modifié pendant votre saisie"
        else:
            return to("cluster", "evalue", cluster=cluster)
    held = read_report(actor=actor, cluster=cluster, now=request.now).cluster
    return _form_page(request, form, {}, held, changed)


def _stored(cluster: Cluster, place: Place) -> dict[str, str]:
    """The form as it would be if nothing was changed."""
    named = {name: getattr(place, name) for name in ("name", "group", "street", "postcode", "commune")}
    return named | {
        "setting": cluster.setting,
        "vulnerable": "on" if cluster.vulnerable else "",
        "spread": cluster.spread,
    }


def _form_page(
    request: SignedInRequest,
    form: AssessmentForm,
    begin: dict[str, str] | None = None,
    cluster: Cluster | None = None,
    changed: str = "",
) -> HttpResponse:
    context = form_values(form, begin) | {
        "cluster": cluster.id if cluster else None,
        "number": format_number(cluster.number) if cluster else "",
        "version": cluster.version if cluster else "",
        "changed": changed,
        "settings": [("", "Choisissez"), *Setting.choices],
        "spreads": Spread.choices,
        "diseases": [] if cluster else diseases.choices(),
    }
    return render(request, "clusters/assessment.html", context, status=409 if changed else form.status)


@requires(Permission.CLUSTERS_MANAGE)
@require_safe
def cluster(request: SignedInRequest, cluster: UUID) -> HttpResponse:
    return cluster_page(request, cluster)


@requires(Permission.CLUSTERS_MANAGE)
@sent_only
def move(request: SignedInRequest, cluster: UUID) -> HttpResponse:
    """To another column of the board."""
    form = MoveForm(request.POST)
    if not form.is_valid():
        return cluster_page(request, cluster, refused="Choisissez l’état auquel le cluster passe.")
    actor, state = request.session_info.actor, form.cleaned_data["state"]
    try:
        actions.move_cluster(actor=actor, cluster=cluster, state=state, now=request.now)
    except ClusterError as error:
        return cluster_page(request, cluster, refused=sentence(error.code))
    return to("cluster", "deplace", cluster=cluster)


def cluster_page(request: SignedInRequest, cluster: UUID, *, refused: str = "") -> HttpResponse:
    """The page of a cluster. ``refused``: why what was asked was not done."""
    seen = read_cluster(actor=request.session_info.actor, cluster=cluster, now=request.now)
    context = _context(seen, request) | {
        "refused": refused,
        "said": [text for code, text in SAID.items() if code in request.GET],
    }
    return render(request, "clusters/cluster.html", context, status=409 if refused else 200)


def _context(seen: ClusterSeen, request: SignedInRequest) -> dict[str, Any]:
    held, day = seen.cluster, today_of(request)
    state = ClusterState(held.state)
    return {
        "cluster": held.id,
        "number": format_number(held.number),
        "place": presenters.place_of(seen.place),
        "state": state.label,
        "state_at": datetime_fr(held.state_at),
        "criticality": presenters.criticality_tag(held),
        "facts": [
            ("Collectivité", Setting(held.setting).label),
            ("Cas", f"{held.cases}, {presenters.days_of(held.first_on, held.last_on)}"),
            ("Personnes fragiles", "Oui" if held.vulnerable else "Non"),
            ("Transmission", Spread(held.spread).label),
            ("Référent", seen.names.get(held.lead, "")),
            ("Ouvert le", date_fr(day_of(held.created_at))),
        ],
        "moves": [
            ("", "Choisissez"),
            *((each.value, each.label) for each in ClusterState if each in CLUSTER_TRANSITIONS[state]),
        ],
        "is_over": is_over(state),
        "members": [presenters.member_row(each, seen.identities) for each in seen.members],
        "all_shown": len(seen.members) < MOST_SHOWN,
        "links": [
            (
                format_number(link.source),
                format_number(link.target),
                date_fr(link.last_contact),
                ("co-exposition, " if link.co_exposed else "")
                + ("même foyer" if link.same_household else Circumstance(link.circumstance).label.lower()),
            )
            for link in seen.links
        ],
        "measures": [presenters.measure_row(each, seen.notes, day) for each in seen.measures],
        "diary": presenters.diary(seen.diary, seen.notes, seen.names),
        "has_report": getattr(held, "report", None) is not None,
    }
