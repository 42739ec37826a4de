"""The form of a fiche: details of the person and the act of the counter, one of its samplings, or one delivery."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission, Role
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.portal import conflicts
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.counter import presenters
from contact_covid.portal.counter.forms import YES_OR_NO, DetailsForm, MasksForm, TestForm, what_was_said
from contact_covid.portal.field_names import changes
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.paths import to
from contact_covid.portal.posted import key_of, today_of, version_of
from contact_covid.tracing.actions.counter import FicheChanged, Visit, open_at_the_counter, record_visits
from contact_covid.tracing.enums import SamplingPlace, TestKind, TestResult
from contact_covid.tracing.protocol_queries import mask_rules
from contact_covid.tracing.queries import last_change
from contact_covid.tracing.rules.counter import CounterError

# The other profession's act: its being recorded is not told.
_HIDDEN_ACT = {Role.PHARMACIST: "test", Role.BIOLOGIST: "masks"}
_CHOICES = {
    "yes_or_no": YES_OR_NO,
    "kinds": TestKind.choices,
    "places": [("", "Non précisé"), *SamplingPlace.choices],
    "results": TestResult.choices,
}
ACT = "acte"
"""In the address of a form: the visitor comes for the act, which is prepared."""


class Of(NamedTuple):
    """What the form is of. ``reach``: by which permission the fiche is; ``sampling``: the one it speaks of."""

    fiche: UUID
    reach: Permission = Permission.FICHE_UPDATE
    sampling: UUID | None = None

    @property
    def has_details(self) -> bool:
        return self.reach is Permission.FICHE_UPDATE

    @property
    def writing(self) -> Permission:
        return Permission.MASKS_CORRECT if self.is_of_day else Permission.FICHE_UPDATE

    @property
    def is_of_day(self) -> bool:
        return self.reach is Permission.MASKS_CORRECT


@requires(Permission.FICHE_UPDATE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    return _form(request, Of(fiche))


@requires(Permission.TEST_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def sampling(request: SignedInRequest, fiche: UUID, sampling: UUID) -> HttpResponse:
    """A result that comes after its sampling, or a correction."""
    return _form(request, Of(fiche, Permission.TEST_RECORD, sampling))


@requires(Permission.MASKS_CORRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    """A delivery of the day, corrected without another search."""
    return _form(request, Of(fiche, Permission.MASKS_CORRECT))


def _form(request: SignedInRequest, of: Of) -> HttpResponse:
    if request.method != "POST":
        return _page(request, of)
    # A browser sends the whole form; who sends only a part changes no other.
    details = DetailsForm(request.POST) if of.has_details and _says(request, DetailsForm) else None
    act_form = _act_form(request)
    act = act_form(request.POST, now=request.now) if _says(request, act_form) or not details else None
    mistaken = [form for form in (details, act) if form and not form.is_valid()]
    if mistaken:
        return _page(request, of, mistaken=mistaken)
    said = {"fiche": str(of.fiche), "sampling": str(of.sampling or ""), **what_was_said(request.POST.dict())}
    visit = Visit(
        fiche=of.fiche,
        details=details.details() if details else None,
        masks=act.masks() if isinstance(act, MasksForm) else None,
        test=act.test() if isinstance(act, TestForm) else None,
        sampling=of.sampling,
        version=version_of(request),
        submission=submission(key_of(request), said),
    )
    return _save(request, of, visit, act)


def _says(request: SignedInRequest, form: type[PortalForm]) -> bool:
    return bool(form.base_fields.keys() & request.POST.keys())


def _act_form(request: SignedInRequest) -> type[MasksForm] | type[TestForm]:
    return MasksForm if request.session_info.actor.role is Role.PHARMACIST else TestForm


def _save(request: SignedInRequest, of: Of, visit: Visit, act: MasksForm | TestForm | None) -> HttpResponse:
    actor, positive = request.session_info.actor, []
    try:
        positive = record_visits(actor=actor, visits=[visit], now=request.now, reach=of.writing)
    except AlreadyRecorded as already:
        if not already.same:
            here = already.target == visit.fiche
            conflict = "Cette fiche est déjà enregistrée" if here else "Ce formulaire a déjà servi pour une autre fiche"
            return _page(request, of, conflict=conflict, fresh_key=True)
    except FicheChanged as changed:
        conflict = "Cette fiche a été modifiée pendant votre saisie"
        return _page(request, of, conflict=conflict, told=_told(request, changed.number))
    except CounterError as error:
        if act is None:
            raise
        act.tell(error)
        return _page(request, of, mistaken=[act])
    if of.is_of_day:
        return to("deliveries", "enregistre")
    return to("fiche", "transmis" if positive else "enregistre", fiche=of.fiche)


def _told(request: SignedInRequest, number: str) -> str:
    change = last_change(number)
    labels = presenters.labels_for(_HIDDEN_ACT[request.session_info.actor.role])
    return conflicts.who_and_what(change, changes(change.fields if change else (), labels))


def _page(
    request: SignedInRequest,
    of: Of,
    *,
    mistaken: Sequence[PortalForm] = (),
    conflict: str = "",
    told: str = "",
    fresh_key: bool = False,
) -> HttpResponse:
    """The form: as the fiche is, or with what was typed and why it was not written."""
    actor, today = request.session_info.actor, today_of(request)
    opened, identity = open_at_the_counter(actor=actor, fiche=of.fiche, permission=of.reach, now=request.now)
    test = presenters.own_test(opened, of.sampling, actor) if of.sampling else None
    entitled = mask_rules(opened.disease, request.now).entitled(same_household=opened.same_household)
    # Who comes for the act confirms it by one press.
    prepared = ACT in request.GET and request.method != "POST"
    stored = presenters.values(opened, identity, test, entitled=entitled, prepared=prepared, today=today)
    typed = _typed(request)
    differ = (
        conflicts.differences(typed, stored, presenters.DETAIL_LABELS, presenters.shown)
        if conflict and "postcode" in typed
        else []
    )
    context: dict[str, Any] = {
        "fiche": presenters.fiche_page(opened, identity, actor=actor, now=request.now),
        "values": typed or stored,
        "errors": [mistake for form in mistaken for mistake in form.summary()],
        "by_field": {name: text for form in mistaken for name, text in form.told()["by_field"].items()},
        "conflict_title": conflict,
        "told": [*([told] if told else []), *differ],
        "pharmacist": actor.role is Role.PHARMACIST,
        "form": presenters.form_of(of.fiche, test, of_day=of.is_of_day),
        "entitled": entitled,
        "prepared": prepared,
        "choices": _CHOICES,
        "idempotency_key": secrets.token_urlsafe(16) if fresh_key else key_of(request),
        "version": opened.version,
    }
    return render(request, "counter/edit.html", context, status=409 if conflict else 200)


def _typed(request: SignedInRequest) -> Mapping[str, str]:
    return what_was_said(request.POST.dict())
