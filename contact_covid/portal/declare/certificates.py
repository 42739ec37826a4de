"""The isolation letter: handed out from the fiche, verified by whoever is shown it."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.guard import count, key_of
from contact_covid.accounts.rules.guard import minutes_left
from contact_covid.core.dates import date_fr
from contact_covid.core.records import format_number
from contact_covid.core.rules.tokens import digest_of
from contact_covid.directory.rules.countries import countries
from contact_covid.messaging.letters import IsolationLetter, isolation_letter
from contact_covid.messaging.queries import department_in_words, frame_of_service
from contact_covid.messaging.rules.content import envelope
from contact_covid.portal.access import PortalRequest, SignedInRequest, public, requires, sent_only
from contact_covid.portal.declare.forms import VerifyForm
from contact_covid.portal.paths import to
from contact_covid.portal.wording import sentence
from contact_covid.tracing.actions.certificates import Certified, Verified, issue_certificate, verify_certificate
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules.certificates import CertificateError

TRIES = 5
PDF = "application/pdf"


@requires(Permission.CERTIFICATE_ISSUE)
@sent_only
def letter(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    try:
        certified = issue_certificate(actor=request.session_info.actor, fiche=fiche, now=request.now)
    except CertificateError as error:
        return to("own_fiche", str(error.code), fiche=fiche)
    pdf = isolation_letter(_letter(request, certified), frame=frame_of_service(), now=request.now)
    name = f"lettre-isolement-{format_number(certified.number)}.pdf"
    return HttpResponse(pdf, content_type=PDF, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _letter(request: SignedInRequest, certified: Certified) -> IsolationLetter:
    person, info = certified.identity, request.session_info
    assert person.birth_date is not None  # a letter is for a birth date
    lines = envelope((person.name, person.street), person.postcode, person.commune)
    abroad = countries().get(person.country, "")
    return IsolationLetter(
        is_index=certified.kind is FicheKind.INDEX,
        disease=certified.disease,
        name=person.name,
        born=person.birth_date,
        number=format_number(certified.number),
        department=department_in_words(certified.department),
        issuer=info.profile.place or info.profile.name,
        since=certified.days.since,
        until=certified.days.until,
        address=f"{settings.PUBLIC_URL}{reverse('certificate', kwargs={'code': certified.code})}",
        envelope=(*lines, abroad.upper()) if abroad else lines,
    )


@public
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: PortalRequest, code: str) -> HttpResponse:
    """Asks for the birth date; the answer names nobody, and is the same for a code that nobody was given."""
    if request.method != "POST":
        return _page(request)
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    tried = count(key_of(b"document:" + digest_of(code)), request.now, limit=TRIES)
    if not tried.may_be_evaluated(TRIES):
        minutes = minutes_left(tried.blocked_until or request.now, request.now)
        return _page(
            request, form=form, told=("warn", "Trop d’essais.", sentence("certificate.tries", minutes=minutes))
        )
    found = verify_certificate(code=code, born=form.cleaned_data["birth_date"])
    return _page(request, form=form, told=_told(found))


def _told(found: Verified | None) -> tuple[str, str, str]:
    if found is None:
        return "warn", "Document non reconnu.", sentence("certificate.unknown")
    if not found.stands:
        return "warn", "Document qui n’est plus valable.", sentence("certificate.void", day=date_fr(found.issued_on))
    until = f"au {date_fr(found.days.until)}" if found.days.until else "à la guérison constatée par le médecin"
    period = f"du {date_fr(found.days.since)} {until}"
    return "ok", "Document valable.", f"Il a bien été délivré le {date_fr(found.issued_on)}, pour la période {period}."


def _page(
    request: PortalRequest, *, form: VerifyForm | None = None, told: tuple[str, str, str] | None = None
) -> HttpResponse:
    context = {
        "birth_date": form.typed("birth_date") if form else "",
        "told": told,
        **(form or VerifyForm()).told(),
    }
    return render(request, "declare/certificate.html", context)
