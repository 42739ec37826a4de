"""The secure link: who gets one, what opens it, what it changes of the queue."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import Denied
from contact_covid.core.idempotency import submission
from contact_covid.journal.models import Entry
from contact_covid.messaging.enums import Channel, Language, Template
from contact_covid.messaging.models import Message, Refusal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.agency import take_over
from contact_covid.tracing.actions.certificates import issue_own_letter, verify_certificate
from contact_covid.tracing.actions.diary import DiarySaid, write_diary
from contact_covid.tracing.actions.fall_backs import fall_back
from contact_covid.tracing.actions.person_acts import (
    ask_call,
    choose_language,
    confirm,
    refuse_messages,
    say_none,
)
from contact_covid.tracing.actions.registration import Registered, name_contacts
from contact_covid.tracing.actions.secure_links import LinkRefused, open_link
from contact_covid.tracing.actions.stays import name_stays
from contact_covid.tracing.enums import Call, ClosureReason, StayKind, Symptom
from contact_covid.tracing.link_queries import actor_for_link, declared_by
from contact_covid.tracing.models import Contact, DiaryEntry, Exposure, Fiche, Health, SecureLink
from contact_covid.tracing.queries import FicheNotFound, visible_to
from contact_covid.tracing.rules.diary import DiaryError
from contact_covid.tracing.rules.links import way_of_link
from contact_covid.tracing.rules.stays import NamedStay, StayDetails
from tests.cast import BORN, PAUL, TODAY, contact, dossier, enter, named, now_of, person
from tests.clock import NOW
from tests.clusters.people import MATHILDE
from tests.tracing.linking import links_first, person_behind, token_of

SOON = NOW + timedelta(minutes=20)
WOMAN, OTHER = person(), person(2)


def registered(*people: Identity) -> Registered:
    with links_first():
        [made] = enter(dossier(person(9), *(named(each) for each in people)))
    return made


def ask(fiche: Fiche, actor: Actor) -> Fiche:
    ask_call(actor=actor, now=SOON)
    return now_of(fiche)


@pytest.mark.parametrize(
    ("changes", "sms", "expected"),
    [
        ({}, True, Channel.SMS),
        ({}, False, Channel.EMAIL),
        ({"phone": "+33199001234"}, True, Channel.EMAIL),
        ({"phone": "+33199001234", "phones": ("+33639980002",)}, True, Channel.SMS),
        ({"phone": "", "email": ""}, True, None),
        ({"birth_date": None}, True, None),
        ({"birth_date": date(2010, 5, 4)}, True, None),
        ({"birth_date": date(2010, 5, 4), "representative_phone": "+33639980003"}, True, Channel.SMS),
        ({"birth_date": date(2010, 5, 4), "representative_phone": "+33639980003"}, False, None),
    ],
)
def test_who_is_sent_a_link(changes: dict[str, Any], *, sms: bool, expected: Channel | None) -> None:
    way = way_of_link(person(**changes), today=TODAY, sms=sms)
    assert (way.channel if way else None) == expected


def test_a_childs_link_goes_to_her_representative_alone() -> None:
    way = way_of_link(person(birth_date=date(2010, 5, 4), representative_phone="+33639980003"), today=TODAY, sms=True)
    assert way
    assert way.recipient == "+33639980003"


@pytest.mark.django_db
class TestSending:
    def test_the_call_waits_for_the_link(self) -> None:
        made = registered(WOMAN)
        for fiche, hours in ((made.index, 1), (made.contacts[0], 8)):
            assert now_of(fiche).callable_from == NOW + timedelta(hours=hours)
            assert Message.objects.get(fiche=fiche.id).template == Template.LINK
        assert Entry.objects.get(kind="tracing.link_sent").fiches == [made.index.number, made.contacts[0].number]

    def test_who_cannot_be_reached_so_is_called_as_ever(self) -> None:
        fiche = registered(person(birth_date=None)).contacts[0]
        assert now_of(fiche).callable_from == NOW
        assert not SecureLink.objects.filter(fiche=fiche).exists()

    def test_whom_the_physician_calls_gets_none(self) -> None:
        with links_first():
            [made] = enter(dossier(person(9), named(WOMAN, calls_self=True)))
        assert not SecureLink.objects.filter(fiche=made.contacts[0]).exists()

    def test_nobody_gets_one_unless_the_policy_says_so(self) -> None:
        contact(WOMAN)
        assert not SecureLink.objects.exists()

    def test_no_token_is_kept(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        kept = bytes(SecureLink.objects.get(fiche=fiche).token_digest)
        assert token_of(fiche.id).encode() not in kept
        assert len(kept) == 32


@pytest.mark.django_db
class TestOpening:
    def test_the_birth_date_opens_her_own_fiche_and_no_other(self) -> None:
        made = registered(WOMAN)
        actor = person_behind(made.contacts[0], SOON)
        assert list(visible_to(actor, SOON)) == [made.contacts[0]]
        assert SecureLink.objects.get(fiche=made.contacts[0]).opened_at == SOON

    def test_five_wrong_dates_and_the_link_is_dead_and_the_call_due(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        token = token_of(fiche.id)
        for _ in range(5):
            with pytest.raises(LinkRefused):
                open_link(token=token, born=date(1970, 1, 1), now=SOON)
        with pytest.raises(LinkRefused):
            open_link(token=token, born=BORN, now=SOON)
        after = now_of(fiche)
        assert (after.callable_from, after.factors) == (SOON, "link_unopened")
        assert Entry.objects.filter(kind="tracing.link_dead").count() == 1

    def test_the_right_date_forgets_the_wrong_ones(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        token = token_of(fiche.id)
        for _ in range(3):
            for _ in range(4):
                with pytest.raises(LinkRefused):
                    open_link(token=token, born=TODAY, now=SOON)
            open_link(token=token, born=BORN, now=SOON)

    @pytest.mark.parametrize("why", ["unknown", "expired", "closed", "revoked"])
    def test_a_dead_link_opens_nothing_nor_its_sessions(self, why: str) -> None:
        fiche, now = registered(WOMAN).contacts[0], SOON
        token = token_of(fiche.id)
        session = open_link(token=token, born=BORN, now=SOON)
        if why == "expired":
            now = NOW + timedelta(days=15)
        if why == "closed":
            Fiche.objects.filter(id=fiche.id).update(closure="closed", state="closed")
        if why == "revoked":
            SecureLink.objects.update(revoked_at=SOON)
        with pytest.raises(LinkRefused):
            open_link(token="x" if why == "unknown" else token, born=BORN, now=now)
        assert (actor_for_link(session, now) is None) == (why != "unknown")

    def test_a_session_ends_after_half_an_hour_of_nothing(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        session = open_link(token=token_of(fiche.id), born=BORN, now=SOON)
        assert actor_for_link(session, SOON + timedelta(minutes=29))
        assert actor_for_link(session, SOON + timedelta(minutes=31)) is None

    def test_nobody_else_acts_by_a_link(self) -> None:
        registered(WOMAN)
        with pytest.raises(Denied) as refused:
            confirm(actor=PAUL, now=SOON)
        assert refused.value.permission == Permission.LINK_USE


@pytest.mark.django_db
class TestWhatItChanges:
    def test_a_contact_who_has_read_needs_no_call(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        confirm(actor=person_behind(fiche, SOON), now=SOON)
        after = now_of(fiche)
        assert (after.call, after.state, after.attempts) == ("informed", "informed", 0)
        assert Contact.objects.get(fiche=fiche).told_on == TODAY
        assert Entry.objects.get(kind="tracing.link_confirmed").role == "person"

    def test_a_patient_zero_who_has_read_is_called_all_the_same(self) -> None:
        index = registered(WOMAN).index
        confirm(actor=person_behind(index, SOON), now=SOON)
        assert now_of(index).call == "to_call"

    def test_who_has_symptoms_and_reads_is_called_all_the_same(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        actor = person_behind(fiche, SOON)
        write_diary(actor=actor, said=DiarySaid([Symptom.COUGH]), now=SOON)
        confirm(actor=actor, now=SOON)
        after = now_of(fiche)
        assert (after.call, after.factors, after.callable_from) == ("to_call", "symptoms", SOON)
        assert Health.objects.get(fiche=fiche).onset == TODAY

    def test_symptoms_after_all_put_her_back_first(self) -> None:
        made = registered(WOMAN, OTHER)
        fiche, other = made.contacts
        actor = person_behind(fiche, SOON)
        confirm(actor=actor, now=SOON)
        write_diary(actor=actor, said=DiarySaid([], Decimal("38.4")), now=SOON)
        after = now_of(fiche)
        assert (after.call, after.state) == ("to_call", "to_call")
        assert after.urgent_at < now_of(other).urgent_at

    def test_an_entry_is_one_a_day_and_a_slip_of_today_is_undone(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        actor = person_behind(fiche, SOON)
        for symptoms in ([Symptom.FEVER], []):
            write_diary(actor=actor, said=DiarySaid(symptoms), now=SOON)
        assert DiaryEntry.objects.get().symptoms == []
        assert (Health.objects.get(fiche=fiche).onset, now_of(fiche).factors) == (None, "")

    def test_nobody_has_that_temperature(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        with pytest.raises(DiaryError):
            write_diary(actor=person_behind(fiche, SOON), said=DiarySaid([], Decimal("50.0")), now=SOON)

    def test_who_cannot_breathe_is_called_whoever_she_is(self) -> None:
        index = registered(WOMAN).index
        write_diary(actor=person_behind(index, SOON), said=DiarySaid([Symptom.BREATHLESS]), now=SOON)
        assert (now_of(index).factors, now_of(index).callable_from) == ("asks_call", SOON)

    def test_who_asks_for_a_call_is_called(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        actor = person_behind(fiche, SOON)
        confirm(actor=actor, now=SOON)
        once = ask(fiche, actor)
        assert (once.call, once.factors, once.callable_from) == ("to_call", "asks_call", SOON)
        assert ask(fiche, actor).version == once.version

    def test_a_patient_zero_names_people_and_places(self) -> None:
        index = registered().index
        actor = person_behind(index, SOON)
        sent = submission("key", {})
        name_contacts(actor=actor, index=index.id, contacts=[named(WOMAN)], submission=sent, now=SOON)
        since = TODAY - timedelta(days=2)
        stay = NamedStay(StayKind.WORK, since, since, "93", StayDetails("Atelier Zqstay"))
        name_stays(actor=actor, index=index.id, stays=[stay], submission=submission("other", {}), now=SOON)
        said = declared_by(index.id)
        assert (said.people, len(said.stays)) == (1, 1)
        [made] = Fiche.objects.filter(kind="contact")
        assert made.factors == "by_person"
        assert Exposure.objects.get(contact_fiche=made).author_practice == index.id

    def test_she_names_nobody_on_anothers_fiche(self) -> None:
        made = registered(WOMAN)
        actor = person_behind(made.contacts[0], SOON)
        for fiche in (made.index, made.contacts[0]):
            sent = submission("key", {})
            with pytest.raises(FicheNotFound):
                name_contacts(actor=actor, index=fiche.id, contacts=[named(OTHER)], submission=sent, now=SOON)

    def test_nobody_to_declare_is_asked_again_by_telephone(self) -> None:
        index = registered(WOMAN).index
        say_none(actor=person_behind(index, SOON), now=SOON)
        assert (now_of(index).factors, now_of(index).callable_from) == ("named_none", SOON)

    def test_a_letter_of_her_own_is_verified_like_any_other(self) -> None:
        made = registered(WOMAN)
        with links_first():
            enter(dossier(person(8), named(WOMAN, last_contact=TODAY)), by=PAUL)
        certified = issue_own_letter(actor=person_behind(made.contacts[0], SOON), now=SOON)
        assert certified.days.since == TODAY
        verified = verify_certificate(code=certified.code, born=BORN)
        assert verified
        assert verified.stands

    def test_language_and_messages(self) -> None:
        fiche = registered(WOMAN).contacts[0]
        actor = person_behind(fiche, SOON)
        choose_language(actor=actor, language=Language("ar"), now=SOON)
        refuse_messages(actor=actor, refused=[Channel.SMS], now=SOON)
        assert now_of(fiche).language == "ar"
        assert Refusal.objects.get(fiche=fiche.id).channel == "sms"


@pytest.mark.django_db
class TestWithAnAgency:
    def test_her_pages_stay_when_an_agency_follows_her(self) -> None:
        index = registered(WOMAN).index
        take_over(actor=MATHILDE, fiche=index.id, source=uuid4(), now=SOON)
        assert now_of(index).closure == "closed"
        actor = person_behind(index, SOON)
        write_diary(actor=actor, said=DiarySaid([Symptom.COUGH]), now=SOON)
        name_contacts(actor=actor, index=index.id, contacts=[named(OTHER)], submission=submission("k", {}), now=SOON)
        refuse_messages(actor=actor, refused=[Channel.SMS], now=SOON)
        assert issue_own_letter(actor=actor, now=SOON).number == index.number

    def test_the_platform_does_not_call_her_and_does_not_say_so(self) -> None:
        index = registered(WOMAN).index
        take_over(actor=MATHILDE, fiche=index.id, source=uuid4(), now=SOON)
        before = now_of(index)
        assert not ask_call(actor=person_behind(index, SOON), now=SOON)
        assert now_of(index).version == before.version

    @pytest.mark.parametrize("reason", sorted(set(ClosureReason) - {ClosureReason.HANDED_OVER}))
    def test_of_a_fiche_that_is_over_nothing_opens(self, reason: ClosureReason) -> None:
        fiche = registered(WOMAN).contacts[0]
        token = token_of(fiche.id)
        Fiche.objects.filter(id=fiche.id).update(closure="closed", state="closed", closure_reason=reason)
        with pytest.raises(LinkRefused):
            open_link(token=token, born=BORN, now=SOON)


@pytest.mark.django_db
class TestFallingBack:
    def test_unopened_links_are_calls_before_others(self) -> None:
        made = registered(WOMAN)
        with links_first():
            assert fall_back(now=NOW + timedelta(minutes=59)) == 0
            assert fall_back(now=NOW + timedelta(hours=9)) == 2
            assert fall_back(now=NOW + timedelta(hours=9)) == 0
        for fiche in (made.index, *made.contacts):
            assert now_of(fiche).factors == "link_unopened"

    def test_who_confirmed_or_named_somebody_is_left_as_she_is(self) -> None:
        made = registered(WOMAN)
        confirm(actor=person_behind(made.contacts[0], SOON), now=SOON)
        zero = person_behind(made.index, SOON)
        confirm(actor=zero, now=SOON)
        sent = submission("key", {})
        name_contacts(actor=zero, index=made.index.id, contacts=[named(OTHER)], submission=sent, now=SOON)
        assert fall_back(now=NOW + timedelta(hours=9)) == 0
        assert now_of(made.index).call == Call.TO_CALL

    def test_a_patient_zero_who_read_and_named_nobody_falls_back(self) -> None:
        index = registered(WOMAN).index
        confirm(actor=person_behind(index, SOON), now=SOON)
        fall_back(now=NOW + timedelta(hours=2))
        assert now_of(index).factors == "link_unopened"
