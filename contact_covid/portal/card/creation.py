"""The creation of an account by card: the window, the form, the mail that was sent, the link in it."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.accounts.actions.cards import card_of_creation
from contact_covid.accounts.actions.enrolments import (
    EnrolmentErrorCode,
    EnrolmentRefused,
    check_may_enrol,
    confirm_enrolment,
    enrol,
)
from contact_covid.accounts.actions.links import LinkErrorCode, LinkOver
from contact_covid.accounts.enums import LinkPurpose, Route
from contact_covid.accounts.models import Enrolment
from contact_covid.accounts.queries import open_link
from contact_covid.accounts.rules.certificates import CardErrorCode
from contact_covid.directory.models import Professional
from contact_covid.directory.queries import practices_of
from contact_covid.portal.access import PortalRequest, public
from contact_covid.portal.card.forms import CreationForm
from contact_covid.portal.wording import sentence


def _by_card(view: Callable[[PortalRequest, Professional], HttpResponse]) -> Callable[[PortalRequest], HttpResponse]:
    """For the browser whose card was just read, of somebody who may create an account; others are told why not."""

    @wraps(view)
    def with_holder(request: PortalRequest) -> HttpResponse:
        card = card_of_creation(request.COOKIES.get(settings.CARD_COOKIE_NAME, ""), request.now)
        if card is None:
            return redirect("card_refused", reason=CardErrorCode.TICKET_OVER.name.lower())
        if card.is_of_director:
            return _refusal(request, EnrolmentErrorCode.DIRECTOR)
        try:
            holder = check_may_enrol(Professional.objects.filter(national_id=card.national_id).first())
        except EnrolmentRefused as refused:
            return _refusal(request, refused.code)
        return view(request, holder)

    return with_holder


def _refusal(request: HttpRequest, code: StrEnum) -> HttpResponse:
    why = sentence(code)
    return render(request, "card/no_creation.html", {"errors": [("", why)], "why": why}, status=403)


@public
@require_safe
@_by_card
def invitation(request: PortalRequest, holder: Professional) -> HttpResponse:
    return render(request, "card/invitation.html", {"name": holder.display_name})


@public
@require_http_methods(["GET", "HEAD", "POST"])
@_by_card
def form(request: PortalRequest, holder: Professional) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, holder, CreationForm(holder))
    typed = CreationForm(holder, request.POST)
    if not typed.is_valid():
        return _form_page(request, holder, typed)
    enrol(
        route=Route.CARD,
        professional=holder,
        email=typed.cleaned_data["email"],
        password=typed.cleaned_data["password_hash"],
        page=f"{settings.PUBLIC_URL}/creation-de-compte/valider/",
        now=request.now,
    )
    return redirect("card_creation_requested")


def _form_page(request: PortalRequest, holder: Professional, typed: CreationForm) -> HttpResponse:
    numbers = [place.number for place in practices_of(holder.id) if place.number]
    context = {
        "name": holder.display_name,
        "numbers": numbers,
        "values": {name: typed.typed(name) for name in ("email", "mail_consent", "terms")},
        "errors": typed.sentences(),
        "summary": typed.summary(),
    }
    return render(request, "card/form.html", context)


@public
@require_safe
@_by_card
def requested(request: PortalRequest, holder: Professional) -> HttpResponse:
    email = Enrolment.objects.filter(professional=holder).order_by("-id").values_list("email", flat=True).first()
    if email is None:
        return redirect("card_creation")
    return render(request, "card/requested.html", {"email": email})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PortalRequest, token: str) -> HttpResponse:
    """The mailed link: a look shows a button and changes nothing, whatever program follows links in mails."""
    if request.method != "POST":
        link = open_link(token, request.now)
        if link is None or link.purpose != LinkPurpose.CREATE_ACCOUNT:
            return _refusal(request, LinkErrorCode.OVER)
        return render(request, "card/confirm.html", {"email": link.email})
    try:
        confirm_enrolment(token=token, now=request.now)
    except (LinkOver, EnrolmentRefused) as refused:
        return _refusal(request, refused.code)
    response = render(request, "card/created.html", {})
    response.delete_cookie(settings.CARD_COOKIE_NAME, samesite="Lax")
    return response
