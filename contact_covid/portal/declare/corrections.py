"""What was declared is corrected under « Mes fiches »; who calls a contact herself says how it went."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.core.idempotency import AlreadyRecorded, Submission, submission
from contact_covid.core.records import format_number
from contact_covid.people.rules.identity import Identity
from contact_covid.portal import conflicts
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.declare import presenters
from contact_covid.portal.declare.forms import CALLED, IndexForm, OwnCallForm
from contact_covid.portal.declare.own import open_fiche
from contact_covid.portal.field_names import changes
from contact_covid.portal.paths import to
from contact_covid.portal.person.forms import ContactForm, contact_choices, form_context, typed
from contact_covid.portal.posted import key_of, today_of, version_of
from contact_covid.tracing.actions.calls import NotTheirCall, record_own_call
from contact_covid.tracing.actions.correction import Correction, correct_fiche, exposure_of, leave_call
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.enums import FicheKind, State, TestKind
from contact_covid.tracing.own_queries import Link, OwnFiche, last_told_change
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.registration import Dossier, NamedContact, RegistrationError
from contact_covid.tracing.rules.states import ForbiddenTransition

CHANGED = "Cette fiche a été modifiée pendant votre saisie"
RECORDED = "Cette fiche est déjà enregistrée"
ELSEWHERE = "Ce formulaire a déjà servi pour une autre fiche"


@dataclass(frozen=True, slots=True)
class Subject:
    """A fiche that is being corrected; of a contact, with the exposure to the patient zéro ``index``."""

    fiche: OwnFiche
    identity: Identity
    link: Link | None
    index: Identity | None
    today: date

    @property
    def declared(self) -> Dossier | NamedContact:
        opened = self.fiche
        if self.link:
            return presenters.declared_contact(opened, self.identity, self.link)
        return presenters.declared_index(opened, self.identity)

    @property
    def stored(self) -> Mapping[str, str]:
        """The form as it would be if nothing was changed."""
        said = self.declared
        if isinstance(said, Dossier):
            return presenters.index_values(said, self.today)
        return presenters.contact_values(said, self.today)

    def form(self, request: SignedInRequest) -> IndexForm | ContactForm:
        if self.link and self.index:
            return ContactForm(request.POST, today=today_of(request), index=self.index, department=self.link.department)
        return IndexForm(request.POST, today=today_of(request))


@requires(Permission.FICHE_CORRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: SignedInRequest, fiche: UUID, index: UUID | None = None) -> HttpResponse:
    subject = _subject(request, fiche, index)
    if subject.fiche.state is State.CANCELLED:
        return redirect("own_fiche", fiche=fiche)
    if request.method != "POST":
        return _page(request, subject, subject.stored)
    form = subject.form(request)
    return _save(request, subject, form) if form.is_valid() else _page(request, subject, typed(form), form=form)


def _subject(request: SignedInRequest, fiche: UUID, index: UUID | None) -> Subject:
    opened, identities = open_fiche(request, fiche)
    if opened.kind is FicheKind.INDEX:
        if index:
            raise FicheNotFound
        return Subject(opened, identities[fiche], None, None, today_of(request))
    link = exposure_of(opened, index)
    return Subject(opened, identities[fiche], link, identities[link.sealed.fiche], today_of(request))


def _save(request: SignedInRequest, subject: Subject, form: IndexForm | ContactForm) -> HttpResponse:
    fiche = subject.fiche.sealed.fiche
    correction = Correction(
        fiche=fiche,
        said=form.dossier() if isinstance(form, IndexForm) else form.named(),
        index=subject.link.sealed.fiche if subject.link else None,
        version=version_of(request),
        submission=_submission(form, subject),
    )
    try:
        correct_fiche(actor=request.session_info.actor, correction=correction, now=request.now)
    except AlreadyRecorded as already:
        if not already.same:
            return _conflict(request, subject, form, RECORDED if already.target == fiche else ELSEWHERE, fresh_key=True)
    except FicheChanged:
        return _conflict(request, subject, form, CHANGED)
    except RegistrationError as error:
        form.refuse(error.field, error)
        return _page(request, subject, typed(form), form=form)
    except ForbiddenTransition:
        return to("own_fiche", fiche=fiche)
    return to("own_fiche", "corrige", fiche=fiche)


def _submission(form: IndexForm | ContactForm, subject: Subject) -> Submission:
    """The same words about another fiche, or of another exposure, are another submission."""
    about = [subject.fiche.sealed.fiche, *([subject.link.sealed.fiche] if subject.link else [])]
    return submission(form.key(), {**typed(form), "about": [str(each) for each in about]})


def _conflict(
    request: SignedInRequest,
    subject: Subject,
    form: IndexForm | ContactForm,
    title: str,
    *,
    fresh_key: bool = False,
) -> HttpResponse:
    """The form with what was typed, and what is stored by now."""
    link = subject.link
    current = _subject(request, subject.fiche.sealed.fiche, link.sealed.fiche if link else None)
    told = []
    if title == CHANGED:
        change = last_told_change(request.session_info.actor, current.fiche)
        what = changes(change.fields if change else (), presenters.FIELD_LABELS)
        told.append(conflicts.who_and_what(change, what))
    told += conflicts.differences(typed(form), current.stored, presenters.FIELD_LABELS, presenters.shown)
    return _page(request, current, typed(form), conflict=title, told=told, fresh_key=fresh_key)


def _page(
    request: SignedInRequest,
    subject: Subject,
    values: Mapping[str, str],
    *,
    form: IndexForm | ContactForm | None = None,
    conflict: str = "",
    told: Sequence[str] = (),
    fresh_key: bool = False,
) -> HttpResponse:
    opened, link = subject.fiche, subject.link
    context = form_context(values, form) | {
        "idempotency_key": secrets.token_urlsafe(16) if fresh_key else key_of(request),
        "fiche": str(opened.sealed.fiche),
        "number": format_number(opened.sealed.number),
        "name": subject.identity.name,
        "version": opened.version,
        "exposure": str(link.sealed.fiche) if link else "",
        "index_name": subject.index.name if subject.index else "",
        "test_kinds": TestKind.choices,
        "conflict_title": conflict,
        "told": told,
        **contact_choices(),
    }
    return render(request, "declare/correct.html", context, status=409 if conflict else 200)


@requires(Permission.CALL_OWN)
@sent_only
def call(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    """Who said that she calls a contact herself has called, or leaves the call to the platform."""
    actor = request.session_info.actor
    form = OwnCallForm(request.POST)
    if not form.is_valid():
        open_fiche(request, fiche)
        return to("own_fiche", fiche=fiche)
    try:
        if form.cleaned_data["outcome"] == CALLED:
            language = form.cleaned_data["language"]
            record_own_call(actor=actor, fiche=fiche, now=request.now, language=language)
            return to("own_fiche", "appele", fiche=fiche)
        leave_call(actor=actor, fiche=fiche, now=request.now)
        return to("own_fiche", "confie", fiche=fiche)
    except NotTheirCall:
        return to("own_fiche", fiche=fiche)
