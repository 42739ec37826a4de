"""Requests of people about their data: the list with its clock, a new one, whose it is."""

import secrets
from collections.abc import Mapping
from datetime import datetime, time
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.core.dates import date_fr
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.period import PARIS
from contact_covid.portal import keyset
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.paths import to
from contact_covid.portal.posted import today_of, version_shown
from contact_covid.portal.rights import presenters
from contact_covid.portal.rights.forms import BY_HAND, PersonForm, ProofForm, ReceivedForm
from contact_covid.portal.rights.pages import CHANGED, show
from contact_covid.portal.wording import sentence
from contact_covid.retention.actions.person import find_person
from contact_covid.retention.actions.requests import RequestChanged, check_identity, receive
from contact_covid.retention.enums import Proof, RequestKind
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.queries import DuePosition, StatePosition, closed_requests, open_requests, waiting
from contact_covid.retention.rules.requests import RightsError

PAGE_SIZE = 15


@requires(Permission.RIGHTS_MANAGE)
@require_safe
def requests(request: SignedInRequest) -> HttpResponse:
    """What waits for an answer, the next due first; or what was answered, the last first."""
    actor, today = request.session_info.actor, today_of(request)
    answered, page = "repondues" in request.GET, keyset.asked(request.GET)
    after = page.after
    if answered:
        found = closed_requests(actor, after=StatePosition(*after) if after else None, limit=PAGE_SIZE + 1)
    else:
        position = DuePosition(after[0].astimezone(PARIS).date(), after[1]) if after else None
        found = open_requests(actor, after=position, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    context = {
        "kpis": presenters.kpis(waiting(actor, today)),
        "rows": [presenters.row(each, today) for each in shown],
        "answered": answered,
        **page.context(
            _place(shown[-1], answered=answered) if len(found) > PAGE_SIZE else None,
            {"repondues": ""} if answered else {},
        ),
    }
    return render(request, "rights/list.html", context)


def _place(last: RightsRequest, *, answered: bool) -> tuple[datetime, UUID]:
    return last.state_at if answered else datetime.combine(last.due_on, time(), PARIS), last.id


@requires(Permission.RIGHTS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return _new_page(request, {"received_on": date_fr(today_of(request))}, secrets.token_urlsafe(16))
    form = ReceivedForm(request.POST)
    typed = {name: form.typed(name) for name in form.fields} | {"note": request.POST.get("note", "")}
    if not form.is_valid():
        return _new_page(request, typed, form.key(), form)
    sent = submission(form.key(), typed)
    try:
        made = receive(actor=request.session_info.actor, received=form.received(), submission=sent, now=request.now).id
    except RightsError as error:
        form.refuse("received_on", error)
        return _new_page(request, typed, form.key(), form)
    except AlreadyRecorded as already:
        if not already.same:
            form.refuse_other_content()
            return _new_page(request, typed, form.key(), form)
        made = already.target
    return to("rights_request", "recue", asked=made)


def _new_page(
    request: SignedInRequest, values: Mapping[str, str], key: str, form: ReceivedForm | None = None
) -> HttpResponse:
    context = {
        "values": values,
        "idempotency_key": key,
        "kinds": RequestKind.choices,
        "channels": BY_HAND,
        **(form.told() if form else {"errors": [], "by_field": {}}),
    }
    return render(request, "rights/new.html", context, status=form.status if form else 200)


@requires(Permission.RIGHTS_MANAGE)
@require_safe
def request_page(request: SignedInRequest, asked: UUID) -> HttpResponse:
    return show(request, asked)


@requires(Permission.RIGHTS_MANAGE)
@sent_only
def identity(request: SignedInRequest, asked: UUID) -> HttpResponse:
    """It was checked, and by what, that the request is the person's own."""
    form = ProofForm(request.POST)
    if not form.is_valid():
        return show(request, asked, form=form)
    try:
        check_identity(
            actor=request.session_info.actor,
            request=asked,
            proof=Proof(form.cleaned_data["proof"]),
            version=version_shown(request),
            now=request.now,
        )
    except RequestChanged:
        return show(request, asked, refused=CHANGED)
    except RightsError as error:
        return show(request, asked, refused=sentence(error.code))
    return to("rights_request", "verifiee", asked=asked)


@requires(Permission.RIGHTS_MANAGE)
@sent_only
def person(request: SignedInRequest, asked: UUID) -> HttpResponse:
    """Who asks is looked for, exactly."""
    form = PersonForm(request.POST)
    wanted = form.asked() if form.is_valid() else None
    if wanted is None:
        return show(request, asked, form=form)
    try:
        found = find_person(actor=request.session_info.actor, request=asked, asked=wanted, now=request.now)
    except RightsError as error:
        return show(request, asked, form=form, refused=sentence(error.code))
    return to("rights_request", "trouvee", asked=asked) if found else show(request, asked, form=form, nobody=True)
