"""Login by card, on the portal's side: ask for a card, come back with a ticket, be told why a card opens nothing."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from contact_covid.accounts.actions.cards import redeem
from contact_covid.accounts.actions.sessions import NoOpenPost
from contact_covid.accounts.rules.certificates import CardErrorCode, CardRefused
from contact_covid.portal.access import PortalRequest, arrive, local_path, public, who_is_there
from contact_covid.portal.card.addresses import endpoint_address
from contact_covid.portal.card.creation import begin
from contact_covid.portal.card.presenters import ADVICE, FINAL
from contact_covid.portal.wording import sentence

NONCE_SECONDS = 600  # to find the card and its code


@public
@require_safe
def ask(request: PortalRequest) -> HttpResponse:
    """Binds this browser by a nonce and leads to where its card is read. A second tab keeps the nonce of the first."""
    suite = local_path(request.GET.get("suite", ""), "")
    if who_is_there(request):
        return HttpResponseRedirect(suite or "/accueil/")
    nonce, _ = _asked(request)
    nonce = nonce or secrets.token_urlsafe(32)
    response = HttpResponseRedirect(endpoint_address(nonce))
    value = signing.Signer(salt="portal.card").sign_object([nonce, suite])
    # Lax, not strict: the endpoint, another site maybe, leads back here.
    response.set_cookie(
        settings.CARD_NONCE_COOKIE_NAME,
        value,
        max_age=NONCE_SECONDS,
        secure=bool(settings.PUBLIC_HOST),
        httponly=True,
        samesite="Lax",
    )
    return response


def _asked(request: PortalRequest) -> tuple[str, str]:
    """The nonce of this browser and where it wants to go; empty when it did not ask for a card."""
    try:
        nonce, suite = signing.Signer(salt="portal.card").unsign_object(
            request.COOKIES.get(settings.CARD_NONCE_COOKIE_NAME, "")
        )
    except signing.BadSignature:
        return "", ""
    return str(nonce), str(suite)


@public
@require_safe
def come_back(request: PortalRequest, ticket: str) -> HttpResponse:
    """The return of the endpoint: opens a session under a new token, or leads on to the creation of an account."""
    nonce, suite = _asked(request)
    try:
        redeemed = redeem(ticket=ticket, nonce=nonce, now=request.now)
    except CardRefused as error:
        if who_is_there(request):  # the same return, loaded twice
            return HttpResponseRedirect("/accueil/")
        return redirect("card_refused", reason=error.code.name.lower())
    except NoOpenPost as error:
        return _page(request, sentence(error.code), is_final=True)
    if redeemed.token:
        response: HttpResponse = HttpResponseRedirect(local_path(suite, "/accueil/"))
        arrive(request, response, redeemed.token)
    else:
        response = begin(request, redeemed.card)
    response.delete_cookie(settings.CARD_NONCE_COOKIE_NAME, samesite="Lax")
    return response


@public
@require_safe
def refused(request: PortalRequest, reason: str) -> HttpResponse:
    try:
        code = CardErrorCode[reason.upper()]
    except KeyError:
        raise Http404 from None
    creates, is_final = code is CardErrorCode.DIRECTOR, code in FINAL
    return _page(request, sentence(code), ADVICE.get(code, ()), creates=creates, is_final=is_final)


def _page(
    request: PortalRequest, why: str, advice: tuple[str, ...] = (), *, creates: bool = False, is_final: bool = False
) -> HttpResponse:
    suite = local_path(_asked(request)[1], "")
    context = {"suite": suite, "failure": why, "advice": advice, "creates": creates, "is_final": is_final}
    return render(request, "card/refused.html", context, status=403)
