"""What the officer answers to a person: her file, what was put right, what was erased, or why not."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.core.idempotency import AlreadyRecorded
from contact_covid.core.records import format_number
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.calls.presenters import clock
from contact_covid.portal.paths import to
from contact_covid.portal.person.forms import form_context, form_submission, typed
from contact_covid.portal.person.presenters import identity_values
from contact_covid.portal.posted import ids_in, today_of, version_of, version_shown
from contact_covid.portal.rights.document import pdf
from contact_covid.portal.rights.forms import RectificationForm, RefusalForm
from contact_covid.portal.rights.pages import CHANGED, show
from contact_covid.portal.wording import sentence
from contact_covid.retention.actions.access_file import make_file
from contact_covid.retention.actions.answers import (
    accept_opposition,
    answer_access,
    answer_rectification,
    rectify_fiche,
)
from contact_covid.retention.actions.person import open_person
from contact_covid.retention.actions.requests import RequestChanged, refuse
from contact_covid.retention.enums import RefusalReason, RequestKind
from contact_covid.retention.queries import request_of
from contact_covid.retention.rules.file import PersonFile, to_json
from contact_covid.retention.rules.requests import RightsError, RightsErrorCode
from contact_covid.tracing.actions.correction import Rectification
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.registration import RegistrationError
from contact_covid.worklist.actions.queue import FicheHeld

_FORMATS: Mapping[str, tuple[str, Callable[[PersonFile], bytes]]] = {
    "pdf": ("application/pdf", pdf),
    "json": ("application/json", to_json),
}
_ANSWERS: Mapping[RequestKind, Callable[..., None]] = {
    RequestKind.ACCESS: answer_access,
    RequestKind.RECTIFICATION: answer_rectification,
    RequestKind.OPPOSITION: accept_opposition,
    RequestKind.ONWARD: accept_opposition,
}


@requires(Permission.RIGHTS_MANAGE)
@sent_only
def download(request: SignedInRequest, asked: UUID) -> HttpResponse:
    """The person's file, to be handed to her. Its name says the reference, never hers."""
    kind = request.POST.get("format", "pdf")
    if kind not in _FORMATS:
        raise Http404
    try:
        notes = ids_in(request.POST.getlist("note"))
        made = make_file(actor=request.session_info.actor, request=asked, notes=notes, now=request.now)
    except RightsError as error:
        return show(request, asked, refused=sentence(error.code))
    content_type, write = _FORMATS[kind]
    response = HttpResponse(write(made), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="dossier-{made.reference}.{kind}"'
    return response


@requires(Permission.RIGHTS_MANAGE)
@sent_only
def answer(request: SignedInRequest, asked: UUID) -> HttpResponse:
    """What was asked is done; the person is told."""
    actor = request.session_info.actor
    act = _ANSWERS[RequestKind(request_of(actor, asked).kind)]
    given = {"actor": actor, "request": asked, "version": version_shown(request), "now": request.now}
    return _done(request, asked, lambda: act(**given), "repondue")


@requires(Permission.RIGHTS_MANAGE)
@sent_only
def refuse_request(request: SignedInRequest, asked: UUID) -> HttpResponse:
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return show(request, asked, form=form)
    said = form.cleaned_data
    return _done(
        request,
        asked,
        lambda: refuse(
            actor=request.session_info.actor,
            request=asked,
            reason=RefusalReason(said["reason"]),
            ground=said["ground"],
            version=version_shown(request),
            now=request.now,
        ),
        "refusee",
        form,
    )


def _done(
    request: SignedInRequest,
    asked: UUID,
    act: Callable[[], None],
    word: str,
    form: RefusalForm | None = None,
) -> HttpResponse:
    """Does it, or shows the request with the reason why not."""
    try:
        act()
    except RequestChanged:
        return show(request, asked, refused=CHANGED)
    except FicheHeld as held:
        name = names_of({held.by}).get(held.by, "") or "un agent"
        text = sentence(RightsErrorCode.BEING_CALLED, name=name, until=clock(held.until))
        return show(request, asked, refused=text)
    except RightsError as error:
        if form is None or error.code is not RightsErrorCode.REASON_UNTOLD:
            return show(request, asked, refused=sentence(error.code))
        form.refuse("ground", error)
        return show(request, asked, form=form)
    return to("rights_request", word, asked=asked)


@requires(Permission.RIGHTS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def rectify(request: SignedInRequest, asked: UUID, fiche: UUID) -> HttpResponse:
    """A fiche of a request for rectification, put right."""
    held = request_of(request.session_info.actor, asked)
    if held.kind != RequestKind.RECTIFICATION:
        raise FicheNotFound
    people = {
        each.id: (each, who)
        for each, who in open_person(actor=request.session_info.actor, request=asked, now=request.now)
    }
    if fiche not in people:
        raise FicheNotFound
    opened, identity = people[fiche]
    if request.method != "POST":
        values = identity_values(identity, opened.department, today_of(request)) | {"consent": opened.consent}
        return _rectify_page(request, asked, opened, identity, values)
    form = RectificationForm(request.POST, today=today_of(request), department=opened.department)
    if form.is_valid():
        return _rectify(request, asked, opened, identity, form)
    return _rectify_page(request, asked, opened, identity, typed(form), form=form)


def _rectify(
    request: SignedInRequest, asked: UUID, opened: Fiche, identity: Identity, form: RectificationForm
) -> HttpResponse:
    said = Rectification(
        fiche=opened.id,
        identity=form.identity(),
        department=form.cleaned_data["department"],
        consent=form.agreed(),
        submission=form_submission(form),
        version=version_of(request),
    )
    try:
        rectify_fiche(actor=request.session_info.actor, request=asked, said=said, now=request.now)
    except AlreadyRecorded as already:
        if not already.same:
            form.refuse_other_content()
            return _rectify_page(request, asked, opened, identity, typed(form), form=form)
    except FicheChanged:
        text = "Cette fiche a été modifiée pendant votre saisie"
        return _rectify_page(request, asked, opened, identity, typed(form), form=form, conflict=text)
    except RegistrationError as error:
        form.refuse(error.field, error)
        return _rectify_page(request, asked, opened, identity, typed(form), form=form)
    return to("rights_request", "rectifiee", asked=asked)


def _rectify_page(
    request: SignedInRequest,
    asked: UUID,
    opened: Fiche,
    identity: Identity,
    values: Mapping[str, str],
    *,
    form: RectificationForm | None = None,
    conflict: str = "",
) -> HttpResponse:
    context: dict[str, Any] = form_context(values, form) | {
        "asked": asked,
        "number": format_number(opened.number),
        "name": identity.name,
        "version": opened.version,
        "idempotency_key": form.key() if form and not conflict else secrets.token_urlsafe(16),
        "conflict_title": conflict,
    }
    return render(request, "rights/rectify.html", context, status=409 if conflict else form.status if form else 200)
