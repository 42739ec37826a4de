"""« Lieux fréquentés » during the call of a patient zéro."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.core.dates import date_fr
from contact_covid.core.idempotency import Submission
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.calls.pages import leave_card, leaves_card
from contact_covid.portal.paths import to, url
from contact_covid.portal.stays import pages
from contact_covid.portal.stays.pages import Kept, Place
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.stays import NamedStay
from contact_covid.tracing.stay_queries import StayNotFound, stays_of
from contact_covid.worklist.actions.contacts import open_index
from contact_covid.worklist.actions.stays import (
    correct_stay_during_call,
    name_stays_during_call,
    remove_stay_during_call,
)
from contact_covid.worklist.queries import second_notes


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def places(request: SignedInRequest, lease: UUID) -> HttpResponse:
    if leaves_card(request):
        return leave_card(request, lease, "call_places")
    actor = request.session_info.actor
    fiche, identity = open_index(actor=actor, lease=lease, now=request.now)

    def write(named: NamedStay, submission: Submission) -> None:
        name_stays_during_call(actor=actor, lease=lease, stays=[named], submission=submission, now=request.now)

    return pages.add(request, _of_call(lease), _kept(request, lease, fiche, identity), write, about=fiche.id)


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def correct_place(request: SignedInRequest, lease: UUID, stay: UUID) -> HttpResponse:
    actor = request.session_info.actor
    fiche, identity = open_index(actor=actor, lease=lease, now=request.now)

    def write(named: NamedStay, version: int | None) -> None:
        correct_stay_during_call(actor=actor, lease=lease, stay=stay, said=named, version=version, now=request.now)

    return pages.correct(request, _of_call(lease), _kept(request, lease, fiche, identity, stay), stay, write)


@requires(Permission.CALL_RECORD)
@sent_only
def remove_place(request: SignedInRequest, lease: UUID, stay: UUID) -> HttpResponse:
    remove_stay_during_call(actor=request.session_info.actor, lease=lease, stay=stay, now=request.now)
    return to("call_places", lease=lease)


def _of_call(lease: UUID) -> Place:
    add, card = url("call_places", lease=lease), url("call", lease=lease)
    return Place(
        add=add,
        correct=f"{add}{{}}/",
        remove=f"{add}{{}}/retirer/",
        done=card,
        back=("Revenir à l’appel", card),
        contact=url("call_contact", lease=lease),
        keep=url("call_keep", lease=lease),
    )


def _kept(request: SignedInRequest, lease: UUID, fiche: Fiche, identity: Identity, stay: UUID | None = None) -> Kept:
    """Raises ``StayNotFound``."""
    known = {each.id: each for each in stays_of(request.session_info.actor, fiche.id)}
    if stay and stay not in known:
        raise StayNotFound
    return Kept(
        index_name=identity.name,
        window=date_fr(fiche.index_case.window_start),
        stays={each.id: each.named for each in known.values()},
        version=known[stay].version if stay else None,
        seen=second_notes(lease),
    )
