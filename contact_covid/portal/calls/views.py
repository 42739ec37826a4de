"""The call of one person: her card, how it ended, the fiche kept or given back."""

from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.directory.queries import zone_of
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.calls import presenters
from contact_covid.portal.calls.area import to_list, to_next
from contact_covid.portal.calls.forms import OutcomeForm, what_was_said
from contact_covid.portal.calls.pages import show_card, who_changed
from contact_covid.portal.posted import key_of, version_of
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.worklist.actions.outcomes import Recorded, record_outcome
from contact_covid.worklist.actions.queue import release, renew
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver, lease_of, second_notes
from contact_covid.worklist.rules.ladder import CallError, CallErrorCode

RECORDED = "Cet appel est déjà enregistré"
_FIELDS: Mapping[str, str] = {
    CallErrorCode.NOTE_TOO_LONG: "note",
    CallErrorCode.LANGUAGE_MISSING: "spoken",
    CallErrorCode.REPRESENTATIVE_MISSING: "representative_phone",
}
CHANGED = "Cette fiche a été modifiée pendant votre appel"


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: SignedInRequest, lease: UUID) -> HttpResponse:
    if request.method != "POST":
        return show_card(request, lease)
    form = OutcomeForm(request.POST, zone=lambda: _zone(request, lease))
    return _save(request, lease, form) if form.is_valid() else show_card(request, lease, form=form)


def _save(request: SignedInRequest, lease: UUID, form: OutcomeForm) -> HttpResponse:
    try:
        made = record_outcome(
            actor=request.session_info.actor,
            lease=lease,
            outcome=form.outcome_told,
            note=form.cleaned_data["note"],
            call_back_at=form.cleaned_data["call_back_at"],
            language=form.cleaned_data["language"],
            said=form.said(),
            version=version_of(request),
            submission=submission(key_of(request), {"lease": str(lease), **what_was_said(request.POST.dict())}),
            now=request.now,
        )
    except CallError as error:
        form.refuse(_FIELDS.get(error.code, "call_back_at"), error)
        return show_card(request, lease, form=form)
    except AlreadyRecorded as already:
        if not already.same:
            return show_card(request, lease, conflict=RECORDED)
        return _onwards(request, form, {"enregistre": str(already.target)})
    except LeaseEnded:
        return show_card(request, lease, conflict=RECORDED)
    except FicheChanged as changed:
        return show_card(request, lease, conflict=CHANGED, told=who_changed(changed.number))
    return _onwards(request, form, _told(made))


def _onwards(request: SignedInRequest, form: OutcomeForm, told: Mapping[str, str]) -> HttpResponse:
    return to_list(**told) if form.stops else to_next(request, **told)


def _told(made: Recorded) -> dict[str, str]:
    """What the next page is to say, in ids and codes."""
    return {"enregistre": str(made.attempt)} | ({"consignes": made.notice} if made.notice else {})


@requires(Permission.CALL_CLAIM)
@sent_only
def keep(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """The beat of an open page: until when the fiche is kept, and how many notes others have added meanwhile."""
    try:
        edits = "edits" in request.POST
        until = renew(actor=request.session_info.actor, lease=lease, now=request.now, edits=edits)
    except (LeaseEnded, LeaseTakenOver):
        return JsonResponse({"kept": False})
    return JsonResponse({"kept": True, "until": presenters.clock(until), "notes": second_notes(lease)})


@requires(Permission.CALL_CLAIM)
@sent_only
def give_back(request: SignedInRequest, lease: UUID) -> HttpResponse:
    release(actor=request.session_info.actor, lease=lease, now=request.now)
    return to_list(rendue="")


def _zone(request: SignedInRequest, lease: UUID) -> ZoneInfo:
    return zone_of(lease_of(request.session_info.actor, lease, request.now).fiche.department)
