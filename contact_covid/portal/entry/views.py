"""The door: log in, the home page with the services, log out, stay."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.accounts import welcome
from contact_covid.accounts.actions.guard import LoginBlocked, LoginErrorCode
from contact_covid.accounts.actions.login import FirstLogin, LoginRefused, log_in
from contact_covid.accounts.actions.psc import way_out
from contact_covid.accounts.actions.sessions import NoOpenPost, log_out
from contact_covid.accounts.enums import Route
from contact_covid.accounts.queries import welcome_due
from contact_covid.portal.access import (
    PortalRequest,
    SignedInRequest,
    account_of,
    arrive,
    forget,
    local_path,
    public,
    requires,
    sent_only,
    who_is_there,
)
from contact_covid.portal.creation.progress import Progress, keep
from contact_covid.portal.entry.forms import LoginForm
from contact_covid.portal.entry.presenters import FIRST_SCREENS, TILE_TEXTS, managing
from contact_covid.portal.paths import to
from contact_covid.portal.wording import sentence

DEVICE_COOKIE_DAYS = 365


@public
@require_safe
def front_door(request: PortalRequest) -> HttpResponse:
    return redirect("home" if who_is_there(request) else "login")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: PortalRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect(_next(request)) if who_is_there(request) else _login_page(request, LoginForm())
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _login_page(request, form, form.sentences())
    try:
        opened = log_in(
            login=form.cleaned_data["login"],
            password=form.cleaned_data["password"],
            device_token=request.COOKIES.get(settings.DEVICE_COOKIE_NAME),
            proven_token=request.COOKIES.get(settings.PROVEN_COOKIE_NAME),
            now=request.now,
        )
    except FirstLogin as first:
        return _to_creation(request, form.cleaned_data["login"], first)
    except LoginBlocked as blocked:
        return _login_page(request, form, [("", sentence(blocked.code, minutes=blocked.minutes))])
    except (LoginRefused, NoOpenPost) as refused:
        return _login_page(request, form, [("login", sentence(refused.code))])
    response = HttpResponseRedirect(_next(request))
    arrive(request, response, opened.token)
    _remember_device(response, opened.device_token)
    return response


def _to_creation(request: PortalRequest, login: str, first: FirstLogin) -> HttpResponse:
    """Number and code of a letter: she gives her address and a password of her own before there is an account."""
    response = to("create_account_details")
    keep(response, Progress(login, Route.LETTER, first.practice), request.now)
    return response


def _login_page(request: PortalRequest, form: LoginForm, errors: list[tuple[str, str]] | None = None) -> HttpResponse:
    context = {
        "login": form.typed("login"),
        "errors": errors or [],
        "summary": form.summary() if form.errors else [],
        "suite": local_path(request.GET.get("suite", ""), ""),
        "lost": "perdue" in request.GET and not form.is_bound,
        "refused": {sentence(code) for code in (LoginErrorCode.REFUSED, LoginErrorCode.NO_OPEN_POST)},
    }
    return render(request, "entry/login.html", context)


def _next(request: PortalRequest) -> str:
    return local_path(request.GET.get("suite", ""), "/accueil/")


def _remember_device(response: HttpResponse, token: str) -> None:
    """Failures of a browser that has logged in before are counted apart from strangers'."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        token,
        max_age=DEVICE_COOKIE_DAYS * 24 * 3600,
        secure=bool(settings.PUBLIC_HOST),
        httponly=True,
        samesite="Strict",
    )


@public
@sent_only
def logout(request: PortalRequest) -> HttpResponse:
    session, address = who_is_there(request), "/connexion/"
    if session:
        log_out(session=session, now=request.now)
        address = way_out(session, f"{settings.PUBLIC_URL}{address}") or address
    response = HttpResponseRedirect(address)
    forget(response)
    response["Clear-Site-Data"] = '"storage"'  # what an installed portal keeps on the device; the cookies stay
    return response


@requires(Permission.PORTAL_USE)
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    role = request.session_info.actor.role
    context = {
        "tiles": [("Contact COVID", TILE_TEXTS[role])] if role in FIRST_SCREENS else [],
        "managing": managing(role, is_delegate=bool(request.session_info.profile.holder)),
        "profile": request.session_info.profile,
        "switched": "structure" in request.GET,
        "welcome": welcome_due(account_of(request)),
    }
    return render(request, "entry/home.html", context)


@requires(Permission.PORTAL_USE)
@sent_only
def welcomed(request: SignedInRequest) -> HttpResponse:
    """« Continuer » of the window of the first login: it does not come back."""
    welcome(account=account_of(request), now=request.now)
    return redirect("home")


@requires(Permission.PORTAL_USE)
@sent_only
def extend(request: SignedInRequest) -> HttpResponse:
    """One key of the warning dialog: the session goes on; tells how many seconds are left."""
    left = request.session_info.expires_at - request.now
    return JsonResponse({"seconds": int(left.total_seconds())})
