"""The first login of who works in several places: one address and one password for all of them."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.accounts.actions.links import LinkOver
from contact_covid.accounts.actions.one_login import MailsSpent, OneLoginPages, choose, confirm, mail_again
from contact_covid.accounts.enums import LinkPurpose, Step
from contact_covid.accounts.queries import open_link, open_posts, waiting_address
from contact_covid.portal.access import PortalRequest, SignedInRequest, account_of, public, requires
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.links import link_over
from contact_covid.portal.one_login.forms import AddressForm, OneLoginForm
from contact_covid.portal.passwords import refuse_password
from contact_covid.portal.paths import to, whole
from contact_covid.portal.practices.presenters import place
from contact_covid.portal.wording import sentence

Page = Callable[[SignedInRequest], HttpResponse]


def _in_step(view: Page) -> Page:
    """Who is through with it, perhaps in another tab, goes to the services."""

    @wraps(view)
    def page(request: SignedInRequest) -> HttpResponse:
        return view(request) if Step.ONE_LOGIN in request.session_info.steps else redirect("home")

    return page


@requires(Permission.PORTAL_USE, during=(Step.ONE_LOGIN,))
@require_safe
@_in_step
def window(request: SignedInRequest) -> HttpResponse:
    """What it is about; who has chosen already waits for the mail."""
    if _waits_at(request):
        return to("one_login_wait")
    current = request.session_info.post
    places = [place(post, current) for post in open_posts(account_of(request), request.now)]
    return render(request, "one_login/window.html", {"places": places})


@requires(Permission.PORTAL_USE, during=(Step.ONE_LOGIN,))
@require_http_methods(["GET", "HEAD", "POST"])
@_in_step
def choose_login(request: SignedInRequest) -> HttpResponse:
    form, spent = OneLoginForm(request.POST if request.method == "POST" else None), []
    if form.is_valid():
        try:
            choose(session=request.session_info, pages=_pages(), now=request.now, **form.cleaned_data)
        except PasswordRefused as refused:
            refuse_password(form, refused)
        except MailsSpent as error:
            spent = _spent(error)
        else:
            return to("one_login_wait")
    return render(request, "one_login/choose.html", _filled(form, spent))


@requires(Permission.PORTAL_USE, during=(Step.ONE_LOGIN,))
@require_http_methods(["GET", "HEAD", "POST"])
@_in_step
def wait(request: SignedInRequest) -> HttpResponse:
    """The mail is on its way: to correct the address, or to have it sent again."""
    address = _waits_at(request)
    if not address:
        return to("step_one_login")
    form, spent = AddressForm(request.POST if request.method == "POST" else None), []
    if form.is_valid():
        try:
            mail_again(session=request.session_info, pages=_pages(), now=request.now, **form.cleaned_data)
        except MailsSpent as error:
            spent = _spent(error)
        else:
            return to("one_login_wait", "envoye=1")
    context = _filled(form, spent) | ({} if form.is_bound else {"email": address})
    said = set() if form.is_bound else set(request.GET)
    context |= {"address": address, "again": "envoye" in said, "too_soon": "valide" in said}
    return render(request, "one_login/wait.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: PortalRequest, token: str) -> HttpResponse:
    """The page of the mailed link, in whatever browser. Opening it, as mail scanners do, confirms nothing."""
    link = open_link(token, request.now)
    if link is None or link.purpose is not LinkPurpose.ONE_LOGIN:
        return link_over(request, "Vous connecter", "login")
    if request.method != "POST":
        return render(request, "one_login/confirm.html", {"address": link.email})
    try:
        confirm(token=token, door=whole("login"), now=request.now)
    except LinkOver:
        return link_over(request, "Vous connecter", "login")
    return to("one_login_confirmed")


@public
@require_safe
def confirmed(request: PortalRequest) -> HttpResponse:
    return render(request, "one_login/confirmed.html")


def _waits_at(request: SignedInRequest) -> str:
    return waiting_address(account_of(request), LinkPurpose.ONE_LOGIN, request.now)


def _pages() -> OneLoginPages:
    return OneLoginPages(link=whole("one_login_confirm"), forgotten=whole("password_forgotten"))


def _spent(error: MailsSpent) -> list[tuple[str, str]]:
    return [("", sentence(error.code, minutes=error.minutes))]


def _filled(form: PortalForm, more: list[tuple[str, str]]) -> dict[str, object]:
    told = form.told()
    return {"email": form.typed("email"), **told, "errors": [*told["errors"], *more]}
