"""A registration in the making: sealed, its author's only, written once, gone after a week."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.records import format_number
from contact_covid.journal.enums import Purpose
from contact_covid.journal.models import Entry
from contact_covid.people.actions import reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions import drafts
from contact_covid.tracing.actions.drafts import DraftChanged
from contact_covid.tracing.actions.registration import name_contacts
from contact_covid.tracing.enums import Consent, FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Draft, Exposure, Fiche
from contact_covid.tracing.own_queries import (
    PAGE,
    DraftNotFound,
    DraftOpened,
    OwnLine,
    Position,
    own_fiche,
    own_fiches,
    registered_from,
)
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.registration import NamedContact, RegistrationError, RegistrationErrorCode
from tests.cast import CLAIRE, PAUL, PAULA, TODAY, dossier, enter, ident, named, person
from tests.clock import NOW

LATER = NOW + timedelta(minutes=5)
# Paul's colleague, and Paul in Paula's surgery.
COLLEAGUE = replace(PAUL, account=ident(1, 77))
PAUL_ELSEWHERE = replace(PAUL, practice=PAULA.practice)


pytestmark = pytest.mark.usefixtures("rolled_back")


def key(text: str = "") -> Any:
    return submission(text or str(uuid4()), {})


def started(*contacts: NamedContact, by: Actor = PAUL, index: int = 1) -> UUID:
    draft = drafts.start_draft(actor=by, dossier=dossier(person(index)), submission=key(), now=NOW)
    for contact in contacts:
        drafts.add_contact(actor=by, draft=draft, contact=contact, submission=key(), now=NOW)
    return draft


def opened(draft: UUID, *, by: Actor = PAUL) -> DraftOpened:
    return drafts.open_draft(actor=by, draft=draft, now=LATER)


def registered(draft: UUID, *, by: Actor = PAUL, version: int | None = None) -> UUID:
    return drafts.register_draft(actor=by, draft=draft, version=version, submission=key(f"draft {draft}"), now=LATER)


def test_a_draft_gives_back_all_that_was_typed() -> None:
    contact = named(person(2), same_household=True, calls_self=True)
    content = opened(started(contact)).content

    assert content.whole == replace(dossier(person(1)), contacts=(contact,))


def test_registering_makes_the_fiches_and_removes_the_draft() -> None:
    draft = started(named(person(2)), named(person(3)))
    fiche = registered(draft)

    assert Fiche.objects.get(id=fiche).kind == FicheKind.INDEX
    assert Exposure.objects.filter(index_fiche=fiche).count() == 2
    assert not Draft.objects.filter(id=draft).exists()


def test_a_draft_is_registered_once() -> None:
    draft = started(named(person(2)))
    fiche = registered(draft)
    with pytest.raises(DraftNotFound):
        registered(draft)

    assert Fiche.objects.count() == 2
    assert registered_from(PAUL, key(f"draft {draft}")) == fiche
    assert registered_from(PAULA, key(f"draft {draft}")) is None


@pytest.mark.parametrize("stranger", [PAULA, COLLEAGUE, PAUL_ELSEWHERE])
def test_a_draft_of_somebody_else_is_absent(stranger: Actor) -> None:
    draft = started(named(person(2)))
    [contact] = opened(draft).content.contacts
    same: dict[str, Any] = {"actor": stranger, "draft": draft, "now": LATER}
    for attempt in (
        lambda: drafts.open_draft(**same),
        lambda: drafts.correct_index(**same, version=None, dossier=dossier(person(9))),
        lambda: drafts.add_contact(**same, contact=named(person(9)), submission=key()),
        lambda: drafts.correct_contact(**same, version=None, contact=contact.id, named=named(person(9))),
        lambda: drafts.remove_contact(**same, contact=contact.id),
        lambda: drafts.discard_draft(**same),
        lambda: registered(draft, by=stranger),
    ):
        with pytest.raises(DraftNotFound):
            attempt()

    assert drafts.open_drafts(actor=stranger, now=LATER) == []
    assert [known.id for known in drafts.open_drafts(actor=PAUL, now=LATER)] == [draft]
    assert len(opened(draft).content.contacts) == 1


def test_who_does_not_register_has_no_drafts() -> None:
    draft = started()
    with pytest.raises(Denied):
        drafts.open_drafts(actor=CLAIRE, now=NOW)
    with pytest.raises(Denied):
        drafts.open_draft(actor=replace(CLAIRE, account=PAUL.account, practice=PAUL.practice), draft=draft, now=NOW)


def test_one_form_makes_one_draft_and_one_contact() -> None:
    form, contact_form = key("form"), key("contact form")
    draft = drafts.start_draft(actor=PAUL, dossier=dossier(person(1)), submission=form, now=NOW)
    with pytest.raises(AlreadyRecorded) as again:
        drafts.start_draft(actor=PAUL, dossier=dossier(person(1)), submission=form, now=LATER)
    contact = named(person(2))
    drafts.add_contact(actor=PAUL, draft=draft, contact=contact, submission=contact_form, now=NOW)
    with pytest.raises(AlreadyRecorded):
        drafts.add_contact(actor=PAUL, draft=draft, contact=contact, submission=contact_form, now=LATER)

    assert (again.value.target, again.value.same) == (draft, True)
    assert Draft.objects.count() == 1
    assert len(opened(draft).content.contacts) == 1


def test_two_tabs_both_add_and_neither_overwrites() -> None:
    draft = started(named(person(2)))
    seen = opened(draft)
    [contact] = seen.content.contacts
    drafts.add_contact(actor=PAUL, draft=draft, contact=named(person(3)), submission=key(), now=LATER)
    stale: dict[str, Any] = {"actor": PAUL, "draft": draft, "version": seen.version, "now": LATER}

    with pytest.raises(DraftChanged):
        drafts.correct_index(**stale, dossier=dossier(person(8)))
    with pytest.raises(DraftChanged):
        drafts.correct_contact(**stale, contact=contact.id, named=named(person(8)))
    with pytest.raises(DraftChanged):
        registered(draft, version=seen.version)
    assert [each.named.identity for each in opened(draft).content.contacts] == [person(2), person(3)]
    assert registered(draft, version=opened(draft).version)


def test_a_contact_is_corrected_in_its_place_and_removed() -> None:
    draft = started(named(person(2)), named(person(3)))
    first, second = opened(draft).content.contacts
    corrected = named(person(4))
    drafts.correct_contact(actor=PAUL, draft=draft, version=3, contact=first.id, named=corrected, now=LATER)
    assert [each.named for each in opened(draft).content.contacts] == [corrected, second.named]

    for _ in range(2):
        drafts.remove_contact(actor=PAUL, draft=draft, contact=first.id, now=LATER)
    assert [each.id for each in opened(draft).content.contacts] == [second.id]
    with pytest.raises(DraftNotFound):
        drafts.correct_contact(actor=PAUL, draft=draft, version=None, contact=first.id, named=corrected, now=LATER)


def test_the_index_is_corrected_and_her_contacts_stay() -> None:
    draft = started(named(person(2)))
    drafts.correct_index(actor=PAUL, draft=draft, version=2, dossier=dossier(person(7)), now=LATER)

    content = opened(draft).content
    assert (content.dossier.identity, len(content.contacts)) == (person(7), 1)


def test_a_discarded_draft_is_gone() -> None:
    draft = started()
    drafts.discard_draft(actor=PAUL, draft=draft, now=LATER)
    with pytest.raises(DraftNotFound):
        opened(draft)


def test_a_draft_is_kept_seven_days_after_its_last_use() -> None:
    old, used = started(), started(index=2)
    drafts.add_contact(actor=PAUL, draft=used, contact=named(person(3)), submission=key(), now=NOW + timedelta(days=1))
    assert drafts.purge_drafts(now=NOW + timedelta(days=7)) == 0

    assert drafts.purge_drafts(now=NOW + timedelta(days=7, seconds=1)) == 1
    assert set(Draft.objects.values_list("id", flat=True)) == {used}
    assert old != used


TOMORROW, LONG_AGO = TODAY + timedelta(days=1), TODAY - timedelta(days=91)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"onset": TOMORROW}, "onset", RegistrationErrorCode.IN_FUTURE),
        ({"sampled_on": TOMORROW, "result_on": None}, "sampled_on", RegistrationErrorCode.IN_FUTURE),
        ({"sampled_on": LONG_AGO}, "sampled_on", RegistrationErrorCode.TOO_OLD),
        (
            {"sampled_on": TODAY, "result_on": TODAY - timedelta(days=1)},
            "result_on",
            "registration.result_before_sampling",
        ),
    ],
)
def test_what_cannot_be_of_a_patient_zero_is_refused(changes: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(RegistrationError) as told:
        drafts.start_draft(actor=PAUL, dossier=dossier(person(1), **changes), submission=key(), now=NOW)
    assert (told.value.field, told.value.code) == (field, code)
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("contact", "field", "code"),
    [
        (named(person(2), last_contact=TOMORROW), "last_contact", "registration.in_future"),
        (named(person(2, birth_date=TOMORROW)), "birth_date", "registration.in_future"),
        (named(person(2, birth_date=TODAY - timedelta(days=1))), "last_contact", "registration.before_birth"),
        (named(person(1)), "birth_name", "registration.names_herself"),
    ],
)
def test_what_cannot_be_of_a_contact_is_refused(contact: NamedContact, field: str, code: str) -> None:
    draft = started()
    with pytest.raises(RegistrationError) as told:
        drafts.add_contact(actor=PAUL, draft=draft, contact=contact, submission=key(), now=NOW)
    assert (told.value.field, told.value.code) == (field, code)
    assert opened(draft).content.contacts == ()


def test_the_journal_tells_of_drafts_without_a_trait() -> None:
    draft = started()
    opened(draft)
    drafts.discard_draft(actor=PAUL, draft=draft, now=LATER)

    kinds = [TracingEvent.DRAFT_SAVED, TracingEvent.DRAFT_READ, TracingEvent.DRAFT_DISCARDED]
    assert list(Entry.objects.order_by("id").values_list("kind", "detail")) == [
        (k, {"draft": str(draft)}) for k in kinds
    ]


# --- What the practice declared ------------------------------------------------------------------------------------


def declared(actor: Actor) -> dict[UUID, OwnLine]:
    lines, _ = own_fiches(actor, LATER)
    return {line.sealed.fiche: line for line in lines}


def test_a_known_person_is_answered_and_listed_like_a_new_one() -> None:
    """Paula declares whom Paul had declared: the same fiches, in her list as in his, each sees what it typed."""
    typed_otherwise = person(2, street="9 quai Zqplanted", email="")
    [of_paul] = enter(dossier(person(1), named(person(2))))
    [of_paula] = enter(dossier(person(1, commune="Zqcity"), named(typed_otherwise)), by=PAULA)
    [contact] = of_paul.contacts

    assert of_paula.index.id == of_paul.index.id
    assert declared(PAUL).keys() == declared(PAULA).keys() == {of_paul.index.id, contact.id}
    assert [link.sealed.fiche for link in own_fiche(PAULA, of_paul.index.id).links] == [contact.id]
    his, hers = (identity_seen(actor, contact.id) for actor in (PAUL, PAULA))
    assert (his, hers) == (person(2), typed_otherwise)


def identity_seen(actor: Actor, fiche: UUID) -> Identity:
    return reveal(actor, [own_fiche(actor, fiche).sealed], purpose=Purpose.REGISTRATION, now=LATER)[fiche]


def test_who_shares_a_fiche_sees_nothing_that_another_said_of_it() -> None:
    [of_paul] = enter(dossier(person(1), named(person(2)), named(person(3))))
    said = {"department": "75", "consent": Consent.REFUSES, "onset": None, "health_worker": True}
    enter(dossier(person(1), **said), by=PAULA)
    enter(dossier(person(50), named(person(2), department="972")), by=PAULA)

    hers = own_fiche(PAULA, of_paul.index.id)
    assert (hers.shared, hers.department, hers.consent) == (True, "75", Consent.REFUSES)
    assert hers.index
    assert (hers.index.onset, hers.index.health_worker, hers.index.social_support) == (None, True, False)
    assert own_fiche(PAULA, of_paul.contacts[0].id).department == "972"
    assert hers.state_at == hers.declared_at
    assert of_paul.contacts[1].id not in {link.sealed.fiche for link in hers.links}
    with pytest.raises(FicheNotFound):
        own_fiche(PAULA, of_paul.contacts[1].id)


def test_what_a_practice_did_not_declare_is_absent() -> None:
    [of_paul] = enter(dossier(person(1), named(person(2))))
    for fiche in (of_paul.index.id, of_paul.contacts[0].id, uuid4()):
        with pytest.raises(FicheNotFound):
            own_fiche(PAULA, fiche)
    assert declared(PAULA) == {}
    assert declared(COLLEAGUE).keys() == declared(PAUL).keys()


def test_pages_of_the_list_hold_each_fiche_once_newest_first() -> None:
    for number in range(PAGE):
        enter(dossier(person(number + 1), named(person(number + 100))), now=NOW + timedelta(seconds=number))
    enter(dossier(person(1)), by=PAULA, now=NOW + timedelta(minutes=1))
    seen: list[OwnLine] = []
    after: Position | None = None
    while True:
        lines, after = own_fiches(PAUL, LATER, after=after)
        seen += lines
        if after is None:
            break
        assert len(lines) == PAGE

    assert len(seen) == len({line.sealed.fiche for line in seen}) == 2 * PAGE
    moments = [line.declared_at for line in seen]
    assert moments == sorted(moments, reverse=True)


def test_contacts_are_named_later() -> None:
    [of_paul] = enter(dossier(person(1), named(person(2))))
    form = key("later")
    later: dict[str, Any] = {
        "index": of_paul.index.id,
        "contacts": [named(person(3))],
        "submission": form,
        "now": LATER,
    }
    [added] = name_contacts(actor=PAUL, **later).contacts
    with pytest.raises(AlreadyRecorded) as again:
        name_contacts(actor=PAUL, **later)

    assert again.value.target == added.id
    assert {link.sealed.fiche for link in own_fiche(PAUL, of_paul.index.id).links} == {of_paul.contacts[0].id, added.id}
    with pytest.raises(FicheNotFound):
        name_contacts(actor=PAULA, **later)
    with pytest.raises(FicheNotFound):
        name_contacts(actor=PAUL, **later | {"index": added.id})


def test_twins_stay_two_and_a_person_named_twice_is_one() -> None:
    twins = [person(2, first_names="Zqanna"), person(2, first_names="Zqberthe", nir_holder="insured")]
    draft = started(*(named(twin) for twin in twins), named(person(5)))
    fiche = registered(draft)
    other = registered(started(named(person(5)), index=8))

    assert len(own_fiche(PAUL, fiche).links) == 3
    [again] = own_fiche(PAUL, other).links
    assert {link.sealed.fiche for link in own_fiche(PAUL, again.sealed.fiche).links} == {fiche, other}
    assert Fiche.objects.filter(kind=FicheKind.CONTACT).count() == 3
    assert format_number(again.sealed.number)
