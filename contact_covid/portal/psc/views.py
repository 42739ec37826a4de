"""The way in by Pro Santé Connect: out to the provider, back from it, and the page that says why it led nowhere.

The provider sends the browser back by GET, so that this GET opens a session: once, and only in the browser that left.
"""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from contact_covid.accounts.actions.psc import NoAccount, NoPractice, PscCancelled, asked_for, come_back, leave
from contact_covid.accounts.actions.sessions import NoOpenPost
from contact_covid.accounts.psc import PscRefused, PscUnavailable
from contact_covid.accounts.rules.psc import GOOD_FOR
from contact_covid.portal.access import PortalRequest, arrive, local_path, public, who_is_there
from contact_covid.portal.paths import to
from contact_covid.portal.psc.presenters import STOPS


@public
@require_safe
def leave_for_psc(request: PortalRequest) -> HttpResponse:
    suite = local_path(request.GET.get("suite", ""), "")
    if who_is_there(request):
        return redirect(suite or "home")
    try:
        departure = leave(suite=suite, browser=request.COOKIES.get(settings.PSC_COOKIE_NAME))
    except PscUnavailable as unavailable:
        return _stop(unavailable.code, suite)
    response = HttpResponseRedirect(departure.address)
    response.set_cookie(
        settings.PSC_COOKIE_NAME,
        departure.browser,
        max_age=GOOD_FOR,
        secure=bool(settings.PUBLIC_HOST),
        httponly=True,
        samesite="Lax",  # it must come along when the provider sends the browser back
    )
    return response


@public
@require_safe
def back_from_psc(request: PortalRequest) -> HttpResponse:
    """Always a redirect: neither code nor state stays in the address bar, the history or a referrer."""
    state, browser = request.GET.get("state", ""), request.COOKIES.get(settings.PSC_COOKIE_NAME)
    try:
        arrival = come_back(state=state, code=request.GET.get("code", ""), browser=browser, now=request.now)
    except PscRefused as refused:
        if who_is_there(request):  # the same return, loaded twice
            return redirect("home")
        return _stop(refused.code, asked_for(state=state, browser=browser))
    except (PscUnavailable, PscCancelled, NoAccount, NoPractice, NoOpenPost) as stop:
        return _stop(stop.code, asked_for(state=state, browser=browser))
    response = HttpResponseRedirect(local_path(arrival.suite, "/accueil/"))
    arrive(request, response, arrival.token)
    return response


def _stop(code: str, suite: str) -> HttpResponse:
    return to("psc_stopped", urlencode({"motif": code} | ({"suite": suite} if suite else {})))


@public
@require_safe
def stopped(request: PortalRequest) -> HttpResponse:
    stop = STOPS.get(request.GET.get("motif", ""))
    if stop is None:
        raise Http404
    context = {"stop": stop, "suite": local_path(request.GET.get("suite", ""), "")}
    if stop.status != HTTPStatus.OK:
        context["failure"] = stop.text
    return render(request, "psc/stopped.html", context, status=stop.status)
