"""What people ask of their data is done: they get them, have them put right, or oppose."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.actions.erasure import leave_clusters
from contact_covid.messaging.erasure import erase_messages
from contact_covid.messaging.rules.rights import RightsAccess, RightsOpposed, RightsRectified
from contact_covid.retention.actions.requests import close, refuse_unchecked, taken
from contact_covid.retention.enums import RequestKind, RequestState
from contact_covid.retention.models import RequestFiche, RightsRequest
from contact_covid.retention.queries import fiches_of, request_of
from contact_covid.retention.rules.requests import EFFECTS, Effect, RightsError, RightsErrorCode
from contact_covid.support.actions.erasure import forget_support
from contact_covid.tracing.actions.correction import Rectification, rectify
from contact_covid.tracing.actions.erasure import erase_contacts, keep_in
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.worklist.actions.erasure import erase_notes


def answer_access(*, actor: Actor, request: UUID, version: int, now: datetime) -> None:
    """The file was made, or there was nothing to put in it: the request is answered.

    Raises ``Denied``, ``RightsRequestNotFound``, ``RequestChanged``, ``RightsError``, ``KeyMissing``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    with transaction.atomic():
        held = _of_kind(taken(actor, request, version, RequestState.ANSWERED), RequestKind.ACCESS)
        close(actor, held, RequestState.ANSWERED, RightsAccess, {"found": bool(fiches_of(held))}, now)


def rectify_fiche(*, actor: Actor, request: UUID, said: Rectification, now: datetime) -> None:
    """Corrects a fiche of the request, which stays open for the others.

    Raises ``Denied``, ``RightsRequestNotFound``, ``RightsError``, and what ``tracing``'s ``rectify`` raises.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    with transaction.atomic():
        held = _of_kind(request_of(actor, request, lock=True), RequestKind.RECTIFICATION)
        refuse_unchecked(held)
        linked = RequestFiche.objects.filter(request=held, fiche=said.fiche).first()
        if linked is None:
            raise FicheNotFound
        fields = rectify(actor=actor, said=said, now=now)
        held.rectified = sorted({*held.rectified, *fields})
        held.save(update_fields=["rectified"])


def answer_rectification(*, actor: Actor, request: UUID, version: int, now: datetime) -> None:
    """All is put right: the person is told what. Raises as ``answer_access`` does."""
    check(actor, Permission.RIGHTS_MANAGE)
    with transaction.atomic():
        held = _of_kind(taken(actor, request, version, RequestState.ANSWERED), RequestKind.RECTIFICATION)
        _refuse_nobody(held)
        close(actor, held, RequestState.ANSWERED, RightsRectified, {"fields": tuple(held.rectified)}, now)


def accept_opposition(*, actor: Actor, request: UUID, version: int, now: datetime) -> None:
    """A contact's data are erased; a patient zéro's are passed on no more (domain § 3): ``rules.requests.EFFECTS``.

    One transaction: fiches, notes of calls, the letter; who asked is forgotten with an erasure. Raises ``FicheHeld``
    while an agent is calling the person, and as ``answer_access`` does.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    with transaction.atomic():
        held = taken(actor, request, version, RequestState.ANSWERED)
        if held.kind not in (RequestKind.OPPOSITION, RequestKind.ONWARD):
            raise RightsError(RightsErrorCode.OTHER_KIND)
        _refuse_nobody(held)
        erased, kept_in = (_affected(held, effect) for effect in Effect)
        if kept_in:
            keep_in(actor=actor, fiches=kept_in, now=now)
        if erased:
            leave_clusters(actor=actor, fiches=erased, now=now)
            forget_support(actor=actor, fiches=erased)
            erase_contacts(actor=actor, fiches=erased, now=now)
            erase_notes(actor=actor, fiches=erased, now=now)
        said = {"erased": bool(erased), "kept_in": bool(kept_in)}
        close(actor, held, RequestState.ANSWERED, RightsOpposed, said, now)
        if erased:
            RightsRequest.objects.filter(id=held.id).update(details=None)
            erase_messages([], *([held.receipt] if held.receipt else []))


def _affected(held: RightsRequest, effect: Effect) -> list[UUID]:
    kind = RequestKind(held.kind)
    return [fiche.id for fiche in fiches_of(held) if EFFECTS[kind, FicheKind(fiche.kind)] is effect]


def _of_kind(held: RightsRequest, kind: RequestKind) -> RightsRequest:
    if held.kind != kind:
        raise RightsError(RightsErrorCode.OTHER_KIND)
    return held


def _refuse_nobody(held: RightsRequest) -> None:
    if not fiches_of(held):
        raise RightsError(RightsErrorCode.NOBODY_FOUND)
