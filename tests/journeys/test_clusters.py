"""The third level over HTTP: a hand-over from the platform to the agency and back, a cluster from its signal to its
report, requests on both sides; and what the pages do not tell."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from contact_covid.clusters.enums import MemberRole
from contact_covid.clusters.models import Cluster, HandOver, Measure, Member, PlatformRequest, Signal
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.records import format_number
from contact_covid.tracing.models import Exposure, Fiche
from contact_covid.tracing.rules.stays import StayDetails
from tests.cast import person, token, traits
from tests.clusters.people import stay
from tests.journeys import agency
from tests.journeys.agency import ISABELLE, MATHILDE, START, THIERRY, YANNICK, path
from tests.journeys.calls import claimed, text
from tests.journeys.kinds import SignedIn
from tests.journeys.statements import LEFT_BY_READING, watched, written
from tests.journeys.world import World

FORM = re.compile(r'name="(idempotency_key|version)" value="([^"]*)"')


@pytest.fixture
def mathilde(world: World, signed_in: SignedIn) -> Client:
    return signed_in(MATHILDE)


@pytest.fixture
def isabelle(world: World, signed_in: SignedIn) -> Client:
    return signed_in(ISABELLE)


def sent(client: Client, address: str, **fields: str) -> Any:
    """The form of that page, with what is hidden in it."""
    return client.post(address, dict(FORM.findall(client.get(address).content.decode())) | fields)


def test_a_fiche_goes_to_the_agency_and_back(mathilde: Client, isabelle: Client) -> None:
    fiche, number = agency.case(contacts=1)
    address = f"{START}fiche/{fiche.id}/"
    asked = agency.proposed(isabelle, fiche)
    assert mathilde.get(address).status_code == 404
    page = text(mathilde.get(START))
    assert format_number(fiche.number) in page
    assert "Réponse attendue avant le" in page
    waiting = f"{START}transmissions/{asked.id}/"
    refused = mathilde.post(waiting, {"act": "refuse"})
    assert "Motif : Le champ est requis." in text(refused)
    assert mathilde.post(waiting, {"act": "accept"}).status_code == 302
    opened = text(mathilde.get(address))
    assert person(number).name in opened
    assert "suivie depuis" in opened
    assert "Acceptée" in text(isabelle.get(agency.PLATFORM))
    assert mathilde.post(waiting, {"act": "return", "why": "followed"}).status_code == 302
    assert mathilde.get(address).status_code == 404
    assert "Rendue à la plateforme" in text(isabelle.get(agency.PLATFORM))
    assert Fiche.objects.get(id=fiche.id).closure == "open"


def test_no_page_before_the_answer_tells_more_than_the_number(mathilde: Client, isabelle: Client) -> None:
    fiche, number = agency.case(contacts=1)
    asked = agency.proposed(isabelle, fiche)
    contact = Exposure.objects.get(index_fiche=fiche).contact_fiche_id
    pages = [START, f"{START}transmissions/", f"{START}transmissions/?toutes=", f"{START}transmissions/{asked.id}/"]
    told = " ".join(mathilde.get(each).content.decode().lower() for each in pages)
    told += isabelle.get(agency.PLATFORM).content.decode().lower()
    assert [word for word in traits(person(number)) if word.decode() in told] == []
    assert str(contact) not in told


def test_a_number_that_cannot_be_handed_over_says_why_and_keeps_what_was_typed(isabelle: Client) -> None:
    fiche, _ = agency.case()
    for typed, why in (
        ("K7M4-2QXA", "Le numéro de fiche est invalide."),
        ("", "Le champ est requis."),
        (agency.case(contacts=1)[0].exposed.get().contact_fiche.number, "Aucune fiche ouverte de patient zéro"),
    ):
        answer = sent(isabelle, agency.PLATFORM, number=typed, reason="care")
        assert answer.status_code == 200
        assert why in text(answer)
        assert f'value="{typed}"' in answer.content.decode()
    agency.proposed(isabelle, fiche)
    again = sent(isabelle, agency.PLATFORM, number=fiche.number, reason="care")
    assert "déjà proposée" in text(again)


def test_the_card_of_the_call_tells_where_the_hand_over_stands(isabelle: Client) -> None:
    fiche, _ = agency.case()
    asked = agency.proposed(isabelle, fiche)
    card = text(isabelle.get(claimed(isabelle, fiche.id)))
    due = datetime_fr(asked.answer_due_at)
    assert f"En attente de réponse – réponse attendue avant le {due}" in card


def test_a_platform_takes_back_what_has_no_answer(mathilde: Client, isabelle: Client) -> None:
    fiche, _ = agency.case()
    asked = agency.proposed(isabelle, fiche)
    back, waiting = f"{agency.PLATFORM}{asked.id}/retirer/", f"{START}transmissions/{asked.id}/"
    assert f'formaction="{back}"' in isabelle.get(agency.PLATFORM).content.decode()
    for _ in range(2):
        assert isabelle.post(back).headers["Location"] == f"{agency.PLATFORM}?retiree"
    page = text(isabelle.get(f"{agency.PLATFORM}?retiree"))
    assert "La transmission est retirée." in page
    assert "Retirée le" in page
    assert back not in page
    assert format_number(fiche.number) not in text(mathilde.get(START))
    assert "Retirée par la plateforme" in text(mathilde.get(f"{START}transmissions/?toutes="))
    late = mathilde.post(waiting, {"act": "accept"})
    assert (late.status_code, "Retirée par la plateforme" in text(late)) == (409, True)
    assert mathilde.get(f"{START}fiche/{fiche.id}/").status_code == 404
    assert agency.handed(fiche)


def test_what_the_agency_has_answered_is_not_taken_back(
    mathilde: Client, isabelle: Client, signed_in: SignedIn
) -> None:
    asked = agency.proposed(isabelle, agency.case()[0])
    back = f"{agency.PLATFORM}{asked.id}/retirer/"
    assert signed_in(THIERRY).post(back).status_code == 404
    mathilde.post(f"{START}transmissions/{asked.id}/", {"act": "accept"})
    late = isabelle.post(back)
    assert (late.status_code, "L’agence a déjà répondu" in text(late)) == (409, True)


def test_a_late_answer_is_told_in_words(mathilde: Client, isabelle: Client) -> None:
    asked = agency.proposed(isabelle, agency.case()[0])
    HandOver.objects.filter(id=asked.id).update(answer_due_at=timezone.now() - timedelta(minutes=5))
    assert "En retard : réponse due depuis le" in text(mathilde.get(f"{START}transmissions/{asked.id}/"))


def test_two_answers_at_once_the_second_is_told(mathilde: Client, isabelle: Client) -> None:
    asked = agency.proposed(isabelle, agency.case()[0])
    waiting = f"{START}transmissions/{asked.id}/"
    mathilde.post(waiting, {"act": "refuse", "why": "known"})
    late = mathilde.post(waiting, {"act": "accept"})
    assert late.status_code == 409
    assert "Cette transmission n’attend plus de réponse" in text(late)
    assert "Refusée" in text(late)


def test_a_signal_becomes_a_cluster(mathilde: Client) -> None:
    signal = agency.signal()
    address = f"{START}signalements/{signal.id}/"
    page = text(mathilde.get(address))
    numbers = Fiche.objects.filter(signalled__signal=signal).values_list("number", flat=True)
    assert all(format_number(number) in page for number in numbers)
    assert mathilde.get(f"{START}signalements/").status_code == 200
    answer = sent(mathilde, address, act="accept")
    made = Cluster.objects.get(signals=signal)
    assert answer.headers["Location"] == f"{path(made)}?ouvert"
    shown = text(mathilde.get(path(made)))
    assert "Collège Rosa-Parks" in shown
    assert "En investigation" in shown


def test_a_rejected_signal_leaves_the_board(mathilde: Client) -> None:
    signal = agency.signal(name="Lycée Colette")
    address = f"{START}signalements/{signal.id}/"
    assert "Le champ est requis." in text(sent(mathilde, address, act="reject"))
    assert sent(mathilde, address, act="reject", why="chance").status_code == 302
    assert str(signal.id) not in mathilde.get(START).content.decode()
    assert Signal.objects.get(id=signal.id).rejection == "chance"


def test_a_signal_that_grew_while_it_was_read_is_shown_again_with_the_decision(mathilde: Client) -> None:
    signal = agency.signal(name="Lycée Voltaire")
    address = f"{START}signalements/{signal.id}/"
    form = dict(FORM.findall(mathilde.get(address).content.decode()))
    Signal.objects.filter(id=signal.id).update(version=signal.version + 1)
    said = {"act": "reject", "why": "level_2"}
    for stale in (form, {}, {"version": "x"}):
        late = mathilde.post(address, stale | said)
        assert late.status_code == 409
        assert "a changé pendant que vous le lisiez" in text(late)
        assert '<option value="level_2" selected>' in text(late)
    again = dict(FORM.findall(late.content.decode()))
    assert mathilde.post(address, again | said).status_code == 302


def test_a_cluster_from_the_telephone_to_its_report(mathilde: Client) -> None:
    form = {"setting": "care", "name": "EHPAD des Lilas", "postcode": "93260", "spread": "unknown", "vulnerable": "on"}
    opened = sent(mathilde, f"{START}clusters/nouveau/", **form)
    assert opened.status_code == 302, text(opened)
    cluster = Cluster.objects.latest("created_at")
    assert (cluster.department, cluster.criticality) == ("93", "high")
    for _ in range(3):
        fiche, number = agency.case()
        added = sent(mathilde, path(cluster, "personnes/"), number=format_number(fiche.number), role="case")
        assert added.status_code == 302
    page = mathilde.get(path(cluster))
    assert person(number).name in text(page)
    assert person(number).nir not in page.content.decode()
    for state in ("investigated", "confirmed", "measures"):
        assert mathilde.post(path(cluster, "etat/"), {"state": state}).status_code == 302
    today = timezone.localdate()
    measure = {"kind": "testing", "decided_on": date_fr(today), "planned_on": date_fr(today - timedelta(days=1))}
    assert "précède celle de la décision" in text(sent(mathilde, path(cluster, "mesures/"), **measure))
    later = measure | {"planned_on": date_fr(today + timedelta(days=1)), "note": "Salle\ndes fêtes"}
    assert sent(mathilde, path(cluster, "mesures/"), **later).status_code == 302
    done = Measure.objects.get(cluster=cluster)
    assert mathilde.post(path(cluster, f"mesures/{done.id}/faite/")).status_code == 302
    assert sent(mathilde, path(cluster, "note/"), text="Appel à la direction").status_code == 302
    assert "Le champ est requis." in text(sent(mathilde, path(cluster, "note/"), text=" "))
    unsaid = mathilde.post(path(cluster, "etat/"), {"state": ""})
    assert (unsaid.status_code, "Choisissez l’état" in text(unsaid)) == (409, True)
    mathilde.post(path(cluster, "etat/"), {"state": "watched"})
    refused = mathilde.post(path(cluster, "etat/"), {"state": "closed"})
    assert (refused.status_code, "Rédigez d’abord le rapport" in text(refused)) == (409, True)
    assert sent(mathilde, path(cluster, "rapport/"), conclusion="Chaîne rompue").status_code == 302
    assert "Chaîne rompue" in text(mathilde.get(path(cluster, "rapport/")))
    assert mathilde.post(path(cluster, "etat/"), {"state": "closed"}).status_code == 302
    shown = text(mathilde.get(path(cluster)))
    for told in ("EHPAD des Lilas", "Appel à la direction", "Campagne de dépistage", "Salle des fêtes", "Clos"):
        assert told in shown
    assert format_number(cluster.number) in text(mathilde.get(f"{START}clusters/?etat=closed"))
    assert format_number(cluster.number) not in text(mathilde.get(START))


def test_two_assessments_at_once_the_second_keeps_what_was_typed(mathilde: Client) -> None:
    cluster = agency.cluster()
    address = path(cluster, "evaluation/")
    form = dict(FORM.findall(mathilde.get(address).content.decode()))
    said = {"setting": "school", "name": "École", "spread": "beyond"}
    assert mathilde.post(address, form | said).status_code == 302
    late = mathilde.post(address, form | said | {"name": "École des Peupliers"})
    assert late.status_code == 409
    assert "École des Peupliers" in text(late)
    assert "a été modifié pendant votre saisie" in text(late)
    for unread in ({}, {"version": "x"}):
        assert mathilde.post(address, said | unread).status_code == 409


def test_a_person_is_removed(mathilde: Client) -> None:
    fiche, _ = agency.case()
    cluster = agency.cluster(fiche)
    member = Member.objects.get(cluster=cluster)
    for _ in range(2):
        answer = mathilde.post(path(cluster, f"personnes/{member.id}/retirer/"))
        assert format_number(fiche.number) in text(mathilde.get(answer.headers["Location"]))
    assert mathilde.get(f"{path(cluster, 'personnes/')}?retiree=x").status_code == 200
    assert mathilde.get(f"{START}fiche/{fiche.id}/").status_code == 404


def test_who_was_there_is_proposed_by_number_and_added(mathilde: Client) -> None:
    (one, _), (other, number) = agency.case(), agency.case()
    cluster = agency.cluster(one)
    day = timezone.localdate() - timedelta(days=5)
    where = StayDetails(name="Chorale", postcode="93100", others=f"Madame {token(555)}")
    for fiche in (one, other):
        stay(fiche, where, since=day, now=timezone.now())
    page = mathilde.get(path(cluster, "personnes/"))
    assert format_number(other.number) in text(page)
    assert token(555) in text(page)
    assert person(number).birth_name not in page.content.decode()
    none = mathilde.post(path(cluster, "co-exposes/"))
    assert "Cochez au moins une personne" in text(none)
    garbled = mathilde.post(path(cluster, "co-exposes/"), {"fiche": ["-" * 36, "x", "é" * 32]})
    assert "Cochez au moins une personne" in text(garbled)
    assert mathilde.post(path(cluster, "co-exposes/"), {"fiche": str(other.id)}).status_code == 302
    assert Member.objects.get(cluster=cluster, fiche=other).role == "co_exposed"
    assert person(number).name in text(mathilde.get(path(cluster)))


def test_somebody_a_case_named_is_registered_as_co_exposed(mathilde: Client) -> None:
    case, _ = agency.case()
    cluster = agency.cluster(case)
    address = path(cluster, f"contact/{case.id}/")
    known = person(88_001)
    form = {"birth_name": known.birth_name, "first_names": known.first_names, "postcode": "93100"}
    form |= {"last_contact": date_fr(timezone.localdate()), "circumstance": "closed_space", "sex": "F"}
    form |= {"nir_holder": "own"}
    assert "Le champ est requis." in text(sent(mathilde, address, **form | {"birth_name": ""}))
    answer = sent(mathilde, address, **form)
    assert answer.status_code == 302, text(answer)
    exposure = Exposure.objects.get(index_fiche=case)
    assert exposure.co_exposed
    assert Member.objects.get(cluster=cluster, fiche=exposure.contact_fiche).role == "co_exposed"
    assert "personne co-exposée" in text(mathilde.get(f"{START}fiche/{case.id}/"))
    stranger, _ = agency.case()
    strangers = path(cluster, f"contact/{stranger.id}/")
    assert (mathilde.get(strangers).status_code, mathilde.post(strangers, form).status_code) == (404, 404)


def test_a_request_is_sent_taken_and_done(mathilde: Client, isabelle: Client) -> None:
    cluster = agency.cluster()
    tomorrow = timezone.now() + timedelta(days=1)
    form = {"fund": "931", "kind": "class_list", "due_at": datetime_fr(tomorrow), "text": "La liste du CM2"}
    new = f"{START}demandes/nouvelle/?cluster={cluster.id}"
    past = datetime_fr(tomorrow - timedelta(days=3))
    assert "L’échéance est passée" in text(sent(mathilde, new, **form | {"due_at": past}))
    wrong = text(sent(mathilde, new))
    assert ("Plateforme : Le champ est requis." in wrong, "Précisez votre message." in wrong) == (True, True)
    assert sent(mathilde, new, **form).headers["Location"] == f"{path(cluster)}?demande"
    asked = PlatformRequest.objects.get(cluster=cluster)
    address = f"/contact-covid/demandes/{asked.id}/"
    listed = text(isabelle.get("/contact-covid/demandes/"))
    assert format_number(cluster.number) in listed
    assert "La liste du CM2" in text(isabelle.get(address))
    assert "Précisez votre message." in text(sent(isabelle, address, state="declined"))
    assert sent(isabelle, address, state="taken").status_code == 302
    assert sent(isabelle, address, state="done", text="Envoyée").status_code == 302
    assert "Envoyée" in text(mathilde.get(address))
    assert PlatformRequest.objects.get(id=asked.id).state == "done"


def test_an_answer_meets_what_was_said_meanwhile(mathilde: Client, isabelle: Client) -> None:
    address = f"/contact-covid/demandes/{agency.asked().id}/"
    form = dict(FORM.findall(isabelle.get(address).content.decode()))
    assert sent(mathilde, address, text="Finalement le CM1").status_code == 302
    late = isabelle.post(address, form | {"text": "La liste est partie", "state": "done"})
    assert late.status_code == 409
    for told in ("Finalement le CM1", "La liste est partie", "s’est ajouté à cette demande pendant votre saisie"):
        assert told in text(late)
    again = dict(FORM.findall(late.content.decode()))
    assert isabelle.post(address, again | {"text": "La liste est partie", "state": "done"}).status_code == 302


def test_one_form_sent_for_two_clusters_writes_for_both(mathilde: Client) -> None:
    """A page that the browser restored carries the key of another: what it is about is part of what it says."""
    one, other = agency.cluster(), agency.cluster()
    today = date_fr(timezone.localdate())
    for part, said in (
        ("note/", {"text": "Appel à la direction"}),
        ("mesures/", {"kind": "testing", "decided_on": today}),
        ("rapport/", {"conclusion": "Chaîne rompue"}),
    ):
        form = said | {"idempotency_key": f"key-{part}-{one.id}"}
        assert mathilde.post(path(one, part), form).status_code == 302
        assert mathilde.post(path(other, part), form).status_code == 409, part
    for held, status in ((one, 302), (other, 409)):
        due = datetime_fr(timezone.now() + timedelta(days=1))
        form = {"fund": "931", "kind": "other", "due_at": due, "text": "?", "idempotency_key": f"asked-{one.id}"}
        assert mathilde.post(f"{START}demandes/nouvelle/?cluster={held.id}", form).status_code == status


def test_every_list_goes_on_and_says_which_page_it_is(mathilde: Client) -> None:
    for _ in range(52):
        agency.cluster()
    address, titles = f"{START}clusters/?etat=signalled", []
    for _ in range(3):
        page = text(mathilde.get(address))
        titles += re.findall(r"<title>(.*?) –", page)
        following = re.findall(r'rel="next" href="([^"]+)"', page)
        address = f"{START}clusters/{unescape(following[0])}" if following else ""
    assert titles == ["Clusters de la région", "Clusters de la région, page 2", "Clusters de la région, page 3"]
    assert "Première page" in page
    assert "etat=signalled" in page


def test_no_link_of_a_fiche_leads_nowhere(mathilde: Client) -> None:
    """A co-exposed person of a cluster was exposed by a patient zéro of whom the agency knows the number only."""
    case, _ = agency.case(contacts=1)
    contact = Exposure.objects.get(index_fiche=case).contact_fiche
    agency.enlist(agency.cluster(), contact, MemberRole.CO_EXPOSED)
    page = mathilde.get(f"{START}fiche/{contact.id}/")
    assert format_number(case.number) in text(page)
    links = set(re.findall(r'href="(/contact-covid/[^"]*)"', page.content.decode()))
    assert {mathilde.get(each).status_code for each in links} == {200}


def test_what_is_of_another_region_or_fund_is_absent(signed_in: SignedIn, mathilde: Client, isabelle: Client) -> None:
    fiche, _ = agency.case()
    asked = agency.proposed(isabelle, fiche)
    mathilde.post(f"{START}transmissions/{asked.id}/", {"act": "accept"})
    cluster, request, signal = agency.cluster(fiche), agency.asked(), agency.signal(name="École Vallès")
    yannick, thierry = signed_in(YANNICK), signed_in(THIERRY)
    pages = [path(cluster), *(path(cluster, part) for part in ("personnes/", "rapport/", "evaluation/", "note/"))]
    pages += [f"{START}fiche/{fiche.id}/", f"{START}transmissions/{asked.id}/", f"{START}signalements/{signal.id}/"]
    pages += [path(cluster, f"contact/{fiche.id}/")]
    assert {yannick.get(each).status_code for each in pages} == {404}
    assert {mathilde.get(each).status_code for each in pages} == {200}
    assert {each.get(f"/contact-covid/demandes/{request.id}/").status_code for each in (yannick, thierry)} == {404}
    written_ = [path(cluster, part) for part in ("etat/", "co-exposes/", "note/", "mesures/", "rapport/")]
    data = {"state": "rejected", "fiche": str(fiche.id), "text": "x", "kind": "testing", "conclusion": "x"}
    data |= {"decided_on": date_fr(timezone.localdate())}
    assert {yannick.post(each, data).status_code for each in written_} == {404}


def test_reading_writes_the_journal_only_and_costs_the_same_whatever_the_size(mathilde: Client) -> None:
    cases = [agency.case(contacts=1)[0] for _ in range(2)]
    cluster, request = agency.cluster(*cases), agency.asked()
    pages = [START, path(cluster), path(cluster, "personnes/"), f"{START}clusters/", f"{START}fiche/{cases[0].id}/"]
    pages += [f"/contact-covid/demandes/{request.id}/", f"{START}transmissions/?toutes="]
    few = {page: counted(mathilde, page) for page in pages}
    for _ in range(4):
        agency.enlist(cluster, agency.case()[0])
        agency.cluster()
        agency.asked()
    assert {page: counted(mathilde, page) for page in pages} == few
    assert max(few.values()) <= 9, few


def counted(client: Client, page: str) -> int:
    client.get(page)
    with watched() as seen:
        assert client.get(page).status_code == 200
    assert written(seen) <= LEFT_BY_READING, page
    return len(seen)
