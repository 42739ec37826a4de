"""What the views of a call answer with: the card, the page of a call that is over, the way to a page beside."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.accounts.queries import names_of
from contact_covid.clusters.enums import HandOverState
from contact_covid.clusters.queries import last_hand_over
from contact_covid.core.records import format_number
from contact_covid.messaging.rules.person_contents import Instructions
from contact_covid.portal.access import SignedInRequest
from contact_covid.portal.calls import presenters
from contact_covid.portal.calls.area import recorded
from contact_covid.portal.calls.card import card_page
from contact_covid.portal.calls.forms import OutcomeForm, what_was_said
from contact_covid.portal.clusters.presenters import hand_over_clock
from contact_covid.portal.conflicts import who_and_what
from contact_covid.portal.field_names import changes
from contact_covid.portal.languages import offered
from contact_covid.portal.oversight.kinds import kind_label
from contact_covid.portal.paths import to
from contact_covid.portal.posted import key_of
from contact_covid.portal.wording import sentence
from contact_covid.tracing.enums import FicheKind, Spoken
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.queries import LastChange, last_change
from contact_covid.tracing.rules.languages import written_for
from contact_covid.worklist.actions.card import open_card
from contact_covid.worklist.actions.typed import keep_typed, typed_so_far
from contact_covid.worklist.enums import LeaseEnd, Outcome
from contact_covid.worklist.models import Lease
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver, last_call_of, lease_of
from contact_covid.worklist.rules.ladder import CallError

LEAVES = "open"
"""What the buttons of the card say that lead to a page beside it."""
_TOLD_BY_FIELD = (TracingEvent.UPDATED, TracingEvent.RECTIFIED, TracingEvent.CLOSED)
DONE = {
    "ajoute": ("Le contact est enregistré.", "La plateforme l’appellera à son tour."),
    "messages": ("Ce que la personne refuse est enregistré.", ""),
    "corrige": ("La correction est enregistrée.", ""),
    "lien": ("Le lien personnel est renvoyé.", "L’ancien n’ouvre plus rien."),
}


def leaves_card(request: SignedInRequest) -> bool:
    return request.method == "POST" and request.POST.get("then") == LEAVES


def leave_card(request: SignedInRequest, lease: UUID, page: str) -> HttpResponse:
    """To a page beside the card; what was typed of the outcome waits with the lease."""
    return not_kept(request, lease, edits=page == "call_correct") or redirect(page, lease=lease)


def not_kept(request: SignedInRequest, lease: UUID, *, edits: bool = False) -> HttpResponse | None:
    """Why what was typed does not wait with the lease; None: it does. ``edits``: the fiche is changed meanwhile."""
    typed = what_was_said(request.POST.dict())
    try:
        keep_typed(actor=request.session_info.actor, lease=lease, typed=typed, now=request.now, edits=edits)
    except CallError as error:
        return show_card(request, lease, mistakes=[("note", sentence(error.code))])
    except (LeaseEnded, LeaseTakenOver) as over:
        return show_over(request, lease, over)
    return None


def back_to_card(lease: UUID, done: str) -> HttpResponse:
    """``done``: a word of ``DONE``, and a place on the card."""
    return to("call", done, lease=lease)


def who_changed(number: str) -> list[str]:
    change = last_change(number)
    what = _what(change) if change else ""
    return [who_and_what(change, what)]


def _what(change: LastChange) -> str:
    return changes(change.fields) if change.kind in _TOLD_BY_FIELD else kind_label(change.kind).lower()


def show_card(
    request: SignedInRequest,
    lease: UUID,
    *,
    form: OutcomeForm | None = None,
    mistakes: Sequence[tuple[str, str]] = (),
    conflict: str = "",
    told: Sequence[str] = (),
) -> HttpResponse:
    """The card: to begin with, or with what was typed and why it was not written."""
    try:
        card = open_card(actor=request.session_info.actor, lease=lease, now=request.now)
    except (LeaseEnded, LeaseTakenOver) as over:
        return show_over(request, lease, over, form=form, conflict=conflict)
    actor, profile = request.session_info.actor, request.session_info.profile
    organisation = profile.place if check(actor, Permission.CALL_CLAIM).scope is Scope.ASSIGNED else ""
    incoming = "entrant" in request.GET
    page = card_page(card, request.now, agent=profile.name, organisation=organisation, incoming=incoming)
    context = _outcome_context(request, card.lease, form, mistakes, conflict) | {
        "card": page,
        "outcomes": _outcomes(FicheKind(card.fiche.kind)),
        "changes": told,
        "handed_over": _handed_over(card.fiche.id, request.now) if page.is_index else "",
        "done": next((text for word, text in DONE.items() if word in request.GET), None),
        "recorded": recorded(request) if request.method != "POST" else None,
    }
    return render(request, "calls/card.html", context, status=409 if conflict else 200)


def _handed_over(fiche: UUID, now: datetime) -> str:
    """Where the last hand-over of a patient zéro stands, with its clock."""
    asked = last_hand_over(fiche)
    return f"{HandOverState(asked.state).label} – {hand_over_clock(asked, now)[0]}" if asked else ""


def show_over(
    request: SignedInRequest,
    lease: UUID,
    over: LeaseEnded | LeaseTakenOver,
    *,
    form: OutcomeForm | None = None,
    conflict: str = "",
    lost: str = "",
) -> HttpResponse:
    """The lease is over: what was recorded, or who has the person now; what was typed is not lost. ``lost``: what was
    not written but for the outcome."""
    actor = request.session_info.actor
    held = lease_of(actor, lease, request.now)
    fiche, kind = held.fiche, FicheKind(held.fiche.kind)
    taken = over if isinstance(over, LeaseTakenOver) else None
    made = None if taken else last_call_of(actor, fiche.id)
    context = _outcome_context(request, held, form, (), conflict) | {
        "lease": lease,
        "fiche": fiche.id,
        "number": format_number(fiche.number),
        "taken": presenters.taken(names_of({taken.by}).get(taken.by, ""), taken.at) if taken else "",
        "moved": held.ended == LeaseEnd.MOVED,
        "told": presenters.told(made, {}, "") if made else None,
        "outcomes": _outcomes(kind),
        "is_contact": kind is FicheKind.CONTACT,
        "lost": lost,
    }
    return render(request, "calls/over.html", context, status=409 if request.method == "POST" else 200)


def _outcomes(kind: FicheKind) -> list[tuple[str, str]]:
    return [(each.value, presenters.outcome_label(each, kind)) for each in Outcome]


def _outcome_context(
    request: SignedInRequest,
    lease: Lease,
    form: OutcomeForm | None,
    mistakes: Sequence[tuple[str, str]],
    conflict: str,
) -> dict[str, Any]:
    """The form of the outcome, as it was sent or as it was left."""
    said = typed_so_far(lease) | what_was_said(request.POST.dict())
    return {
        "outcome_values": {"language": written_for(lease.fiche.language), "spoken": lease.fiche.language} | said,
        "outcome_errors": form.told()["by_field"] if form else dict(mistakes),
        "languages": offered(Instructions),
        "spoken": Spoken.choices,
        "conflict_title": conflict,
        "idempotency_key": secrets.token_urlsafe(16) if conflict else key_of(request),
        "errors": form.summary() if form else list(mistakes),
    }
