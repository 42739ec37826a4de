"""« Mot de passe oublié »: ask for the mail, follow its link, choose a new password."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.accounts.actions.forgotten import ResetPages, ask_reset, reset_password
from contact_covid.accounts.actions.links import LinkOver
from contact_covid.accounts.enums import LinkPurpose
from contact_covid.accounts.queries import open_link
from contact_covid.portal.access import PortalRequest, public
from contact_covid.portal.links import link_over
from contact_covid.portal.password.forms import ByEmailForm, ByNumberForm, ChooseForm
from contact_covid.portal.passwords import refuse_password
from contact_covid.portal.paths import to, whole

BY_NUMBER = "par=numero"
MASK = "x•••••••@•••••••"
"""What stands for the address of who asks by number: always the same, so that it tells nothing of it."""


@public
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: PortalRequest) -> HttpResponse:
    """GET: the question, by e-mail or by number. POST: the one answer, whoever is meant."""
    by_number = request.GET.get("par") == "numero"
    kind = ByNumberForm if by_number else ByEmailForm
    form = kind(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"by_number": by_number, "typed": form.typed("login")}
        context |= form.told()
        return render(request, "password/forgotten.html", context)
    login = form.cleaned_data["login"]
    pages = ResetPages(link=whole("password_choose"), by_number=whole("password_forgotten", BY_NUMBER))
    ask_reset(login=login, pages=pages, now=request.now)
    shown = MASK if by_number else login.value
    return render(request, "password/sent.html", {"address": shown, "masked": by_number})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: PortalRequest, token: str) -> HttpResponse:
    """The page of the mailed link. Opening it, as mail scanners do, uses nothing."""
    link = open_link(token, request.now)
    if link is None or link.purpose is not LinkPurpose.RESET_PASSWORD:
        return _over(request)
    form = ChooseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            reset_password(
                token=token,
                password=form.cleaned_data["password"],
                forgotten_page=whole("password_forgotten"),
                now=request.now,
            )
        except LinkOver:
            return _over(request)
        except PasswordRefused as refused:
            refuse_password(form, refused)
        else:
            return to("password_changed")
    return render(request, "password/choose.html", form.told())


@public
@require_safe
def changed(request: PortalRequest) -> HttpResponse:
    return render(request, "password/changed.html")


def _over(request: PortalRequest) -> HttpResponse:
    return link_over(request, "Demander un nouveau lien", "password_forgotten")
