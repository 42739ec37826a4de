"""What a holder changes: address, password, sessions; and what she tells her fund."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.accounts.actions.fund_reports import ReportRefused, tell_fund
from contact_covid.accounts.actions.links import LinkOver
from contact_covid.accounts.actions.own_account import (
    ChangeRefused,
    EmailPages,
    OwnAccountErrorCode,
    ask_email,
    change_password,
    close_session,
    confirm_email,
)
from contact_covid.accounts.enums import LinkPurpose
from contact_covid.accounts.queries import acting_account, logs_in_by_email, open_link
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.rules.text import clean_text
from contact_covid.portal.access import PortalRequest, SignedInRequest, account_of, public, requires, sent_only
from contact_covid.portal.account import presenters
from contact_covid.portal.account.forms import EmailForm, PasswordForm, ReportForm
from contact_covid.portal.account.views import part, places
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.links import OVER
from contact_covid.portal.passwords import refuse_password
from contact_covid.portal.paths import to, whole
from contact_covid.portal.wording import sentence

_FIELD_OF = {
    OwnAccountErrorCode.SAME_EMAIL: "email",
    OwnAccountErrorCode.WRONG_PASSWORD: "current",
    OwnAccountErrorCode.SAME_PASSWORD: "password",
}
"""At which field an error is told; the others are told for the form as a whole."""


@requires(Permission.PORTAL_USE)
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: SignedInRequest) -> HttpResponse:
    form = EmailForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _email_page(request, form)
    address = form.cleaned_data["email"]
    pages = EmailPages(link=whole("account_email"), door=whole("login"), forgotten=whole("password_forgotten"))
    sent = submission(form.key(), {"email": address})
    current = form.cleaned_data["current"]
    try:
        ask_email(session=request.session_info, email=address, current=current, pages=pages, sent=sent, now=request.now)
    except ChangeRefused as refused:
        _refuse(form, refused)
        return _email_page(request, form)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
            return _email_page(request, form)
    return to("account_security", "adresse")


def _email_page(request: SignedInRequest, form: EmailForm) -> HttpResponse:
    values = {"email": form.typed("email"), "agreed": form.data.get("agreed", "")}
    by_email = logs_in_by_email(account_of(request), request.now)
    return _form_page(request, "email", form, values=values, by_email=by_email)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PortalRequest, token: str) -> HttpResponse:
    """Looking at the link does nothing: a mail reader that fetches it changes nothing."""
    link = open_link(token, request.now)
    good = link is not None and link.purpose == LinkPurpose.CHANGE_EMAIL
    if request.method == "POST":
        try:
            confirm_email(token=token, door=whole("login"), now=request.now)
        except (LinkOver, ChangeRefused) as refused:
            return _confirm_page(request, failure=sentence(refused.code))
        return _confirm_page(request, done=True)
    if not good:
        return _confirm_page(request, failure=sentence(LinkOver().code))
    return _confirm_page(request, email=link.email if link else "")


def _confirm_page(request: PortalRequest, *, email: str = "", done: bool = False, failure: str = "") -> HttpResponse:
    context = {"email": email, "done": done, "failure": failure}
    return render(request, "account/confirm.html", context, status=OVER if failure else 200)


@requires(Permission.PORTAL_USE)
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: SignedInRequest) -> HttpResponse:
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _form_page(request, "password", form)
    given = form.cleaned_data
    try:
        change_password(
            session=request.session_info,
            current=given["current"],
            new=given["password"],
            forgotten=whole("password_forgotten"),
            now=request.now,
        )
    except ChangeRefused as refused:
        _refuse(form, refused)
    except PasswordRefused as refused:
        refuse_password(form, refused)
    else:
        return to("account_security", "mot-de-passe")
    return _form_page(request, "password", form)


@requires(Permission.PORTAL_USE)
@sent_only
def close(request: SignedInRequest, session: UUID) -> HttpResponse:
    closed = close_session(session=request.session_info, other=session, now=request.now)
    return to("account_security", "fermee" if closed else "deja-fermee")


@requires(Permission.PORTAL_USE)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedInRequest) -> HttpResponse:
    shown = [presenters.place_of(place) for place in places(request, acting_account(request.session_info.actor))]
    told = [(place.id, place.summary) for place in shown if place.can_be_told]
    if request.method != "POST":
        return _report_page(request, ReportForm(None, places=()), told)
    form = ReportForm(request.POST, places=[UUID(place) for place, _ in told])
    if not form.is_valid():
        return _report_page(request, form, told)
    place, text = form.cleaned_data["place"], form.cleaned_data["text"]
    sent = submission(form.key(), {"place": place, "text": text})
    try:
        tell_fund(session=request.session_info, practice=UUID(place), text=text, sent=sent, now=request.now)
    except ReportRefused as refused:
        form.refuse("text", refused)
        return _report_page(request, form, told)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
            return _report_page(request, form, told)
    return to("account", "signale")


def _report_page(request: SignedInRequest, form: ReportForm, told: list[tuple[str, str]]) -> HttpResponse:
    chosen = form.typed("place") or (told[0][0] if told else "")
    values = {"place": chosen, "text": clean_text(str(form.data.get("text", "")))}
    return _form_page(request, "report", form, values=values, places=told)


def _form_page(request: SignedInRequest, name: str, form: PortalForm, **more: Any) -> HttpResponse:
    return part(request, name, status=form.status, **form.told(), idempotency_key=form.key(), **more)


def _refuse(form: PortalForm, refused: ChangeRefused) -> None:
    form.refuse(_FIELD_OF.get(OwnAccountErrorCode(refused.code)), refused, minutes=refused.minutes)
