"""The file of a request for access: read fiche by fiche, and told to the journal."""

from collections.abc import Sequence
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
from contact_covid.messaging.models import Message
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.models import SealedIdentity
from contact_covid.people.rules.identity import Identity
from contact_covid.retention.actions.requests import refuse_unchecked, tell
from contact_covid.retention.enums import RequestKind
from contact_covid.retention.events import RetentionEvent
from contact_covid.retention.queries import fiches_of, request_of
from contact_covid.retention.rules import file
from contact_covid.retention.rules.requests import RightsError, RightsErrorCode
from contact_covid.tracing.actions.health import health_facts
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import (
    Certificate,
    Contact,
    DatesComputed,
    Declaration,
    DiaryEntry,
    Exposure,
    Fiche,
    IndexCase,
    MaskDelivery,
    Stay,
    Test,
)
from contact_covid.tracing.rules.dates import tests_from_json
from contact_covid.tracing.rules.stays import StayDetails
from contact_covid.tracing.rules.urgency import held
from contact_covid.tracing.stay_queries import open_stays
from contact_covid.worklist.actions.outcomes import NOTE_CONTEXT
from contact_covid.worklist.models import Attempt

MOST_USES = 2_000


def make_file(*, actor: Actor, request: UUID, now: datetime) -> file.PersonFile:
    """All that is held about the person of a request for access, across her fiches, without anybody else's identity.

    While the request has no answer. In the journal. Raises ``Denied``, ``RightsRequestNotFound``, ``RightsError``,
    ``KeyMissing``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    with transaction.atomic():
        held = request_of(actor, request)
        if held.kind != RequestKind.ACCESS:
            raise RightsError(RightsErrorCode.OTHER_KIND)
        refuse_unchecked(held)
        fiches = fiches_of(held)
        uses = (
            Entry.objects.filter(fiches__overlap=[fiche.number for fiche in fiches]) if fiches else Entry.objects.none()
        )
        told = list(uses.order_by("-at", "-id")[:MOST_USES])
        left_out = uses.count() - len(told)
        identities = _identities(actor, fiches, now)
        made = file.PersonFile(
            reference=format_number(held.reference),
            made_at=now,
            retention_months=settings.RETENTION_MONTHS,
            fiches=tuple(_fiche(fiche, identities) for fiche in fiches),
            uses=tuple(file.UsePart(entry.at, entry.kind, entry.role, entry.purpose) for entry in told),
            uses_left_out=left_out,
        )
        tell(actor, RetentionEvent.FILE_MADE, held, now)
    return made


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


def _fiche(fiche: Fiche, identities: dict[UUID, Identity]) -> file.FichePart:
    return file.FichePart(
        number=format_number(fiche.number),
        kind=fiche.kind,
        created_at=fiche.created_at,
        state=fiche.state,
        state_at=fiche.state_at,
        closure_reason=fiche.closure_reason,
        consent=fiche.consent,
        onward_opposed=fiche.onward_opposed,
        department=fiche.department,
        language=fiche.language,
        support_needs=tuple(fiche.support_needs),
        urgency=held(fiche.factors),
        identity=identities.get(fiche.id),
        index_case=_index_case(fiche),
        contact=_contact(fiche),
        health=_health(fiche),
        dates=tuple(_dates(each) for each in DatesComputed.objects.filter(fiche=fiche).order_by("computed_at", "id")),
        exposures=_exposures(fiche),
        tests=_tests(fiche),
        masks=_masks(fiche),
        stays=_stays(fiche),
        certificates=tuple(
            file.CertificatePart(each.issued_at, each.since, each.until)
            for each in Certificate.objects.filter(fiche=fiche).order_by("issued_at", "id")
        ),
        diary=tuple(
            file.DiaryPart(each.day, tuple(each.symptoms), each.temperature, each.at)
            for each in DiaryEntry.objects.filter(fiche=fiche).order_by("day")
        ),
        calls=tuple(_call(each) for each in Attempt.objects.filter(fiche=fiche).order_by("at", "id")),
        declarations=tuple(
            _declaration(own, identities[own.id])
            for own in Declaration.objects.filter(fiche=fiche).order_by("declared_at", "id")
        ),
        messages=_messages(fiche),
    )


def _declaration(own: Declaration, identity: Identity) -> file.DeclarationPart:
    return file.DeclarationPart(own.declared_at, identity, own.department, own.consent, tuple(own.support_needs))


def _index_case(fiche: Fiche) -> file.IndexPart | None:
    case = IndexCase.objects.filter(fiche=fiche).first()
    if case is None:
        return None
    return file.IndexPart(
        onset=case.onset,
        sampled_on=case.sampled_on,
        result_on=case.result_on,
        test_kind=case.test_kind,
        health_worker=case.health_worker,
        social_support=case.social_support,
        infectious_from=case.window_start,
        isolation_until=case.isolation_until,
        protocol=case.protocol,
    )


def _contact(fiche: Fiche) -> file.ContactPart | None:
    known = Contact.objects.filter(fiche=fiche).first()
    if known is None:
        return None
    return file.ContactPart(
        last_contact=known.last_contact,
        same_household=known.same_household,
        isolation_until=known.isolation_until,
        mask_until=known.mask_until,
        test_due=known.test_due,
        followed_until=known.followed_until,
        protocol=known.protocol,
    )


def _health(fiche: Fiche) -> file.HealthPart | None:
    facts = health_facts(fiche)._replace(**({"onset": None} if fiche.kind == FicheKind.INDEX else {}))
    return file.HealthPart(*facts) if any(facts) else None


def _dates(made: DatesComputed) -> file.DatesPart:
    return file.DatesPart(
        computed_at=made.computed_at,
        protocol=made.protocol,
        infectious_from=made.window_start,
        isolation_until=made.isolation_until,
        mask_until=made.mask_until,
        tests=tuple(test.day for test in tests_from_json(made.tests)),
    )


def _exposures(fiche: Fiche) -> tuple[file.ExposurePart, ...]:
    mine = {"index_fiche": fiche} if fiche.kind == FicheKind.INDEX else {"contact_fiche": fiche}
    found = Exposure.objects.filter(**mine).order_by("last_contact", "id")
    return tuple(file.ExposurePart(each.last_contact, each.same_household, each.circumstance) for each in found)


def _tests(fiche: Fiche) -> tuple[file.TestPart, ...]:
    return tuple(
        file.TestPart(
            done=each.done,
            done_on=each.done_on,
            kind=each.kind,
            place=each.place,
            result=each.result,
            result_on=each.result_on,
            recorded_at=each.recorded_at,
            corrected_at=each.superseded_at,
        )
        for each in Test.objects.filter(fiche=fiche).order_by("recorded_at", "id")
    )


def _masks(fiche: Fiche) -> tuple[file.MasksPart, ...]:
    return tuple(
        file.MasksPart(
            delivered=each.delivered,
            quantity=each.quantity,
            delivered_on=each.delivered_on,
            protocol=each.protocol,
            recorded_at=each.recorded_at,
            corrected_at=each.superseded_at,
        )
        for each in MaskDelivery.objects.filter(fiche=fiche).order_by("recorded_at", "id")
    )


def _stays(fiche: Fiche) -> tuple[file.StayPart, ...]:
    stays = list(Stay.objects.filter(fiche=fiche).order_by("since", "id"))
    return tuple(_stay(stay, said) for stay, said in zip(stays, open_stays(stays), strict=True))


def _stay(stay: Stay, said: StayDetails) -> file.StayPart:
    where = (said.name, said.group, said.street, said.postcode, said.commune, said.country, said.role)
    return file.StayPart(stay.kind, stay.since, stay.until, *where)


def _call(call: Attempt) -> file.CallPart:
    note = ring().open(call.note, context=f"{NOTE_CONTEXT}{call.id}")
    return file.CallPart(call.at, call.outcome, call.call_back_at, bool(note))


def _messages(fiche: Fiche) -> tuple[file.MessagePart, ...]:
    found = Message.objects.filter(fiche=fiche.id).order_by("created_at", "id").defer("recipient", "content")
    return tuple(file.MessagePart(each.created_at, each.channel, each.template, each.state) for each in found)
