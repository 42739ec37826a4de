"""« Gestion de compte »: its three parts, read only, and the events of the account page by page."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.own_account import set_login_notice
from contact_covid.accounts.enums import LinkPurpose
from contact_covid.accounts.factors.queries import factors_of
from contact_covid.accounts.models import Account
from contact_covid.accounts.queries import (
    acting_account,
    email_of_another,
    login_numbers,
    logs_in_by_email,
    open_sessions,
    places_of,
    waiting_address,
)
from contact_covid.directory.models import Practice
from contact_covid.journal.queries import Position, acts_of
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.account import presenters
from contact_covid.portal.paths import to
from contact_covid.portal.positions import position_of, text_of

EVENTS_SHOWN = 5
EVENTS_A_PAGE = 25
DONE = {
    "signale": "Votre message a été envoyé à votre caisse.",
    "mot-de-passe": "Votre mot de passe est modifié. Vos autres sessions sont fermées.",
    "adresse": "Un e-mail vient d’être envoyé à votre nouvelle adresse. Suivez son lien pour valider la modification.",
    "fermee": "La session est fermée.",
    "deja-fermee": "Cette session était déjà fermée.",
    "avis": "Votre choix est enregistré.",
}
"""What a page tells after an act, by what follows the "?"."""


def part(request: SignedInRequest, name: str, *, status: int = HTTPStatus.OK, **values: Any) -> HttpResponse:
    """One of the three parts, with what was done just before."""
    done = next((text for key, text in DONE.items() if key in request.GET), "")
    context = {"parts": presenters.PARTS, "done": done, **values}
    return render(request, f"account/{name}.html", context, status=status)


def places(request: SignedInRequest, holder: Account) -> list[Practice]:
    """Her places, the one she acts from first."""
    here = request.session_info.actor.practice
    return sorted(places_of(holder, request.now), key=lambda place: place.id != here)


@requires(Permission.PORTAL_USE)
@require_safe
def information(request: SignedInRequest) -> HttpResponse:
    profile, holder = request.session_info.profile, acting_account(request.session_info.actor)
    found = places(request, holder)
    shown = [presenters.place_of(place) for place in found]
    return part(
        request,
        "information",
        identity=presenters.identity(profile.name, profile.role_label, found[0] if found else None, holder),
        place=shown[0] if shown else None,
        others=shown[1:],
        organisation=profile.place,
    )


@requires(Permission.PORTAL_USE)
@require_safe
def security(request: SignedInRequest) -> HttpResponse:
    session, holder = request.session_info, acting_account(request.session_info.actor)
    acts = acts_of(holder.id, presenters.OWN_EVENTS, size=EVENTS_SHOWN + 1)
    return part(
        request,
        "security",
        number=session.profile.number if session.profile.number in login_numbers(holder.id, request.now) else "",
        by_email=logs_in_by_email(holder.id, request.now),
        email=holder.email,
        shared=bool(holder.email) and email_of_another(holder.email, holder.id),
        waiting=waiting_address(holder.id, LinkPurpose.CHANGE_EMAIL, request.now),
        has_password=holder.has_usable_password(),
        factors=[factor.name for factor in factors_of(holder.id)],
        sessions=[presenters.session_line(row, session.id) for row in open_sessions(holder.id, request.now)],
        events=presenters.event_lines(acts[:EVENTS_SHOWN]),
        more=len(acts) > EVENTS_SHOWN,
    )


@requires(Permission.PORTAL_USE)
@require_safe
def events(request: SignedInRequest) -> HttpResponse:
    """Older ones behind « Page suivante », whose address says where this page ends."""
    account = acting_account(request.session_info.actor).id
    before = position_of(request.GET.get("avant", ""))
    found = acts_of(account, presenters.OWN_EVENTS, size=EVENTS_A_PAGE + 1, before=before)
    shown, older = found[:EVENTS_A_PAGE], ""
    if len(found) > len(shown):
        older = f"?avant={text_of(Position(shown[-1].at, shown[-1].id))}"
    return part(request, "events", events=presenters.event_lines(shown), older=older, first=before is None)


@requires(Permission.PORTAL_USE)
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        set_login_notice(actor=request.session_info.actor, wanted=request.POST.get("login_notice") == "on")
        return to("account_preferences", "avis")
    return part(
        request, "preferences", holder=acting_account(request.session_info.actor), always_told=settings.LOGIN_NOTICE
    )
