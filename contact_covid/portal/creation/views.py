"""Creating an account without a card: who it is for, a proof (security key or letter), address and password, a mail.

Nobody is signed in here. Until a proof is given, no page and no time tells whether a number exists or has an account.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.accounts.actions.enrolments import AccountExists, AddressTaken, TooManyMails, create_account, enrol
from contact_covid.accounts.actions.letters import LettersUnavailable, are_sent, request_letter
from contact_covid.accounts.actions.links import LinkOver
from contact_covid.accounts.actions.security_keys import KeyBlocked, KeyRefused, prove
from contact_covid.accounts.creation_queries import Holder, holder_of_practice, is_structure
from contact_covid.accounts.enums import LinkPurpose, Route
from contact_covid.accounts.queries import enrolled_address, open_link
from contact_covid.portal.access import PortalRequest, public
from contact_covid.portal.creation.forms import DetailsForm, KeyForm, LetterForm, NumberForm
from contact_covid.portal.creation.progress import Progress, drop, keep, progress_of
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.passwords import refuse_password
from contact_covid.portal.paths import to, whole
from contact_covid.portal.wording import sentence

LOST = "reprise=1"
"""Told to the first page by those that come too late, or after another number was typed in another tab."""


@public
@require_http_methods(["GET", "HEAD", "POST"])
def number(request: PortalRequest) -> HttpResponse:
    form = NumberForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = form.cleaned_data["number"]
        response = to("create_account_letter" if is_structure(typed) else "create_account_key")
        keep(response, Progress(typed), request.now)
        return response
    lost = "reprise" in request.GET and not form.is_bound
    return _page(request, "creation/number.html", form, {"lost": lost})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def key(request: PortalRequest) -> HttpResponse:
    progress = progress_of(request)
    if _is_elsewhere(request, progress):
        return to("create_account", LOST)
    form = KeyForm(request.POST if request.method == "POST" else None)
    failure = ""
    if form.is_valid():
        said = {"nir": form.cleaned_data["nir"], "iban_end": form.cleaned_data["iban_end"]}
        try:
            holder = prove(number=progress.number, now=request.now, **said)
        except KeyRefused as refused:
            failure = sentence(refused.code)
        except KeyBlocked as blocked:
            failure = sentence(blocked.code, minutes=blocked.minutes)
        else:
            response = to("create_account_details")
            proved = Progress(progress.number, Route.SECURITY_KEY, holder.place.practice)
            keep(response, proved, request.now)
            return response
    return _page(request, "creation/key.html", form, {"number": progress.number, "failure": failure})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: PortalRequest) -> HttpResponse:
    progress = progress_of(request)
    if _is_elsewhere(request, progress):
        return to("create_account", LOST)
    form = LetterForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and are_sent():
        request_letter(
            number=progress.number,
            email=form.cleaned_data["email"],
            login_page=whole("login"),
            now=request.now,
        )
        response = to("create_account_letter_asked")
        drop(response)
        return response
    context = {
        "number": progress.number,
        "structure": is_structure(progress.number),
        "failure": "" if are_sent() else sentence(LettersUnavailable().code),
    }
    return _page(request, "creation/letter.html", form, context)


@public
@require_safe
def letter_asked(request: PortalRequest) -> HttpResponse:
    return render(request, "creation/letter_asked.html")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: PortalRequest) -> HttpResponse:
    """For who has proved who she is: by her key, or by the letter's code on the login page."""
    progress = progress_of(request)
    holder = holder_of_practice(progress.practice) if progress.practice else None
    if holder is None or _is_elsewhere(request, progress):
        return to("create_account", LOST)
    form = DetailsForm(request.POST if request.method == "POST" else None)
    failure = ""
    if form.is_valid():
        try:
            return _enrol(request, progress, holder, form)
        except PasswordRefused as refused:
            refuse_password(form, refused)
        except (AccountExists, TooManyMails) as refused:
            failure = sentence(refused.code)
    context: dict[str, object] = {
        "number": progress.number,
        "place_number": holder.place.number,
        "holder": holder.name,
        "route": progress.route,
        "failure": failure,
    }
    return _page(request, "creation/details.html", form, context)


def _enrol(request: PortalRequest, progress: Progress, holder: Holder, form: DetailsForm) -> HttpResponse:
    enrolment = enrol(
        route=progress.route or Route.SECURITY_KEY,
        holder=holder,
        email=form.cleaned_data["email"],
        password=form.cleaned_data["password"],
        page=whole("create_account_confirm"),
        now=request.now,
    )
    response = to("create_account_mailed")
    keep(response, Progress(progress.number, progress.route, progress.practice, enrolment), request.now)
    return response


@public
@require_safe
def mailed(request: PortalRequest) -> HttpResponse:
    progress = progress_of(request)
    address = enrolled_address(progress.enrolment) if progress.enrolment else ""
    if not address:
        return to("create_account", LOST)
    return render(request, "creation/mailed.html", {"email": address, "route": progress.route})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PortalRequest, token: str) -> HttpResponse:
    """A look uses nothing: machines follow mailed links too. The button creates the account."""
    if request.method == "POST":
        try:
            create_account(token=token, now=request.now)
        except (LinkOver, AccountExists, AddressTaken) as refused:
            return _confirm_page(request, sentence(refused.code))
        response = to("create_account_created")
        drop(response)
        return response
    link = open_link(token, request.now)
    good = link is not None and link.purpose is LinkPurpose.CREATE_ACCOUNT
    return _confirm_page(request, "" if good else sentence(LinkOver().code))


def _confirm_page(request: PortalRequest, failure: str) -> HttpResponse:
    return render(request, "creation/confirm.html", {"failure": failure}, status=410 if failure else 200)


@public
@require_safe
def created(request: PortalRequest) -> HttpResponse:
    return render(request, "creation/created.html")


def _is_elsewhere(request: PortalRequest, progress: Progress) -> bool:
    """Whether the page belongs to a creation that is over, or to another number than that typed last."""
    return not progress.number or request.POST.get("number", progress.number) != progress.number


def _page(request: PortalRequest, template: str, form: PortalForm, context: dict[str, object]) -> HttpResponse:
    typed = {name: form.typed(name) for name in form.fields if name != "password"}
    return render(request, template, {"typed": typed, "failure": "", **form.told(), **context})
