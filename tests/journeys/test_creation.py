"""Creating an account without a card, over HTTP: by security key, by letter, and what a stranger can learn."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.accounts.models import Account, Enrolment, LetterCode, Post
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.models import Practice
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.models import Message
from contact_covid.portal.creation.progress import Progress, keep
from tests.accounts.newcomers import IBAN_END, NIR, add_place, give_key, professional, structure
from tests.journeys.creating import PASSWORD, START, letter_code, link
from tests.journeys.kinds import SignedIn, Visit
from tests.journeys.web import Answer, Visitor
from tests.journeys.world import HELENE, World, as_owner, member
from tests.mails import last_message
from tests.messaging.mail import pdf_text
from tests.server import Server

KEY = {"nir": NIR.number, "iban_1": IBAN_END[0], "iban_3": IBAN_END[1:]}
WRONG_KEY = KEY | {"iban_3": "189"[::-1]}
ACCEPTED = {"conditions": "on", "mail": "on"}
ASKED = "courrier postal"
"""What only the notice of a letter says."""
REFUSED = "Ces informations n’ont pas permis de vous identifier"


@pytest.fixture(scope="module")
def service(world: World, server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """With a printing service that fetches letters."""
    return server(world.database, LETTERS_DIR=str(tmp_path_factory.mktemp("letters")))


def details(email: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": email, "password": password, **ACCEPTED}


def by_key(visitor: Visitor, number: str, email: str) -> Answer:
    """Up to the page that says that a mail has left."""
    assert visitor.post(START, {"number": number}).location == f"{START}cle/"
    assert visitor.post(f"{START}cle/", KEY).location == f"{START}compte/"
    return visitor.post(f"{START}compte/", details(email))


def ask_letter(visitor: Visitor, number: str, email: str) -> Answer:
    visitor.post(START, {"number": number})
    return visitor.post(f"{START}courrier/", {"email": email, **ACCEPTED})


def test_by_security_key_from_the_number_to_the_home_page(visitor: Visit, newcomer: str) -> None:
    nobody = visitor()
    page = by_key(nobody, newcomer, "I.Zqmarchal@Cabinet.example")
    assert page.location == f"{START}mail/"
    assert "i.zqmarchal@cabinet.example" in nobody.get(page.location).text
    assert "Zqmarchal" not in last_message(Channel.EMAIL, link()).words.text.replace("i.zqmarchal", "")
    assert not Account.objects.filter(email="i.zqmarchal@cabinet.example").exists()

    receiver = visitor()
    for _ in range(2):  # a machine that looks at mails uses nothing up
        assert "Valider adresse e-mail" in receiver.get(link()).text
    done = receiver.post(link())
    assert done.location == f"{START}termine/"
    assert "Le compte vient d’être créé." in receiver.get(done.location).text
    for login in ("i.zqmarchal@cabinet.example", newcomer):
        entered = visitor()
        assert entered.log_in(login, PASSWORD).location == "/accueil/"
        assert "Dr Inès ZQMARCHAL" in entered.get("/accueil/").text


def test_the_link_serves_once_and_the_next_one_makes_it_void(visitor: Visit, newcomer: str) -> None:
    nobody = visitor()
    by_key(nobody, newcomer, "faute@cabinet.example")
    first = link()
    nobody.post(f"{START}compte/", details("juste@cabinet.example"))
    assert "n’est plus valable" in visitor().post(first).text
    assert visitor().post(link()).status == 302
    assert "n’est plus valable" in visitor().get(first).text
    of_the_two = Account.objects.filter(email__in=["faute@cabinet.example", "juste@cabinet.example"])
    assert [account.email for account in of_the_two] == ["juste@cabinet.example"]


def test_an_account_acts_at_every_place_of_the_directory_the_proved_one_first(
    visitor: Visit, newcomer: str, numbers: Iterator[str]
) -> None:
    who = Practice.objects.get(number=newcomer).professional
    assert who is not None
    second = add_place(who, next(numbers), kind=OrganisationKind.HOSPITAL, now=timezone.now())
    by_key(visitor(), newcomer, "deux@cabinet.example")
    visitor().post(link())
    posts = Post.objects.filter(account__professional=who).order_by("id")
    assert [post.role for post in posts] == [Role.PHYSICIAN, Role.HOSPITAL]
    assert posts[1].practice_id == second.id


def test_the_name_shows_after_the_key_and_not_before(visitor: Visit, newcomer: str) -> None:
    nobody = visitor()
    nobody.post(START, {"number": newcomer})
    before = [nobody.get(f"{START}{page}").text for page in ("cle/", "courrier/", "compte/")]
    before.append(nobody.post(f"{START}cle/", WRONG_KEY).text)
    assert [text for text in before if "zqmarchal" in text.lower()] == []
    nobody.post(f"{START}cle/", KEY)
    assert "Dr Inès ZQMARCHAL" in nobody.get(f"{START}compte/").text


def test_numbers_are_alike_until_the_key_is_right(world: World, visitor: Visit, numbers: Iterator[str]) -> None:
    """Unknown, without key, with key, with an account: page by page the same, to the third try and beyond."""
    now = timezone.now()
    keyless, keyed, unknown, taken = (next(numbers) for _ in range(4))
    professional(keyless, now=now)
    for number in (keyed, taken):
        professional(number, now=now)
        give_key(number, now)
    by_key(visitor(), taken, "deja@cabinet.example")
    visitor().post(link())

    def seen(number: str) -> list[tuple[int, str]]:
        nobody = visitor()
        answers = [nobody.post(START, {"number": number}), nobody.get(f"{START}cle/")]
        tries = [KEY if number == taken else WRONG_KEY] * 4
        answers += [nobody.post(f"{START}cle/", each) for each in tries]
        answers += [ask_letter(nobody, number, f"x{number}@cabinet.example"), nobody.get(f"{START}courrier/demande/")]
        return [(status, text.replace(number, "NUMBER")) for status, text in (answer.alike for answer in answers)]

    walks = [seen(number) for number in (unknown, keyless, keyed, taken, member(HELENE).number)]
    assert REFUSED in walks[0][2][1]
    assert "après trois essais" in walks[0][4][1]
    assert all(walk == walks[0] for walk in walks)


def test_three_wrong_keys_block_this_way_only(visitor: Visit, newcomer: str) -> None:
    nobody = visitor()
    nobody.post(START, {"number": newcomer})
    for _ in range(2):
        assert REFUSED in nobody.post(f"{START}cle/", WRONG_KEY).text
    assert "bloquée pour ce numéro" in nobody.post(f"{START}cle/", WRONG_KEY).text
    assert "bloquée pour ce numéro" in nobody.post(f"{START}cle/", KEY).text
    assert ask_letter(nobody, newcomer, "bloque@cabinet.example").status == 302
    assert visitor().log_in(newcomer, letter_code()).location == f"{START}compte/"


def test_a_structure_is_offered_the_letter_and_its_account_is_its_own(visitor: Visit, world: World) -> None:
    structure(OrganisationKind.PHARMACY, "930099012", timezone.now())
    nobody = visitor()
    assert nobody.post(START, {"number": "930 099 012"}).location == f"{START}courrier/"
    assert "la clé de sécurité n’est pas disponible" in nobody.get(f"{START}courrier/").text
    ask_letter(nobody, "930099012", "officine@cabinet.example")
    first = visitor()
    assert first.log_in("930099012", letter_code()).location == f"{START}compte/"
    assert "Pharmacie du Marché" in first.get(f"{START}compte/").text
    number = first.get(f"{START}compte/").field("number")
    assert first.post(f"{START}compte/", details("officine@cabinet.example") | {"number": number}).status == 302
    visitor().post(link())
    entered = visitor()
    entered.log_in("930099012", PASSWORD)
    assert "Pharmacien" in entered.get("/accueil/").text


def test_by_letter_from_the_request_to_the_home_page(visitor: Visit, newcomer: str) -> None:
    asked = ask_letter(visitor(), newcomer, "demande@cabinet.example")
    assert asked.location == f"{START}courrier/demande/"
    notice = last_message(Channel.EMAIL, ASKED).words.text
    assert "zqmarchal" not in notice.lower()
    assert newcomer not in notice

    paper = pdf_text(last_message(Channel.LETTER, newcomer).attachments[0].content)
    for words in ("Dr Inès ZQMARCHAL", f"Cabinet {newcomer}", "17 rue de Madeleine Bres", "93100 Montreuil", newcomer):
        assert words in paper
    assert letter_code() in paper

    first, code = visitor(), letter_code()
    assert first.log_in(newcomer, code.lower()).location == f"{START}compte/"
    for path in ("/accueil/", "/contact-covid/"):
        assert first.get(path).location.startswith("/connexion/")  # no page of the portal before
    first.post(f"{START}compte/", details("elle@cabinet.example"))
    assert visitor().log_in(newcomer, code).location == f"{START}compte/"
    assert visitor().post(link()).status == 302
    entered = visitor()
    assert entered.log_in("elle@cabinet.example", PASSWORD).status == 302
    assert "Identifiant ou mot de passe incorrect" in visitor().log_in(newcomer, code).text


def test_where_no_letter_goes_by_post_the_page_says_so_and_asks_for_nothing(signed_in: SignedIn, newcomer: str) -> None:
    nobody = signed_in()
    nobody.post(START, {"number": newcomer})
    before = Message.objects.count()
    asked = nobody.post(f"{START}courrier/", {"email": "demande@cabinet.example", **ACCEPTED})
    for page in (nobody.get(f"{START}courrier/"), asked):
        assert page.status_code == 200
        assert "Aucun courrier postal ne part de ce service" in page.content.decode()
        assert 'name="email"' not in page.content.decode()
    assert Message.objects.count() == before
    assert not LetterCode.objects.filter(practice__number=newcomer).exists()


def test_who_asked_for_somebody_elses_letter_gets_nothing(visitor: Visit, newcomer: str) -> None:
    """The stranger's address is no login, before and after; what reaches her mailbox opens nothing."""
    stranger, hers = visitor(), "etrangere@ailleurs.example"
    ask_letter(stranger, newcomer, hers)
    notice, code = last_message(Channel.EMAIL, ASKED).words.text, letter_code()
    assert "http" not in notice
    assert code not in notice
    assert stranger.get(f"{START}compte/").location.startswith(START)
    assert "incorrect" in stranger.log_in(hers, code).text

    owner = visitor()
    owner.log_in(newcomer, code)
    owner.post(f"{START}compte/", details("titulaire@cabinet.example"))
    visitor().post(link())
    assert Account.objects.get(professional=Practice.objects.get(number=newcomer).professional).email == (
        "titulaire@cabinet.example"
    )
    assert not Account.objects.filter(email=hers).exists()
    assert "incorrect" in visitor().log_in(hers, PASSWORD).text


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 302)])
def test_a_creation_ends_after_half_an_hour(signed_in: SignedIn, newcomer: str, minutes: int, status: int) -> None:
    kept = HttpResponse()
    keep(kept, Progress(newcomer), timezone.now() - timedelta(minutes=minutes))
    client = signed_in()
    client.cookies[settings.CREATION_COOKIE_NAME] = kept.cookies[settings.CREATION_COOKIE_NAME].value
    assert client.get(f"{START}cle/").status_code == status


def test_a_creation_ends_in_another_tab(visitor: Visit, newcomer: str, numbers: Iterator[str]) -> None:
    nobody = visitor()
    nobody.post(START, {"number": newcomer})
    late = nobody.post(f"{START}cle/", KEY | {"number": next(numbers)})  # the form of another tab
    assert late.location == f"{START}?reprise=1"
    assert "n’est plus valable" in nobody.get(late.location).text
    assert visitor().get(f"{START}mail/").location == f"{START}?reprise=1"
    assert visitor().get(f"{START}cle/").location == f"{START}?reprise=1"
    nobody.cookies["creation"] = nobody.cookies["creation"][:-2]  # not ours
    assert nobody.get(f"{START}cle/").location == f"{START}?reprise=1"


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("", {"number": ""}, "Le champ est requis."),
        ("", {"number": "12"}, "Saisissez un n° d’Assurance Maladie"),
        ("", {"number": "0" * 500}, "Le texte saisi est trop long."),
        ("cle/", {}, "Le champ est requis."),
        ("cle/", {"nir": NIR.number, "iban_1": "5", "iban_3": "A"}, "derniers caractères de l’IBAN sont invalides."),
        ("cle/", {"nir": "2690599999001 11", "iban_1": "5", "iban_3": "189"}, "La clé de contrôle est invalide."),
        ("courrier/", {"email": "x", **ACCEPTED}, "Le format de l’adresse e-mail n’est pas valide."),
        ("courrier/", {"email": "x@cabinet.example"}, "Acceptez les conditions"),
        ("compte/", {"email": "x@cabinet.example", "password": "court", **ACCEPTED}, "au moins 8 caractères"),
        ("compte/", {"email": "x@cabinet.example", "password": "Zqmarchal-1", **ACCEPTED}, "ressemble trop à"),
        ("compte/", {"email": "x@cabinet.example", "password": PASSWORD}, "Acceptez les conditions"),
    ],
)  # fmt: skip
def test_every_fault_is_told_and_what_was_typed_stays(
    visitor: Visit, newcomer: str, path: str, fields: dict[str, str], said: str
) -> None:
    nobody = visitor()
    nobody.post(START, {"number": newcomer})
    if path == "compte/":
        nobody.post(f"{START}cle/", KEY)
    answer = nobody.post(f"{START}{path}", fields)
    assert said in answer.text
    assert answer.title.startswith("Erreur : ")
    for name in ("password", "nir", "iban_3"):
        assert f'value="{fields.get(name) or "none"}"' not in answer.text
    if fields.get("email"):
        assert answer.field("email") == fields["email"]


def test_no_secret_is_stored_or_logged(visitor: Visit, newcomer: str, service: object) -> None:
    nobody = visitor()
    by_key(nobody, newcomer, "secret@cabinet.example")
    rows = as_owner("SELECT row_to_json(k)::text FROM accounts_security_key k")
    rows += as_owner("SELECT row_to_json(e)::text FROM accounts_enrolment e")
    rows += as_owner("SELECT row_to_json(j)::text FROM journal_entry j")
    written = "".join(row[0] for row in rows)
    for secret in (NIR.body, PASSWORD, newcomer):
        assert secret not in written
    assert Enrolment.objects.get(email="secret@cabinet.example").password.startswith("argon2")
    assert "argon2" in written
