"""Requests of agencies to platforms, on both sides."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.clusters import queries
from contact_covid.clusters.actions import requests as actions
from contact_covid.clusters.actions.reading import read_request
from contact_covid.clusters.actions.requests import RequestError, TalkChanged, funds_of_region
from contact_covid.clusters.enums import RequestKind, RequestState
from contact_covid.clusters.rules.transitions import REQUEST_TRANSITIONS, ForbiddenStep
from contact_covid.core.dates import datetime_fr
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.clusters import presenters
from contact_covid.portal.clusters.forms import RequestForm, SayForm
from contact_covid.portal.clusters.pages import form_values, listed
from contact_covid.portal.paths import to
from contact_covid.portal.posted import id_of, version_shown

CHANGED = "Un message s’est ajouté à cette demande pendant votre saisie"
_SETTLED = "Répondre sans changer l’état"


@requires(Permission.REQUESTS_FOLLOW)
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """What was asked, the newest first."""
    actor = request.session_info.actor
    context = listed(
        request,
        lambda after, limit: queries.requests(actor, after=after, limit=limit),
        lambda asked: presenters.request_row(asked, request.now, to_agency=actor.region is not None),
        lambda asked: (asked.asked_at, asked.id),
    )
    return render(request, "clusters/requests.html", context | {"asks": actor.region is not None})


@requires(Permission.REQUESTS_FOLLOW)
@require_http_methods(["GET", "HEAD", "POST"])
def request(request: SignedInRequest, asked: UUID) -> HttpResponse:
    """One request and the talk about it."""
    form = SayForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, asked, form)
    try:
        actions.follow_request(
            actor=request.session_info.actor,
            request=asked,
            text=form.cleaned_data["text"],
            state=form.moved_to,
            version=version_shown(request),
            submission=submission(form.key(), form.values() | {"about": str(asked)}),
            now=request.now,
        )
    except (TalkChanged, ForbiddenStep):
        return _page(request, asked, form, changed=CHANGED)
    except RequestError as error:
        form.refuse(error.field, error)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
    return _page(request, asked, form) if form.errors else to("request", "repondu", asked=asked)


def _page(request: SignedInRequest, asked: UUID, form: SayForm, *, changed: str = "") -> HttpResponse:
    actor = request.session_info.actor
    found, said = read_request(actor=actor, request=asked, now=request.now)
    ours = actor.region is not None
    next_states = [each for each in RequestState if each in REQUEST_TRANSITIONS[RequestState(found.state)]]
    context = form_values(form) | {
        "asked": presenters.request_row(found, request.now, to_agency=ours),
        "cluster": found.cluster_id if ours else None,
        "said": [
            (each.by or "Agent inconnu", datetime_fr(each.at), each.text, each.state.label if each.state else "")
            for each in said
        ],
        "states": [] if ours else [("", _SETTLED), *((each.value, each.label) for each in next_states)],
        "version": found.version,
        "changed": changed,
        "answered": "repondu" in request.GET,
    }
    return render(request, "clusters/request.html", context, status=409 if changed else form.status)


@requires(Permission.REQUESTS_SEND)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A request, for the cluster that the address names or for none."""
    actor, cluster = request.session_info.actor, id_of(request.GET.get("cluster", ""))
    allowed = funds_of_region(actor.region or "")
    form = RequestForm(request.POST if request.method == "POST" else None, funds=allowed)
    if request.method != "POST" or not form.is_valid():
        return _new_page(request, form, allowed, cluster)
    said = form.cleaned_data
    try:
        actions.ask_platform(
            actor=actor,
            fund=said["fund"],
            kind=said["kind"],
            text=said["text"],
            due_at=said["due_at"],
            cluster=cluster,
            submission=submission(form.key(), form.values() | {"about": str(cluster)}),
            now=request.now,
        )
    except RequestError as error:
        form.refuse(error.field, error)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
    if form.errors:
        return _new_page(request, form, allowed, cluster)
    return to("cluster", "demande", cluster=cluster) if cluster else to("requests", "envoyee")


def _new_page(request: SignedInRequest, form: RequestForm, allowed: list[str], cluster: UUID | None) -> HttpResponse:
    context = form_values(form) | {
        "cluster": cluster,
        "funds": [("", "Choisissez"), *((code, presenters.fund_name(code)) for code in allowed)],
        "kinds": [("", "Choisissez"), *RequestKind.choices],
    }
    return render(request, "clusters/new_request.html", context, status=form.status)
