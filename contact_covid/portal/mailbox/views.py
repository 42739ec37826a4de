"""The mailbox of the demonstration: what would have left for the persons concerned. It exists with DEMO=1 only."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contact_covid.access.enums import Permission
from contact_covid.accounts.enums import Step
from contact_covid.core.dates import datetime_fr
from contact_covid.core.records import format_number
from contact_covid.core.rules import phone
from contact_covid.messaging.actions import MessageNotFound, read
from contact_covid.messaging.channels.parcel import Parcel
from contact_covid.messaging.enums import Channel, Language, MessageState, Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import latest
from contact_covid.messaging.rules.languages import languages
from contact_covid.messaging.rules.sms import length_of
from contact_covid.portal.access import SignedInRequest, requires

SHOWN = 100
in_demo = requires(Permission.PORTAL_USE, during=tuple(Step))  # some steps of a login wait for a mail
STATE_TAGS = {
    MessageState.QUEUED: "wait",
    MessageState.SENT: "ok",
    MessageState.FAILED: "ko",
    MessageState.DELIVERED: "ok",
    MessageState.UNDELIVERED: "ko",
}
ALONE = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""What the HTML of a message may do when it is shown as it is: nothing."""


@in_demo
@require_safe
def mailbox(request: SignedInRequest) -> HttpResponse:
    rows = [{"id": str(row.id), **_line(row)} for row in latest(SHOWN)]
    return render(request, "mailbox/list.html", {"rows": rows, "most": SHOWN})


@in_demo
@require_safe
def message(request: SignedInRequest, message: UUID) -> HttpResponse:
    row, parcel = read(actor=request.session_info.actor, message=message, now=request.now)
    context = {"id": str(row.id), "row": _line(row), "parcel": parcel, **(_read(row, parcel) if parcel else {})}
    return render(request, "mailbox/message.html", context)


@in_demo
@require_safe
def html(request: SignedInRequest, message: UUID) -> HttpResponse:
    """The message as a mail reader draws it, out of the reach of everything."""
    written = _opened(request, message).words.html
    if not written:  # an SMS
        raise MessageNotFound
    return HttpResponse(written, headers={"Content-Security-Policy": ALONE})


@in_demo
@require_safe
def letter(request: SignedInRequest, message: UUID) -> HttpResponse:
    attachments = _opened(request, message).attachments
    if not attachments:
        raise MessageNotFound
    [attached] = attachments
    disposition = f'attachment; filename="{attached.name}"'
    return HttpResponse(attached.content, attached.media_type, headers={"Content-Disposition": disposition})


def _opened(request: SignedInRequest, message: UUID) -> Parcel:
    """Raises ``MessageNotFound``, for a message that was wiped too."""
    _, parcel = read(actor=request.session_info.actor, message=message, now=request.now)
    if parcel is None:
        raise MessageNotFound
    return parcel


def _read(row: Message, parcel: Parcel) -> dict[str, str]:
    """What the page says of the words: in which language they are, how long an SMS is."""
    is_sms, [first, *_] = row.channel == Channel.SMS, parcel.languages
    length = length_of(parcel.words.text)
    recipient = phone.display(parcel.recipient) if is_sms else parcel.recipient
    return {
        "lang": first.value if len(parcel.languages) == 1 else "",
        "direction": languages()[first.value].direction,
        "written": " puis ".join(language.label.lower() for language in parcel.languages),
        "recipient": recipient,
        "length": f"{length.units} signes, soit {length.segments} SMS" if is_sms else "",
    }


def _line(row: Message) -> dict[str, str]:
    state = MessageState(row.state)
    return {
        "at": datetime_fr(row.created_at),
        "what": Template(row.template).label,
        "channel": Channel(row.channel).label,
        "language": Language(row.language).label,
        "number": format_number(row.number) if row.number else "",
        "state": state.label,
        "tag": STATE_TAGS[state],
        "sent_at": datetime_fr(row.sent_at) if row.sent_at else "",
    }
