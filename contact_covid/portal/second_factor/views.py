"""The page that asks for more than a password, at the login or before an act that needs it, and leads back."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Assurance, Permission
from contact_covid.accounts.enums import Step
from contact_covid.accounts.factors.actions.devices import remember as remember_device
from contact_covid.accounts.factors.actions.enrolment import must_prove
from contact_covid.accounts.factors.actions.passkeys import PasskeyRefused, ask_passkey, prove_by_passkey
from contact_covid.accounts.factors.actions.proof import NoAddress, ProofBlocked, ProofRefused, mail_code, prove_by_code
from contact_covid.accounts.factors.queries import is_code_awaited, methods_of
from contact_covid.accounts.factors.rules import REMEMBERED_FOR
from contact_covid.accounts.queries import OpenSession, holder_of
from contact_covid.portal.access import SignedInRequest, local_path, remember, requires, sent_only
from contact_covid.portal.paths import to, url
from contact_covid.portal.second_factor.forms import CodeForm
from contact_covid.portal.second_factor.presenters import code_hint, masked
from contact_covid.portal.wording import sentence

during_it = requires(Permission.PORTAL_USE, during=(Step.SECOND_FACTOR,))


@during_it
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: SignedInRequest) -> HttpResponse:
    if _is_proven(request.session_info):
        return redirect(_next(request))
    if request.method != "POST":
        return _page(request, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, form.sentences())
    try:
        token = prove_by_code(session=request.session_info, typed=form.cleaned_data["code"], now=request.now)
    except ProofBlocked as blocked:
        return _page(request, form, [("", sentence(blocked.code, minutes=blocked.minutes))])
    except ProofRefused as refused:
        return _page(request, form, [("code", sentence(refused.code))])
    return _let_through(request, token)


@during_it
@sent_only
def mail(request: SignedInRequest) -> HttpResponse:
    try:
        mail_code(session=request.session_info, now=request.now)
    except ProofBlocked as blocked:
        return _page(request, CodeForm(), [("", sentence(blocked.code, minutes=blocked.minutes))])
    except NoAddress as refused:
        return _page(request, CodeForm(), [("", sentence(refused.code))])
    return to("step_second_factor", urlencode({"suite": _next(request), "envoye": "1"}))


@during_it
@sent_only
def ask(request: SignedInRequest) -> HttpResponse:
    """What the browser hands to the passkey."""
    try:
        return JsonResponse(ask_passkey(session=request.session_info, now=request.now))
    except PasskeyRefused as refused:
        return JsonResponse({"error": sentence(refused.code)}, status=409)


@during_it
@sent_only
def passkey(request: SignedInRequest) -> HttpResponse:
    signed = request.POST.get("credential", "")
    try:
        token = prove_by_passkey(session=request.session_info, credential=signed, now=request.now)
    except PasskeyRefused as refused:
        return _page(request, CodeForm(), [("", sentence(refused.code))])
    return _let_through(request, token)


def _is_proven(session: OpenSession) -> bool:
    enough = session.actor.assurance >= Assurance.SECOND_FACTOR and Step.SECOND_FACTOR not in session.steps
    return enough and not must_prove(session.actor)


def _page(request: SignedInRequest, form: CodeForm, errors: list[tuple[str, str]] | None = None) -> HttpResponse:
    session = request.session_info
    methods = methods_of(holder_of(session.actor))
    context = {
        "errors": errors or [],
        "methods": methods,
        "email": masked(methods.email) if methods.email else "",
        "hint": code_hint(methods),
        "mailed": is_code_awaited(session.id, request.now),
        "just_mailed": "envoye" in request.GET and not errors,
        "lost": "perdue" in request.GET and not form.is_bound,
        "remember": form.typed("remember"),
        "suite": urlencode({"suite": _next(request)}),
    }
    return render(request, "second_factor/verify.html", context)


def _next(request: SignedInRequest) -> str:
    return local_path(request.GET.get("suite", ""), url("home"))


def _let_through(request: SignedInRequest, token: str) -> HttpResponse:
    response = HttpResponseRedirect(url("factors") if "add" in request.POST else _next(request))
    remember(response, token)
    if "remember" in request.POST:
        known = request.COOKIES.get(settings.PROVEN_COOKIE_NAME)
        response.set_cookie(
            settings.PROVEN_COOKIE_NAME,
            remember_device(account=holder_of(request.session_info.actor), token=known, now=request.now),
            max_age=int(REMEMBERED_FOR.total_seconds()),
            secure=bool(settings.PUBLIC_HOST),
            httponly=True,
            samesite="Strict",
        )
    return response
