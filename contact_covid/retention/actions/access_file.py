"""The file of a request for access: read fiche by fiche, and told to the journal."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.keyring import ring
from contact_covid.core.records import format_number
from contact_covid.journal.enums import Purpose
from contact_covid.journal.models import Entry
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.models import SealedIdentity
from contact_covid.people.rules.identity import Identity
from contact_covid.retention.actions.file_parts import Opened, part_of
from contact_covid.retention.actions.requests import refuse_unchecked, tell
from contact_covid.retention.enums import RequestKind, RequestState
from contact_covid.retention.events import RetentionEvent
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.queries import fiches_of, request_of
from contact_covid.retention.rules import file
from contact_covid.retention.rules.requests import RightsError, RightsErrorCode
from contact_covid.tracing.models import Declaration, Fiche
from contact_covid.worklist.actions.outcomes import NOTE_CONTEXT
from contact_covid.worklist.models import Attempt

MOST_USES = 2_000


@dataclass(frozen=True, slots=True)
class NoteToRead:
    """What an agent wrote of a call, to be read before it is given: it may tell of others. ``number``: of the fiche."""

    call: UUID
    number: str
    at: datetime
    text: str


def notes_to_read(*, actor: Actor, request: UUID, now: datetime) -> list[NoteToRead]:
    """The notes of calls of a request for access, while it has no answer and the person is proved; oldest first.

    In the journal when there are any. Raises ``Denied``, ``RightsRequestNotFound``, ``KeyMissing``, ``SealBroken``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    held = request_of(actor, request)
    if held.kind != RequestKind.ACCESS or held.state != RequestState.CHECKED:
        return []
    calls = Attempt.objects.filter(fiche__in=fiches_of(held)).select_related("fiche").order_by("at", "id")
    read = [
        NoteToRead(call.id, format_number(call.fiche.number), call.at, text)
        for call in calls
        if (text := ring().open(call.note, context=f"{NOTE_CONTEXT}{call.id}").decode())
    ]
    if read:
        tell(actor, RetentionEvent.NOTES_READ, held, now)
    return read


def make_file(*, actor: Actor, request: UUID, notes: Collection[UUID] = (), now: datetime) -> file.PersonFile:
    """All that is held about the person of a request for access, across her fiches, without anybody else's identity.

    ``notes``: the calls whose notes the officer has read and gives. While the request has no answer. In the journal.
    Raises ``Denied``, ``RightsRequestNotFound``, ``RightsError``, ``KeyMissing``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    with transaction.atomic():
        held = request_of(actor, request)
        if held.kind != RequestKind.ACCESS:
            raise RightsError(RightsErrorCode.OTHER_KIND)
        refuse_unchecked(held)
        made = _file(actor, held, notes, now)
        tell(actor, RetentionEvent.FILE_MADE, held, now)
    return made


def _file(actor: Actor, held: RightsRequest, notes: Collection[UUID], now: datetime) -> file.PersonFile:
    fiches = fiches_of(held)
    uses = Entry.objects.filter(fiches__overlap=[fiche.number for fiche in fiches]) if fiches else Entry.objects.none()
    told = list(uses.order_by("-at", "-id")[:MOST_USES])
    left_out = uses.count() - len(told)
    numbers = {fiche.id: format_number(fiche.number) for fiche in fiches}
    opened = Opened(_identities(actor, fiches, now), notes, numbers)
    return file.PersonFile(
        reference=format_number(held.reference),
        made_at=now,
        retention_months=settings.RETENTION_MONTHS,
        fiches=tuple(part_of(fiche, opened) for fiche in fiches),
        uses=tuple(file.UsePart(entry.at, entry.kind, entry.role, entry.purpose) for entry in told),
        uses_left_out=left_out,
    )


def _identities(actor: Actor, fiches: Sequence[Fiche], now: datetime) -> dict[UUID, Identity]:
    """As sealed for the fiches and, by their ids, for the declarations of others."""
    numbers = {fiche.id: fiche.number for fiche in fiches}
    known = SealedIdentity.objects.filter(fiche__in=numbers)
    sealed = [Sealed(row.fiche, numbers[row.fiche], row.value) for row in known]
    found = reveal(actor, sealed, purpose=Purpose.RIGHTS, now=now)
    for own in Declaration.objects.filter(fiche__in=numbers).order_by("declared_at", "id"):
        told = Sealed(own.fiche_id, numbers[own.fiche_id], own.value)
        found[own.id] = reveal(actor, [told], purpose=Purpose.RIGHTS, now=now)[own.fiche_id]
    return found
