"""Whoever receives an invitation sees what it offers (GET changes nothing) and accepts it (POST)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.accounts.actions.invitations import accept, accept_as_new
from contact_covid.accounts.actions.links import LinkErrorCode, LinkOver
from contact_covid.accounts.models import Invitation
from contact_covid.accounts.queries import has_account
from contact_covid.accounts.rules.invitations import InvitationRefused
from contact_covid.accounts.team_queries import invitation_of
from contact_covid.portal.access import PortalRequest, public, to_login, to_step, who_is_there
from contact_covid.portal.invitation.forms import NewAccountForm
from contact_covid.portal.invitation.presenters import facts_of
from contact_covid.portal.passwords import refuse_password
from contact_covid.portal.paths import to
from contact_covid.portal.wording import sentence

GONE = 410


@public
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: PortalRequest, token: str) -> HttpResponse:
    found = invitation_of(token, request.now)
    if found is None:
        return _over(request)
    if request.method != "POST":
        return _page(request, token, found, NewAccountForm())
    try:
        return _accept(request, token, found) if "own" in request.POST else _create(request, token, found)
    except LinkOver:  # used in another tab
        return _over(request)


def _accept(request: PortalRequest, token: str, found: Invitation) -> HttpResponse:
    session = who_is_there(request)
    account = session.actor.account if session and not session.steps else None
    if account is None:
        return to_login(request)
    try:
        accept(token=token, account=account, now=request.now)
    except InvitationRefused as refused:
        return _page(request, token, found, NewAccountForm(), sentence(refused.code))
    return to("invitation_accepted")


def _create(request: PortalRequest, token: str, found: Invitation) -> HttpResponse:
    form = NewAccountForm(request.POST)
    if not form.is_valid():
        return _page(request, token, found, form)
    typed = form.cleaned_data
    try:
        accept_as_new(
            token=token,
            last_name=typed["last_name"],
            first_name=typed["first_name"],
            password=typed["password"],
            now=request.now,
        )
    except PasswordRefused as refused:
        refuse_password(form, refused)
        return _page(request, token, found, form)
    except InvitationRefused as refused:
        form.refuse(None, refused)
        return _page(request, token, found, form)
    return to("invitation_accepted")


def _page(
    request: PortalRequest,
    token: str,
    found: Invitation,
    form: NewAccountForm,
    failure: str = "",
) -> HttpResponse:
    session = who_is_there(request)
    if session and session.steps and request.method != "POST":
        return to_step(session.steps[0], request)
    here = reverse("invitation", kwargs={"token": token})
    context = {
        "facts": facts_of(found),
        "email": found.email,
        "known": has_account(found.email),
        "signed_in": session is not None and not session.steps,
        "failure": failure,
        **form.told(),
        "values": {name: form.typed(name) for name in ("last_name", "first_name")},
        "login_path": f"{reverse('login')}?{urlencode({'suite': here})}",
    }
    return render(request, "invitation/invitation.html", context)


def _over(request: PortalRequest) -> HttpResponse:
    return render(request, "invitation/over.html", {"text": sentence(LinkErrorCode.OVER)}, status=GONE)


@public
@require_safe
def accepted(request: PortalRequest) -> HttpResponse:
    return render(request, "invitation/accepted.html", {"signed_in": who_is_there(request) is not None})
