"""What a person says of herself on the telephone: on her fiche, by who calls her, with all that follows from it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, Submission, submission
from contact_covid.journal.models import Entry
from contact_covid.people.enums import NirHolder, Quality
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import fiches_by_value, open_identity
from contact_covid.people.rules.identity import Identity
from contact_covid.people.rules.keys import phone_value
from contact_covid.tracing.actions.cancellation import cancel_fiche
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.enums import ClosureReason, Consent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.registration import SAID_TRAITS, RegistrationError, SaidOnTheTelephone
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.worklist.actions.contacts import name_during_call, open_index
from contact_covid.worklist.actions.corrections import correct_during_call, open_called
from contact_covid.worklist.actions.queue import LEASE, LeaseTaken, claim, release
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Lease
from contact_covid.worklist.queries import LeaseEnded, LeaseNotFound, LeaseTakenOver
from tests.cast import CLAIRE, PAUL, PAULA, dossier, enter, found, named, now_of, number_of, person
from tests.clock import NOW
from tests.worklist.calls import ISABELLE, JULIEN, LATER, claimed, someone, told

pytestmark = pytest.mark.usefixtures("rolled_back")
MOVED: Mapping[str, Any] = {
    "street": "3 rue Neuve",
    "postcode": "97200",
    "commune": "Fort-de-France",
    "department": "972",
}


def said(known: Identity | None = None, **changes: Any) -> SaidOnTheTelephone:
    """What stands on the fiche, but for ``changes``."""
    known = known or person()
    traits = {name: getattr(known, name) for name in SAID_TRAITS}
    return SaidOnTheTelephone(**traits | {"state_aid": False, "department": "93", "consent": Consent.AGREES} | changes)


def key(text: str = "") -> Submission:
    return submission(text or str(uuid4()), {})


def correct(lease: LeaseTaken, what: SaidOnTheTelephone, **more: Any) -> None:
    given: dict[str, Any] = {"actor": JULIEN, "submission": key(), "now": LATER} | more
    correct_during_call(lease=lease.id, said=what, **given)


def stored(fiche: Fiche | UUID) -> Identity:
    id_ = fiche.id if isinstance(fiche, Fiche) else fiche
    return open_identity(id_, SealedIdentity.objects.get(fiche=id_).value)


def test_what_she_says_replaces_what_was_known_and_nothing_else() -> None:
    fiche = someone(person(nir=""))
    insured: dict[str, Any] = {"nir": number_of(7), "nir_holder": NirHolder.INSURED}
    correct(claimed(), said(phone="+33639981234", email="", consent=Consent.REFUSES, **insured), version=1)
    after = stored(fiche)
    assert after == _changed(person(), phone="+33639981234", email="", quality=Quality.BENEFICIARY, **insured)
    assert (now_of(fiche).consent, now_of(fiche).version, now_of(fiche).call) == ("refuses", 2, "to_call")
    [row] = Entry.objects.filter(kind="tracing.updated")
    assert (row.account, row.purpose, row.fiches) == (JULIEN.account, "tracing", [fiche.number])
    assert row.detail["fields"] == ["nir", "nir_holder", "phone", "email", "consent"]


def _changed(known: Identity, **changes: Any) -> Identity:
    return Identity(**{name: getattr(known, name) for name in known.__struct_fields__} | changes)


def test_she_is_found_by_what_she_says_and_no_longer_by_what_was_wrong() -> None:
    fiche = someone(person(nir=""))
    correct(claimed(), said(nir=number_of(7), phone="+33639981234"))
    assert found(person(nir=number_of(7)), by=CLAIRE, now=LATER) == [fiche.id]
    wrong, right = phone_value(person().phone), phone_value("+33639981234")
    assert fiches_by_value([wrong, right], LATER) == {right: [fiche.id]}


def test_who_lives_elsewhere_is_another_platform_s_but_this_call_goes_on() -> None:
    [registered] = enter(dossier(person(1), named(person(2))))
    lease = claim(actor=JULIEN, fiche=registered.index.id, now=NOW)
    correct(lease, said(person(1), **MOVED))
    assert (now_of(registered.index).fund, now_of(registered.index).department) == ("972", "972")
    open_index(actor=JULIEN, lease=lease.id, now=LATER)
    name_during_call(actor=JULIEN, lease=lease.id, contacts=[named(person(3))], submission=key(), now=LATER)
    told(lease, Outcome.INFORMED)
    assert now_of(registered.index).call == "interviewed"
    with pytest.raises(FicheNotFound):
        open_index(actor=JULIEN, lease=lease.id, now=LATER)


def test_what_another_practice_declared_of_her_stands() -> None:
    fiche = someone()
    enter(dossier(person(60_000), named(person(commune="Zqpaula"))), by=PAULA)
    correct(claim(actor=JULIEN, fiche=fiche.id, now=NOW), said(commune="Zqsaid"))
    assert stored(fiche).commune == "Zqsaid"
    hers = own_fiche(PAULA, fiche.id).sealed
    assert open_identity(hers.fiche, hers.value).commune == "Zqpaula"
    his = own_fiche(PAUL, fiche.id).sealed
    assert open_identity(his.fiche, his.value).commune == "Zqsaid"


def test_a_number_that_makes_her_look_like_another_is_for_the_platform_to_look_at() -> None:
    fiche = someone(person(nir=""))
    enter(dossier(person(70_000), named(_changed(person(), nir=number_of(5), phone=""))))
    assert not now_of(fiche).doubtful
    correct(claim(actor=JULIEN, fiche=fiche.id, now=NOW), said(nir=number_of(5)))
    assert now_of(fiche).doubtful


def test_a_contact_does_not_become_her_patient_zero() -> None:
    twin = person(50_000, phone="", nir=number_of(9))
    fiche = someone(twin)
    known = person(50_000)
    with pytest.raises(RegistrationError):
        correct(claimed(), said(twin, nir=known.nir))
    assert now_of(fiche).version == 1


def test_what_changes_nothing_writes_nothing_and_keeps_the_fiche() -> None:
    fiche, lease = someone(), claimed()
    correct(lease, said())
    assert (now_of(fiche).version, Entry.objects.filter(kind="tracing.updated").count()) == (1, 0)
    assert Lease.objects.get(id=lease.id).expires_at == LATER + LEASE


def test_sent_twice_it_is_written_once_and_another_form_under_the_same_key_is_told() -> None:
    fiche, lease, once = someone(), claimed(), key("once")
    correct(lease, said(commune="Zqonce"), submission=once, version=1)
    for what in ("Zqonce", "Zqtwice"):
        with pytest.raises(AlreadyRecorded):
            correct(lease, said(commune=what), submission=once, version=1)
    assert (stored(fiche).commune, now_of(fiche).version) == ("Zqonce", 2)


def test_a_stale_page_writes_nothing() -> None:
    fiche, lease = someone(), claimed()
    correct(lease, said(commune="Zqfirst"), version=1)
    with pytest.raises(FicheChanged):
        correct(lease, said(commune="Zqsecond"), version=1)
    assert stored(fiche).commune == "Zqfirst"


def test_only_who_calls_her_and_only_while_she_does() -> None:
    fiche, lease = someone(), claimed()
    for actor, error in ((ISABELLE, LeaseNotFound), (replace(PAUL, practice=None), Denied), (CLAIRE, Denied)):
        with pytest.raises(error):
            open_called(actor=actor, lease=lease.id, now=LATER)
        with pytest.raises(error):
            correct(lease, said(commune="Zqx"), actor=actor)
    release(actor=JULIEN, lease=lease.id, now=LATER)
    _refused(lease, LeaseEnded)
    claim(actor=ISABELLE, fiche=fiche.id, now=LATER)
    _refused(lease, LeaseTakenOver)
    assert now_of(fiche).version == 1


def _refused(lease: LeaseTaken, error: type[Exception]) -> None:
    with pytest.raises(error):
        open_called(actor=JULIEN, lease=lease.id, now=LATER)
    with pytest.raises(error):
        correct(lease, said(commune="Zqx"))


def test_an_expired_lease_that_nobody_took_is_still_good() -> None:
    fiche, lease, late = someone(), claimed(), NOW + LEASE + timedelta(hours=1)
    correct(lease, said(commune="Zqlate"), now=late)
    assert stored(fiche).commune == "Zqlate"
    assert Lease.objects.get(id=lease.id).expires_at == late + LEASE


def test_a_cancelled_fiche_is_corrected_no_more() -> None:
    [registered] = enter(dossier(person()))
    lease = claim(actor=JULIEN, fiche=registered.index.id, now=NOW)
    cancel_fiche(actor=PAUL, fiche=registered.index.id, reason=ClosureReason.ERROR, version=None, now=LATER)
    with pytest.raises(ForbiddenTransition):
        correct(lease, said(commune="Zqx"))
