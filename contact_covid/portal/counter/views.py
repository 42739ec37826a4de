"""The counter: a pharmacist finds a contact's fiche and records masks, a biologist records a test."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission, Role
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.period import PARIS
from contact_covid.core.rules.text import clean_line
from contact_covid.people.actions import COUNTER_PURPOSE, reveal, search_exactly
from contact_covid.portal import conflicts, errors
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.counter import presenters
from contact_covid.portal.counter.forms import (
    PAGE_SIZE,
    YES_OR_NO,
    DetailsForm,
    MasksForm,
    SearchForm,
    TestForm,
    page_size,
    what_was_said,
)
from contact_covid.portal.entry.presenters import FIRST_SCREENS
from contact_covid.portal.field_names import changes
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.paths import to
from contact_covid.tracing.actions.counter import FicheChanged, Visit, open_at_the_counter, record_visits
from contact_covid.tracing.enums import TestKind, TestResult
from contact_covid.tracing.queries import found_by, last_change

# The other profession's act: its being recorded is not told.
_HIDDEN_ACT = {Role.PHARMACIST: "test", Role.BIOLOGIST: "masks"}


@requires(Permission.PORTAL_USE)
@require_safe
def first_screen(request: SignedInRequest) -> HttpResponse:
    name = FIRST_SCREENS.get(request.session_info.actor.role)
    return redirect(name) if name else errors.forbidden(request)


@requires(Permission.FICHE_SEARCH)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        blank: dict[str, Any] = {"values": {}, "errors": [], "by_field": {}, "lines": None, "next_size": PAGE_SIZE}
        return render(request, "counter/search.html", blank)
    form, size = SearchForm(request.POST), page_size(request.POST.get("per_page", ""))
    if not form.is_valid():
        values = {name: form.typed(name) for name in ("nir", "last_name", "first_name")}
        context = {"values": values, "lines": None, "next_size": size, **form.told()}
        return render(request, "counter/search.html", context)
    cleaned = form.cleaned_data
    lookup = search_exactly(
        actor=request.session_info.actor,
        nir=cleaned["nir"],
        last_name=cleaned["last_name"],
        first_name=cleaned["first_name"],
        now=request.now,
    )
    return to("found", f"per_page={size}" if size != PAGE_SIZE else "", lookup=lookup)


@requires(Permission.FICHE_SEARCH)
@require_safe
def found(request: SignedInRequest, lookup: UUID) -> HttpResponse:
    actor = request.session_info.actor
    rows = found_by(actor, lookup, request.now)
    per_page = page_size(request.GET.get("per_page", ""))
    pages = max(1, -(-len(rows) // per_page))
    page = min(max(1, _number(request.GET.get("page", ""))), pages)
    shown = rows[(page - 1) * per_page : page * per_page]
    identities = reveal(actor, [row.sealed for row in shown], purpose=COUNTER_PURPOSE[actor.role], now=request.now)
    context = {
        "values": {},
        "errors": [],
        "by_field": {},
        "lines": [presenters.line(row, identities[row.sealed.fiche]) for row in shown],
        "count": len(rows),
        "per_page": per_page,
        # The size chosen holds for the next search too; the usual one need not be said.
        "next_size": per_page if per_page != PAGE_SIZE else None,
        "page": page,
        "pages": pages,
    }
    return render(request, "counter/search.html", context)


def _number(text: str, *, otherwise: int = 1) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


@requires(Permission.FICHE_SEARCH)
@require_safe
def fiche(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    actor = request.session_info.actor
    opened, identity = open_at_the_counter(
        actor=actor, fiche=fiche, permission=Permission.FICHE_SEARCH, now=request.now
    )
    page = presenters.fiche_page(opened, identity, role=actor.role, today=request.now.astimezone(PARIS).date())
    context = {"fiche": page, "pharmacist": actor.role is Role.PHARMACIST, "saved": "enregistre" in request.GET}
    return render(request, "counter/fiche.html", context)


@requires(Permission.FICHE_UPDATE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    if request.method != "POST":
        return _edit_page(request, fiche)
    today = request.now.astimezone(PARIS).date()
    # A browser sends the whole form; who sends only the act changes no detail.
    details = DetailsForm(request.POST) if DetailsForm.base_fields.keys() & request.POST.keys() else None
    act: MasksForm | TestForm = _act_form(request)(request.POST, today=today)
    forms = [form for form in (details, act) if form and not form.is_valid()]
    if forms:
        return _edit_page(request, fiche, mistaken=forms)
    said = {"fiche": str(fiche), **what_was_said(request.POST.dict())}
    visit = Visit(
        fiche=fiche,
        details=details.details() if details else None,
        masks=act.masks() if isinstance(act, MasksForm) else None,
        test=act.test() if isinstance(act, TestForm) else None,
        version=_version(request),
        submission=submission(_key(request) or _new_key(), said),
    )
    return _save(request, visit)


def _key(request: SignedInRequest) -> str:
    return clean_line(request.POST.get("idempotency_key", ""))


def _new_key() -> str:
    return secrets.token_urlsafe(16)


def _version(request: SignedInRequest) -> int | None:
    """The version of the fiche as the form showed it, None when none is said; one that cannot be read is stale."""
    text = request.POST.get("version", "")
    return _number(text, otherwise=0) if text else None


def _save(request: SignedInRequest, visit: Visit) -> HttpResponse:
    try:
        record_visits(actor=request.session_info.actor, visits=[visit], now=request.now)
    except AlreadyRecorded as already:
        if not already.same:
            here = already.target == visit.fiche
            conflict = "Cette fiche est déjà enregistrée" if here else "Ce formulaire a déjà servi pour une autre fiche"
            return _edit_page(request, visit.fiche, conflict=conflict, fresh_key=True)
    except FicheChanged as changed:
        conflict = "Cette fiche a été modifiée pendant votre saisie"
        return _edit_page(request, visit.fiche, conflict=conflict, told=_told(request, changed.number))
    return to("fiche", "enregistre", fiche=visit.fiche)


def _act_form(request: SignedInRequest) -> type[MasksForm] | type[TestForm]:
    return MasksForm if request.session_info.actor.role is Role.PHARMACIST else TestForm


def _told(request: SignedInRequest, number: str) -> str:
    change = last_change(number)
    labels = presenters.labels_for(_HIDDEN_ACT[request.session_info.actor.role])
    return conflicts.who_and_what(change, changes(change.fields if change else (), labels))


def _edit_page(
    request: SignedInRequest,
    fiche: UUID,
    *,
    mistaken: Sequence[PortalForm] = (),
    conflict: str = "",
    told: str = "",
    fresh_key: bool = False,
) -> HttpResponse:
    """The form: as the fiche is, or with what was typed and why it was not written."""
    actor, today = request.session_info.actor, request.now.astimezone(PARIS).date()
    opened, identity = open_at_the_counter(
        actor=actor, fiche=fiche, permission=Permission.FICHE_UPDATE, now=request.now
    )
    key = "" if fresh_key else _key(request)
    stored, typed = presenters.values(opened, identity, today=today), _typed(request)
    differ = (
        conflicts.differences(typed, stored, presenters.DETAIL_LABELS, presenters.shown)
        if conflict and "postcode" in typed
        else []
    )
    context: dict[str, Any] = {
        "fiche": presenters.fiche_page(opened, identity, role=actor.role, today=today),
        "values": typed or stored,
        "errors": [mistake for form in mistaken for mistake in form.summary()],
        "by_field": {name: text for form in mistaken for name, text in form.told()["by_field"].items()},
        "conflict_title": conflict,
        "told": [*([told] if told else []), *differ],
        "pharmacist": actor.role is Role.PHARMACIST,
        "yes_or_no": YES_OR_NO,
        "test_kinds": TestKind.choices,
        "test_results": TestResult.choices,
        "idempotency_key": key or _new_key(),
        "version": opened.version,
    }
    return render(request, "counter/edit.html", context, status=409 if conflict else 200)


def _typed(request: SignedInRequest) -> Mapping[str, str]:
    return what_was_said(request.POST.dict())
