"""A holder's delegations: the list, a new one, the end of one."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.actions import delegations as actions
from contact_covid.accounts.enums import Delegation, InvitationState
from contact_covid.accounts.models import Invitation
from contact_covid.accounts.rules.invitations import InvitationErrorCode, InvitationRefused, delegations_of
from contact_covid.accounts.team_queries import delegations_by
from contact_covid.core.dates import date_fr
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.period import PARIS
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.delegation.forms import DelegationForm
from contact_covid.portal.invitation.presenters import TAGS, page, period_of, state_of
from contact_covid.portal.paths import to

FIELD_OF = {
    InvitationErrorCode.PAST: "since",
    InvitationErrorCode.REVERSED: "until",
    InvitationErrorCode.TOO_LONG: "until",
    InvitationErrorCode.NOT_OFFERED: "kind",
    InvitationErrorCode.OWN_ADDRESS: "email",
}
MOST = 20


@requires(Permission.DELEGATIONS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: SignedInRequest) -> HttpResponse:
    actor = request.session_info.actor
    actions.check_holder(actor, request.now)
    if request.method != "POST":
        return _list(request, DelegationForm())
    form = DelegationForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    typed = form.cleaned_data
    try:
        actions.delegate(
            actor=actor,
            email=typed["email"],
            kind=typed["kind"],
            since=typed["since"],
            until=typed["until"],
            sent=submission(form.key(), {name: form.typed(name) for name in form.fields}),
            page=page(),
            now=request.now,
        )
    except InvitationRefused as refused:
        form.refuse(FIELD_OF[InvitationErrorCode(refused.code)], refused)
        return _list(request, form)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
            return _list(request, form)
    return to("delegations", "envoyee=1")


def _list(request: SignedInRequest, form: DelegationForm) -> HttpResponse:
    today = date_fr(request.now.astimezone(PARIS))
    values = {name: form.typed(name) for name in form.fields} if form.is_bound else {"since": today}
    rows = [_row(each, request) for each in delegations_by(request.session_info.actor, request.now)[: MOST + 1]]
    context = {
        "rows": rows[:MOST],
        "more": len(rows) > MOST,
        "kinds": [(kind.value, Delegation(kind).label) for kind in delegations_of(request.session_info.actor.role)],
        "values": values,
        "idempotency_key": form.key(),
        **form.told(),
        "sent": "envoyee" in request.GET,
        "ended": "terminee" in request.GET,
    }
    return render(request, "delegation/list.html", context, status=form.status)


def _row(invitation: Invitation, request: SignedInRequest) -> dict[str, object]:
    where = state_of(invitation, request.now)
    who = invitation.post.account if invitation.post else None
    return {
        "id": invitation.id,
        "name": who.name if who else "",
        "email": invitation.email,
        "kind": Delegation(invitation.delegation).label,
        "period": period_of(invitation),
        "state": where.label,
        "tag": TAGS[where],
        "pending": where in {InvitationState.SENT, InvitationState.LAPSED},
        "over": where is InvitationState.ENDED,
    }


@requires(Permission.DELEGATIONS_MANAGE)
@sent_only
def send_again(request: SignedInRequest, invitation: UUID) -> HttpResponse:
    actions.send_again(actor=request.session_info.actor, invitation=invitation, page=page(), now=request.now)
    return to("delegations", "envoyee=1")


@requires(Permission.DELEGATIONS_MANAGE)
@sent_only
def end(request: SignedInRequest, invitation: UUID) -> HttpResponse:
    actions.end(actor=request.session_info.actor, invitation=invitation, now=request.now)
    return to("delegations", "terminee=1")
