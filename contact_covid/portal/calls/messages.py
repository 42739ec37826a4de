"""The messages of the person called: what she was sent, whether it arrived, and what she wants no more of."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.core.dates import datetime_fr
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.records import format_number
from contact_covid.messaging.enums import Answer, Channel, MessageState, Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.refusal_actions import REFUSABLE
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.calls.pages import back_to_card, leave_card, leaves_card, not_kept, show_card, show_over
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.mailbox.views import STATE_TAGS
from contact_covid.portal.posted import key_of
from contact_covid.portal.wording import sentence
from contact_covid.tracing.rules.links import LinkError
from contact_covid.worklist.actions.messages import messages_of, say_refused, send_link_again
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver, second_notes


class RefusalForm(PortalForm):
    email = forms.BooleanField(label="Ne veut plus de courriels", required=False)
    sms = forms.BooleanField(label="Ne veut plus de SMS", required=False)

    def refused(self) -> list[Channel]:
        return [channel for channel in REFUSABLE if self.cleaned_data[channel.value]]


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: SignedInRequest, lease: UUID) -> HttpResponse:
    if leaves_card(request):
        return leave_card(request, lease, "call_messages")
    try:
        return _messages(request, lease)
    except (LeaseEnded, LeaseTakenOver) as over:
        return show_over(request, lease, over)


def _messages(request: SignedInRequest, lease: UUID) -> HttpResponse:
    actor = request.session_info.actor
    if request.method == "POST":
        form = RefusalForm(request.POST)
        if form.is_valid():  # boxes are ticked or not
            say_refused(actor=actor, lease=lease, refused=form.refused(), now=request.now)
        return back_to_card(lease, "messages")
    found = messages_of(actor=actor, lease=lease, now=request.now)
    context = {
        "lease": lease,
        "seen": second_notes(lease),
        "record_number": format_number(found.fiche.number),
        "rows": [_row(each) for each in found.sent],
        "boxes": [
            (channel.value, str(RefusalForm.base_fields[channel.value].label), channel in found.refused)
            for channel in REFUSABLE
        ],
    }
    return render(request, "calls/messages.html", context)


@requires(Permission.CALL_RECORD)
@sent_only
def link(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """The person's secure link once more; what was typed of the outcome waits."""
    sent = submission(f"link {key_of(request)}", {"lease": str(lease)})
    stopped = not_kept(request, lease)
    if stopped:
        return stopped
    try:
        send_link_again(actor=request.session_info.actor, lease=lease, submission=sent, now=request.now)
    except LinkError as error:
        return show_card(request, lease, mistakes=[("", sentence(error.code))])
    except (LeaseEnded, LeaseTakenOver) as over:
        return show_over(request, lease, over)
    except AlreadyRecorded:
        pass  # pressed twice: it is sent
    return back_to_card(lease, "lien")


def _row(message: Message) -> dict[str, str]:
    state = MessageState(message.state)
    return {
        "at": datetime_fr(message.created_at),
        "what": Template(message.template).label,
        "channel": Channel(message.channel).label,
        "state": state.label,
        "tag": STATE_TAGS[state],
        "then": "remise dans la file d’appels" if message.answer == Answer.CALL else message.get_failure_display(),
    }
