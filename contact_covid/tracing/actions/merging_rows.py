"""What hangs on a fiche goes over to the one that it is merged into: who she is, exposures, records, stays."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contact_covid.core.ids import new_id
from contact_covid.directory.queries import area_fund_of, region_of, zone_of
from contact_covid.people.actions import NewIdentity, replace, seal_copy
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import open_identity, period_of_identity
from contact_covid.tracing.actions.dating import redate
from contact_covid.tracing.actions.registration import rules_in_force
from contact_covid.tracing.enums import Call, Closure, Consent, FicheKind, TestFact
from contact_covid.tracing.models import Declaration, Exposure, Fiche, IndexCase, MaskDelivery, Stay, Test
from contact_covid.tracing.rules import protocol
from contact_covid.tracing.rules.merging import Chosen, Record, standing_record
from contact_covid.tracing.rules.registration import INDEX_FACTS
from contact_covid.tracing.rules.states import FACT_OF_RESULT, Facts, derive
from contact_covid.tracing.rules.urgency import urgent_at

_STRICTEST = {Consent.REFUSES: 0, Consent.NOT_ASKED: 1, Consent.AGREES: 2}


def join(survivor: Fiche, loser: Fiche, chosen: Chosen, now: datetime) -> None:
    """Moves the rows, and gives the survivor, not yet saved, what follows from them.

    ``chosen``: what she says of herself from now on. Raises ``KeyMissing``.
    """
    _join_declarations(survivor, loser, now)
    fund = area_fund_of(chosen.department) or chosen.identity.fund
    replace(NewIdentity(survivor.id, chosen.identity, fund), period=period_of_identity(survivor.id))
    survivor.region, survivor.fund = region_of(chosen.department) or "", fund
    for mine, other in (("contact_fiche", "index_fiche"), ("index_fiche", "contact_fiche")):
        _join_exposures(survivor, loser, mine, other)
    Stay.objects.filter(fiche=loser).update(fiche=survivor)
    _join_records(survivor, loser, now)
    before = survivor.state
    survivor.state = derive(Facts(Call(survivor.call), TestFact(survivor.test), Closure(survivor.closure)))
    survivor.state_at = survivor.state_at if survivor.state == before else now
    if survivor.kind == FicheKind.CONTACT:
        redate(survivor, now)
    else:
        _write_index_case(survivor, chosen, now)
        survivor.urgent_at = urgent_at(FicheKind.INDEX, survivor.created_at, zone=zone_of(survivor.department))


def _join_exposures(survivor: Fiche, loser: Fiche, mine: str, other: str) -> None:
    """One that a practice declared of both to the same person stays on the loser; the survivor's says the graver."""
    exposures = Exposure.objects.filter(**{f"{mine}__in": (survivor, loser)}).order_by("created_at", "id")
    known = {
        (getattr(each, f"{other}_id"), each.author_practice): each
        for each in exposures
        if getattr(each, f"{mine}_id") == survivor.id
    }
    for each in exposures:
        if getattr(each, f"{mine}_id") != loser.id:
            continue
        same = known.get((getattr(each, f"{other}_id"), each.author_practice))
        if same:
            _graver(same, each)
        else:
            Exposure.objects.filter(id=each.id).update(**{mine: survivor})


def _graver(exposure: Exposure, other: Exposure) -> None:
    consents = [consent for consent in (exposure.consent, other.consent) if consent]
    Exposure.objects.filter(id=exposure.id).update(
        last_contact=max(exposure.last_contact, other.last_contact),
        same_household=exposure.same_household or other.same_household,
        circumstance=max(exposure, other, key=lambda each: each.last_contact).circumstance,
        calls_self=exposure.calls_self or other.calls_self,
        consent=min(consents, key=lambda consent: _STRICTEST[Consent(consent)]) if consents else None,
    )


def _join_records(survivor: Fiche, loser: Fiche, now: datetime) -> None:
    tests = list(Test.objects.filter(fiche__in=(survivor, loser), superseded_at=None))
    stands = _one_stands(
        Test, tests, [Record(each.id, each.done_on, each.recorded_at, each.result) for each in tests], now
    )
    if stands is not None:
        survivor.test = fact_of(stands)
    masks = list(MaskDelivery.objects.filter(fiche__in=(survivor, loser), superseded_at=None))
    records = [Record(each.id, each.delivered_on, each.recorded_at) for each in masks]
    _one_stands(MaskDelivery, masks, records, now)
    for model in (Test, MaskDelivery):
        model._default_manager.filter(fiche=loser).update(fiche=survivor)


def _one_stands(model: type[Any], rows: Iterable[Any], records: list[Record], now: datetime) -> Any:
    """Of the records that stood on either fiche the one that stands; the other is kept as corrected."""
    standing = standing_record(records)
    by_id = {row.id: row for row in rows}
    others = by_id.keys() - ({standing.id} if standing else set())
    model.objects.filter(id__in=others).update(superseded_at=now)
    return by_id[standing.id] if standing else None


def fact_of(test: Test) -> TestFact:
    """What a test that stands makes of a fiche."""
    return next((FACT_OF_RESULT[each] for each in FACT_OF_RESULT if each == test.result), TestFact.NONE)


def _join_declarations(survivor: Fiche, loser: Fiche, now: datetime) -> None:
    """What other practices than the survivor's author typed of her is theirs to read on the survivor.

    Sealed for one fiche, it is sealed anew for the other, under its month.
    """
    held = set(Declaration.objects.filter(fiche=survivor).values_list("practice", flat=True))
    held.add(survivor.author_practice)
    for own in Declaration.objects.filter(fiche=loser):
        if own.practice not in held:
            person = open_identity(loser.id, own.value)
            value = seal_copy(survivor.id, person, period=own.period)
            Declaration.objects.filter(id=own.id).update(fiche=survivor, value=value)
            held.add(own.practice)
    if loser.author_practice not in held:
        _declaration_of(survivor, loser, now)


def _declaration_of(survivor: Fiche, loser: Fiche, now: datetime) -> None:
    """Who declared the loser first reads on the survivor what she typed."""
    sealed = SealedIdentity.objects.get(fiche=loser.id)
    facts = IndexCase.objects.filter(fiche=loser).values(*INDEX_FACTS).first() or {}
    Declaration.objects.create(
        id=new_id(now),
        fiche=survivor,
        practice=loser.author_practice,
        account=loser.author_account,
        declared_at=loser.created_at,
        period=sealed.period,
        value=seal_copy(survivor.id, open_identity(loser.id, sealed.value), period=sealed.period),
        department=loser.department,
        consent=loser.consent,
        **facts,
    )


def _write_index_case(survivor: Fiche, chosen: Chosen, now: datetime) -> None:
    rules, said = rules_in_force(now), chosen.index
    IndexCase.objects.filter(fiche=survivor).update(
        **said,
        window_start=protocol.window_start(rules, onset=said["onset"], sampled_on=said["sampled_on"]),
        isolation_until=protocol.case_isolation_end(rules, onset=said["onset"], sampled_on=said["sampled_on"]),
        protocol=rules.version,
    )
