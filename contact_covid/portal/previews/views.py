"""What the service writes to people, to be read before it is sent: by message and language, about nobody."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contact_covid.access.enums import Permission
from contact_covid.core.period import PARIS
from contact_covid.messaging import letters
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.queries import frame_of_service
from contact_covid.messaging.rules.languages import is_reviewed, languages
from contact_covid.messaging.rules.translations import Written
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.mailbox.views import ALONE
from contact_covid.portal.previews import presenters
from contact_covid.portal.previews.presenters import Model, NoSuchPreview

DEPARTMENT = "Seine-Saint-Denis (93)"


@requires(Permission.MESSAGES_PREVIEW)
@require_safe
def previews(request: SignedInRequest) -> HttpResponse:
    return render(request, "previews/list.html", {"groups": presenters.groups()})


@requires(Permission.MESSAGES_PREVIEW)
@require_safe
def preview(request: SignedInRequest, template: str, language: str) -> HttpResponse:
    shown, frame = _model(request, template, language), frame_of_service()
    mail = shown.words(Channel.EMAIL, frame) if Channel.EMAIL in shown.channels else None
    sms = shown.words(Channel.SMS, frame) if Channel.SMS in shown.channels else None
    warning, digest = presenters.warning(shown)
    context = {
        "template": shown.template.value,
        "what": shown.template.label,
        "language": shown.language.value,
        "direction": languages()[shown.language.value].direction,
        "facts": presenters.facts(shown),
        "warning": warning,
        "digest": digest,
        "subject": mail.subject if mail else "",
        "text": presenters.paragraphs(mail.text) if mail else [],
        "sms": sms.text if sms else "",
        "sms_facts": presenters.sms(sms) if sms else [],
        "has_letter": Channel.LETTER in shown.channels,
        "mails_its_letter": shown.content.mails_its_letter,
    }
    return render(request, "previews/message.html", context)


@requires(Permission.MESSAGES_PREVIEW)
@require_safe
def html(request: SignedInRequest, template: str, language: str) -> HttpResponse:
    """The mail as a mail reader draws it, out of the reach of everything."""
    shown = _model(request, template, language)
    words = shown.words(Channel.EMAIL, frame_of_service())
    return HttpResponse(words.html, headers={"Content-Security-Policy": ALONE})


@requires(Permission.MESSAGES_PREVIEW)
@require_safe
def letter(request: SignedInRequest, template: str, language: str) -> HttpResponse:
    shown = _model(request, template, language)
    if Channel.LETTER not in shown.channels:
        raise Http404
    pdf = letters.letter(
        shown.content,
        written=Written((shown.language,), unreviewed=not is_reviewed(shown.template.value, shown.language.value)),
        frame=frame_of_service(),
        department=DEPARTMENT,
        now=request.now,
    )
    disposition = f'attachment; filename="modele-{shown.template.value}-{shown.language.value}.pdf"'
    return HttpResponse(pdf, "application/pdf", headers={"Content-Disposition": disposition})


def _model(request: SignedInRequest, template: str, language: str) -> Model:
    """Raises ``Http404``."""
    today = request.now.astimezone(PARIS).date()
    try:
        return presenters.model(template, language, today=today, address=settings.PUBLIC_URL)
    except NoSuchPreview:
        raise Http404 from None
