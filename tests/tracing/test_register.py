"""Registration: one fiche a person and episode, however many name her; everything or nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import IntegrityError
from django.db.models import Model
from pytest_django import Settings

from contact_covid.access.actor import SYSTEM, Actor, NoAuthor
from contact_covid.access.policy import Denied
from contact_covid.core.keyring import KeyMissing
from contact_covid.core.records import parse
from contact_covid.journal.models import Entry
from contact_covid.people.models import SealedIdentity, SearchKey
from contact_covid.people.queries import open_identity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing import models
from contact_covid.tracing.enums import Call, Closure, Consent, FicheKind, State, SupportNeed
from contact_covid.tracing.models import Contact, Exposure, Fiche, IndexCase
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import support_needs_of
from contact_covid.tracing.rules.protocol import NoProtocol
from tests.cast import BEATRICE, CLAIRE, PAUL, PAULA, TODAY, contact, dossier, enter, found, named, number_of, person
from tests.clock import NOW

pytestmark = pytest.mark.django_db
WRITTEN: list[type[Model]] = [Fiche, IndexCase, Contact, Exposure, SealedIdentity, SearchKey, Entry]


def rows_of_all() -> list[int]:
    return [model._default_manager.count() for model in WRITTEN]


def identity_of(fiche: Fiche) -> Identity:
    return open_identity(fiche.id, bytes(SealedIdentity.objects.get(fiche=fiche.id).value))


def test_a_dossier_is_one_index_case_and_its_contacts() -> None:
    index, one, other = person(1), person(2), person(3)
    [registered] = enter(dossier(index, named(one), named(other, same_household=True)))
    assert [identity_of(fiche) for fiche in (registered.index, *registered.contacts)] == [index, one, other]
    assert Fiche.objects.count() == 3
    fiche = Fiche.objects.get(id=registered.contacts[0].id)
    assert (fiche.kind, fiche.call, fiche.state, fiche.closure) == ("contact", "to_call", "to_call", "open")
    assert (fiche.department, fiche.fund, fiche.version) == ("93", "931", 1)
    assert (fiche.created_at, fiche.state_at, fiche.urgent_at) == (NOW, NOW, NOW + timedelta(hours=50))
    assert (fiche.author_account, fiche.author_practice) == (PAUL.account, PAUL.practice)
    assert parse(fiche.number) == fiche.number
    assert {(link.index_fiche_id, link.contact_fiche_id) for link in Exposure.objects.all()} == {
        (registered.index.id, fiche.id) for fiche in registered.contacts
    }


def test_dates_come_from_the_protocol_in_force() -> None:
    [registered] = enter(
        dossier(
            person(1),
            named(person(2), last_contact=date(2020, 5, 10)),
            named(person(3), same_household=True),
            onset=None,
        )
    )
    case = IndexCase.objects.get(fiche=registered.index)
    assert (case.window_start, case.isolation_until, case.protocol) == (date(2020, 5, 5), None, "covid19/2020-05-13")
    outside, household = (Contact.objects.get(fiche=fiche) for fiche in registered.contacts)
    assert (outside.isolation_until, outside.test_due) == (date(2020, 5, 24), date(2020, 5, 17))
    assert household.test_due == TODAY


def test_the_day_is_that_of_paris() -> None:
    """23:30 UTC on 13 May is 14 May for whoever is in the household and to be tested at once."""
    late = datetime(2020, 5, 13, 23, 30, tzinfo=UTC)
    fiche = contact(person(), now=late, same_household=True)
    assert Contact.objects.get(fiche=fiche).test_due == date(2020, 5, 14)
    with pytest.raises(NoProtocol):
        contact(person(2), now=datetime(2020, 5, 12, 21, 59, tzinfo=UTC))
    assert contact(person(2), now=datetime(2020, 5, 12, 22, 0, tzinfo=UTC))


def test_the_demonstration_lives_in_the_protocol_of_its_day(settings: Settings) -> None:
    settings.PROTOCOL_AS_OF = date(2020, 5, 13)
    assert contact(person(), now=NOW)
    settings.PROTOCOL_AS_OF = date(2020, 5, 12)
    with pytest.raises(NoProtocol):
        contact(person(2), now=NOW)


def test_a_contact_of_two_cases_has_one_fiche_and_two_exposures() -> None:
    woman = person()
    first = contact(woman, index=10)
    again = contact(woman, index=11, now=NOW + timedelta(hours=2))
    assert again.id == first.id
    assert Exposure.objects.filter(contact_fiche=first).count() == 2
    assert Fiche.objects.get(id=first.id).version == 2
    assert SealedIdentity.objects.filter(fiche=first.id).count() == 1


def test_the_latest_exposure_decides_the_dates_in_whatever_order_they_come() -> None:
    days = [date(2020, 5, 9), date(2020, 5, 11), date(2020, 5, 8)]
    fiche = [contact(person(), index=number, last_contact=day) for number, day in enumerate(days, start=10)][-1]
    known = Contact.objects.get(fiche=fiche)
    assert (known.last_contact, known.isolation_until, known.test_due) == (
        days[1],
        date(2020, 5, 25),
        date(2020, 5, 18),
    )


def test_a_household_exposure_among_others_makes_the_household() -> None:
    woman = person()
    contact(woman, index=10, same_household=True)
    fiche = contact(woman, index=11, same_household=False, now=NOW + timedelta(hours=1))
    assert Contact.objects.get(fiche=fiche).same_household
    assert Fiche.objects.get(id=fiche.id).urgent_at == NOW + timedelta(hours=46)


def test_the_same_case_naming_her_again_is_one_exposure() -> None:
    woman = person()
    first, again = (contact(woman, index=10, now=NOW + timedelta(hours=hours)) for hours in (0, 1))
    assert first.id == again.id
    assert Exposure.objects.count() == IndexCase.objects.count() == 1


# Registered before as person(1), then come these: same person, or another, or perhaps the same?
SECOND_COMERS: dict[str, tuple[dict[str, Any], str]] = {
    "same": ({}, "same"),
    "case_and_accents": ({"birth_name": "ZQÄAAB"}, "same"),
    "capitals": ({"birth_name": "ZQAAAB"}, "same"),
    "other_second_given_name": ({"first_names": f"{person().first_names.split()[0]}, Jeanne"}, "same"),
    "other_first_given_name": ({"first_names": "Zqother Marie"}, "other"),
    "number_only": ({"phone": ""}, "same"),
    "phone_only": ({"nir": ""}, "same"),
    "neither": ({"nir": "", "phone": ""}, "doubtful"),
    "other_number_other_phone": ({"nir": number_of(5), "phone": "+33639980005"}, "doubtful"),
    "other_number_same_phone": ({"nir": number_of(5)}, "same"),
    "her_phone_second": ({"nir": "", "phone": "+33639980005", "phones": (person().phone,)}, "same"),
    "shares_the_phone_at_home": ({"nir": "", "first_names": "Zqtwin", "phones": ("+33199000001",)}, "other"),
    "married": ({"used_name": "Zqmarried"}, "same"),
    "twin": ({"first_names": "Zqtwin"}, "other"),
    "child_under_the_number": ({"first_names": "Zqchild", "birth_date": date(2012, 1, 1)}, "other"),
    "other_birth_date": ({"birth_date": date(1996, 5, 4)}, "doubtful"),
    "other_birth_date_same_number": ({"birth_date": date(1996, 5, 4), "phone": ""}, "doubtful"),
    "other_birth_date_same_phone": ({"birth_date": date(1996, 5, 4), "nir": ""}, "doubtful"),
    "no_birth_date": ({"birth_date": None}, "doubtful"),
}


@pytest.mark.parametrize("case", SECOND_COMERS)
@pytest.mark.parametrize("together", [False, True], ids=["later", "same_batch"])
def test_who_is_the_same_person(case: str, together: bool) -> None:
    changes, expected = SECOND_COMERS[case]
    one = person()
    dossiers = [dossier(person(10), named(one)), dossier(person(11), named(person(**changes)))]
    if together:
        first, second = (registered.contacts[0] for registered in enter(*dossiers))
    else:
        [first], [second] = (enter(each)[0].contacts for each in dossiers)
    assert (first.id == second.id) is (expected == "same")
    assert Fiche.objects.get(id=second.id).doubtful is (expected == "doubtful")
    assert not Fiche.objects.get(id=first.id).doubtful


def test_two_given_by_name_and_telephone_only_are_for_the_platform_to_look_at() -> None:
    first, second = (contact(person(nir="", birth_date=None), index=index) for index in (10, 11))
    assert first.id != second.id
    assert (first.doubtful, second.doubtful) == (False, True)


def test_twins_named_together_stay_two_and_doubt_nothing() -> None:
    born = date(2010, 1, 2)
    twins = [person(first_names=name, birth_date=born) for name in ("Zqun", "Zqdeux")]
    [registered] = enter(dossier(person(9), *map(named, twins)))
    assert len({fiche.id for fiche in registered.contacts}) == 2
    assert not any(fiche.doubtful for fiche in registered.contacts)


def test_a_person_named_twice_in_one_dossier_is_one_fiche() -> None:
    woman = person()
    [registered] = enter(dossier(person(9), named(woman), named(woman, last_contact=TODAY)))
    assert registered.contacts[0].id == registered.contacts[1].id
    assert Contact.objects.get(fiche=registered.contacts[0]).last_contact == TODAY
    assert Exposure.objects.count() == 1


def test_a_contact_who_becomes_a_case_has_a_fiche_of_each_kind() -> None:
    woman = person()
    as_contact = contact(woman)
    [registered] = enter(dossier(woman))
    assert registered.index.id != as_contact.id
    assert {fiche.kind for fiche in Fiche.objects.filter(id__in=[registered.index.id, as_contact.id])} == set(FicheKind)
    assert not registered.index.doubtful


def test_a_closed_episode_is_not_reopened() -> None:
    woman = person()
    first = contact(woman)
    Fiche.objects.filter(id=first.id).update(closure=Closure.CLOSED, state=State.CLOSED)
    assert contact(woman, index=11, now=NOW + timedelta(days=20)).id != first.id


def test_a_person_of_last_month_keeps_her_fiche_and_its_key() -> None:
    woman = person()
    first = contact(woman)
    again = contact(woman, index=11, now=datetime(2020, 6, 3, 12, tzinfo=UTC), last_contact=date(2020, 6, 1))
    assert again.id == first.id
    assert SealedIdentity.objects.get(fiche=first.id).period == "2020-05"


def test_naming_her_again_keeps_what_was_known_of_her() -> None:
    woman = person()
    first = contact(woman, consent=Consent.REFUSES)
    Fiche.objects.filter(id=first.id).update(told_at=NOW, call=Call.INFORMED, state=State.INFORMED)
    contact(msgspec.structs.replace(woman, email="other@zqother.example"), index=11, consent=Consent.AGREES)
    fiche = Fiche.objects.get(id=first.id)
    assert (fiche.consent, fiche.state, fiche.author_account) == ("refuses", "informed", PAUL.account)
    assert identity_of(fiche) == woman


def test_the_registering_physician_cannot_tell_whether_she_was_known() -> None:
    woman = person()
    contact(woman)
    [known] = enter(dossier(person(11), named(woman)), by=PAULA)
    [new] = enter(dossier(person(12), named(person(2))), by=PAULA)
    assert [len(registered.contacts) for registered in (known, new)] == [1, 1]
    assert {field for field in ("known", "new", "created") if hasattr(known, field)} == set()


def test_the_journal_tells_who_entered_and_who_was_exposed_again() -> None:
    woman = person()
    [first] = enter(dossier(person(10), named(woman)))
    [second] = enter(dossier(person(11), named(woman)), by=PAULA)
    told = [(row.kind, row.account, sorted(row.fiches)) for row in Entry.objects.order_by("id")]
    assert told == [
        ("tracing.initialised", PAUL.account, sorted([first.index.number, first.contacts[0].number])),
        ("tracing.initialised", PAULA.account, [second.index.number]),
        ("tracing.exposed", PAULA.account, [first.contacts[0].number]),
    ]


def test_needs_are_kept_of_each_and_those_that_another_practice_declares_are_not_lost() -> None:
    woman = person()
    [first] = enter(dossier(person(10), named(woman, needs=(SupportNeed.CARE, SupportNeed.MEALS)), social_support=True))
    [second] = enter(dossier(person(11), named(woman, needs=(SupportNeed.LODGING,))), by=PAULA)
    fiche = first.contacts[0].id
    assert second.contacts[0].id == fiche
    assert Fiche.objects.get(id=fiche).support_needs == ["meals", "care"]
    assert support_needs_of([fiche, first.index.id, second.index.id]) == {
        fiche: [SupportNeed.MEALS, SupportNeed.LODGING, SupportNeed.CARE],
        first.index.id: [SupportNeed.OTHER],  # nobody said which
    }
    assert own_fiche(PAULA, fiche).support_needs == [SupportNeed.LODGING]


@pytest.mark.parametrize("actor", [CLAIRE, BEATRICE], ids=["pharmacist", "biologist"])
def test_a_counter_registers_nobody(actor: Actor) -> None:
    with pytest.raises(Denied):
        enter(dossier(person()), by=actor)
    assert rows_of_all() == [0] * len(WRITTEN)


def test_the_service_registers_in_the_name_of_somebody_or_not_at_all() -> None:
    with pytest.raises(NoAuthor):
        enter(dossier(person()), by=SYSTEM)
    [registered] = enter(dossier(person(), author=PAULA.author), by=SYSTEM)
    assert registered.index.author_account == PAULA.account
    with pytest.raises(NoAuthor):
        enter(dossier(person(2), author=PAULA.author), by=PAUL)


def test_an_error_in_the_middle_leaves_nothing_of_the_batch() -> None:
    wrong = dossier(person(3), named(person(4)), sampled_on=TODAY, result_on=TODAY - timedelta(days=1))
    with pytest.raises(IntegrityError, match="tracing_index_case_result_after_sampling"):
        enter(dossier(person(1), named(person(2))), wrong)
    assert rows_of_all() == [0] * len(WRITTEN)


def test_without_the_key_of_the_month_nothing_is_written() -> None:
    before = rows_of_all()
    with pytest.raises(KeyMissing):
        contact(person(), now=datetime(2031, 5, 13, 12, tzinfo=UTC))
    assert rows_of_all() == before


def test_a_batch_of_three_hundred_is_like_three_hundred_single_ones() -> None:
    """With people who come back: every third contact is one named before."""
    dossiers = [
        dossier(
            person(1000 + number),
            named(person(number - number % 3), last_contact=TODAY - timedelta(days=number % 7)),
            named(person(2000 + number), same_household=number % 2 == 0),
        )
        for number in range(300)
    ]
    enter(*dossiers[:150])
    enter(*dossiers[150:])
    in_batches = picture()
    Exposure.objects.all().delete()
    Fiche.objects.all().delete()
    SealedIdentity.objects.all().delete()
    SearchKey.objects.all().delete()
    for each in dossiers:
        enter(each)
    assert picture() == in_batches
    assert Fiche.objects.count() == 300 + 300 + 100


def picture() -> set[tuple[object, ...]]:
    """What is known of everybody, without ids and numbers."""
    identities = {row.fiche: open_identity(row.fiche, bytes(row.value)) for row in SealedIdentity.objects.all()}
    linked: dict[Any, set[tuple[object, ...]]] = {}
    for link in Exposure.objects.all():
        index = identities[link.index_fiche_id].nir
        linked.setdefault(link.contact_fiche_id, set()).add((index, link.last_contact, link.same_household))
    contacts = {known.fiche_id: known for known in Contact.objects.all()}
    keys: dict[Any, int] = {}
    for key in SearchKey.objects.all():
        keys[key.fiche] = keys.get(key.fiche, 0) + 1
    return {
        (
            *(identities[fiche.id], fiche.kind, fiche.urgent_at, fiche.doubtful, keys[fiche.id]),
            *(frozenset(linked.get(fiche.id, ())), *details(contacts.get(fiche.id))),
        )
        for fiche in Fiche.objects.all()
    }


def details(known: models.Contact | None) -> tuple[object, ...]:
    return (known.last_contact, known.same_household, known.isolation_until, known.test_due) if known else ()


def test_a_batch_of_thousands_passes() -> None:
    """More values than a statement may have parameters (65,535)."""
    many = [dossier(person(number), named(person(20_000 + number))) for number in range(1_150)]
    first = enter(*many)
    again = enter(*many, now=NOW + timedelta(minutes=5))
    assert [each.contacts[0].id for each in again] == [each.contacts[0].id for each in first]
    assert Fiche.objects.count() == 2_300
    assert found(person(20_000))
