"""The call, from « Appel suivant » to the instructions in the mailbox: what an agent reads, writes and is told."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from contact_covid.core.dates import date_fr
from contact_covid.core.records import format_number
from contact_covid.core.rules import phone
from contact_covid.directory.queries import zone_of
from contact_covid.journal.models import Entry
from contact_covid.messaging.actions import deliver
from contact_covid.messaging.models import Message
from contact_covid.people.models import LookupTally
from contact_covid.tracing.enums import Consent
from contact_covid.tracing.models import Contact, Exposure, Fiche
from contact_covid.worklist.models import Attempt, Lease
from tests.cast import person, traits
from tests.journeys import declaring as declare
from tests.journeys.calls import (
    CALLER,
    CARD,
    FICHE,
    ISABELLE,
    JULIEN,
    KETTY,
    NEXT,
    START,
    attempts,
    claimed,
    department_of,
    empty_queue,
    expire,
    fiche_of,
    hidden,
    lease_in,
    said,
    text,
    tomorrow,
    waiting,
    waiting_index,
)
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import watched
from tests.journeys.world import CLAIRE, HELENE, INDEX, Patient, World, account_name, as_owner
from tests.messaging.mail import mail_server, parts, pdf_text
from tests.weights import most


@pytest.fixture
def julien(signed_in: SignedIn) -> Client:
    return signed_in(JULIEN)


@pytest.fixture
def isabelle(signed_in: SignedIn) -> Client:
    return signed_in(ISABELLE)


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty_queue()


# --- The first screen ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", [JULIEN, ISABELLE], ids=["agent", "supervisor"])
def test_the_tile_leads_to_the_calls(signed_in: SignedIn, login: str) -> None:
    client = signed_in(login)
    assert "Appeler les patients zéro et leurs contacts" in text(client.get("/accueil/"))
    assert client.get("/contact-covid/").headers["Location"] == START


def test_a_row_shows_name_and_number_and_nothing_else_of_the_person(world: World, julien: Client) -> None:
    patient = waiting(world)
    page = text(julien.get(f"{START}?sort=creation"))
    assert patient.name in page
    assert format_number(patient.number) in page
    identity = patient.identity
    hidden_traits = (patient.nir, identity.nir, phone.display(identity.phone), identity.phone, identity.email)
    assert [trait for trait in (*hidden_traits, identity.street, "04/05/1969") if trait in page] == []


def test_the_list_is_filtered_sorted_and_cut_into_pages(world: World, julien: Client) -> None:
    people = [waiting(world) for _ in range(27)]
    first = text(julien.get(f"{START}?sort=creation&state=to_call&kind=contact"))
    assert "<title>Appels à passer – Contact COVID" in first
    assert [people[n].name in first for n in (26, 2, 1, 0)] == [True, True, False, False]
    following = re.findall(r'rel="next" href="([^"]+)"', first)[0]
    second = text(julien.get(f"{START}{following}"))
    assert "<title>Appels à passer, page 2 – Contact COVID" in second
    assert (people[1].name in second, people[26].name in second) == (True, False)
    assert "Fiches 26 à" in second
    assert people[26].name not in text(julien.get(f"{START}?sort=creation&kind=index"))
    assert text(julien.get(f"{START}?sort=rubbish&state=x&kind=y&apres=z")).count('class="name"') == 25


def test_more_than_a_thousand_are_said_so(world: World, julien: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("worklist.area_queries", "worklist.actions.area", "portal.calls.presenters"):
        monkeypatch.setattr(f"contact_covid.{module}.MOST_COUNTED", 2)
    for _ in range(4):
        waiting(world)
    assert "sur plus de 2" in text(julien.get(START))


# --- Who is next ---------------------------------------------------------------------------------------------------


def test_next_gives_the_most_urgent_to_one_agent_at_a_time(world: World, julien: Client, isabelle: Client) -> None:
    later, sooner = waiting(world), waiting(world, same_household=True)
    first = julien.post(NEXT).headers["Location"]
    assert sooner.name in text(julien.get(first))
    assert julien.post(NEXT).headers["Location"] == first  # pressed twice, or in another tab
    assert later.name in text(isabelle.get(isabelle.post(NEXT).headers["Location"]))
    assert "en cours par vous" in text(julien.get(f"{START}?sort=creation"))
    assert f"{account_name(ISABELLE)} appelle depuis" in text(julien.get(f"{START}?sort=creation"))


def test_nobody_to_call_says_why(world: World, julien: Client, signed_in: SignedIn) -> None:
    empty = julien.post(NEXT)
    assert empty.headers["Location"] == f"{START}?personne="
    assert "La liste est vide" in text(julien.get(empty.headers["Location"]))
    patient = waiting(world)
    due = timezone.now() + timedelta(days=2)
    as_owner("UPDATE tracing_fiche SET callable_from = %s WHERE id = %s", due, patient.fiche)
    assert "Prochain appel possible le" in text(julien.post(NEXT, follow=True))
    as_owner("UPDATE tracing_fiche SET callable_from = now() WHERE id = %s", patient.fiche)
    signed_in(ISABELLE).post(NEXT)
    assert "en cours d’appel par vos collègues" in text(julien.post(NEXT, follow=True))


def test_a_person_of_the_list_is_opened_unless_a_colleague_calls_her(
    world: World, julien: Client, isabelle: Client
) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    assert patient.name in text(julien.get(card))
    refused = isabelle.post(FICHE, {"fiche": str(patient.fiche)})
    assert refused.status_code == 409
    assert f"{account_name(JULIEN)} appelle cette personne depuis" in text(refused)
    julien.post(f"{card}corriger/", {"then": "open"})
    refused = isabelle.post(FICHE, {"fiche": str(patient.fiche)})
    assert f"{account_name(JULIEN)} modifie cette fiche depuis" in text(refused)
    assert f"{account_name(JULIEN)} modifie cette fiche depuis" in text(isabelle.get(f"{START}?sort=creation"))
    julien.post(f"{card}garder/")
    assert "modifie cette fiche" not in text(isabelle.get(f"{START}?sort=creation"))
    assert isabelle.get(card).status_code == 404
    assert isabelle.post(card, {"outcome": "informed"}).status_code == 404


def test_what_belongs_to_another_area_is_absent(world: World, signed_in: SignedIn) -> None:
    patient, ketty = waiting(world), signed_in(KETTY)
    assert patient.name not in text(ketty.get(f"{START}?sort=creation"))
    assert ketty.post(FICHE, {"fiche": str(patient.fiche)}).status_code == 409
    assert not Lease.objects.filter(fiche=patient.fiche).exists()


# --- The card ------------------------------------------------------------------------------------------------------


def test_the_card_tells_what_to_say_and_why_now(world: World, julien: Client) -> None:
    patient, before = waiting(world, same_household=True), timezone.now()
    contact = Contact.objects.get(fiche=patient.fiche)
    page = text(julien.get(claimed(julien, patient.fiche)))
    assert f'href="tel:{patient.identity.phone}"' in page
    for told in (patient.name, patient.nir, patient.identity.street, "04/05/1969", "même foyer – appel n°"):
        assert told in page
    assert person(INDEX + patient.serial).name in page  # agrees to be named
    assert contact.isolation_until
    assert f"jusqu’au {date_fr(contact.isolation_until)} inclus" in page
    assert "covid19/2020-05-13" in page
    assert "avancé de 240" in page
    assert "Appels possibles jusqu’à 19:00" in page
    zone = zone_of(department_of(patient))
    minutes = int((timezone.now() - before).total_seconds() // 60) + 2
    assert any(f"{before.astimezone(zone) + n * timedelta(minutes=1):%H:%M}" in page for n in range(minutes))
    assert "Sans réponse : prochaine tentative le" in page
    [row] = Entry.objects.filter(kind="people.revealed", fiches__contains=[patient.number])
    assert row.purpose == "tracing"


@pytest.mark.parametrize("consent", [Consent.REFUSES, Consent.NOT_ASKED])
def test_a_patient_zero_who_does_not_agree_is_in_no_byte_of_the_call(
    world: World, julien: Client, consent: Consent
) -> None:
    patient = waiting(world, index={"consent": consent}, same_household=True)
    card = claimed(julien, patient.fiche)
    pages = [julien.get(card), said(julien, card, ""), said(julien, card, "informed"), julien.get(card)]
    secret = traits(person(INDEX + patient.serial))
    assert [trait for page in pages for trait in secret if trait in page.content.lower()] == []
    assert "Ne dites pas qui" in text(pages[0])


def test_outside_call_hours_the_card_says_when_they_open(world: World, julien: Client) -> None:
    patient = waiting(world)
    codes = ("93", "988", "987", "972")
    now = timezone.now()
    closed = next(code for code in codes if not 8 <= now.astimezone(zone_of(code)).hour < 19)
    as_owner("UPDATE tracing_fiche SET department = %s WHERE id = %s", closed, patient.fiche)
    assert "Appels fermés jusqu’au" in text(julien.get(claimed(julien, patient.fiche)))


# --- How it ended --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "call", "told"),
    [
        ("informed", "informed", "« Personne informée »"),
        ("no_answer", "call_back", "Prochaine tentative le"),
        ("call_back", "call_back", "Rappel convenu le"),
        ("wrong_number", "unreachable", "« Faux numéro »"),
        ("refused", "to_call", "« Refus de répondre »"),
    ],
)
def test_each_outcome_is_written_and_told(world: World, julien: Client, outcome: str, call: str, told: str) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    when = tomorrow(department_of(patient), 10)
    answer = said(julien, card, outcome, call_back_at=when, note="zqnote\nligne deux")
    page = text(julien.get(answer.headers["Location"]))
    assert fiche_of(patient).call == call
    assert told in page
    assert format_number(patient.number) in page
    assert attempts(patient) == [(outcome, False)]
    if outcome == "call_back":
        assert f"Rappel convenu le {when}" in page
        as_owner("UPDATE tracing_fiche SET callable_from = now() WHERE id = %s", patient.fiche)
        assert "zqnote" in text(julien.get(claimed(julien, patient.fiche)))


def test_the_next_card_opens_directly_and_says_what_was_recorded(world: World, julien: Client) -> None:
    first, second = waiting(world, same_household=True), waiting(world)
    card = julien.post(NEXT).headers["Location"]
    form = hidden(julien.get(card)) | {"outcome": "no_answer"}
    following = julien.post(card, form).headers["Location"]  # no button named: as the Enter key does
    page = text(julien.get(following))
    assert lease_in(following) != lease_in(card)
    assert second.name in page
    assert f"Fiche {format_number(first.number)} : « Pas de réponse »" in page


@pytest.mark.parametrize("typed", ["{d} 10:30", "{d} à 10h30", "{d} 10 h 30", "{iso}T10:30"])
def test_an_appointment_is_read_as_it_is_typed_on_the_person_s_clock(world: World, julien: Client, typed: str) -> None:
    patient = waiting(world)
    zone = zone_of(department_of(patient))
    day = timezone.now().astimezone(zone).date() + timedelta(days=1)
    moment = typed.format(d=date_fr(day), iso=day.isoformat())
    assert said(julien, claimed(julien, patient.fiche), "call_back", call_back_at=moment).status_code == 302
    assert Attempt.objects.get(fiche=patient.fiche).call_back_at == datetime(
        day.year, day.month, day.day, 10, 30, tzinfo=zone
    )


@pytest.mark.parametrize("code", ["93", "972", "974"])
def test_an_appointment_overseas_is_on_overseas_clocks(world: World, julien: Client, code: str) -> None:
    patient, zone = waiting(world), zone_of(code)
    as_owner("UPDATE tracing_fiche SET department = %s WHERE id = %s", code, patient.fiche)
    card = claimed(julien, patient.fiche)
    saved = said(julien, card, "call_back", call_back_at=tomorrow(code, 10))
    appointment = Attempt.objects.get(fiche=patient.fiche).call_back_at
    assert appointment is not None
    assert appointment.astimezone(zone).strftime("%H:%M") == "10:30"
    assert f"Rappel convenu le {tomorrow(code, 10)} ({code} – " in text(julien.get(saved.headers["Location"]))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"outcome": ""}, "Le champ est requis."),
        ({"outcome": "asleep"}, "Choisissez une des réponses proposées."),
        ({"outcome": "call_back"}, "Indiquez la date et l’heure du rappel."),
        ({"outcome": "call_back", "call_back_at": "bientôt"}, "Indiquez un jour et une heure"),
        ({"outcome": "call_back", "call_back_at": "01/01/2020 10:00"}, "Le rappel ne peut pas être dans le passé."),
        ({"outcome": "call_back", "call_back_at": "closed"}, "Les appels se font de 8 h à 19 h"),
        ({"outcome": "no_answer", "note": "x" * 2_001}, "La note contient au plus 2 000 caractères."),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(
    world: World, julien: Client, form: dict[str, str], sentence: str
) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    if form.get("call_back_at") == "closed":
        form = form | {"call_back_at": tomorrow(department_of(patient), 23)}
    answer = said(julien, card, **{"note": "zqkept"} | form)
    page = text(answer)
    assert answer.status_code == 200
    assert "<title>Erreur : Appel de" in page
    assert sentence in page
    assert (form.get("note") or "zqkept") in page
    assert form.get("call_back_at", "") in page
    assert attempts(patient) == []


# --- Once, and over nobody -----------------------------------------------------------------------------------------


def test_a_submission_sent_twice_is_written_once(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = hidden(julien.get(card)) | {"outcome": "no_answer", "note": "zqonce", "then": "stop"}
    answers = [julien.post(card, form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    changed = julien.post(card, form | {"outcome": "refused", "note": "zqchanged"})
    assert changed.status_code == 409
    assert "Cet appel est déjà enregistré" in text(changed)
    assert "zqchanged" in text(changed)
    assert attempts(patient) == [("no_answer", False)]


def test_a_form_without_a_key_is_taken_once(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = {"outcome": "no_answer", "then": "stop"}
    assert [julien.post(card, form).status_code for _ in range(2)] == [302, 409]
    assert attempts(patient) == [("no_answer", False)]


def test_a_fiche_changed_during_the_call_is_told_and_the_call_is_kept(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = hidden(julien.get(card)) | {"outcome": "informed", "note": "zqstale", "then": "stop"}
    claire = Client()
    claire.cookies["session"] = world.token(CLAIRE)
    claire.post("/contact-covid/recherche/", patient.searched)
    details = {"phone": "06 39 98 45 45", "street": "8 rue Neuve", "postcode": "93100", "masks_delivered": "no"}
    assert claire.post(f"{patient.path}modifier/", details | {"version": "1"}).status_code == 302
    answer = julien.post(card, form)
    page = text(answer)
    assert answer.status_code == 409
    assert "Cette fiche a été modifiée pendant votre appel" in page
    assert account_name(CLAIRE) in page
    assert "téléphone" in page
    assert "zqstale" in page
    assert attempts(patient) == []
    again = {"outcome": "informed", "note": "zqstale", "then": "stop"}
    assert julien.post(card, hidden(answer) | again).status_code == 302


def test_an_expired_lease_that_nobody_took_is_still_good(world: World, julien: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    expire(card)
    assert patient.name in text(julien.get(card))
    assert said(julien, card, "informed").status_code == 302
    assert fiche_of(patient).call == "informed"


def test_when_a_colleague_took_the_person_the_note_is_kept_and_both_are_told(
    world: World, julien: Client, isabelle: Client
) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    form = hidden(julien.get(card)) | {"outcome": "informed", "note": "zqlate", "then": "stop"}
    expire(card)
    hers = claimed(isabelle, patient.fiche)
    her_form = hidden(isabelle.get(hers))
    over = text(julien.get(card))
    assert f"{account_name(ISABELLE)} a repris cette personne à" in over
    late = julien.post(card, form)
    told = text(julien.get(late.headers["Location"]))
    assert "votre note est conservée" in told
    assert f"{account_name(ISABELLE)} avait repris cette personne à" in told
    assert isabelle.post(f"{hers}garder/").json()["notes"] == 1
    on_her_card = text(isabelle.get(hers))
    assert f"{account_name(JULIEN)} a aussi appelé cette personne." in on_her_card
    assert "zqlate" in on_her_card
    saved = isabelle.post(hers, her_form | {"outcome": "no_answer", "then": "stop"})
    assert f"{account_name(JULIEN)} a aussi appelé cette personne" in text(isabelle.get(saved.headers["Location"]))
    assert attempts(patient) == [("informed", True), ("no_answer", False)]


def test_a_lease_is_kept_while_the_page_is_open_and_given_back(world: World, julien: Client, isabelle: Client) -> None:
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    expire(card)
    assert julien.post(f"{card}garder/").json()["kept"]
    assert Lease.objects.get(id=lease_in(card)).expires_at > timezone.now() + timedelta(minutes=19)
    assert isabelle.post(f"{card}garder/").status_code == 404
    assert isabelle.post(f"{card}rendre/").status_code == 404
    assert julien.post(f"{card}rendre/").headers["Location"].startswith(START)
    assert not julien.post(f"{card}garder/").json()["kept"]
    assert "Vous avez rendu cette fiche" in text(julien.get(card))
    assert isabelle.post(NEXT).headers["Location"] != f"{START}?personne="


# --- The contacts of a patient zéro --------------------------------------------------------------------------------


def named(number: int, **changes: str) -> dict[str, str]:
    return declare.contact_form(number, **changes)


def test_contacts_are_added_in_the_screen_of_the_call(world: World, julien: Client) -> None:
    patient = waiting_index(world)
    card = claimed(julien, patient.index_fiche)
    page = julien.get(card)
    assert patient.name in text(page)  # named by the physician
    assert "Contacts recensés" in text(page)
    assert "Ajouter un contact" in text(page)
    assert "contagieux depuis le" in text(julien.get(f"{card}contact/"))
    assert len(page.content) < most(CARD)
    expire(card)
    key = {"idempotency_key": "contact-of-a-call"}
    answers = [julien.post(f"{card}contact/", named(711) | key) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [f"{card}?ajoute#contacts"] * 2
    assert Exposure.objects.filter(index_fiche=patient.index_fiche).count() == 2
    assert Lease.objects.get(id=lease_in(card)).expires_at > timezone.now()  # any save keeps the fiche
    assert person(711).name in text(julien.get(card))
    added = Fiche.objects.order_by("-created_at")[0]
    assert added.author_account == world.actor(JULIEN).account
    assert said(julien, card, "informed").status_code == 302
    assert Fiche.objects.get(id=patient.index_fiche).call == "interviewed"


def test_a_contact_with_a_mistake_comes_back_and_the_outcome_being_typed_waits(world: World, julien: Client) -> None:
    patient = waiting_index(world)
    card = claimed(julien, patient.index_fiche)
    typing = {"outcome": "informed", "note": "zqtyped\nligne deux", "language": "fr", "then": "open"}
    assert julien.post(f"{card}contact/", typing).headers["Location"] == f"{card}contact/"
    wrong = julien.post(f"{card}contact/", named(712, last_contact="32/13/2020"))
    page = text(wrong)
    assert wrong.status_code == 200
    assert "La date saisie est invalide." in page
    assert 'value="32/13/2020"' in page
    assert julien.post(f"{card}contact/", named(712)).status_code == 302
    page = julien.get(f"{card}?ajoute").content.decode()
    assert "Le contact est enregistré." in page
    assert "zqtyped\nligne deux" in page
    assert 'value="informed" id="outcome" accesskey="1" checked' in page
    assert attempts(patient) == []


def test_one_contact_after_the_other(world: World, julien: Client) -> None:
    card = claimed(julien, waiting_index(world).index_fiche)
    following = julien.post(f"{card}contact/", named(714) | {"then": "another"}).headers["Location"]
    assert following == f"{card}contact/?ajoute"
    assert "Le contact est enregistré." in text(julien.get(following))


def test_contacts_are_added_to_no_other_fiche(world: World, signed_in: SignedIn, julien: Client) -> None:
    patient = waiting_index(world)
    card = claimed(julien, patient.index_fiche)
    contact = waiting(world)
    of_contact = claimed(julien, contact.fiche)
    assert julien.post(f"{of_contact}contact/", named(713)).status_code == 404
    assert julien.get(f"{of_contact}contact/").status_code == 404
    assert signed_in(ISABELLE).post(f"{card}contact/", named(713)).status_code == 404
    assert signed_in(HELENE).post(f"{card}contact/", named(713)).status_code == 403


# --- Who is on the line --------------------------------------------------------------------------------------------


def test_who_is_on_the_line_is_found_counted_and_opened(world: World, julien: Client) -> None:
    patient = waiting(world)
    identity = patient.identity
    for typed in (
        {"phone": phone.display(identity.phone)},
        {"names": f"{identity.first_names.split()[0]} {identity.birth_name}", "birth_date": "04/05/1969"},
    ):
        page = text(julien.post(CALLER, typed))
        assert "1 fiche(s) trouvée(s)" in page
        assert patient.name in page
    assert patient.name in text(julien.get(claimed(julien, patient.fiche)))
    assert LookupTally.objects.get(subject=world.actor(JULIEN).author.account).lookups >= 2
    assert Entry.objects.filter(kind="people.searched", role="platform_agent").count() >= 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Indiquez un numéro de téléphone, ou un nom et une date de naissance."),
        ({"names": "zqseul"}, "Indiquez un numéro de téléphone, ou un nom et une date de naissance."),
        ({"phone": "12"}, "Le numéro de téléphone doit contenir 10 chiffres."),
        ({"names": "zqx", "birth_date": "demain"}, "La date saisie est invalide."),
        ({"phone": "06 39 98 99 99"}, "Aucune fiche trouvée"),
    ],
)
def test_a_search_that_finds_nobody_says_what_to_do(julien: Client, typed: dict[str, str], sentence: str) -> None:
    assert sentence in text(julien.post(CALLER, typed))


def test_somebody_of_another_area_is_not_found(world: World, signed_in: SignedIn) -> None:
    patient: Patient = waiting(world)
    assert "Aucune fiche trouvée" in text(signed_in(KETTY).post(CALLER, {"phone": patient.identity.phone}))


# --- The instructions in writing ------------------------------------------------------------------------------------


def test_the_whole_chain_ends_in_the_mailbox(world: World, julien: Client, settings: Settings) -> None:
    """Call → outbox → SMTP: the mail arrives with its letter, in the language the agent chose."""
    patient = waiting(world)
    card = claimed(julien, patient.fiche)
    assert f"Envoyées par courriel à {patient.identity.email}" in text(julien.get(card))
    with mail_server(settings) as server:
        saved = said(julien, card, "informed", language="en")
        message = Message.objects.get(fiche=patient.fiche)
        deliver(message=message.id, now=timezone.now())
    [mail] = server.received
    _, _, pdf = parts(mail)
    assert (mail["To"], mail["Content-Language"]) == (patient.identity.email, "en")
    assert patient.name in pdf_text(pdf)
    assert "partent par courriel" in text(julien.get(saved.headers["Location"]))
    assert Message.objects.get(id=message.id).content is None


@pytest.mark.parametrize(
    ("known", "before", "after"),
    [
        ({"email": ""}, "Envoyées par courrier postal", "partent par courrier postal"),
        ({"email": "", "street": ""}, "rien ne sera envoyé", "ni e-mail ni adresse postale ne sont connus"),
    ],
)
def test_the_screen_says_by_which_way_they_go(
    world: World, julien: Client, known: dict[str, str], before: str, after: str
) -> None:
    card = claimed(julien, waiting(world, identity=known).fiche)
    assert before in text(julien.get(card))
    assert after in text(julien.get(said(julien, card, "informed").headers["Location"]))


# --- What it costs -------------------------------------------------------------------------------------------------


def test_what_the_pages_of_a_call_cost(world: World, julien: Client, isabelle: Client) -> None:
    patient = waiting(world, same_household=True)
    waiting(world)
    warm = claimed(isabelle, waiting(world).fiche)
    isabelle.get(warm)
    isabelle.get(START)
    found: dict[str, int] = {}
    with watched() as seen:
        julien.get(START)
    found["list"] = len(seen)
    with watched() as seen:
        card = julien.post(NEXT).headers["Location"]
    found["claim"] = len(seen)
    with watched() as seen:
        page = julien.get(card)
    found["card"] = len(seen)
    form = hidden(page) | {"outcome": "no_answer", "then": "stop"}
    with watched() as seen:
        julien.post(card, form)
    found["outcome"] = len(seen)
    assert patient.name in text(page)
    assert len(page.content) < most(CARD)
    assert found == {"list": 5, "claim": 4, "card": 7, "outcome": 10}
