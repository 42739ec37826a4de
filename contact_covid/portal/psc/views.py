"""The way in by Pro Santé Connect: out to the provider, back from it, and the page that says why it led nowhere.

The provider sends the browser back by GET, so that this GET opens a session: once, and only in the browser that left.
"""

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from contact_covid.accounts.actions.psc import NoAccount, NoPractice, PscCancelled, come_back, leave
from contact_covid.accounts.actions.sessions import NoOpenPost
from contact_covid.accounts.psc import PscRefused, PscUnavailable
from contact_covid.accounts.rules.psc import GOOD_FOR
from contact_covid.portal.access import PortalRequest, arrive, local_path, public, who_is_there
from contact_covid.portal.paths import to
from contact_covid.portal.psc.presenters import STOPS


@public
@require_safe
def leave_for_psc(request: PortalRequest) -> HttpResponse:
    suite = local_path(request.GET.get("suite", ""), "/accueil/")
    if who_is_there(request):
        return redirect(suite)
    try:
        departure = leave(suite=suite, browser=request.COOKIES.get(settings.PSC_COOKIE_NAME))
    except PscUnavailable as unavailable:
        return to("psc_stopped", f"motif={unavailable.code}")
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
    try:
        arrival = come_back(
            state=request.GET.get("state", ""),
            code=request.GET.get("code", ""),
            browser=request.COOKIES.get(settings.PSC_COOKIE_NAME),
            now=request.now,
        )
    except (PscRefused, PscUnavailable, PscCancelled, NoAccount, NoPractice, NoOpenPost) as stop:
        return to("psc_stopped", f"motif={stop.code}")
    response = HttpResponseRedirect(local_path(arrival.suite, "/accueil/"))
    arrive(request, response, arrival.token)
    return response


@public
@require_safe
def stopped(request: PortalRequest) -> HttpResponse:
    stop = STOPS.get(request.GET.get("motif", ""))
    if stop is None:
        raise Http404
    return render(request, "psc/stopped.html", {"stop": stop}, status=stop.status)
