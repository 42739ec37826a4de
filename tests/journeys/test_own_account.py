"""« Gestion de compte » over HTTP: what it shows, and each change with everything that can go wrong."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.utils import timezone

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts
from contact_covid.accounts.actions.login import LoginRefused, log_in
from contact_covid.accounts.models import Account
from contact_covid.demo.actions.cast import PASSWORD
from contact_covid.journal.enums import Surface
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import parcel
from tests.journeys.kinds import Visit
from tests.journeys.web import Answer, Visitor
from tests.journeys.world import CLAIRE, HELENE, KARIM, LOGINS, World, as_owner, member, one_hash
from tests.mails import last_mail
from tests.server import Server
from tests.weights import LIGHT

BOX = {"agreed": "on"}
NEW_PASSWORD = "Corail-Violet-77"
SECURITY, ADDRESS, SECRET = "/compte/connexion-et-securite/", "/compte/adresse-email/", "/compte/mot-de-passe/"


class Mail:
    def __init__(self, message: Message) -> None:
        opened = parcel(message)
        assert opened is not None
        self.to, self.subject, self.text = opened.recipient, opened.words.subject, opened.words.text

    @property
    def link(self) -> str:
        found = re.search(r"/compte/adresse-email/[\w-]{43}/", self.text)
        return found.group() if found else ""


@pytest.fixture
def mails() -> Callable[[], list[Mail]]:
    """The mails decided since the test began, in order."""
    seen = set(Message.objects.values_list("id", flat=True))
    return lambda: [Mail(message) for message in Message.objects.exclude(id__in=seen).order_by("id")]


Mails = Callable[[], list[Mail]]


def mail_to(mails: Mails, address: str) -> Mail:
    """The one mail to that address."""
    [mail] = [mail for mail in mails() if mail.to == address]
    return mail


@pytest.fixture
def newcomer(world: World) -> str:
    """An account of the test's own; its address."""
    return world.colleague(CLAIRE, last_name="Zqown", email=f"zq.{uuid4().hex[:8]}@example.org")


@pytest.fixture
def her(world: World, service: Server, newcomer: str) -> Visitor:
    return Visitor(service.url, world.token(newcomer))


def ask(visitor: Visitor, email: str, key: str = "") -> Answer:
    fields = {"email": email, "current": PASSWORD, "idempotency_key": key or uuid4().hex, **BOX}
    return visitor.post(ADDRESS, fields)


def address_of(account: Account) -> str:
    account.refresh_from_db()
    return account.email


def events_of(visitor: Visitor) -> list[str]:
    page = visitor.get("/compte/evenements/").text
    return [f"{at} {what}" for at, what in re.findall(r'num muted">([^<]*)</span> ([^<]*)</li>', page)]


@pytest.mark.parametrize("role", LOGINS)
def test_everybody_finds_the_three_parts_from_home(visitor: Visit, role: Role) -> None:
    who = visitor(LOGINS[role])
    assert 'href="/compte/"' in who.get("/accueil/").text
    for path, title in (
        ("/compte/", "Informations professionnelles"),
        (SECURITY, "Connexion et sécurité"),
        ("/compte/parametres/", "Paramètres de compte"),
    ):
        page = who.get(path)
        assert page.status == 200
        assert page.title.startswith(title)
        assert len(page.text) < LIGHT


def test_a_physician_reads_what_the_funds_know_of_her(visitor: Visit) -> None:
    page, dr = visitor(HELENE).get("/compte/").text, member(HELENE)
    shown = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page.partition("Autres lieux")[0]))
    assert shown["Situation conventionnelle"] == "CONVENTIONNE"
    assert shown["Agrément radio"] == "NON"
    assert shown["N° Assurance Maladie ou FINESS"] == dr.places[0].number
    assert "931 caisse de Bobigny" in page
    others = page.partition("Autres lieux d’exercice")[2]
    assert dr.places[1].number in others
    assert "<details>" in others


def test_an_address_changes_only_once_the_new_one_is_confirmed(
    her: Visitor, newcomer: str, mails: Mails, service: Server
) -> None:
    account, wanted = Account.objects.get(email=newcomer), f"new.{newcomer}"
    assert ask(her, wanted).location == f"{SECURITY}?adresse"
    linked, notice = mail_to(mails, wanted), mail_to(mails, newcomer)
    assert "Valider adresse e-mail" in linked.text
    assert wanted not in notice.text
    assert wanted in her.get(SECURITY).text
    assert address_of(account) == newcomer

    stranger = Visitor(service.url)  # a mail reader that fetches the link changes nothing
    for _ in range(2):
        assert "Valider adresse e-mail" in stranger.get(linked.link).text
    assert address_of(account) == newcomer
    assert "Votre adresse e-mail est modifiée" in stranger.post(linked.link).text
    assert address_of(account) == wanted
    assert sorted(mail.to for mail in mails()) == sorted([wanted, newcomer, newcomer])
    assert "n’est plus valable" in stranger.post(linked.link).text
    at = r"\d\d/\d\d/\d{4} - \d\d:\d\d"
    asked, changed = events_of(her)[1::-1]
    assert re.fullmatch(f"{at} Demande de modification d’adresse e-mail", asked)
    assert re.fullmatch(f"{at} Modification d’adresse e-mail", changed)


def test_the_address_of_another_account_looks_the_same_and_its_mail_says_what_to_do(
    her: Visitor, newcomer: str, mails: Mails
) -> None:
    free, taken = ask(her, f"free.{newcomer}"), ask(her, KARIM)
    assert free.location == taken.location
    page = her.get(SECURITY).text
    assert f"En attente de validation : <b>{KARIM}</b>" in page
    told = mail_to(mails, KARIM)
    assert [mail.to for mail in mails()].count(newcomer) == 2
    assert "appartient déjà à un autre compte" in told.text
    assert not told.link
    assert address_of(Account.objects.get(email=newcomer)) == newcomer


def test_an_address_taken_meanwhile_is_refused(world: World, her: Visitor, newcomer: str, mails: Mails) -> None:
    wanted = f"race.{newcomer}"
    ask(her, wanted)
    world.colleague(CLAIRE, last_name="Zqother", email=wanted)
    link = mail_to(mails, wanted).link
    assert "utilisée par un autre compte" in her.post(link).text
    assert Account.objects.filter(email=newcomer).exists()


def test_two_tabs_and_a_double_click(her: Visitor, newcomer: str, mails: Mails) -> None:
    for _ in range(2):
        assert ask(her, f"one.{newcomer}", key="same").location == f"{SECURITY}?adresse"
    assert len(mails()) == 2
    ask(her, f"two.{newcomer}")
    first, second = mail_to(mails, f"one.{newcomer}").link, mail_to(mails, f"two.{newcomer}").link
    assert "n’est plus valable" in her.get(first).text
    assert "n’est plus valable" in her.post(first).text
    assert "est modifiée" in her.post(second).text


def test_a_link_of_yesterday_is_over(her: Visitor, newcomer: str, mails: Mails) -> None:
    ask(her, f"late.{newcomer}")
    as_owner("UPDATE accounts_mailed_link SET expires_at = now() WHERE email = %s", f"late.{newcomer}")
    assert "n’est plus valable" in her.post(mail_to(mails, f"late.{newcomer}").link).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "", **BOX}, "Nouvelle adresse e-mail : Le champ est requis."),
        ({"email": "zq@", **BOX}, "Le format de l’adresse e-mail n’est pas valide."),
        ({"email": "zq@example.org"}, "Cochez la case"),
        ({"email": "zq@example.org", **BOX}, "Mot de passe actuel : Le champ est requis."),
        ({"email": "zq@example.org", "current": "x", **BOX}, "Le mot de passe actuel est incorrect."),
    ],
)
def test_what_is_wrong_with_an_address_is_told(
    her: Visitor, mails: Mails, typed: dict[str, str], sentence: str
) -> None:
    page = her.post(ADDRESS, typed)
    assert page.title.startswith("Erreur : ")
    assert sentence in page.text
    assert f'value="{typed["email"]}"' in page.text
    assert mails() == []


def test_the_same_address_and_too_many_mails_are_refused(her: Visitor, newcomer: str, mails: Mails) -> None:
    assert "déjà celle de votre compte" in ask(her, newcomer.upper()).text
    for number in range(3):
        assert ask(her, f"{number}.{newcomer}").status == 302
    assert "Réessayez dans" in ask(her, f"more.{newcomer}").text
    assert len(mails()) == 6


def test_a_new_password_ends_the_other_sessions_and_voids_the_links(
    world: World, her: Visitor, newcomer: str, mails: Mails, service: Server
) -> None:
    elsewhere = Visitor(service.url, world.new_token(newcomer))
    ask(her, f"then.{newcomer}")
    link = mail_to(mails, f"then.{newcomer}").link
    fields = {"current": PASSWORD, "password": NEW_PASSWORD, "confirmation": NEW_PASSWORD}
    assert her.post(SECRET, fields).location == f"{SECURITY}?mot-de-passe"
    assert her.get("/accueil/").status == 200
    assert elsewhere.get("/accueil/").status == 302
    assert "n’est plus valable" in her.get(link).text
    assert mails()[-1].subject == "Votre mot de passe a été modifié"
    assert "Modification de mot de passe" in events_of(her)[0]
    assert log_in(login=newcomer, password=NEW_PASSWORD, device_token=None, now=timezone.now())
    with pytest.raises(LoginRefused):
        log_in(login=newcomer, password=PASSWORD, device_token=None, now=timezone.now())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"current": ""}, "Mot de passe actuel : Le champ est requis."),
        ({"current": "Mauvais-Mot-1"}, "Le mot de passe actuel est incorrect."),
        ({"confirmation": "Corail-Violet-78"}, "Les deux mots de passe sont différents."),
        ({"password": "court", "confirmation": "court"}, "au moins 8 caractères"),
        ({"password": "Zqown-Zqown-1", "confirmation": "Zqown-Zqown-1"}, "ressemble trop à votre nom"),
        ({"password": PASSWORD, "confirmation": PASSWORD}, "identique à l’ancien"),
    ],
)
def test_a_password_that_cannot_be_is_told_and_never_comes_back(
    her: Visitor, newcomer: str, changes: dict[str, str], sentence: str
) -> None:
    before = Account.objects.get(email=newcomer).password
    fields = {"current": PASSWORD, "password": NEW_PASSWORD, "confirmation": NEW_PASSWORD} | changes
    page = her.post(SECRET, fields)
    assert sentence in page.text
    assert not [secret for secret in fields.values() if secret and secret in page.text]
    assert Account.objects.get(email=newcomer).password == before


def test_the_current_password_is_guessed_three_times_at_most(her: Visitor) -> None:
    wrong = {"current": "Mauvais-Mot-1", "password": NEW_PASSWORD, "confirmation": NEW_PASSWORD}
    for _ in range(3):
        assert "incorrect" in her.post(SECRET, wrong).text
    assert "Trop d’essais incorrects. Réessayez dans 15 min." in her.post(SECRET, wrong | {"current": PASSWORD}).text


def test_a_session_is_closed_from_another_and_only_ones_own(
    world: World, her: Visitor, newcomer: str, service: Server
) -> None:
    elsewhere = Visitor(service.url, world.new_token(newcomer))
    page = her.get(SECURITY).text
    [path] = re.findall(r'action="(/compte/sessions/[\w-]+/)"', page)
    assert page.count("Session en cours") == 1
    [(theirs,)] = as_owner(
        "SELECT s.id FROM accounts_session s JOIN accounts_account a ON a.id = account_id"
        " WHERE email = %s AND ended_at IS NULL LIMIT 1",
        account_with_session(world),
    )
    for foreign in (theirs, uuid4()):
        assert her.post(f"/compte/sessions/{foreign}/").location == f"{SECURITY}?deja-fermee"
    assert as_owner("SELECT ended_at FROM accounts_session WHERE id = %s", theirs) == [(None,)]
    assert her.post(path).location == f"{SECURITY}?fermee"
    assert elsewhere.get("/accueil/").status == 302
    assert her.get(SECURITY).status == 200
    assert her.post(path).location == f"{SECURITY}?deja-fermee"


def account_with_session(world: World) -> str:
    world.new_token(KARIM)
    return KARIM


def test_an_error_goes_to_the_managing_fund_once_and_the_journal_does_not_keep_its_words(
    world: World, service: Server, mails: Mails
) -> None:
    her = Visitor(service.url, world.new_token(HELENE))
    page = her.get("/compte/erreur/")
    first, second = re.findall(r'name="place" value="([\w-]+)"', page.text)
    fields = {"place": second, "text": "L’adresse est fausse.\r\nZqline <b>deux</b>", "idempotency_key": uuid4().hex}
    for _ in range(2):
        assert her.post("/compte/erreur/", fields).location == "/compte/?signale"
    [mail] = mails()
    assert re.fullmatch(r"caisse\.\d{3}@example\.org", mail.to)
    assert "Zqline <b>deux</b>" in mail.text
    assert HELENE in mail.text
    assert member(HELENE).places[1].number in mail.text
    rows = as_owner("SELECT detail::text FROM journal_entry WHERE kind = 'accounts.fund_told'")
    assert len(rows) == 1
    assert "Zqline" not in rows[0][0]
    for wrong in ({"place": str(uuid4())}, {"text": " \r\n "}, {"text": "x" * 2001}):
        refused = her.post("/compte/erreur/", {"place": first, "text": "Zq", **wrong})
        assert refused.title.startswith("Erreur : ")
    assert len(mails()) == 1


def test_events_go_back_page_by_page(world: World, her: Visitor, newcomer: str) -> None:
    account = Account.objects.get(email=newcomer)
    for number in range(60):
        as_owner(
            "INSERT INTO journal_entry (at, kind, account, session, role, practice, organisation, purpose, surface,"
            " fiches, count, detail) SELECT now() - make_interval(mins => %s), 'accounts.logged_in', %s, NULL,"
            " 'pharmacist', NULL, NULL, 'sign_in', 'page', '{}', 0, '{\"way\": \"card\"}'",
            number + 1,
            account.id,
        )
    seen, path = [], "/compte/evenements/"
    while path:
        page = her.get(path).text
        seen += re.findall(r'num muted">([^<]*)</span> ([^<]*)</li>', page)
        older = re.search(r'rel="next" href="([^"]*)"', page)
        path = f"/compte/evenements/{older.group(1)}" if older else ""
    assert len(seen) == 61
    assert seen[0][1] == "Connexion par identifiant et mot de passe"
    assert {what for _, what in seen[1:]} == {"Connexion par carte CPS"}
    assert her.get("/compte/evenements/?avant=zq").status == 404


def test_the_notice_at_each_login_is_switched_on_and_off(visitor: Visit, her: Visitor, newcomer: str) -> None:
    path = "/compte/parametres/"
    assert 'name="login_notice" checked' not in her.get(path).text
    assert her.post(path, {"login_notice": "on"}).location == f"{path}?avis"
    assert 'name="login_notice" checked' in her.get(path).text
    assert visitor().log_in(newcomer, PASSWORD).status == 302
    assert "Une connexion à votre compte" in last_mail()
    her.post(path)
    assert 'name="login_notice" checked' not in her.get(path).text


def test_a_shared_address_says_by_what_to_log_in(world: World, her: Visitor, newcomer: str) -> None:
    assert "elle est aussi votre identifiant" in her.get(SECURITY).text
    world.colleague(CLAIRE, last_name="Zqshare", email=newcomer)
    assert "elle ne peut pas vous servir d’identifiant" in her.get(SECURITY).text


def test_nobody_reaches_an_account_from_outside(visitor: Visit) -> None:
    nobody = visitor()
    for path in (
        "/compte/",
        SECURITY,
        ADDRESS,
        SECRET,
        "/compte/erreur/",
        "/compte/evenements/",
        "/compte/parametres/",
    ):
        assert nobody.get(path).location.startswith("/connexion/")
    assert nobody.get(f"{ADDRESS}{'x' * 43}/").status == 410


def test_the_same_form_with_another_address_is_told_and_sent_anew(her: Visitor, mails: Mails) -> None:
    form = {"email": "mal.ecrite@example.org", "current": PASSWORD, **BOX}
    key = her.get(ADDRESS).field("idempotency_key")
    assert her.post(ADDRESS, form | {"idempotency_key": key}).status == 302
    meant = form | {"email": "bien.ecrite@example.org", "idempotency_key": key}
    told = her.post(ADDRESS, meant)
    assert "Ce formulaire a déjà été envoyé avec d’autres réponses." in told.text
    assert her.post(ADDRESS, meant | {"idempotency_key": told.field("idempotency_key")}).status == 302
    assert [mail.to for mail in mails() if mail.link] == ["mal.ecrite@example.org", "bien.ecrite@example.org"]


def test_who_works_for_somebody_is_told_nothing_of_the_holder_as_her_own(
    visitor: Callable[..., Visitor], world: World
) -> None:
    """A number that she cannot log in by, a specialty that she does not have."""
    place = world.actor(HELENE).practice
    secretary = NewAccount(
        last_name="Zqaide",
        email=f"zq.{uuid4().hex[:8]}@example.org",
        password=one_hash(),
        posts=(NewPost(role=Role.SECRETARY, practice=place),),
    )
    create_accounts(actor=SYSTEM, accounts=[secretary], surface=Surface.COMMAND, now=timezone.now())
    her = visitor(secretary.email)
    number = member(HELENE).number
    assert number in visitor(HELENE).get(SECURITY).text
    assert number not in her.get(SECURITY).text
    head = her.get("/compte/").text.partition('id="t-lieu"')[0]
    assert "Secrétaire" in head
    assert "Situation conventionnelle" not in head
    assert "Situation conventionnelle" in visitor(HELENE).get("/compte/").text
