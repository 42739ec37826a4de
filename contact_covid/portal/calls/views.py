"""The call of one person: her card, how it ended, the contacts she names, the fiche kept or given back."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.core.rules.text import clean_line
from contact_covid.directory.queries import zone_of
from contact_covid.messaging.enums import Language
from contact_covid.people.enums import NirHolder, Sex
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.calls import presenters
from contact_covid.portal.calls.area import recorded, to_list, to_next
from contact_covid.portal.calls.card import card_page
from contact_covid.portal.calls.forms import OutcomeForm, what_was_said
from contact_covid.portal.conflicts import who_and_what
from contact_covid.portal.field_names import changes
from contact_covid.portal.person.forms import ContactForm, contact_choices, form_context, form_submission, typed
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.queries import last_change
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.contacts import name_during_call, open_index
from contact_covid.worklist.actions.outcomes import Recorded, record_outcome
from contact_covid.worklist.actions.queue import release, renew
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver, last_call_of, lease_of, second_notes
from contact_covid.worklist.rules.ladder import CallError, CallErrorCode

RECORDED = "Cet appel est déjà enregistré"
CHANGED = "Cette fiche a été modifiée pendant votre appel"
NAMED = "Ce contact est déjà enregistré"
_FIRST_CONTACT = {"same_household": "on", "same_address": "on", "nir_holder": NirHolder.OWN, "sex": Sex.UNKNOWN}


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: SignedInRequest, lease: UUID) -> HttpResponse:
    if request.method != "POST":
        return _page(request, lease)
    form = OutcomeForm(request.POST, zone=lambda: _zone(request, lease))
    return _save(request, lease, form) if form.is_valid() else _page(request, lease, form=form)


def _save(request: SignedInRequest, lease: UUID, form: OutcomeForm) -> HttpResponse:
    try:
        made = record_outcome(
            actor=request.session_info.actor,
            lease=lease,
            outcome=form.outcome_told,
            note=form.cleaned_data["note"],
            call_back_at=form.cleaned_data["call_back_at"],
            language=form.cleaned_data["language"],
            version=_version(request),
            submission=submission(_key(request), {"lease": str(lease), **what_was_said(request.POST.dict())}),
            now=request.now,
        )
    except CallError as error:
        form.refuse("note" if error.code == CallErrorCode.NOTE_TOO_LONG else "call_back_at", error)
        return _page(request, lease, form=form)
    except AlreadyRecorded as already:
        if not already.same:
            return _page(request, lease, conflict=RECORDED)
        return _onwards(request, form, {"enregistre": str(already.target)})
    except LeaseEnded:
        return _page(request, lease, conflict=RECORDED)
    except FicheChanged as changed:
        return _page(request, lease, conflict=CHANGED, told=_who_and_what(changed.number))
    return _onwards(request, form, _told(made))


def _onwards(request: SignedInRequest, form: OutcomeForm, told: Mapping[str, str]) -> HttpResponse:
    return to_list(**told) if form.stops else to_next(request, **told)


def _told(made: Recorded) -> dict[str, str]:
    """What the next page is to say, in ids and codes."""
    return {"enregistre": str(made.attempt)} | ({"consignes": made.notice} if made.notice else {})


@requires(Permission.CALL_RECORD)
@require_POST
def contact(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """A contact whom the patient zéro names on the telephone."""
    actor = request.session_info.actor
    fiche, identity = open_index(actor=actor, lease=lease, now=request.now)
    today = request.now.astimezone(PARIS).date()
    form = ContactForm(request.POST, today=today, index=identity, department=fiche.department)
    if not form.is_valid():
        return _page(request, lease, contact=form)
    try:
        name_during_call(
            actor=actor, lease=lease, contacts=[form.named()], submission=form_submission(form), now=request.now
        )
    except AlreadyRecorded as already:
        if not already.same:
            return _page(request, lease, contact=form, conflict=NAMED)
    said = what_was_said(request.POST.dict())
    if said.get("outcome") or said.get("note"):  # the outcome was being typed: it comes back with the page
        return _page(request, lease, added=True)
    response = redirect("call", lease=lease)
    response["Location"] += "?ajoute#contacts"
    return response


@requires(Permission.CALL_CLAIM)
@require_POST
def keep(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """The beat of an open page: until when the fiche is kept, and how many notes others have added meanwhile."""
    try:
        until = renew(actor=request.session_info.actor, lease=lease, now=request.now)
    except (LeaseEnded, LeaseTakenOver):
        return JsonResponse({"kept": False})
    return JsonResponse({"kept": True, "until": presenters.clock(until), "notes": second_notes(lease)})


@requires(Permission.CALL_CLAIM)
@require_POST
def give_back(request: SignedInRequest, lease: UUID) -> HttpResponse:
    release(actor=request.session_info.actor, lease=lease, now=request.now)
    return to_list(rendue="")


def _zone(request: SignedInRequest, lease: UUID) -> ZoneInfo:
    return zone_of(lease_of(request.session_info.actor, lease).fiche.department)


def _key(request: SignedInRequest) -> str:
    return clean_line(request.POST.get("idempotency_key", "")) or secrets.token_urlsafe(16)


def _version(request: SignedInRequest) -> int | None:
    """The version of the fiche as the card showed it, None when none is said; one that cannot be read is stale."""
    text = request.POST.get("version", "")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _who_and_what(number: str) -> list[str]:
    change = last_change(number)
    what = changes(change.fields) if change and change.fields else "nouvelle exposition"
    return [who_and_what(change, what)]


def _page(
    request: SignedInRequest,
    lease: UUID,
    *,
    form: OutcomeForm | None = None,
    contact: ContactForm | None = None,
    conflict: str = "",
    told: list[str] | None = None,
    added: bool = False,
) -> HttpResponse:
    """The card: to begin with, or with what was typed and why it was not written."""
    said = what_was_said(request.POST.dict())
    context: dict[str, Any] = {
        "outcome_values": {"language": Language.FRENCH.value} | said,
        "outcome_errors": dict(form.sentences()) if form else {},
        "languages": Language.choices,
        "conflict_title": conflict,
        "changes": told or [],
        "idempotency_key": secrets.token_urlsafe(16) if conflict or contact or added else _key(request),
        "recorded": recorded(request) if request.method != "POST" else None,
    }
    try:
        card = open_card(actor=request.session_info.actor, lease=lease, now=request.now)
    except (LeaseEnded, LeaseTakenOver) as over:
        return _over_page(request, lease, over, context | {"errors": form.summary() if form else []})
    page = card_page(card, request.now)
    context |= {
        "card": page,
        "outcomes": [(each.value, presenters.outcome_label(each, FicheKind(card.fiche.kind))) for each in Outcome],
        "agent": request.session_info.profile.name,
        "added": added or "ajoute" in request.GET,
        "contact_key": secrets.token_urlsafe(16) if conflict or not contact else _key(request),
        "contact_open": contact is not None or added or "ajoute" in request.GET,
        **form_context(typed(contact) if contact else _FIRST_CONTACT, contact),
        **contact_choices(),
    }
    context["errors"] = [*context["errors"], *(form.summary() if form else [])]
    return render(request, "calls/card.html", context, status=409 if conflict else 200)


def _over_page(
    request: SignedInRequest, lease: UUID, over: LeaseEnded | LeaseTakenOver, context: Mapping[str, Any]
) -> HttpResponse:
    """The lease is over: what was recorded, or who has the person now; what was typed is not lost."""
    actor = request.session_info.actor
    fiche = lease_of(actor, lease).fiche
    taken = over if isinstance(over, LeaseTakenOver) else None
    made = None if taken else last_call_of(actor, fiche.id)
    shown = {
        "lease": lease,
        "fiche": fiche.id,
        "number": format_number(fiche.number),
        "taken": presenters.taken(names_of({taken.by}).get(taken.by, ""), taken.at) if taken else "",
        "told": presenters.told(made, {}, "") if made else None,
        "outcomes": [(each.value, presenters.outcome_label(each, FicheKind(fiche.kind))) for each in Outcome],
    }
    return render(request, "calls/over.html", {**context, **shown}, status=409 if request.method == "POST" else 200)
