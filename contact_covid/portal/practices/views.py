"""« Sélection de structure »: the places of one account, and from which of them it acts."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.sessions import NoOpenPost, switch_post
from contact_covid.accounts.queries import open_posts
from contact_covid.portal.access import SignedInRequest, account_of, remember, requires
from contact_covid.portal.paths import to
from contact_covid.portal.practices.presenters import place


@requires(Permission.PORTAL_USE)
@require_http_methods(["GET", "HEAD", "POST"])
def practices(request: SignedInRequest) -> HttpResponse:
    """POST: goes on from the place that was chosen, under a new token."""
    if request.method != "POST":
        return _page(request)
    session = request.session_info
    try:
        token = switch_post(session=session, post=_post_of(request.POST.get("post", "")), now=request.now)
    except NoOpenPost:
        return _page(request, "Cette structure ne vous est plus ouverte. Choisissez-en une autre.")
    response = to("home", "structure=1")
    remember(response, token)
    return response


def _post_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoOpenPost from None


def _page(request: SignedInRequest, failure: str = "") -> HttpResponse:
    places = [place(post, request.session_info.post) for post in open_posts(account_of(request), request.now)]
    return render(request, "practices/list.html", {"places": places, "failure": failure})
