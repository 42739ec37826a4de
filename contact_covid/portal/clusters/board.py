"""The agency's first screen and its lists: signals, clusters by state."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.clusters.actions import signals as actions
from contact_covid.clusters.actions.signals import SignalChanged
from contact_covid.clusters.cluster_queries import clusters
from contact_covid.clusters.enums import ClusterState, HandOverState, SignalState
from contact_covid.clusters.models import Signal
from contact_covid.clusters.queries import hand_overs, requests_that_wait
from contact_covid.clusters.rules.transitions import ForbiddenStep, is_over
from contact_covid.clusters.signal_queries import cases_of, signal_of, signals
from contact_covid.core.dates import date_fr, day_of
from contact_covid.core.records import format_number
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.clusters import presenters
from contact_covid.portal.clusters.forms import ACCEPT, SignalForm
from contact_covid.portal.clusters.pages import ON_THE_BOARD, form_values, listed
from contact_covid.portal.paths import to
from contact_covid.portal.posted import version_shown

OPEN_STATES = tuple(state for state in ClusterState if not is_over(state))
MOST_CLUSTERS = 60
MOST_CASES = 100
CHANGED = "Ce signalement a changé pendant que vous le lisiez"


@requires(Permission.CLUSTERS_MANAGE)
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """Signals, hand-overs and requests that wait, and the clusters by state. Five statements, the session's too."""
    actor, now, few = request.session_info.actor, request.now, ON_THE_BOARD + 1
    waiting = hand_overs(actor, states=(HandOverState.PROPOSED,), after=None, limit=few)
    proposed = signals(actor, after=None, limit=few)
    held = clusters(actor, states=OPEN_STATES, after=None, limit=MOST_CLUSTERS)
    asked = requests_that_wait(actor, limit=few)
    context = {
        "signals": [presenters.signal_row(each) for each in proposed[:ON_THE_BOARD]],
        "hand_overs": [presenters.hand_over_row(each, now, to_agency=True) for each in waiting[:ON_THE_BOARD]],
        "more_hand_overs": len(waiting) > ON_THE_BOARD,
        "requests": [presenters.request_row(each, now, to_agency=True) for each in asked[:ON_THE_BOARD]],
        "more_requests": len(asked) > ON_THE_BOARD,
        "columns": [
            (state.label, [presenters.cluster_row(each) for each in held if each.state == state])
            for state in OPEN_STATES
        ],
        "more_clusters": len(held) == MOST_CLUSTERS,
    }
    return render(request, "clusters/board.html", context)


@requires(Permission.CLUSTERS_MANAGE)
@require_safe
def all_signals(request: SignedInRequest) -> HttpResponse:
    actor = request.session_info.actor
    context = listed(
        request,
        lambda after, limit: signals(actor, after=after, limit=limit),
        presenters.signal_row,
        lambda each: (each.proposed_at, each.id),
    )
    return render(request, "clusters/signals.html", context)


@requires(Permission.CLUSTERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def signal(request: SignedInRequest, signal: UUID) -> HttpResponse:
    """One signal: its cases by number, and what is decided of it."""
    actor, now = request.session_info.actor, request.now
    found = signal_of(actor, signal)
    if found is None:
        raise Http404
    form = SignalForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _signal_page(request, found, form)
    version = version_shown(request)
    try:
        if form.cleaned_data["act"] == ACCEPT:
            opened = actions.accept_signal(actor=actor, signal=signal, version=version, now=now)
            return to("cluster", "ouvert", cluster=opened)
        actions.reject_signal(actor=actor, signal=signal, reason=form.reason, version=version, now=now)
    except (SignalChanged, ForbiddenStep):
        return _signal_page(request, signal_of(actor, signal) or found, form, changed=CHANGED)
    return to("agency", "ecarte")


def _signal_page(request: SignedInRequest, signal: Signal, form: SignalForm, *, changed: str = "") -> HttpResponse:
    cases = cases_of(signal, most=MOST_CASES)
    context = form_values(form) | {
        "signal": presenters.signal_row(signal),
        "version": signal.version,
        "changed": changed,
        "policy": signal.policy,
        "proposed_on": date_fr(day_of(signal.proposed_at)),
        "cases": [(format_number(each.fiche.number), date_fr(each.on), each.fiche.department) for each in cases],
        "acts": form.acts if signal.state == SignalState.PROPOSED else (),
        "whys": [("", "Choisissez"), *form.whys],
        "cluster": signal.cluster,
        "cluster_number": format_number(signal.cluster.number) if signal.cluster else "",
    }
    return render(request, "clusters/signal.html", context, status=409 if changed else form.status)


@requires(Permission.CLUSTERS_MANAGE)
@require_safe
def all_clusters(request: SignedInRequest) -> HttpResponse:
    """Clusters of one state, or of all."""
    actor, asked = request.session_info.actor, request.GET.get("etat", "")
    state = ClusterState(asked) if asked in ClusterState.values else None
    states = (state,) if state else tuple(ClusterState)
    context = listed(
        request,
        lambda after, limit: clusters(actor, states=states, after=after, limit=limit),
        presenters.cluster_row,
        lambda each: (each.state_at, each.id),
        kept={"etat": state.value} if state else {},
    )
    context |= {"states": [("", "Tous"), *ClusterState.choices], "state": state or ""}
    return render(request, "clusters/clusters.html", context)
