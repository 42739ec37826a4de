"""What hangs on a fiche goes over to the one that it is merged into: who she is, exposures, records, stays."""

from collections.abc import Iterable
from copy import copy
from datetime import datetime
from typing import Any

from django.db.models import F

from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS
from contact_covid.messaging.models import Refusal
from contact_covid.people.actions import NewIdentity, replace, seal_copy
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import open_identity, period_of_identity
from contact_covid.tracing.actions.dating import redate, redate_case, save_contacts
from contact_covid.tracing.actions.health import health_facts
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.actions.merging_own import join_own
from contact_covid.tracing.actions.moving import derive_state
from contact_covid.tracing.actions.new_fiches import area_of
from contact_covid.tracing.enums import Consent, FicheKind, SupportNeed, TestFact, TestKind, TestResult
from contact_covid.tracing.models import (
    Certificate,
    Contact,
    Declaration,
    Exposure,
    Fiche,
    Health,
    IndexCase,
    MaskDelivery,
    Reach,
    Stay,
    Test,
)
from contact_covid.tracing.queries import unlinked
from contact_covid.tracing.rules import merging as rules
from contact_covid.tracing.rules.counter import TestDone
from contact_covid.tracing.rules.merging import Chosen, Record, standing_record
from contact_covid.tracing.rules.registration import INDEX_FACTS
from contact_covid.tracing.rules.samplings import Sampling, fact_of
from contact_covid.tracing.rules.urgency import COLLECTIVE_STAYS, Factor, held, is_aged

_STRICTEST = {Consent.REFUSES: 0, Consent.NOT_ASKED: 1, Consent.AGREES: 2}


def join(survivor: Fiche, loser: Fiche, chosen: Chosen, now: datetime, *, told: bool) -> None:
    """Moves the rows, and gives the survivor, not yet saved, what follows from them.

    ``chosen``: what she says of herself from now on. ``told``: her dates, as the loser only. Raises ``KeyMissing``.
    """
    join_own(survivor, loser, now)
    _join_declarations(survivor, loser, now)
    survivor.region, survivor.fund = area_of(chosen.department, chosen.identity, survivor.author_practice)
    replace(NewIdentity(survivor.id, chosen.identity, survivor.fund), period=period_of_identity(survivor.id))
    for mine, other in (("contact_fiche", "index_fiche"), ("index_fiche", "contact_fiche")):
        _join_exposures(survivor, loser, mine, other)
    for model in (Stay, Certificate):
        model._default_manager.filter(fiche=loser).update(fiche=survivor)
    _join_once(Reach, survivor, loser, ("region", "source"))
    _join_once(Refusal, survivor, loser, ("channel",))
    IndexCase.objects.filter(was_contact=loser).update(was_contact=survivor)
    _join_records(survivor, loser, now)
    derive_state(survivor, now)
    if told and survivor.kind == FicheKind.CONTACT:
        _take_told(survivor, loser, now)
    _join_health(survivor, loser, chosen, now)


def _take_told(survivor: Fiche, loser: Fiche, now: datetime) -> None:
    """The dates she was told are hers: others that follow from what is known of both are told as new ones."""
    before = Contact.objects.get(fiche=survivor)
    told = copy(Contact.objects.get(fiche=loser))
    told.fiche = survivor
    save_contacts([(before, told)], now)


def _join_health(survivor: Fiche, loser: Fiche, chosen: Chosen, now: datetime) -> None:
    """The one person's health, and the dates and the urgency that follow from all there is."""
    before = health_facts(survivor)
    facts = rules.health(before, health_facts(loser))
    stored = facts._replace(onset=None) if survivor.kind == FicheKind.INDEX else facts
    if any(stored):
        Health.objects.update_or_create(fiche=survivor, defaults=stored._asdict())
    day = survivor.created_at.astimezone(PARIS).date()
    known = dict.fromkeys(held(loser.factors), True) | {Factor.AGED: is_aged(chosen.identity.birth_date, day)}
    if survivor.kind == FicheKind.CONTACT:
        known[Factor.SYMPTOMS] = facts.is_ill
        hurry(survivor, known)
        redate(survivor, now, anew=facts != before)
        return
    _write_index_case(survivor, loser, chosen)
    known[Factor.HEALTH_WORKER] = bool(chosen.index["health_worker"])
    known[Factor.COLLECTIVE] = Stay.objects.filter(fiche=survivor, kind__in=COLLECTIVE_STAYS).exists()
    hurry(survivor, known)
    redate_case(survivor, now)


def _write_index_case(survivor: Fiche, loser: Fiche, chosen: Chosen) -> None:
    """What she says of her infection; of two fiches as a contact hers leads to the survivor's own."""
    IndexCase.objects.filter(fiche=survivor).update(**chosen.index)
    was = IndexCase.objects.values_list("was_contact", flat=True).get(fiche=loser)
    unlinked(IndexCase.objects.filter(fiche=survivor)).update(was_contact=was)


def _join_once(model: type[Any], survivor: Fiche, loser: Fiche, names: tuple[str, ...]) -> None:
    """What lets an agency open either, and by which way either wants no message: the survivor has each once."""
    known = set(model.objects.filter(fiche=survivor.id).values_list(*names))
    for row in model.objects.filter(fiche=loser.id):
        if tuple(getattr(row, name) for name in names) not in known:
            model.objects.filter(pk=row.pk).update(fiche=survivor.id)


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
        co_exposed=exposure.co_exposed or other.co_exposed,
        consent=min(consents, key=lambda consent: _STRICTEST[Consent(consent)]) if consents else None,
    )


def _join_records(survivor: Fiche, loser: Fiche, now: datetime) -> None:
    """Each sampling stands; masks are due once."""
    masks = list(MaskDelivery.objects.filter(fiche__in=(survivor, loser), superseded_at=None))
    _one_stands(MaskDelivery, masks, [Record(each.id, each.delivered_on, each.recorded_at) for each in masks], now)
    for model in (Test, MaskDelivery):
        model._default_manager.filter(fiche=loser).update(fiche=survivor)
    survivor.test = test_fact(survivor)


def test_fact(fiche: Fiche) -> TestFact:
    """What all tests of a fiche together say."""
    stand = Test.objects.filter(fiche=fiche, superseded_at=None)
    return fact_of([Sampling(each.sampling, each.practice, _said(each)) for each in stand])


def _said(test: Test) -> TestDone:
    kind, result = TestKind(test.kind) if test.kind else None, TestResult(test.result) if test.result else None
    return TestDone(test.done, test.done_on, kind, result, test.result_on)


def _one_stands(model: type[Any], rows: Iterable[Any], records: list[Record], now: datetime) -> None:
    """Of the records that stood on either fiche one stands; the other is kept as corrected."""
    standing = standing_record(records)
    others = {row.id for row in rows} - ({standing.id} if standing else set())
    model.objects.filter(id__in=others).update(superseded_at=now)


def _join_declarations(survivor: Fiche, loser: Fiche, now: datetime) -> None:
    """What other practices than the survivor's author typed of her is theirs to read on the survivor.

    Sealed for one fiche, it is sealed anew for the other, under its month. Of a practice that declared both, what it
    said of the survivor stands; what she needs adds up.
    """
    held_by = set(Declaration.objects.filter(fiche=survivor).values_list("practice", flat=True))
    held_by.add(survivor.author_practice)
    for own in Declaration.objects.filter(fiche=loser):
        if own.practice not in held_by:
            person = open_identity(loser.id, own.value)
            value = seal_copy(survivor.id, person, period=own.period)
            Declaration.objects.filter(id=own.id).update(fiche=survivor, value=value)
            held_by.add(own.practice)
        else:
            _add_needs(survivor, own.practice, own.support_needs)
    if loser.author_practice not in held_by:
        _declaration_of(survivor, loser, now)
    else:
        _add_needs(survivor, loser.author_practice, loser.support_needs)


def _add_needs(survivor: Fiche, practice: Any, needs: list[str]) -> None:
    own = None if practice == survivor.author_practice else Declaration.objects.get(fiche=survivor, practice=practice)
    known = own.support_needs if own else survivor.support_needs
    both = [need for need in SupportNeed if need in {*known, *needs}]
    if both == known:
        return
    if own:
        Declaration.objects.filter(id=own.id).update(support_needs=both, version=F("version") + 1)
    else:
        survivor.support_needs = both


def _declaration_of(survivor: Fiche, loser: Fiche, now: datetime) -> None:
    """Who declared the loser first reads on the survivor what she typed."""
    sealed = SealedIdentity.objects.get(fiche=loser.id)
    facts: dict[str, Any] = health_facts(loser)._asdict()
    facts |= IndexCase.objects.filter(fiche=loser).values(*INDEX_FACTS).first() or {}
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
        support_needs=loser.support_needs,
        **facts,
    )
