"""The counter: a pharmacist finds a contact's fiche and records masks, a biologist records tests."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission, Role
from contact_covid.core.dates import date_fr
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import COUNTER_PURPOSE, reveal, search_exactly
from contact_covid.portal import errors, keyset
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.counter import acts, presenters
from contact_covid.portal.counter.forms import PAGE_SIZE, SearchForm, number, page_size
from contact_covid.portal.entry.presenters import FIRST_SCREENS
from contact_covid.portal.paths import to
from contact_covid.portal.posted import today_of
from contact_covid.tracing.actions.counter import open_at_the_counter
from contact_covid.tracing.counter_queries import DayPosition, deliveries_of_day
from contact_covid.tracing.queries import found_by


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
        blank["pharmacist"] = request.session_info.actor.role is Role.PHARMACIST
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
    page = min(max(1, number(request.GET.get("page", ""))), pages)
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


@requires(Permission.FICHE_SEARCH)
@require_safe
def fiche(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    actor = request.session_info.actor
    opened, identity = open_at_the_counter(
        actor=actor, fiche=fiche, permission=Permission.FICHE_SEARCH, now=request.now
    )
    context = {
        "fiche": presenters.fiche_page(opened, identity, actor=actor, now=request.now),
        "pharmacist": actor.role is Role.PHARMACIST,
        "saved": "enregistre" in request.GET,
        "registered": "transmis" in request.GET,
    }
    return render(request, "counter/fiche.html", context)


@requires(Permission.MASKS_CORRECT)
@require_safe
def deliveries(request: SignedInRequest) -> HttpResponse:
    """« Mes délivrances du jour »: what the pharmacy recorded since midnight."""
    actor = request.session_info.actor
    page = keyset.asked(request.GET)
    lines, following = deliveries_of_day(actor, request.now, after=DayPosition(*page.after) if page.after else None)
    sealed = {line.sealed.fiche: line.sealed for line in lines}
    identities = reveal(actor, list(sealed.values()), purpose=Purpose.MASKS, now=request.now)
    context = {
        "rows": [acts.delivery(line, identities[line.sealed.fiche]) for line in lines],
        "day": date_fr(today_of(request)),
        "saved": "enregistre" in request.GET,
        **page.context(following),
    }
    return render(request, "counter/deliveries.html", context)
