"""What a holder changes: address, password, sessions; and what she tells her fund."""

import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

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
from contact_covid.accounts.queries import acting_account, open_link
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.rules.text import clean_line, clean_text
from contact_covid.portal.access import PortalRequest, SignedInRequest, public, requires
from contact_covid.portal.account import presenters
from contact_covid.portal.account.forms import EmailForm, PasswordForm, ReportForm
from contact_covid.portal.account.views import part, places
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.paths import to, url
from contact_covid.portal.wording import sentence

_FIELD_OF = {
    OwnAccountErrorCode.SAME_EMAIL: "email",
    OwnAccountErrorCode.WRONG_PASSWORD: "current",
    OwnAccountErrorCode.SAME_PASSWORD: "new",
}
"""At which field an error is told; the others are told for the form as a whole."""


@requires(Permission.PORTAL_USE)
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return _email_page(request, EmailForm(), [])
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _email_page(request, form, form.sentences())
    address = form.cleaned_data["email"]
    pages = EmailPages(link=_whole("account_email"), door=_whole("login"), forgotten=_whole("password_forgotten"))
    sent = submission(_key(request), {"email": address})
    current = form.cleaned_data["current"]
    try:
        ask_email(session=request.session_info, email=address, current=current, pages=pages, sent=sent, now=request.now)
    except ChangeRefused as refused:
        return _email_page(request, form, [_told(refused)])
    except AlreadyRecorded:
        pass  # the same form again: its mail has gone
    return to("account_security", "adresse")


def _email_page(request: SignedInRequest, form: EmailForm, errors: list[tuple[str, str]]) -> HttpResponse:
    values = {"email": form.typed("email"), "agreed": form.data.get("agreed", "")}
    return _form_page(request, "email", form, errors, values=values)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PortalRequest, token: str) -> HttpResponse:
    """Looking at the link does nothing: a mail reader that fetches it changes nothing."""
    link = open_link(token, request.now)
    good = link is not None and link.purpose == LinkPurpose.CHANGE_EMAIL
    if request.method == "POST":
        try:
            confirm_email(token=token, door=_whole("login"), now=request.now)
        except (LinkOver, ChangeRefused) as refused:
            return _confirm_page(request, error=sentence(refused.code))
        return _confirm_page(request, done=True)
    if not good:
        return _confirm_page(request, error=sentence(LinkOver().code))
    return _confirm_page(request, email=link.email if link else "")


def _confirm_page(request: PortalRequest, *, email: str = "", done: bool = False, error: str = "") -> HttpResponse:
    status = 410 if error else 200
    return render(request, "account/confirm.html", {"email": email, "done": done, "error": error}, status=status)


@requires(Permission.PORTAL_USE)
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, "password", PasswordForm(), [])
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _form_page(request, "password", form, form.sentences())
    given = form.cleaned_data
    try:
        change_password(
            session=request.session_info,
            current=given["current"],
            new=given["new"],
            forgotten=_whole("password_forgotten"),
            now=request.now,
        )
    except ChangeRefused as refused:
        return _form_page(request, "password", form, [_told(refused)])
    except PasswordRefused as refused:
        return _form_page(request, "password", form, [("new", sentence(fault)) for fault in refused.faults])
    return to("account_security", "mot-de-passe")


@requires(Permission.PORTAL_USE)
@require_POST
def close(request: SignedInRequest, session: UUID) -> HttpResponse:
    closed = close_session(session=request.session_info, other=session, now=request.now)
    return to("account_security", "fermee" if closed else "deja-fermee")


@requires(Permission.PORTAL_USE)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedInRequest) -> HttpResponse:
    shown = [presenters.place_of(place) for place in places(request, acting_account(request.session_info.actor))]
    told = [(place.id, place.summary) for place in shown if place.can_be_told]
    if request.method != "POST":
        return _report_page(request, ReportForm(None, places=()), [], told)
    form = ReportForm(request.POST, places=[UUID(place) for place, _ in told])
    if not form.is_valid():
        return _report_page(request, form, form.sentences(), told)
    place, text = form.cleaned_data["place"], form.cleaned_data["text"]
    sent = submission(_key(request), {"place": place, "text": text})
    try:
        tell_fund(session=request.session_info, practice=UUID(place), text=text, sent=sent, now=request.now)
    except ReportRefused as refused:
        return _report_page(request, form, [("text", sentence(refused.code))], told)
    except AlreadyRecorded:
        pass  # the same form again: its mail has gone
    return to("account", "signale")


def _report_page(
    request: SignedInRequest, form: ReportForm, errors: list[tuple[str, str]], told: list[tuple[str, str]]
) -> HttpResponse:
    chosen = form.typed("place") or (told[0][0] if told else "")
    values = {"place": chosen, "text": clean_text(str(form.data.get("text", "")))}
    return _form_page(request, "report", form, errors, values=values, places=told)


def _form_page(
    request: SignedInRequest, name: str, form: PortalForm, errors: list[tuple[str, str]], **more: Any
) -> HttpResponse:
    """The form again, with what was typed and what is wrong, the first error of each field beside it."""
    by_field = dict(reversed(errors))
    summary = [(at, f"{form.fields[at].label} : {text}" if at in form.fields else text) for at, text in errors]
    return part(request, name, errors=summary, by_field=by_field, idempotency_key=_key(request), **more)


def _told(refused: ChangeRefused) -> tuple[str, str]:
    return _FIELD_OF.get(OwnAccountErrorCode(refused.code), ""), sentence(refused.code, minutes=refused.minutes)


def _key(request: SignedInRequest) -> str:
    return clean_line(request.POST.get("idempotency_key", "")) or secrets.token_urlsafe(16)


def _whole(name: str) -> str:
    return f"{settings.PUBLIC_URL}{url(name)}"
