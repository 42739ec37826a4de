"""Vaccination, symptoms and tests of a person: from the call card, and on the fiches of a practice."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.core.idempotency import AlreadyRecorded, Submission, refuse_reuse, submission
from contact_covid.core.records import format_number
from contact_covid.portal.access import SignedInRequest, account_of, requires
from contact_covid.portal.calls.area import to_next
from contact_covid.portal.calls.pages import back_to_card, leave_card, leaves_card, show_over, who_changed
from contact_covid.portal.declare.own import open_fiche
from contact_covid.portal.health.forms import HealthForm, PositiveForm, health_values, in_words, typed
from contact_covid.portal.health.presenters import diary_in_words, link_in_words
from contact_covid.portal.paths import to, url
from contact_covid.portal.posted import version_of
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.health import HealthSaid, health_facts, record_health
from contact_covid.tracing.enums import FicheKind, TestKind
from contact_covid.tracing.link_queries import diary_of, link_of
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.health import HealthError, HealthFacts
from contact_covid.tracing.rules.registration import RegistrationError
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.worklist.actions.corrections import open_called
from contact_covid.worklist.actions.health import health_during_call, positive_during_call
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver, second_notes

CHANGED = "Cette fiche a été modifiée pendant votre saisie"
RECORDED = "Une autre saisie est déjà enregistrée"
CANCELLED = "Cette fiche est annulée : elle ne peut plus être corrigée"
Write = Callable[[HealthFacts, Submission, int | None], None]


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def of_call(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """What the person on the telephone says of her health."""
    if leaves_card(request):
        return leave_card(request, lease, "call_health")
    actor = request.session_info.actor
    try:
        fiche, identity = open_called(actor=actor, lease=lease, now=request.now)

        def write(facts: HealthFacts, sent: Submission, version: int | None) -> None:
            health_during_call(actor=actor, lease=lease, facts=facts, submission=sent, version=version, now=request.now)

        page = _of(fiche, identity.name, health_facts(fiche)) | {"back": ("Appel", url("call", lease=lease))}
        page |= {"positive": url("call_positive", lease=lease) if fiche.kind == FicheKind.CONTACT else ""}
        page |= {"link": link_in_words(link_of(fiche.id)), "diary": diary_in_words(diary_of(fiche.id))}
        page |= _beside(lease)
        return _answer(request, page, write) or back_to_card(lease, "corrige")
    except (LeaseEnded, LeaseTakenOver) as over:
        return show_over(request, lease, over, lost=in_words(HealthForm(request.POST)))


def _beside(lease: UUID) -> dict[str, Any]:
    """What keeps the fiche while a page beside its card is open, and tells of what others add."""
    return {"keep": url("call_keep", lease=lease), "seen": second_notes(lease)}


@requires(Permission.FICHE_CORRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def of_own(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    """What the practice that made a fiche says of that person's health."""
    opened, identities = open_fiche(request, fiche)

    def write(facts: HealthFacts, sent: Submission, version: int | None) -> None:
        said = HealthSaid(fiche, facts, sent, version)
        record_health(actor=request.session_info.actor, said=said, now=request.now)

    page = {
        "number": format_number(opened.sealed.number),
        "name": identities[fiche].name,
        "is_case": opened.kind is FicheKind.INDEX,
        "version": opened.version,
        "stored": health_values(opened.health._replace(onset=opened.index.onset) if opened.index else opened.health),
        "back": ("Fiche", url("own_fiche", fiche=fiche)),
        "positive": "",
        "link": "",
        "diary": [],
        "keep": "",
    }
    return _answer(request, page, write) or to("own_fiche", "corrige", fiche=fiche)


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def positive(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """A contact says on the telephone that she tested positive: she is called as a patient zéro next."""
    actor = request.session_info.actor
    form = PositiveForm(request.POST) if request.method == "POST" else None
    try:
        fiche, identity = open_called(actor=actor, lease=lease, now=request.now)
        if fiche.kind != FicheKind.CONTACT:
            raise FicheNotFound
        page = {
            "number": format_number(fiche.number),
            "name": identity.name,
            "back": ("Appel", url("call", lease=lease)),
            **_beside(lease),
        }
        if form is None or not form.is_valid():
            return _positive_page(request, page, form)
        return _declare_positive(request, lease, page, form)
    except (LeaseEnded, LeaseTakenOver) as over:
        if form and _is_recorded(request, _of_lease(form, lease)):
            return to_next(request)
        return show_over(request, lease, over, lost=in_words(form) if form else "")


def _declare_positive(
    request: SignedInRequest, lease: UUID, page: Mapping[str, Any], form: PositiveForm
) -> HttpResponse:
    said = form.cleaned_data
    try:
        positive_during_call(
            actor=request.session_info.actor,
            lease=lease,
            sampled_on=said["sampled_on"],
            result_on=said["result_on"],
            kind=TestKind(said["test_kind"]),
            submission=_of_lease(form, lease),
            now=request.now,
        )
    except RegistrationError as error:
        form.refuse(error.field, error)
        return _positive_page(request, page, form)
    except AlreadyRecorded as already:
        return to_next(request) if already.same else _positive_page(request, page, form, conflict=RECORDED)
    except ForbiddenTransition:
        return _positive_page(request, page, form, conflict=CANCELLED)
    return to_next(request)


def _of_lease(form: PositiveForm, lease: UUID) -> Submission:
    return submission(form.key(), {**typed(form), "about": str(lease)})


def _is_recorded(request: SignedInRequest, sent: Submission) -> bool:
    """Whether this very form was written before: its success ended the call."""
    try:
        refuse_reuse(account_of(request), sent)
    except AlreadyRecorded as already:
        return already.same
    return False


def _positive_page(
    request: SignedInRequest, page: Mapping[str, Any], form: PositiveForm | None, *, conflict: str = ""
) -> HttpResponse:
    context = dict(page) | (form.told() if form else {"errors": [], "by_field": {}})
    context |= {
        "values": typed(form) if form else {},
        "kinds": [("", "Choisissez"), *TestKind.choices],
        "conflict_title": conflict,
        "idempotency_key": (PositiveForm() if conflict else form or PositiveForm()).key(),
    }
    return render(request, "health/positive.html", context, status=409 if conflict else 200)


def _of(fiche: Fiche, name: str, facts: HealthFacts) -> dict[str, Any]:
    return {
        "number": format_number(fiche.number),
        "name": name,
        "is_case": fiche.kind == FicheKind.INDEX,
        "version": fiche.version,
        "stored": health_values(facts),
    }


def _answer(request: SignedInRequest, page: Mapping[str, Any], write: Write) -> HttpResponse | None:
    """The form; None once what it says is written."""
    if request.method != "POST":
        return _page(request, page, None)
    form = HealthForm(page["stored"] | request.POST.dict())  # an answer that was not sent stays as it is
    if not form.is_valid():
        return _page(request, page, form)
    try:
        write(form.facts(), submission(form.key(), {**typed(form), "about": page["number"]}), version_of(request))
    except HealthError as error:
        form.refuse(error.field, error)
        return _page(request, page, form)
    except (AlreadyRecorded, FicheChanged, ForbiddenTransition) as other:
        return _conflict(request, page, form, other)
    return None


def _conflict(
    request: SignedInRequest,
    page: Mapping[str, Any],
    form: HealthForm,
    other: AlreadyRecorded | FicheChanged | ForbiddenTransition,
) -> HttpResponse | None:
    """The form with what was typed, and why it was not written; None when it is written already."""
    if isinstance(other, AlreadyRecorded):
        return None if other.same else _page(request, page, form, conflict=RECORDED)
    if isinstance(other, FicheChanged):
        return _page(request, page, form, conflict=CHANGED, told=who_changed(other.number))
    return _page(request, page, form, conflict=CANCELLED)


def _page(
    request: SignedInRequest,
    page: Mapping[str, Any],
    form: HealthForm | None,
    *,
    conflict: str = "",
    told: Sequence[str] = (),
) -> HttpResponse:
    context = dict(page) | (form.told() if form else {"errors": [], "by_field": {}})
    context |= {"values": typed(form) if form else page["stored"], "conflict_title": conflict, "told": told}
    context |= {"idempotency_key": HealthForm().key() if conflict else (form or HealthForm()).key()}
    return render(request, "health/health.html", context, status=409 if conflict else 200)
