"""A physician or a hospital declares a patient zéro and her contacts, step by step; each step is kept in a draft."""

import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.core.idempotency import AlreadyRecorded, Submission, submission
from contact_covid.portal import diseases
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.declare import presenters
from contact_covid.portal.declare.forms import IndexForm
from contact_covid.portal.paths import to
from contact_covid.portal.person import household
from contact_covid.portal.person.forms import ContactForm, contact_choices, form_context, form_submission, typed
from contact_covid.portal.posted import id_of, key_of, today_of, version_of
from contact_covid.portal.stays import presenters as stays
from contact_covid.portal.wording import sentence
from contact_covid.tracing.actions import drafts
from contact_covid.tracing.actions.drafts import DraftChanged
from contact_covid.tracing.enums import TestKind
from contact_covid.tracing.own_queries import DraftNotFound, DraftOpened, registered_from
from contact_covid.tracing.rules.registration import RegistrationError
from contact_covid.tracing.rules.stays import StayError

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponse]
CHANGED = "Cette déclaration a été modifiée dans un autre onglet"
STARTED = "Cette déclaration est déjà commencée"
ADDED = "Ce contact est déjà ajouté"


def registered_or_absent(view: View[P]) -> View[P]:
    """A draft that was registered meanwhile (second press, way back) leads to its fiche; any other absent one: 404."""

    @wraps(view)
    def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DraftNotFound:
            fiche = registered_from(request.session_info.actor, registration_of(cast(UUID, kwargs["draft"])))
            if fiche is None:
                raise
            return to_registered(fiche)

    return guarded


def registration_of(draft: UUID) -> Submission:
    """A draft is registered once: its id is the key."""
    return submission(f"draft {draft}", {})


def to_registered(fiche: UUID) -> HttpResponse:
    return to("own_fiche", "enregistre", fiche=fiche)


@requires(Permission.FICHE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: SignedInRequest) -> HttpResponse:
    actor = request.session_info.actor
    if request.method != "POST":
        left = drafts.open_drafts(actor=actor, now=request.now)
        values = {"nir_holder": "own"}
        return _index_page(request, values, drafts=[presenters.draft_line(draft, request.now) for draft in left])
    form = IndexForm(request.POST, today=today_of(request))
    if not form.is_valid():
        return _index_page(request, typed(form), form=form)
    try:
        draft = drafts.start_draft(
            actor=actor, dossier=form.dossier(), submission=form_submission(form), now=request.now
        )
    except AlreadyRecorded as already:
        return redirect("declare_contact", draft=already.target) if already.same else _started(request, form, already)
    return redirect("declare_contact", draft=draft)


def _started(request: SignedInRequest, form: IndexForm, already: AlreadyRecorded) -> HttpResponse:
    """The form came back changed after it had started a draft (the way back): it now corrects that draft."""
    try:
        draft = drafts.open_draft(actor=request.session_info.actor, draft=already.target, now=request.now)
    except DraftNotFound:
        fiche = registered_from(request.session_info.actor, registration_of(already.target))
        if fiche is None:
            raise
        return to_registered(fiche)
    if draft.version > 1:
        return _index_page(request, typed(form), draft=draft, conflict=STARTED)
    return _corrected(request, form, draft)


def _corrected(request: SignedInRequest, form: IndexForm, draft: DraftOpened) -> HttpResponse:
    actor = request.session_info.actor
    drafts.correct_index(actor=actor, draft=draft.id, version=draft.version, dossier=form.dossier(), now=request.now)
    return redirect("declare_contact", draft=draft.id)


@requires(Permission.FICHE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@registered_or_absent
def correct(request: SignedInRequest, draft: UUID) -> HttpResponse:
    actor = request.session_info.actor
    if request.method != "POST":
        opened = drafts.open_draft(actor=actor, draft=draft, now=request.now)
        return _index_page(request, presenters.index_values(opened.content.dossier, today_of(request)), draft=opened)
    form = IndexForm(request.POST, today=today_of(request))
    if not form.is_valid():
        opened = drafts.open_draft(actor=actor, draft=draft, now=request.now)
        return _index_page(request, typed(form), form=form, draft=opened)
    try:
        drafts.correct_index(
            actor=actor, draft=draft, version=version_of(request), dossier=form.dossier(), now=request.now
        )
    except DraftChanged:
        opened = drafts.open_draft(actor=actor, draft=draft, now=request.now)
        return _index_page(request, typed(form), draft=opened, conflict=CHANGED)
    return redirect("declare_verify", draft=draft)


@requires(Permission.FICHE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@registered_or_absent
def contact(request: SignedInRequest, draft: UUID) -> HttpResponse:
    actor = request.session_info.actor
    opened = drafts.open_draft(actor=actor, draft=draft, now=request.now)
    if request.method != "POST":
        member = household.asked(request.GET.get(household.ASKED, ""))
        values = presenters.next_contact_values(opened.content, member, today_of(request))
        asked = id_of(request.GET.get(stays.ASKED, ""))
        stay = opened.content.stay(asked) if asked else None
        values = values | {"same_household": "", "same_address": "", **stays.met_there(stay.named)} if stay else values
        return _contact_page(request, opened, values)
    form = _contact_form(request, opened)
    if not form.is_valid():
        return _contact_page(request, opened, typed(form), form=form)
    try:
        drafts.add_contact(
            actor=actor, draft=draft, contact=form.named(), submission=form_submission(form), now=request.now
        )
    except AlreadyRecorded as already:
        if not already.same:
            return _contact_page(request, opened, typed(form), conflict=ADDED, known=already.target)
    return redirect("declare_places" if form.is_last else "declare_contact", draft=draft)


@requires(Permission.FICHE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@registered_or_absent
def correct_contact(request: SignedInRequest, draft: UUID, contact: UUID) -> HttpResponse:
    actor = request.session_info.actor
    opened = drafts.open_draft(actor=actor, draft=draft, now=request.now)
    known = opened.content.contact(contact)
    if known is None:
        raise DraftNotFound
    if request.method != "POST":
        return _contact_page(
            request, opened, presenters.contact_values(known.named, today_of(request)), corrects=contact
        )
    form = _contact_form(request, opened)
    if not form.is_valid():
        return _contact_page(request, opened, typed(form), form=form, corrects=contact)
    try:
        drafts.correct_contact(
            actor=actor,
            draft=draft,
            version=version_of(request),
            contact=contact,
            named=form.named(),
            now=request.now,
        )
    except DraftChanged:
        return _contact_page(request, opened, typed(form), corrects=contact, conflict=CHANGED)
    return redirect("declare_verify", draft=draft)


@requires(Permission.FICHE_REGISTER)
@sent_only
@registered_or_absent
def remove(request: SignedInRequest, draft: UUID, contact: UUID) -> HttpResponse:
    drafts.remove_contact(actor=request.session_info.actor, draft=draft, contact=contact, now=request.now)
    return redirect("declare_verify", draft=draft)


@requires(Permission.FICHE_REGISTER)
@sent_only
@registered_or_absent
def discard(request: SignedInRequest, draft: UUID) -> HttpResponse:
    drafts.discard_draft(actor=request.session_info.actor, draft=draft, now=request.now)
    return redirect("declare")


@requires(Permission.FICHE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@registered_or_absent
def verify(request: SignedInRequest, draft: UUID) -> HttpResponse:
    actor = request.session_info.actor
    if request.method != "POST":
        return _verify_page(request, draft)
    try:
        fiche = drafts.register_draft(
            actor=actor,
            draft=draft,
            version=version_of(request),
            submission=registration_of(draft),
            now=request.now,
        )
    except DraftChanged:
        return _verify_page(request, draft, conflict=CHANGED)
    except (RegistrationError, StayError) as error:
        return _verify_page(request, draft, errors=[("", sentence(error.code))])
    return to_registered(fiche)


def _verify_page(
    request: SignedInRequest, draft: UUID, *, conflict: str = "", errors: list[tuple[str, str]] | None = None
) -> HttpResponse:
    opened = drafts.open_draft(actor=request.session_info.actor, draft=draft, now=request.now)
    today = today_of(request)
    context = {
        "draft": str(draft),
        "version": opened.version,
        "index": presenters.index_card(opened.content, today),
        "contacts": [presenters.contact_card(known, today) for known in opened.content.contacts],
        "stays": [stays.stay_line(stay.id, stay.named) for stay in opened.content.stays],
        "conflict_title": conflict,
        "errors": errors or [],
    }
    return render(request, "declare/verify.html", context, status=409 if conflict else 200)


def _index_page(
    request: SignedInRequest,
    values: Mapping[str, str],
    *,
    form: IndexForm | None = None,
    draft: DraftOpened | None = None,
    drafts: list[presenters.DraftLine] | None = None,
    conflict: str = "",
) -> HttpResponse:
    context = form_context(values, form) | {
        "idempotency_key": key_of(request),
        "draft": str(draft.id) if draft else "",
        "version": draft.version if draft else "",
        "drafts": drafts or [],
        "conflict_title": conflict,
        "test_kinds": TestKind.choices,
        "diseases": diseases.choices(),
    }
    return render(request, "declare/index.html", context, status=409 if conflict else 200)


def _contact_page(
    request: SignedInRequest,
    draft: DraftOpened,
    values: Mapping[str, str],
    *,
    form: ContactForm | None = None,
    corrects: UUID | None = None,
    known: UUID | None = None,
    conflict: str = "",
) -> HttpResponse:
    content = draft.content
    context = (
        form_context(values, form)
        | contact_choices()
        | {
            "idempotency_key": secrets.token_urlsafe(16) if conflict else key_of(request),
            "draft": str(draft.id),
            "version": draft.version,
            "index_name": content.dossier.identity.name,
            "window": presenters.window(content, request.now),
            "contacts": [presenters.contact_line(each) for each in content.contacts],
            "household": content.next_is_household,
            "corrects": str(corrects or ""),
            "known": str(known or ""),
            "conflict_title": conflict,
        }
    )
    return render(request, "declare/contact.html", context, status=409 if conflict else 200)


def _contact_form(request: SignedInRequest, draft: DraftOpened) -> ContactForm:
    dossier = draft.content.dossier
    return ContactForm(request.POST, today=today_of(request), index=dossier.identity, department=dossier.department)
