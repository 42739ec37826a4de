"""What is held about a person by one of her fiches, table by table, without anybody else's identity."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from contact_covid.clusters.models import HandOver, Member, SignalCase
from contact_covid.core.keyring import ring
from contact_covid.core.records import format_number
from contact_covid.messaging.models import Message, Refusal
from contact_covid.people.rules.identity import Identity
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.rules import file
from contact_covid.support.actions.answering import note_of
from contact_covid.support.models import SupportRequest
from contact_covid.tracing.actions.answers import opened
from contact_covid.tracing.actions.health import health_facts
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import (
    Answers,
    Certificate,
    Contact,
    DatesComputed,
    Declaration,
    DiaryEntry,
    Distinct,
    Exposure,
    Fiche,
    IndexCase,
    MaskDelivery,
    Merge,
    Reach,
    SecureLink,
    Stay,
    Test,
)
from contact_covid.tracing.rules.dates import tests_from_json
from contact_covid.tracing.rules.questions import in_words
from contact_covid.tracing.rules.stays import StayDetails
from contact_covid.tracing.rules.urgency import held
from contact_covid.tracing.stay_queries import open_stays
from contact_covid.worklist.actions.outcomes import NOTE_CONTEXT
from contact_covid.worklist.models import Attempt


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened of her fiches: ``identities`` of fiches and, by their ids, of declarations; ``given``: the calls
    whose notes somebody has read and gives to her; ``numbers``: of her fiches, by their ids.
    """

    identities: Mapping[UUID, Identity]
    given: Collection[UUID]
    numbers: Mapping[UUID, str]


def part_of(fiche: Fiche, opened: Opened) -> file.FichePart:
    """Everything that the file says of one fiche. Raises ``KeyMissing``, ``SealBroken``."""
    identities = opened.identities
    return file.FichePart(
        number=format_number(fiche.number),
        disease=fiche.disease,
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
        diary=_diary(fiche),
        calls=tuple(_call(each, opened.given) for each in Attempt.objects.filter(fiche=fiche).order_by("at", "id")),
        declarations=tuple(
            _declaration(own, identities[own.id])
            for own in Declaration.objects.filter(fiche=fiche).order_by("declared_at", "id")
        ),
        messages=_messages(fiche),
        refusals=_refusals(fiche),
        links=_links(fiche),
        agencies=_agencies(fiche),
        hand_overs=_hand_overs(fiche),
        help=_help(fiche),
        answers=_answers(fiche),
        clusters=_clusters(fiche),
        signals=_signals(fiche),
        merges=_merges(fiche, opened.numbers),
        told_apart=tuple(
            Distinct.objects.filter(Q(first=fiche) | Q(second=fiche)).order_by("at").values_list("at", flat=True)
        ),
        requests=_requests(fiche),
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
        told_on=known.told_on,
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
    return tuple(
        file.ExposurePart(each.last_contact, each.same_household, each.circumstance, each.co_exposed) for each in found
    )


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


def _call(call: Attempt, given_notes: Collection[UUID]) -> file.CallPart:
    note = ring().open(call.note, context=f"{NOTE_CONTEXT}{call.id}")
    given = note.decode() if call.id in given_notes else ""
    return file.CallPart(call.at, call.outcome, call.call_back_at, given, withheld=bool(note) and not given)


def _messages(fiche: Fiche) -> tuple[file.MessagePart, ...]:
    found = Message.objects.filter(fiche=fiche.id).order_by("created_at", "id").defer("recipient", "content")
    return tuple(file.MessagePart(each.created_at, each.channel, each.template, each.state) for each in found)


def _diary(fiche: Fiche) -> tuple[file.DiaryPart, ...]:
    found = DiaryEntry.objects.filter(fiche=fiche).order_by("day")
    return tuple(file.DiaryPart(each.day, tuple(each.symptoms), each.temperature, each.at) for each in found)


def _refusals(fiche: Fiche) -> tuple[file.RefusalPart, ...]:
    found = Refusal.objects.filter(fiche=fiche.id).order_by("since", "channel")
    return tuple(file.RefusalPart(each.channel, each.since) for each in found)


def _agencies(fiche: Fiche) -> tuple[file.ReachPart, ...]:
    found = Reach.objects.filter(fiche=fiche).order_by("since", "id")
    return tuple(file.ReachPart(each.region, each.since) for each in found)


def _links(fiche: Fiche) -> tuple[file.LinkPart, ...]:
    return tuple(
        file.LinkPart(
            sent_at=each.issued_at,
            channel=each.channel,
            expires_at=each.expires_at,
            opened_at=each.opened_at,
            confirmed_at=each.confirmed_at,
            named_none_at=each.named_none_at,
            shut_at=each.revoked_at,
        )
        for each in SecureLink.objects.filter(fiche=fiche).order_by("issued_at", "id")
    )


def _hand_overs(fiche: Fiche) -> tuple[file.HandOverPart, ...]:
    return tuple(
        file.HandOverPart(
            asked_at=each.asked_at,
            region=each.region,
            reason=each.reason,
            state=each.state,
            answer=each.answer,
            answered_at=each.answered_at,
            returned_at=each.returned_at,
            withdrawn_at=each.withdrawn_at,
        )
        for each in HandOver.objects.filter(fiche=fiche).order_by("asked_at", "id")
    )


def _answers(fiche: Fiche) -> tuple[file.AnswersPart, ...]:
    rows = Answers.objects.filter(fiche=fiche).order_by("at", "id")
    return tuple(file.AnswersPart(each.at, in_words(fiche.disease, opened(each))) for each in rows)


def _help(fiche: Fiche) -> tuple[file.HelpPart, ...]:
    found = SupportRequest.objects.filter(fiche=fiche).order_by("asked_at", "id")
    return tuple(
        file.HelpPart(each.asked_at, tuple(each.needs), note_of(each), each.state, each.reason) for each in found
    )


def _clusters(fiche: Fiche) -> tuple[file.ClusterPart, ...]:
    return tuple(
        file.ClusterPart(
            number=format_number(each.cluster.number),
            setting=each.cluster.setting,
            role=each.role,
            since=each.since,
            added_at=each.added_at,
            removed_at=each.removed_at,
        )
        for each in Member.objects.filter(fiche=fiche).select_related("cluster").order_by("added_at", "id")
    )


def _signals(fiche: Fiche) -> tuple[file.SignalPart, ...]:
    found = SignalCase.objects.filter(fiche=fiche).select_related("signal").order_by("signal__proposed_at", "id")
    return tuple(
        file.SignalPart(each.signal.proposed_at, each.signal.ground, each.signal.setting, each.signal.state, each.on)
        for each in found
    )


def _merges(fiche: Fiche, numbers: Mapping[UUID, str]) -> tuple[file.MergePart, ...]:
    """A fiche that was taken for hers and is not is somebody else's: its number is not told."""
    found = Merge.objects.filter(Q(survivor=fiche) | Q(loser=fiche)).order_by("at", "id")
    return tuple(
        file.MergePart(
            at=each.at,
            other=numbers.get(each.loser_id if each.survivor_id == fiche.id else each.survivor_id, ""),
            stands=each.survivor_id == fiche.id,
            undone_at=each.undone_at,
        )
        for each in found
    )


def _requests(fiche: Fiche) -> tuple[file.RequestPart, ...]:
    found = RightsRequest.objects.filter(requestfiche__fiche=fiche).defer("details").order_by("created_at", "id")
    return tuple(
        file.RequestPart(
            reference=format_number(each.reference),
            kind=each.kind,
            channel=each.channel,
            received_on=each.received_on,
            state=each.state,
            reason=each.reason,
        )
        for each in found
    )
