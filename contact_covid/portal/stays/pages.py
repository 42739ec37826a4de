"""The page on which stays are named, wherever they are kept: in a draft, on a fiche of the practice, during a call."""

import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from contact_covid.core.idempotency import AlreadyRecorded, Submission
from contact_covid.portal.access import SignedInRequest
from contact_covid.portal.posted import key_of, version_of
from contact_covid.portal.stays.forms import StayForm
from contact_covid.portal.stays.presenters import ADDED, CHANGED, StayLine, stay_context, stay_line, stay_values
from contact_covid.tracing.actions.drafts import DraftChanged
from contact_covid.tracing.actions.stays import StayChanged
from contact_covid.tracing.rules.stays import NamedStay, StayError


class Place(NamedTuple):
    """Where the page stands. ``correct``, ``remove``: addresses with « {} » for the stay; ``done``: what comes next;
    ``keep``: of a call, where an open page says that its fiche is still needed."""

    add: str
    correct: str
    remove: str
    done: str
    back: tuple[str, str]
    contact: str
    keep: str = ""
    steps: bool = False
    crumbs: tuple[tuple[str, str], ...] = ()


class Kept(NamedTuple):
    """What is known when the page is opened. ``version``: of the stay that is corrected, or of the draft; ``seen``: how
    many notes others have added during the call."""

    index_name: str
    window: str
    stays: Mapping[UUID, NamedStay]
    version: int | None = None
    seen: int = 0


class Add(Protocol):
    def __call__(self, named: NamedStay, submission: Submission) -> None: ...


class Correct(Protocol):
    def __call__(self, named: NamedStay, version: int | None) -> None: ...


def add(request: SignedInRequest, place: Place, kept: Kept, write: Add, *, about: UUID) -> HttpResponse:
    """The list with an empty form, or what was typed into it. ``about``: the draft or the fiche."""
    if request.method != "POST":
        return _page(request, place, kept, {})
    form = StayForm(request.POST)
    if not form.is_valid():
        return _page(request, place, kept, form.said(), form=form)
    try:
        write(form.named(), form.submission(str(about)))
    except StayError as error:
        form.refuse(error.field, error)
        return _page(request, place, kept, form.said(), form=form)
    except AlreadyRecorded as already:
        if not already.same:
            return _page(request, place, kept, form.said(), conflict=ADDED)
    return HttpResponseRedirect(place.done if form.is_last else f"{place.add}?ajoute")


def correct(request: SignedInRequest, place: Place, kept: Kept, stay: UUID, write: Correct) -> HttpResponse:
    """A stay of ``kept`` as it stands, or what was typed in its place."""
    if request.method != "POST":
        return _page(request, place, kept, stay_values(kept.stays[stay]), corrects=stay)
    form = StayForm(request.POST)
    if not form.is_valid():
        return _page(request, place, kept, form.said(), form=form, corrects=stay)
    try:
        write(form.named(), version_of(request))
    except StayError as error:
        form.refuse(error.field, error)
        return _page(request, place, kept, form.said(), form=form, corrects=stay)
    except (StayChanged, DraftChanged):
        return _page(request, place, kept, form.said(), corrects=stay, conflict=CHANGED)
    return HttpResponseRedirect(place.done if place.steps else place.add)


def _page(
    request: SignedInRequest,
    place: Place,
    kept: Kept,
    values: Mapping[str, str],
    *,
    form: StayForm | None = None,
    corrects: UUID | None = None,
    conflict: str = "",
) -> HttpResponse:
    context = stay_context(values, _lines(kept.stays), form, corrects=corrects) | {
        "page": place,
        "index_name": kept.index_name,
        "window": kept.window,
        "version": "" if kept.version is None else kept.version,
        "seen": kept.seen,
        "idempotency_key": secrets.token_urlsafe(16) if conflict else key_of(request),
        "conflict_title": conflict,
        "added": "ajoute" in request.GET,
    }
    return render(request, "stays/page.html", context, status=409 if conflict else 200)


def _lines(stays: Mapping[UUID, NamedStay]) -> Sequence[StayLine]:
    return [stay_line(id_, stay) for id_, stay in stays.items()]
