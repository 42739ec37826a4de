"""The pages of a person with a secure link, in three languages, and what they never say."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import NamedTuple
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.follow import declaring, texts
from contact_covid.portal.follow.texts import Words, catalogue, offered
from contact_covid.retention.models import RightsRequest
from contact_covid.tracing.actions.agency import take_over
from contact_covid.tracing.models import DiaryEntry, Exposure, Fiche, SecureLink, Stay
from contact_covid.tracing.rules.links import PATH
from tests.cast import BORN, person, traits
from tests.clusters.people import MATHILDE
from tests.journeys.following import HOME, entered, key_of, path_of, text, there
from tests.journeys.kinds import SignedIn
from tests.journeys.test_certificates import words as words_of_pdf
from tests.journeys.world import DPO, World

SERIAL = count(7_001)
PAGES = ("", "symptomes/", "droits/", "messages/")
LANGUAGES = ("fr", "en", "ar")


class TestTexts:
    def test_every_language_says_every_page(self) -> None:
        french = catalogue("fr")
        for code in offered():
            held = catalogue(code)
            assert (held.ui.keys(), held.errors.keys()) == (french.ui.keys(), french.errors.keys())
            assert held.medical.keys() in (french.medical.keys(), {}.keys())
            assert offered()[code].authored is bool(held.medical)

    def test_blanks_are_those_of_the_french_text(self) -> None:
        blanks = re.compile(r"\{\w+\}")
        for code in offered():
            for part, held in catalogue(code)._asdict().items():
                for name, said in held.items() if isinstance(held, dict) else ():
                    french = getattr(catalogue("fr"), part)[name]
                    assert sorted(blanks.findall(said)) == sorted(blanks.findall(french)), (code, name)

    def test_a_number_amid_right_to_left_text_keeps_the_order_of_its_groups(self) -> None:
        isolated, groups = re.compile("\u2066[^\u2069]*\u2069"), re.compile(r"\d+ \d+")
        for code in (code for code, each in offered().items() if each.direction == "rtl"):
            for part in ("ui", "medical", "errors"):
                said = getattr(catalogue(code), part)
                assert [name for name, text in said.items() if groups.search(isolated.sub("", text))] == [], code

    def test_nothing_of_health_is_said_in_a_translation_that_nobody_signed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert [each.language for each in Words("ar").medical("emergency")] == ["fr", "en"]
        assert [each.language for each in Words("en").medical("emergency")] == ["en"]
        monkeypatch.setattr(texts, "is_reviewed", lambda _: False)
        assert [each.language for each in Words("en").medical("emergency")] == ["fr", "en"]

    def test_the_link_leads_to_the_pages(self) -> None:
        assert PATH == HOME


class Met(NamedTuple):
    """A patient zéro and a contact, whom no other test knows."""

    zero: Identity
    woman: Identity
    case: Fiche
    contacts: tuple[Fiche, ...]


@pytest.fixture
def made(world: World) -> Met:
    zero, woman = next(SERIAL), next(SERIAL)
    registered = entered(zero, woman)
    return Met(person(zero), person(woman), registered.index, registered.contacts)


class TestTheDoor:
    def test_a_look_opens_nothing(self, made: Met) -> None:
        fiche = made.contacts[0]
        answer = Client().get(path_of(fiche.id))
        assert answer.status_code == 200
        assert not answer.cookies or "person" not in answer.cookies
        assert SecureLink.objects.filter(fiche=fiche).latest("issued_at").tries == 0

    def test_unknown_dead_and_wrong_are_answered_alike(self, made: Met) -> None:
        fiche = made.contacts[0]
        wrong = {"birth_date": "1970-01-01"}
        SecureLink.objects.filter(fiche=made.case).update(revoked_at=timezone.now())
        paths = [path_of(fiche.id), f"{HOME}{'x' * 22}/", path_of(made.case.id)]
        answers = [Client().post(path, wrong) for path in paths]
        drawn = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+')
        assert len({(each.status_code, drawn.sub("", text(each))) for each in answers}) == 1

    def test_nobody_else_is_there(self, made: Met) -> None:
        for page in PAGES:
            assert Client().get(f"{HOME}{page}").status_code == 410

    def test_she_leaves_and_is_gone(self, made: Met) -> None:
        client = there(made.contacts[0].id)
        assert client.get(HOME).status_code == 200
        assert client.post(f"{HOME}quitter/").status_code == 200
        assert client.get(HOME).status_code == 410


class TestHerPages:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_page_speaks_her_language_and_its_direction(self, made: Met, language: str) -> None:
        for fiche, more in ((made.contacts[0], ()), (made.case, ("contacts/", "lieux/"))):
            client = there(fiche.id, language=language)
            for page in (*PAGES, *more):
                answer = client.get(f"{HOME}{page}")
                said = text(answer)
                assert answer.status_code == 200, page
                assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in said
                assert ("Traduction non relue" in said) is (language == "ar")

    def test_arabic_tells_health_in_french_and_english_only(self, made: Met) -> None:
        said = text(there(made.contacts[0].id, language="ar").get(HOME))
        for code in ("fr", "en"):
            assert f'<ul class="prose" lang="{code}" dir="ltr">' in said
        assert '<ul class="prose" lang="ar"' not in said

    def test_she_reads_confirms_writes_and_asks(self, made: Met) -> None:
        fiche = made.contacts[0]
        client = there(fiche.id)
        assert client.post(f"{HOME}lu/").headers["Location"] == f"{HOME}?read"
        assert Fiche.objects.get(id=fiche.id).call == "informed"
        sent = {"symptoms": ["cough", "breathless"], "temperature": "38,2"}
        assert client.post(f"{HOME}symptomes/", sent).headers["Location"] == f"{HOME}?diary"
        assert DiaryEntry.objects.get(fiche=fiche).symptoms == ["fever", "cough", "breathless"]
        home = text(client.get(HOME))
        assert "appelez le\u00a015 tout de suite" in home
        assert client.post(f"{HOME}rappel/").status_code == 302
        assert Fiche.objects.get(id=fiche.id).call == "to_call"
        assert client.post(f"{HOME}messages/", {"email": "on"}).status_code == 302

    def test_a_right_is_one_request_of_the_officer_and_stays_on_her_page(self, made: Met, signed_in: SignedIn) -> None:
        client = there(made.contacts[0].id)
        for _ in range(2):
            answer = client.post(f"{HOME}droits/", {"right": "opposition"})
            assert answer.headers["Location"] == f"{HOME}droits/?opposition"
        request = RightsRequest.objects.get(author_account=made.contacts[0].id)
        said, number = text(client.get(f"{HOME}droits/?opposition")), format_number(request.reference)
        assert f"sous la référence {number}" in said
        assert said.count(number) == 2
        officer = signed_in(DPO)
        assert number in text(officer.get("/contact-covid/droits/"))
        page = f"/contact-covid/droits/{request.id}/"
        assert "Lien personnel et date de naissance" in text(officer.get(page))
        officer.post(f"{page}identite/", {"proof": "link", "version": request.version})
        assert format_number(made.contacts[0].number) in text(officer.get(page))

    def test_who_tested_positive_is_told_what_the_law_gives_her(self, made: Met) -> None:
        case, contact = (there(each.id) for each in (made.case, made.contacts[0]))
        for client, sent, status in ((case, "opposition", 200), (case, "onward", 302), (contact, "opposition", 302)):
            assert client.post(f"{HOME}droits/", {"right": sent}).status_code == status
        assert 'value="opposition"' not in text(case.get(f"{HOME}droits/"))
        assert "analyses de Santé publique France" in text(case.get(f"{HOME}droits/"))

    def test_with_an_agency_she_is_given_a_number_and_no_button(self, made: Met) -> None:
        client, agent = there(made.case.id), replace(MATHILDE, region=made.case.region)
        assert f'action="{HOME}rappel/"' in text(client.get(HOME))
        with transaction.atomic():
            take_over(actor=agent, fiche=made.case.id, source=uuid4(), now=timezone.now())
        said = text(client.get(HOME))
        assert f'action="{HOME}rappel/"' not in said
        assert "L’agence régionale de santé suit maintenant votre dossier" in said
        assert client.post(f"{HOME}rappel/").headers["Location"] == f"{HOME}?agency"
        assert settings.PUBLIC_HELPLINE in text(client.get(f"{HOME}?agency"))

    def test_mistakes_keep_what_was_typed(self, made: Met) -> None:
        said = text(there(made.contacts[0].id, language="en").post(f"{HOME}symptomes/", {"temperature": "chaud"}))
        assert 'value="chaud"' in said
        assert "<title>Error: " in said
        assert "Temperature – A temperature is between 34 and 43 degrees." in said

    def test_a_patient_zero_declares_people_and_places(self, made: Met) -> None:
        client, today = there(made.case.id), timezone.now().astimezone(PARIS).date()
        key = key_of(text(client.get(f"{HOME}contacts/")))
        somebody = {"idempotency_key": key, "first_names": "Zqanna", "birth_name": "Zqdeclared"}
        somebody |= {
            "phone": "06 39 98 44 55",
            "birth_date": "1990-01-02",
            "last_contact": today.isoformat(),
            "circumstance": "household",
        }
        for _ in range(2):
            assert client.post(f"{HOME}contacts/", somebody).headers["Location"] == f"{HOME}contacts/?contact"
        [named] = Exposure.objects.filter(index_fiche=made.case, author_practice=made.case.id)
        assert "by_person" in Fiche.objects.get(id=named.contact_fiche_id).factors
        assert client.post(f"{HOME}contacts/", somebody | {"birth_name": "Zqother"}).status_code == 409
        key = key_of(text(client.get(f"{HOME}lieux/")))
        place = {"idempotency_key": key, "kind": "work", "name": "Zqplace", "since": today.isoformat()}
        assert client.post(f"{HOME}lieux/", place).headers["Location"] == f"{HOME}lieux/?place"
        assert Stay.objects.filter(fiche=made.case).count() == 1
        assert "Zqplace" in text(client.get(f"{HOME}lieux/"))

    def test_nobody_declares_a_crowd_alone(self, made: Met, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(declaring, "MOST", 0)
        today = timezone.now().astimezone(PARIS).date().isoformat()
        somebody = {"first_names": "Zqanna", "birth_name": "Zqcrowd", "phone": "06 39 98 44 56"}
        somebody |= {"last_contact": today, "circumstance": "household", "idempotency_key": "k"}
        said = text(there(made.case.id).post(f"{HOME}contacts/", somebody))
        assert "demandez à être appelé" in said
        assert not Exposure.objects.filter(author_practice=made.case.id).exists()

    def test_a_contact_declares_nobody(self, made: Met) -> None:
        client = there(made.contacts[0].id)
        for page in ("contacts/", "lieux/"):
            assert client.get(f"{HOME}{page}").status_code == 404
        assert client.post(f"{HOME}personne/").status_code == 404

    def test_her_letter_is_hers_and_says_nothing_of_the_patient_zero(self, made: Met) -> None:
        said = words_of_pdf(there(made.contacts[0].id).post(f"{HOME}lettre/"))
        assert made.woman.name in said
        assert not [trait for trait in traits(made.zero) if trait.decode() in said.lower()]


def test_no_page_ever_says_who_exposed_her(made: Met) -> None:
    """Not even when she agrees: nothing on these pages needs it."""
    zero = traits(made.zero) | {made.case.number.lower().encode(), str(made.case.id).encode()}
    for language in LANGUAGES:
        client = there(made.contacts[0].id, language=language)
        for page in (*PAGES, "?read", "?lettre"):
            said = client.get(f"{HOME}{page}").content.lower()
            assert [trait for trait in zero if trait in said] == []


def test_an_old_session_opens_nothing(made: Met) -> None:
    client = there(made.contacts[0].id)
    link = SecureLink.objects.filter(fiche=made.contacts[0]).latest("issued_at")
    link.sessions.update(seen_at=timezone.now() - timedelta(minutes=31))
    assert client.get(HOME).status_code == 410


def test_the_language_of_her_browser_holds_until_another_is_chosen(made: Met) -> None:
    fiche, arabic, said = made.contacts[0].id, {"accept-language": "ar-DZ"}, {"birth_date": BORN.isoformat()}
    for headers, language in ((arabic, "ar"), ({"accept-language": "en"}, "ar")):
        client = Client()
        client.post(path_of(fiche), said, headers=headers)
        assert f'<html lang="{language}"' in text(client.get(HOME))
    there(fiche, language="en")
    client = Client()
    client.post(path_of(fiche), said, headers=arabic)
    assert '<html lang="en"' in text(client.get(HOME))


def test_the_birth_date_is_asked_in_the_language_of_the_browser(made: Met) -> None:
    said = text(Client().get(path_of(made.contacts[0].id), headers={"accept-language": "ar-DZ,fr;q=0.5"}))
    assert '<html lang="ar" dir="rtl">' in said
    assert BORN.isoformat() not in said
