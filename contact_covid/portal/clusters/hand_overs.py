"""Hand-overs: the platform's list and form, the agency's list and answer, the fiche that an agency opens."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.clusters.actions import hand_overs as actions
from contact_covid.clusters.actions.hand_overs import HandOverRefused
from contact_covid.clusters.actions.reading import read_fiche
from contact_covid.clusters.enums import HandOverReason, HandOverState
from contact_covid.clusters.models import HandOver
from contact_covid.clusters.queries import After, hand_over_of, hand_overs
from contact_covid.clusters.rules.transitions import ForbiddenStep
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.records import format_number
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.clusters import presenters
from contact_covid.portal.clusters.fiche import fiche_page
from contact_covid.portal.clusters.forms import ACCEPT, REFUSE, AnswerForm, DecisionForm, HandOverForm, ReturnForm
from contact_covid.portal.clusters.pages import form_values, listed
from contact_covid.portal.paths import to, whole
from contact_covid.tracing.doubles_queries import led_to

CHANGED = "Cette transmission n’attend plus de réponse : rien n’a été modifié"
ANSWERED = "L’agence a déjà répondu : cette transmission ne peut plus être retirée. Sa réponse est ci-dessous."
WAITING = (HandOverState.PROPOSED,)
SAID = {
    "acceptee": "La fiche est suivie par l’agence : la plateforme ne l’appelle plus.",
    "refusee": "Votre refus est enregistré : la plateforme garde cette fiche.",
    "rendue": "La fiche est rendue à la plateforme, avec l’échéance qu’elle avait.",
}


@requires(Permission.HAND_OVER_ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def platform(request: SignedInRequest) -> HttpResponse:
    """What the supervisor's platform has proposed, and one more by its number."""
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _platform_page(request, form)
    said = form.cleaned_data
    try:
        actions.hand_over(
            actor=request.session_info.actor,
            number=said["number"],
            reason=said["reason"],
            page=whole("agency_hand_overs"),
            submission=submission(form.key(), form.values()),
            now=request.now,
        )
    except HandOverRefused as refused:
        form.refuse("number", refused)
        return _platform_page(request, form)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
            return _platform_page(request, form)
    return to("hand_overs", "proposee")


@requires(Permission.HAND_OVER_ASK)
@sent_only
def withdraw(request: SignedInRequest, asked: UUID) -> HttpResponse:
    """What the agency has not answered yet."""
    try:
        actions.withdraw(actor=request.session_info.actor, asked=asked, now=request.now)
    except ForbiddenStep:
        return _platform_page(request, HandOverForm(), refused=ANSWERED)
    return to("hand_overs", "retiree")


def _platform_page(request: SignedInRequest, form: HandOverForm, *, refused: str = "") -> HttpResponse:
    context = listed(request, _read(request, tuple(HandOverState)), _row(request, to_agency=False), _place)
    context |= form_values(form) | {
        "reasons": [("", "Choisissez"), *HandOverReason.choices],
        "proposed": "proposee" in request.GET,
        "withdrawn": "retiree" in request.GET,
        "refused": refused,
    }
    return render(request, "clusters/hand_overs.html", context, status=409 if refused else form.status)


@requires(Permission.HAND_OVER_ANSWER)
@require_safe
def agency(request: SignedInRequest) -> HttpResponse:
    """What the platforms of the region propose: those that wait, or all."""
    every = "toutes" in request.GET
    states = tuple(HandOverState) if every else WAITING
    kept = {"toutes": ""} if every else {}
    context = listed(request, _read(request, states), _row(request, to_agency=True), _place, kept=kept)
    return render(request, "clusters/agency_hand_overs.html", context | {"every": every})


def _read(request: SignedInRequest, states: tuple[HandOverState, ...]) -> Callable[[After | None, int], list[HandOver]]:
    actor = request.session_info.actor
    return lambda after, limit: hand_overs(actor, states=states, after=after, limit=limit)


def _row(request: SignedInRequest, *, to_agency: bool) -> Callable[[HandOver], presenters.Row]:
    return lambda asked: presenters.hand_over_row(asked, request.now, to_agency=to_agency)


def _place(asked: HandOver) -> tuple[datetime, UUID]:
    return asked.asked_at, asked.id


@requires(Permission.HAND_OVER_ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedInRequest, asked: UUID) -> HttpResponse:
    """One hand-over: its clock, and the answer to it."""
    actor = request.session_info.actor
    found = hand_over_of(actor, asked)
    if found is None:
        raise Http404
    kind = ReturnForm if found.state in (HandOverState.ACCEPTED, HandOverState.RETURNED) else AnswerForm
    form = kind(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _answer_page(request, found, form)
    try:
        return to("hand_over", _answered(request, found, form), asked=asked)
    except ForbiddenStep:
        return _answer_page(request, hand_over_of(actor, asked) or found, AnswerForm(), changed=CHANGED)


def _answered(request: SignedInRequest, asked: HandOver, form: AnswerForm) -> str:
    """Raises ``ForbiddenStep`` when somebody was faster."""
    actor, now, act = request.session_info.actor, request.now, form.cleaned_data["act"]
    if act == ACCEPT:
        actions.accept(actor=actor, asked=asked.id, now=now)
        return "acceptee"
    if act == REFUSE:
        actions.refuse(actor=actor, asked=asked.id, answer=form.answer, now=now)
        return "refusee"
    actions.return_to_platform(actor=actor, asked=asked.id, answer=form.answer, now=now)
    return "rendue"


def _answer_page(request: SignedInRequest, asked: HandOver, form: DecisionForm, *, changed: str = "") -> HttpResponse:
    context = form_values(form) | {
        "asked": presenters.hand_over_row(asked, request.now, to_agency=True),
        "fiche": asked.fiche_id,
        "is_ours": asked.state == HandOverState.ACCEPTED,
        "acts": form.acts if asked.state in (HandOverState.PROPOSED, HandOverState.ACCEPTED) else (),
        "whys": [("", "Choisissez"), *form.whys],
        "changed": changed,
        "said": [text for code, text in SAID.items() if code in request.GET],
    }
    return render(request, "clusters/hand_over.html", context, status=409 if changed else form.status)


@requires(Permission.HAND_OVER_ANSWER)
@require_safe
def fiche(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    """A person whom the agency follows, with her contacts, or her patients zéro by number."""
    led = led_to(fiche)
    if led != fiche:
        return to("agency_fiche", fiche=led)
    seen = read_fiche(actor=request.session_info.actor, fiche=fiche, now=request.now)
    context = {"page": fiche_page(seen, request.now), "number": format_number(seen.fiche.number)}
    return render(request, "clusters/fiche.html", context)
