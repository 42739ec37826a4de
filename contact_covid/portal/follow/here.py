"""Who is there: the cookie of a person's session, and the mark of her pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.portal.access import PortalRequest, View, public
from contact_covid.portal.follow.texts import Words, offered
from contact_covid.portal.paths import url
from contact_covid.tracing.actions.secure_links import touch
from contact_covid.tracing.link_queries import PersonHere, actor_for_link

P = ParamSpec("P")
PersonView = Callable[Concatenate[PortalRequest, PersonHere, P], HttpResponseBase]
OVER = 410


def of_person(*methods: str) -> Callable[[PersonView[P]], View[P]]:
    """Marks a page of a person: open to everybody, and shown only to who has opened her link and is still there."""

    def mark(view: PersonView[P]) -> View[P]:
        @wraps(view)
        def guarded(request: PortalRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            token = request.COOKIES.get(settings.PERSON_COOKIE_NAME)
            here = actor_for_link(token, request.now) if token else None
            if here is None:
                return over(request)
            touch(session=here.session, now=request.now)
            return view(request, here, *args, **kwargs)

        return public(require_http_methods(methods)(guarded))

    return mark


def over(request: PortalRequest) -> HttpResponse:
    """The page of a session that is over, or never was."""
    return page(request, "follow/over.html", words_of(request), {"left": False}, status=OVER)


def remember(token: str) -> HttpResponseRedirect:
    """To her pages, with the cookie of the session: gone with the browser, out of reach of scripts."""
    response = HttpResponseRedirect(url("follow"))
    response.set_cookie(
        settings.PERSON_COOKIE_NAME, token, secure=bool(settings.PUBLIC_HOST), httponly=True, samesite="Lax"
    )
    return response


def forget(response: HttpResponseBase) -> None:
    response.delete_cookie(settings.PERSON_COOKIE_NAME, samesite="Lax")


def chosen(request: PortalRequest) -> str:
    """The language that was chosen on a page before anybody is known; empty: none."""
    asked = (request.POST if request.method == "POST" else request.GET).get("langue", "")
    return asked if asked in offered() else ""


def words_of(request: PortalRequest) -> Words:
    """The language chosen, else the first of the browser's that there is, else French."""
    spoken = [part.split(";")[0].strip().lower()[:2] for part in request.headers.get("Accept-Language", "").split(",")]
    return Words(next((code for code in (chosen(request), *spoken) if code in offered()), "fr"))


def page(
    request: PortalRequest, template: str, words: Words, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page in the language of ``words``."""
    said = {
        "words": words,
        "choices": [(code, each.own_name) for code, each in offered().items()],
        "helpline": settings.PUBLIC_HELPLINE,
        "insurer": settings.INSURER,
        "months": settings.RETENTION_MONTHS,
    }
    return render(request, template, said | context, status=status)
