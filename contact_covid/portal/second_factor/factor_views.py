"""The second factors of one's account: the list, adding, renaming and removing one, recovery codes."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.accounts.factors.actions.enrolment import (
    FactorErrorCode,
    FactorRefused,
    add_totp,
    begin_totp,
    make_recovery_codes,
    manager,
    must_prove,
    pending_totp,
    remove,
    rename,
)
from contact_covid.accounts.factors.actions.passkeys import PasskeyRefused, add_passkey, begin_passkey
from contact_covid.accounts.factors.queries import factor_of, factors_of, methods_of
from contact_covid.accounts.factors.rules import grouped
from contact_covid.portal.access import SignedInRequest, remember, sent_only, to_second_factor
from contact_covid.portal.paths import to
from contact_covid.portal.second_factor import presenters
from contact_covid.portal.second_factor.forms import NameForm, PasskeyForm, TotpForm
from contact_covid.portal.second_factor.views import during_it
from contact_covid.portal.wording import sentence

P = ParamSpec("P")
HolderView = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
SAID = {
    "ajoute": "Le moyen de vérification est ajouté.",
    "renomme": "Le moyen de vérification est renommé.",
    "supprime": "Le moyen de vérification est supprimé. Les appareils mémorisés sont oubliés.",
}


def _proven(view: HolderView[P]) -> HolderView[P]:
    """Whoever knows only the password of an account that can prove more, proves it first."""

    @wraps(view)
    def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if must_prove(request.session_info.actor):
            return to_second_factor(request)
        return view(request, *args, **kwargs)

    return guarded


@during_it
@require_safe
@_proven
def factors(request: SignedInRequest) -> HttpResponse:
    return _list(request)


def _list(request: SignedInRequest, errors: list[tuple[str, str]] | None = None) -> HttpResponse:
    account = manager(request.session_info.actor)
    context = {
        "rows": [presenters.row_of(factor) for factor in factors_of(account)],
        "methods": methods_of(account),
        "errors": errors or [],
        "said": next((text for said, text in SAID.items() if said in request.GET), ""),
    }
    return render(request, "second_factor/factors.html", context)


@during_it
@require_http_methods(["GET", "HEAD", "POST"])
@_proven
def totp(request: SignedInRequest) -> HttpResponse:
    """POST without a name begins: the page with the square code; with one, it adds the application."""
    session = request.session_info
    if request.method == "POST" and "name" not in request.POST:
        try:
            begin_totp(session=session, now=request.now)
        except FactorRefused as refused:
            return _list(request, [("", sentence(refused.code))])
        return to("add_totp")
    if request.method != "POST":
        return _totp_page(request, TotpForm())
    form = TotpForm(request.POST)
    if not form.is_valid():
        return _totp_page(request, form)
    try:
        token = add_totp(
            session=session, name=form.cleaned_data["name"], code=form.cleaned_data["code"], now=request.now
        )
    except FactorRefused as refused:
        form.refuse("code", refused)
        return _totp_page(request, form)
    return _added(token)


def _totp_page(request: SignedInRequest, form: TotpForm) -> HttpResponse:
    secret = pending_totp(request.session_info, request.now)
    if secret is None:  # added meanwhile, or too long ago
        return _list(request, [("", sentence(FactorErrorCode.OVER))])
    context = {
        "form": form,
        **form.told(),
        "app": presenters.application(secret, request.session_info.profile.name),
    }
    return render(request, "second_factor/totp.html", context)


@during_it
@require_http_methods(["GET", "HEAD", "POST"])
@_proven
def passkey(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return _passkey_page(request, PasskeyForm())
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        return _passkey_page(request, form)
    try:
        token = add_passkey(session=request.session_info, now=request.now, **form.cleaned_data)
    except (PasskeyRefused, FactorRefused) as refused:
        form.refuse("name", refused)
        return _passkey_page(request, form)
    return _added(token)


def _passkey_page(request: SignedInRequest, form: PasskeyForm) -> HttpResponse:
    return render(request, "second_factor/passkey.html", {"form": form, **form.told()})


@during_it
@sent_only
@_proven
def begin_key(request: SignedInRequest) -> HttpResponse:
    """What the browser hands to the new passkey."""
    try:
        return JsonResponse(begin_passkey(session=request.session_info, now=request.now))
    except FactorRefused as refused:
        return JsonResponse({"error": sentence(refused.code)}, status=409)


def _added(token: str) -> HttpResponse:
    response = to("factors", "ajoute=1")
    remember(response, token)
    return response


@during_it
@sent_only
@_proven
def recovery(request: SignedInRequest) -> HttpResponse:
    """The codes are shown by this answer and never again: sent twice, the form replaces none of them."""
    try:
        codes = make_recovery_codes(
            actor=request.session_info.actor, instead_of=request.POST.get("instead_of", ""), now=request.now
        )
    except FactorRefused as refused:
        return _list(request, [("", sentence(refused.code))])
    return render(request, "second_factor/recovery.html", {"codes": [grouped(code) for code in codes]})


@during_it
@require_http_methods(["GET", "HEAD", "POST"])
@_proven
def one(request: SignedInRequest, factor: UUID) -> HttpResponse:
    """A factor: its name, to be changed; its removal, a button apart."""
    if request.method != "POST":
        return _factor_page(request, factor, NameForm())
    form = NameForm(request.POST)
    if not form.is_valid():
        return _factor_page(request, factor, form)
    rename(actor=request.session_info.actor, factor=factor, name=form.cleaned_data["name"], now=request.now)
    return to("factors", "renomme=1")


@during_it
@sent_only
@_proven
def delete(request: SignedInRequest, factor: UUID) -> HttpResponse:
    try:
        remove(actor=request.session_info.actor, factor=factor, now=request.now)
    except FactorRefused as refused:
        return _list(request, [("", sentence(refused.code))])
    return to("factors", "supprime=1")


def _factor_page(request: SignedInRequest, factor: UUID, form: NameForm) -> HttpResponse:
    row = presenters.row_of(factor_of(manager(request.session_info.actor), factor))
    context = {
        "row": row,
        "name": form.typed("name") if form.is_bound else row.name,
        **form.told(),
    }
    return render(request, "second_factor/factor.html", context)
