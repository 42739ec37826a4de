"""What a person says herself – on her own pages, or that she opposes something – when her two fiches become one."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.messaging.enums import Channel, Template
from contact_covid.messaging.models import Message, Refusal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.certificates import issue_own_letter, verify_certificate
from contact_covid.tracing.actions.diary import DiarySaid, write_diary
from contact_covid.tracing.actions.erasure import keep_in
from contact_covid.tracing.actions.merging import undo
from contact_covid.tracing.actions.person_acts import confirm, refuse_messages
from contact_covid.tracing.actions.registration import name_contacts
from contact_covid.tracing.actions.secure_links import LinkRefused, open_link
from contact_covid.tracing.actions.stays import name_stays
from contact_covid.tracing.enums import Call, Consent, StayKind, Symptom
from contact_covid.tracing.link_queries import actor_for_link, declared_by
from contact_covid.tracing.models import Contact, Declaration, DiaryEntry, Exposure, Fiche, SecureLink
from contact_covid.tracing.rules.merging import Side
from contact_covid.tracing.rules.stays import NamedStay, StayDetails
from tests.cast import BORN, PAULA, TODAY, dossier, enter, named, person
from tests.clock import NOW
from tests.retention.asking import CATHERINE
from tests.tracing.doubles import JULIEN, LATER, key, made_one, misspelt, whole_database
from tests.tracing.linking import links_first, person_behind, token_of

pytestmark = pytest.mark.usefixtures("rolled_back")

SOON = NOW + timedelta(minutes=20)
MUCH_LATER = LATER + timedelta(hours=1)
HOME = StayDetails("Lycée Zqschool", "2 B", "", "", "93100", "Montreuil")


def two_cases(**said: Any) -> tuple[Fiche, Fiche]:
    """A patient zéro registered twice, with a link each."""
    with links_first():
        [one] = enter(dossier(person(1)))
        [other] = enter(dossier(misspelt(person(1)), **said), by=PAULA, now=NOW + timedelta(minutes=1))
    return one.index, other.index


def two_contacts(**said: Any) -> tuple[Fiche, Fiche]:
    with links_first():
        [one] = enter(dossier(person(101), named(person(1))))
        [other] = enter(
            dossier(person(102), named(misspelt(person(1)), **said)), by=PAULA, now=NOW + timedelta(minutes=1)
        )
    return one.contacts[0], other.contacts[0]


def writes(actor: Actor, index: UUID, *people: Identity) -> None:
    """All that a patient zéro can write on her pages."""
    contacts = [named(each, last_contact=TODAY - timedelta(days=1)) for each in people]
    name_contacts(actor=actor, index=index, contacts=contacts, submission=key(), now=SOON)
    stay = NamedStay(StayKind.SCHOOL, TODAY - timedelta(days=2), TODAY, "93", HOME)
    name_stays(actor=actor, index=index, stays=[stay], submission=key(), now=SOON)
    write_diary(actor=actor, said=DiarySaid([Symptom.COUGH]), now=SOON)
    letter_of(actor)


def letter_of(actor: Actor) -> str:
    return issue_own_letter(actor=actor, now=SOON).code


AUTHORS = ("account", "practice", "author_account", "author_practice")


def written_by(fiche: Fiche) -> set[tuple[str, str]]:
    """The columns of all tables of tracing in which her fiche stands as the author of what she wrote."""
    columns = [
        (model, field.name)
        for model in apps.get_app_config("tracing").get_models()
        for field in model._meta.concrete_fields
        if field.name in AUTHORS
    ]
    return {
        (model._meta.db_table, name)
        for model, name in columns
        if model._default_manager.filter(**{name: fiche.id}).exists()
    }


@pytest.mark.parametrize("survivor", Side)
def test_what_she_wrote_is_hers_on_the_fiche_that_stays(survivor: Side) -> None:
    """Nothing names the other fiche as its author any more but what she said twice; undone, everything does again."""
    first, second = two_cases()
    known = enter(dossier(person(77), named(person(22))))[0].contacts[0]
    for fiche, people in ((first, (person(11), person(22))), (second, (person(12), person(22)))):
        writes(person_behind(fiche, SOON), fiche.id, *people)
        assert len(written_by(fiche)) == 9
    before = whole_database()
    made = made_one(first, second, survivor=survivor)
    stays, gone = (first, second) if survivor is Side.FIRST else (second, first)
    said = declared_by(stays.id)
    assert (said.people, len(said.stays)) == (3, 2)
    assert [tuple(each) for each in Declaration.objects.filter(practice=gone.id).values_list("fiche")] == [(known.id,)]
    assert written_by(gone) == {("tracing_declaration", "account"), ("tracing_declaration", "practice")}
    assert Declaration.objects.filter(fiche=known, practice=stays.id).exists()
    assert undo(actor=JULIEN, merge=made, now=MUCH_LATER) == []
    assert whole_database() == before


def test_her_letter_is_verified_on_the_fiche_that_stays() -> None:
    first, second = two_contacts()
    code = letter_of(person_behind(second, SOON))
    made_one(first, second)
    verified = verify_certificate(code=code, born=BORN)
    assert verified
    assert verified.stands


# --- The diary -----------------------------------------------------------------------------------------------------


def entries(fiche: Fiche) -> list[tuple[date, list[str], Any]]:
    return list(DiaryEntry.objects.filter(fiche=fiche).order_by("day").values_list("day", "symptoms", "temperature"))


def test_the_diary_goes_on_and_of_one_day_both_entries_count() -> None:
    first, second = two_contacts()
    ill = DiarySaid([Symptom.COUGH, Symptom.TIRED])
    for fiche, said, days in ((first, ill, 0), (second, DiarySaid([Symptom.FEVER]), 0), (second, ill, 1)):
        at = SOON + timedelta(days=days)
        write_diary(actor=person_behind(fiche, at), said=said, now=at)
    before = whole_database()
    made = made_one(first, second, now=SOON + timedelta(days=1, hours=1))
    assert entries(first) == [
        (TODAY, ["fever", "cough", "tired"], None),
        (TODAY + timedelta(days=1), ["cough", "tired"], None),
    ]
    undo(actor=JULIEN, merge=made, now=SOON + timedelta(days=1, hours=2))
    assert whole_database()["tracing_diary_entry"] == before["tracing_diary_entry"]


# --- The link ------------------------------------------------------------------------------------------------------


def opens(token: str, now: Any) -> UUID | None:
    try:
        here = actor_for_link(open_link(token=token, born=BORN, now=now), now)
    except LinkRefused:
        return None
    assert here
    return here.fiche.id


@pytest.mark.parametrize("used", ["first", "second", ""])
@pytest.mark.parametrize("look", [False, True])
def test_one_link_opens_the_fiche_that_stays_the_one_she_used(used: str, *, look: bool) -> None:
    first, second = two_contacts()
    tokens = {"first": token_of(first.id), "second": token_of(second.id)}
    if used:
        confirm(actor=person_behind(first if used == "first" else second, SOON), now=SOON)
    before = whole_database()["tracing_secure_link"]
    made = made_one(first, second)
    if look:
        kept = used or "first"
        assert opens(tokens[kept], LATER) == first.id
        assert opens(tokens["second" if kept == "first" else "first"], LATER) is None
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    assert look or whole_database()["tracing_secure_link"] == before
    assert [opens(token, MUCH_LATER) for token in tokens.values()] == [first.id, second.id]


def test_a_link_used_since_goes_back_to_whose_telephone_it_was_sent() -> None:
    first, second = two_contacts()
    SecureLink.objects.filter(fiche=first).update(revoked_at=NOW)
    token = token_of(second.id)
    made = made_one(first, second)
    assert opens(token, LATER) == first.id
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    assert opens(token, MUCH_LATER) == second.id


# --- What she was told ---------------------------------------------------------------------------------------------


def told(fiche: Fiche) -> None:
    confirm(actor=person_behind(fiche, SOON), now=SOON)
    assert Fiche.objects.get(id=fiche.id).call == Call.INFORMED


def new_dates_told(fiche: Fiche) -> int:
    return Message.objects.filter(fiche=fiche.id, template=Template.INSTRUCTIONS).count()


@pytest.mark.parametrize("days", [0, 2])
def test_other_dates_than_she_was_told_on_the_fiche_that_goes_are_told(days: int) -> None:
    """By the other fiche she was exposed later: what she was told does not hold any more."""
    last = {"last_contact": TODAY - timedelta(days=3 - days)}
    with links_first():
        [one] = enter(dossier(person(101), named(person(1), **last)))
        [other] = enter(dossier(person(102), named(misspelt(person(1)))), by=PAULA, now=NOW + timedelta(minutes=1))
    first, second = one.contacts[0], other.contacts[0]
    told(second)
    kept = Contact.objects.get(fiche=second)
    before = whole_database()
    made = made_one(first, second)
    assert first.call == Call.INFORMED
    contact = Contact.objects.get(fiche=first)
    assert new_dates_told(first) == (1 if days else 0)
    assert (contact.isolation_until == kept.isolation_until) is not bool(days)
    if not days:
        assert (contact.tests, contact.told_on) == (kept.tests, kept.told_on)
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    again = whole_database()
    assert {table for table in before if before[table] != again[table]} <= {"messaging_message", "people_alert"}


def test_the_dates_of_a_fiche_nobody_was_told_of_count_for_nothing() -> None:
    """The rules had changed between the two: what she was told is what the first fiche's dates are compared with."""
    first, second = two_contacts()
    Contact.objects.filter(fiche=first).update(protocol="covid19/older", isolation_until=TODAY + timedelta(days=40))
    told(second)
    kept = Contact.objects.get(fiche=second)
    made_one(first, second)
    contact = Contact.objects.get(fiche=first)
    assert (contact.isolation_until, contact.protocol) == (kept.isolation_until, kept.protocol)
    assert new_dates_told(first) == 0


# --- What she opposes ----------------------------------------------------------------------------------------------


def opposed(*fiches: Fiche) -> None:
    with transaction.atomic():
        keep_in(actor=CATHERINE, fiches=[fiche.id for fiche in fiches], now=LATER + timedelta(minutes=1))


def states(fiches: Collection[Fiche]) -> list[tuple[Any, ...]]:
    return [tuple(Fiche.objects.values_list("onward_opposed", "consent").get(id=each.id)) for each in fiches]


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("of_both", [False, True])
def test_an_opposition_expressed_meanwhile_is_not_taken_back(*, before: bool, of_both: bool) -> None:
    """Also when one of the two opposed already, so that nothing is written differently: she said it again."""
    first, second = two_cases()
    [named_by] = name_contacts(
        actor=PAULA, index=second.id, contacts=[named(person(11))], submission=key(), now=SOON
    ).contacts
    Exposure.objects.filter(contact_fiche=named_by).update(consent=Consent.AGREES)
    if before:
        Fiche.objects.filter(id=second.id).update(onward_opposed=True, consent=Consent.REFUSES)
    made = made_one(first, second)
    opposed(*((first, second) if of_both else (first,)))
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    assert states((first, second)) == [(True, Consent.REFUSES)] * 2
    assert not Exposure.objects.filter(index_fiche__in=(first, second)).exclude(consent=None).exists()


def test_one_expressed_before_stays_with_the_fiche_it_is_of() -> None:
    first, second = two_cases()
    Fiche.objects.filter(id=second.id).update(onward_opposed=True, consent=Consent.REFUSES)
    made = made_one(first, second)
    assert states([first]) == [(True, Consent.REFUSES)]
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    assert states((first, second)) == [(False, Consent.AGREES), (True, Consent.REFUSES)]


def test_who_refuses_to_be_named_meanwhile_is_named_by_neither() -> None:
    first, second = two_cases()
    made = made_one(first, second)
    Fiche.objects.filter(id=first.id).update(consent=Consent.REFUSES)
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    assert states((first, second)) == [(False, Consent.REFUSES)] * 2


def test_messages_refused_meanwhile_are_refused_on_both_and_accepted_again_on_both() -> None:
    first, second = two_contacts()
    Refusal.objects.create(fiche=second.id, channel=Channel.SMS, since=NOW)
    made = made_one(first, second)
    refuse_messages(actor=person_behind(first, LATER), refused=[Channel.EMAIL], now=LATER)
    undo(actor=JULIEN, merge=made, now=MUCH_LATER)
    for fiche in (first, second):
        assert set(Refusal.objects.filter(fiche=fiche.id).values_list("channel", flat=True)) == {Channel.EMAIL}


# --- What was written on it since ----------------------------------------------------------------------------------


def test_what_was_corrected_since_stays_where_it_was_corrected_and_is_told() -> None:
    first, second = two_cases()
    writes(person_behind(second, SOON), second.id, person(12))
    made = made_one(first, second)
    Exposure.objects.filter(index_fiche=first).update(last_contact=TODAY)
    DiaryEntry.objects.filter(fiche=first).delete()
    assert {"exposure", "diary"} <= set(undo(actor=JULIEN, merge=made, now=MUCH_LATER))
    assert Exposure.objects.get(author_practice=first.id).index_fiche_id == first.id
    assert not DiaryEntry.objects.exists()
