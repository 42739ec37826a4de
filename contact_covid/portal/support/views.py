"""Help during isolation: asked during a call or on a practice's fiche, answered by the cell."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.core.idempotency import AlreadyRecorded, Submission
from contact_covid.core.records import format_number
from contact_covid.portal import keyset
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.calls.pages import leave_card, leaves_card, show_over
from contact_covid.portal.clusters.pages import form_values
from contact_covid.portal.declare.own import open_fiche
from contact_covid.portal.paths import to, url
from contact_covid.portal.posted import version_shown
from contact_covid.portal.support import presenters
from contact_covid.portal.support.forms import AnswerForm, SupportForm
from contact_covid.support.actions.answering import (
    SupportChanged,
    answer_support,
    list_support,
    open_support,
)
from contact_covid.support.actions.asking import (
    SupportAsked,
    ask_support,
    ask_support_during_call,
    withdraw_support,
    withdraw_support_during_call,
)
from contact_covid.support.enums import DeclineReason, SupportState
from contact_covid.support.models import OPEN
from contact_covid.support.queries import After, last_request
from contact_covid.support.rules.asking import ForbiddenMove, SupportError
from contact_covid.tracing.enums import SupportNeed
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.worklist.actions.corrections import open_called
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver

A_PAGE = 25
WITHDRAW = "retirer"
CANCELLED = "Cette fiche est annulée : aucune aide ne peut plus être demandée"
ANSWERED = "Cette demande a reçu une autre réponse pendant votre saisie"
OTHER = "Une autre demande est déjà enregistrée"


class Whom(NamedTuple):
    """The person of a page, and what the page does for her. ``known``: needs that were said before."""

    fiche: UUID
    number: str
    name: str
    known: tuple[SupportNeed, ...]
    back: tuple[str, str]
    ask: Callable[[SupportAsked, Submission], object]
    withdraw: Callable[[], None]


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def of_call(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """Asked for the person on the telephone."""
    if leaves_card(request):
        return leave_card(request, lease, "call_support")
    actor, now = request.session_info.actor, request.now
    try:
        fiche, identity = open_called(actor=actor, lease=lease, now=now)
    except (LeaseEnded, LeaseTakenOver) as over:
        return show_over(request, lease, over)

    def ask(asked: SupportAsked, sent: Submission) -> object:
        return ask_support_during_call(actor=actor, lease=lease, asked=asked, submission=sent, now=now)

    whom = Whom(
        fiche=fiche.id,
        number=fiche.number,
        name=identity.name,
        known=tuple(SupportNeed(need) for need in fiche.support_needs),
        back=("Revenir à l’appel", url("call", lease=lease)),
        ask=ask,
        withdraw=lambda: withdraw_support_during_call(actor=actor, lease=lease, now=now),
    )
    return _asking(request, whom)


@requires(Permission.FICHE_CORRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def of_own(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    """Asked for somebody whom this practice declared."""
    actor, now = request.session_info.actor, request.now
    opened, identities = open_fiche(request, fiche)

    def ask(asked: SupportAsked, sent: Submission) -> object:
        return ask_support(actor=actor, fiche=fiche, asked=asked, submission=sent, now=now)

    whom = Whom(
        fiche=fiche,
        number=opened.sealed.number,
        name=identities[fiche].name,
        known=tuple(opened.support_needs),
        back=("Revenir à la fiche", url("own_fiche", fiche=fiche)),
        ask=ask,
        withdraw=lambda: withdraw_support(actor=actor, fiche=fiche, now=now),
    )
    return _asking(request, whom)


def _asking(request: SignedInRequest, whom: Whom) -> HttpResponse:
    form = SupportForm(request.POST if request.method == "POST" else None)
    if request.POST.get("act") == WITHDRAW:
        whom.withdraw()
        return HttpResponseRedirect(f"{request.path}?retiree")
    if not form.is_valid():
        return _asking_page(request, whom, form)
    try:
        whom.ask(form.asked(), form.submission(str(whom.fiche)))
    except SupportError as error:
        form.refuse(error.field or None, error)
        return _asking_page(request, whom, form)
    except ForbiddenTransition:
        return _asking_page(request, whom, form, conflict=CANCELLED)
    except AlreadyRecorded as before:
        if not before.same:
            return _asking_page(request, whom, form, conflict=OTHER)
    return HttpResponseRedirect(f"{request.path}?demandee")


def _asking_page(request: SignedInRequest, whom: Whom, form: SupportForm, *, conflict: str = "") -> HttpResponse:
    begin = {f"need_{need.value}": "on" for need in whom.known}
    context: dict[str, Any] = form_values(form, begin) | {
        "number": format_number(whom.number),
        "name": whom.name,
        "back": whom.back,
        "needs": [(f"need_{need.value}", need.label) for need in SupportNeed],
        "last": presenters.last(last_request(whom.fiche)),
        "conflict_title": conflict,
        "asked": "demandee" in request.GET,
        "withdrawn": "retiree" in request.GET,
    }
    return render(request, "support/ask.html", context, status=409 if conflict else form.status)


# --- The cell ------------------------------------------------------------------------------------------------------


@requires(Permission.SUPPORT_ANSWER)
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """Requests that wait, or all of them."""
    every = "toutes" in request.GET
    asked = keyset.asked(request.GET)
    found = list_support(
        actor=request.session_info.actor,
        states=tuple(SupportState) if every else OPEN,
        after=After(*asked.after) if asked.after else None,
        limit=A_PAGE + 1,
        now=request.now,
    )
    ends = found[A_PAGE - 1].request if len(found) > A_PAGE else None
    context = asked.context((ends.asked_at, ends.id) if ends else None, {"toutes": ""} if every else {})
    context |= {"rows": [presenters.row(line, request.now) for line in found[:A_PAGE]], "every": every}
    return render(request, "support/board.html", context)


@requires(Permission.SUPPORT_ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedInRequest, asked: UUID) -> HttpResponse:
    """One request, and what the cell does of it."""
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _answer_page(request, asked, form)
    said = form.cleaned_data
    why = DeclineReason(said["why"]) if said["why"] else None
    try:
        answer_support(
            actor=request.session_info.actor,
            request=asked,
            state=said["act"],
            reason=why,
            version=version_shown(request),
            now=request.now,
        )
    except SupportError as error:
        form.refuse("why", error)
        return _answer_page(request, asked, form)
    except (SupportChanged, ForbiddenMove):
        return _answer_page(request, asked, AnswerForm(), conflict=ANSWERED)
    return to("support_request", "repondue", asked=asked)


def _answer_page(request: SignedInRequest, asked: UUID, form: AnswerForm, *, conflict: str = "") -> HttpResponse:
    seen = open_support(actor=request.session_info.actor, request=asked, now=request.now)
    context = form_values(form) | {
        "asked": asked,
        "page": presenters.opened(seen, request.now),
        "whys": [("", "Choisissez"), *DeclineReason.choices],
        "conflict_title": conflict,
        "answered": "repondue" in request.GET,
    }
    return render(request, "support/request.html", context, status=409 if conflict else form.status)
