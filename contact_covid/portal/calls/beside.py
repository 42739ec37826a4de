"""What the person called says beside how the call ended: whom she has met, and what of herself is otherwise."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.core.dates import date_fr
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.records import format_number
from contact_covid.people.enums import NirHolder, Sex
from contact_covid.people.rules.identity import Identity
from contact_covid.portal import conflicts
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.calls.forms import CorrectionForm
from contact_covid.portal.calls.pages import back_to_card, leave_card, leaves_card, show_over, who_changed
from contact_covid.portal.field_names import named
from contact_covid.portal.paths import to
from contact_covid.portal.person import household
from contact_covid.portal.person.forms import (
    COVERAGES,
    ContactForm,
    contact_choices,
    form_context,
    form_submission,
    typed,
    what_was_typed,
)
from contact_covid.portal.person.presenters import UNKNOWN, identity_values
from contact_covid.portal.posted import key_of, today_of, version_of
from contact_covid.portal.stays.presenters import ASKED, met_there
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.enums import Consent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.registration import RegistrationError
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.tracing.stay_queries import stays_of
from contact_covid.worklist.actions.card import household_of
from contact_covid.worklist.actions.contacts import name_during_call, open_index
from contact_covid.worklist.actions.corrections import correct_during_call, open_called
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver, second_notes

NAMED = "Ce contact est déjà enregistré"
CHANGED = "Cette fiche a été modifiée pendant votre saisie"
CORRECTED = "Une autre correction est déjà enregistrée"
CANCELLED = "Cette fiche est annulée : elle ne peut plus être corrigée"
FIELD_LABELS = named(name for name in CorrectionForm.base_fields if name != "department")
_FIRST_CONTACT = {"same_household": "on", "same_address": "on", "nir_holder": NirHolder.OWN, "sex": Sex.UNKNOWN}
_CHOICES = dict([*NirHolder.choices, *COVERAGES[1:], *Consent.choices])


# --- Whom she has met ----------------------------------------------------------------------------------------------


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """A contact whom the patient zéro names on the telephone."""
    if leaves_card(request):
        return leave_card(request, lease, "call_contact")
    actor = request.session_info.actor
    fiche, identity = open_index(actor=actor, lease=lease, now=request.now)
    if request.method != "POST":
        there = {**_met_there(request, fiche), **_household(request, lease, fiche, identity)}
        return _contact_page(request, lease, fiche, identity, there=there)
    form = ContactForm(request.POST, today=today_of(request), index=identity, department=fiche.department)
    if not form.is_valid():
        return _contact_page(request, lease, fiche, identity, form=form)
    try:
        name_during_call(
            actor=actor, lease=lease, contacts=[form.named()], submission=form_submission(form), now=request.now
        )
    except AlreadyRecorded as already:
        if not already.same:
            return _contact_page(request, lease, fiche, identity, form=form, conflict=NAMED)
    if request.POST.get("then") != "another":
        return back_to_card(lease, "ajoute#contacts")
    return to("call_contact", "ajoute", lease=lease)


def _met_there(request: SignedInRequest, fiche: Fiche) -> Mapping[str, str]:
    """The form for somebody who was at the place that the address names."""
    if not (asked := request.GET.get(ASKED, "")):
        return {}
    known = stays_of(request.session_info.actor, fiche.id)
    stay = next((each for each in known if str(each.id) == asked), None)
    return {"same_household": "", "same_address": "", **met_there(stay.named)} if stay else {}


def _household(request: SignedInRequest, lease: UUID, fiche: Fiche, index: Identity) -> Mapping[str, str]:
    """The form for somebody who lives with the patient zéro, when the address asks for it."""
    member = household.asked(request.GET.get(household.ASKED, ""))
    if member is None:
        return {}
    others = household_of(actor=request.session_info.actor, lease=lease, now=request.now)
    consent = Consent(fiche.consent)
    return household.household_values(member, index, consent, fiche.department, others, today_of(request))


def _contact_page(
    request: SignedInRequest,
    lease: UUID,
    fiche: Fiche,
    index: Identity,
    *,
    there: Mapping[str, str] = {},
    form: ContactForm | None = None,
    conflict: str = "",
) -> HttpResponse:
    context = form_context(typed(form) if form else _FIRST_CONTACT | dict(there), form) | contact_choices()
    context |= {
        "lease": lease,
        "seen": second_notes(lease),
        "idempotency_key": secrets.token_urlsafe(16) if conflict else key_of(request),
        "index_name": index.name,
        "window": date_fr(fiche.index_case.window_start),
        "conflict_title": conflict,
        "added": "ajoute" in request.GET,
    }
    return render(request, "calls/contact.html", context, status=409 if conflict else 200)


# --- What of herself is otherwise ----------------------------------------------------------------------------------


@requires(Permission.CALL_CORRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """What the person on the telephone corrects of herself."""
    if leaves_card(request):
        return leave_card(request, lease, "call_correct")
    try:
        return _correct(request, lease)
    except (LeaseEnded, LeaseTakenOver) as over:
        return show_over(request, lease, over, lost=_in_words(what_was_typed(CorrectionForm, request.POST.dict())))


def _correct(request: SignedInRequest, lease: UUID) -> HttpResponse:
    fiche, identity = open_called(actor=request.session_info.actor, lease=lease, now=request.now)
    stored = _stored(fiche, identity, today_of(request))
    if request.method != "POST":
        return _correction_page(request, lease, fiche, identity, stored)
    # An answer that was not sent stays as it is.
    form = CorrectionForm(stored | request.POST.dict(), lives_in=fiche.department)
    if not form.is_valid():
        return _correction_page(request, lease, fiche, identity, typed(form), form=form)
    return _save(request, lease, fiche, identity, form)


def _save(
    request: SignedInRequest, lease: UUID, fiche: Fiche, identity: Identity, form: CorrectionForm
) -> HttpResponse:
    said = {**what_was_typed(CorrectionForm, request.POST.dict()), "about": str(fiche.id)}
    try:
        correct_during_call(
            actor=request.session_info.actor,
            lease=lease,
            said=form.said(),
            version=version_of(request),
            submission=submission(key_of(request), said),
            now=request.now,
        )
    except AlreadyRecorded as already:
        if not already.same:
            return _conflict(request, lease, form, CORRECTED, fresh_key=True)
    except FicheChanged as changed:
        return _conflict(request, lease, form, CHANGED, who_changed(changed.number))
    except ForbiddenTransition:
        return _conflict(request, lease, form, CANCELLED)
    except RegistrationError as error:
        form.refuse("nir", error)
        return _correction_page(request, lease, fiche, identity, typed(form), form=form)
    return back_to_card(lease, "corrige")


def _conflict(
    request: SignedInRequest,
    lease: UUID,
    form: CorrectionForm,
    title: str,
    told: Sequence[str] = (),
    *,
    fresh_key: bool = False,
) -> HttpResponse:
    """The form with what was typed, and what is stored by now."""
    fiche, identity = open_called(actor=request.session_info.actor, lease=lease, now=request.now)
    stored = _stored(fiche, identity, today_of(request))
    told = [*told, *conflicts.differences(typed(form), stored, FIELD_LABELS, _shown)]
    return _correction_page(
        request, lease, fiche, identity, typed(form), conflict=title, told=told, fresh_key=fresh_key
    )


def _correction_page(
    request: SignedInRequest,
    lease: UUID,
    fiche: Fiche,
    identity: Identity,
    values: Mapping[str, str],
    *,
    form: CorrectionForm | None = None,
    conflict: str = "",
    told: Sequence[str] = (),
    fresh_key: bool = False,
) -> HttpResponse:
    context = form_context(values, form) | {
        "lease": lease,
        "seen": second_notes(lease),
        "idempotency_key": secrets.token_urlsafe(16) if fresh_key else key_of(request),
        "version": fiche.version,
        "record_number": format_number(fiche.number),
        "name": identity.name,
        "conflict_title": conflict,
        "told": told,
    }
    return render(request, "calls/correct.html", context, status=409 if conflict else 200)


def _stored(fiche: Fiche, identity: Identity, today: date) -> dict[str, str]:
    """The form as it would be if nothing was changed."""
    known = identity_values(identity, fiche.department, today) | {"consent": fiche.consent}
    return {name: known[name] for name in FIELD_LABELS}


def _shown(_name: str, value: str) -> str:
    """The value of a field in words."""
    return str(_CHOICES.get(value, value)) or UNKNOWN


def _in_words(said: Mapping[str, str]) -> str:
    return " ; ".join(f"{FIELD_LABELS[name]} : {_shown(name, text)}" for name, text in said.items() if text)
