"""Pro Santé Connect as the demonstration plays it: one chooses who one is. It exists with DEMO=1 only."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contact_covid.demo.rules.psc import holders, user_information
from contact_covid.portal import errors
from contact_covid.portal.access import PortalRequest, local_path, public
from contact_covid.portal.demo_psc import provider
from contact_covid.portal.paths import url


@public
@require_safe
def discovery(_request: PortalRequest) -> HttpResponse:
    endpoints = {
        "authorization_endpoint": "demo_psc_choose",
        "token_endpoint": "demo_psc_token",
        "userinfo_endpoint": "demo_psc_identity",
        "end_session_endpoint": "demo_psc_end",
        "jwks_uri": "demo_psc_keys",
    }
    found = {name: f"{settings.PUBLIC_URL}{url(view)}" for name, view in endpoints.items()}
    return JsonResponse({"issuer": settings.PSC_ISSUER, **found})


@public
@require_safe
def keys(_request: PortalRequest) -> HttpResponse:
    return JsonResponse({"keys": [provider.signing_key().as_dict(private=False, use="sig")]})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: PortalRequest) -> HttpResponse:
    """The page of the provider. GET shows the professionals, POST is the choice of one, or of none."""
    asked = request.GET
    if asked.get("redirect_uri") != settings.PSC_RETURN_URL or asked.get("client_id") != settings.PSC_CLIENT_ID:
        return errors.bad_request(request, ValueError())
    if request.method != "POST":
        people = [(id_, member.name, member.role.label, member.organisation.name) for id_, member in holders().items()]
        return render(request, "demo_psc/choose.html", {"people": people})
    answer = {"state": asked.get("state", "")}
    chosen = request.POST.get("national_id", "")
    if chosen in holders():
        wanted = provider.Asked(*(asked.get(name, "") for name in ("nonce", "code_challenge", "acr_values")))
        answer["code"] = provider.code_for(chosen, wanted)
    else:
        answer["error"] = "access_denied"
    return HttpResponseRedirect(f"{settings.PSC_RETURN_URL}?{urlencode(answer)}")


@csrf_exempt
@public
@require_POST
def token(request: PortalRequest) -> HttpResponse:
    try:
        given = provider.tokens_for(request.POST.get("code", ""), request.POST.get("code_verifier", ""), request.now)
    except signing.BadSignature:
        return JsonResponse({"error": "invalid_grant"}, status=400)
    return JsonResponse(given)


@public
@require_safe
def identity(request: PortalRequest) -> HttpResponse:
    try:
        national_id = provider.holder_of(_bearer(request))
    except signing.BadSignature:
        return JsonResponse({"error": "invalid_token"}, status=401)
    return JsonResponse(user_information(holders()[national_id]))


@public
@require_safe
def end(request: PortalRequest) -> HttpResponse:
    """There is no session here to end: back to where the client wants, on this portal only."""
    back = request.GET.get("post_logout_redirect_uri", "").removeprefix(settings.PUBLIC_URL)
    return HttpResponseRedirect(local_path(back, url("login")))


def _bearer(request: HttpRequest) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")
