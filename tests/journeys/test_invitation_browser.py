"""Delegations, teams and a new password in a real browser: with and without JavaScript, by keyboard, in two tabs."""

import pytest
from playwright.sync_api import Page, expect

from contact_covid.accounts.models import Account
from tests.journeys.invited import NAMES, PASSWORD, by_card
from tests.journeys.kinds import OpenPage
from tests.journeys.steps import (
    CONTEXT_IDS,
    CONTEXTS,
    arrived,
    check_page,
    fill_contact,
    fill_index,
    tab_to,
    today,
    type_login,
)
from tests.journeys.world import ADMINISTRATOR, CLAIRE, HELENE, World, as_owner
from tests.mails import mail_to, path_in

ISABELLE = "isabelle.fournier@example.org"
UNTIL = "31/12/2026"


def with_card(page: Page, login: str) -> Page:
    page.goto("/connexion/")
    origin = page.evaluate("location.origin")
    page.context.add_cookies([{"name": "session", "value": by_card(login), "url": f"{origin}/"}])
    return page


def name_a_delegate(page: Page, email: str, kind: str) -> None:
    page.goto("/accueil/")
    page.get_by_role("link", name="Mes délégations").click()
    expect(page.locator("#since")).to_have_value(today())
    page.locator("#email").fill(email)
    page.locator("#kind").select_option(label=kind)
    page.locator("#until").fill(today())
    page.get_by_role("button", name="Envoyer l’invitation", exact=True).click()
    expect(page.get_by_text("Invitation envoyée.", exact=True)).to_be_visible()


@pytest.mark.parametrize(("context", "n"), [(each, n) for n, each in enumerate(CONTEXTS)], ids=CONTEXT_IDS)
def test_a_delegate_is_named_creates_her_account_and_is_ended(
    open_page: OpenPage, context: dict[str, object], n: int
) -> None:
    email = f"navigateur{n}@example.org"
    holder = with_card(open_page(**context), HELENE)
    name_a_delegate(holder, email, "Secrétaire")

    delegate = open_page(**context)
    delegate.goto(path_in(mail_to(email)))
    expect(delegate.get_by_text("Cabinet du docteur Marchand").first).to_be_visible()
    for name, value in NAMES.items():
        delegate.locator(f"#{name}").fill(value)
    delegate.locator("#password").fill(PASSWORD)
    delegate.locator("#confirmation").fill(PASSWORD)
    if "java_script_enabled" not in context:
        expect(delegate.locator("[data-rule].met")).to_have_count(4)
        delegate.locator("#password").fill("velo")
        expect(delegate.locator("[data-rule].met")).to_have_count(0)
        delegate.locator("#password").fill(PASSWORD)
    delegate.get_by_role("button", name="Créer mon compte et accepter").click()
    expect(delegate.get_by_role("heading", name="Invitation acceptée")).to_be_visible()
    delegate.go_back()
    delegate.goto(path_in(mail_to(email)))
    expect(delegate.get_by_role("heading", name="n’est plus ouverte")).to_be_visible()

    holder.goto("/mes-delegations/")
    row = holder.get_by_role("row").filter(has_text=email) if n == 0 else holder.locator("tr", has_text=email)
    expect(row).to_contain_text("En cours")
    row.get_by_role("button").click()
    expect(holder.get_by_text("C’est terminé.")).to_be_visible()
    expect(holder.locator("tr", has_text=email)).to_contain_text("Terminée")


def accept(page: Page, email: str) -> None:
    """From the mail to the home page, with a new account."""
    page.goto(path_in(mail_to(email)))
    for name, value in NAMES.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#password").fill(PASSWORD)
    page.locator("#confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte et accepter").click()
    arrived(page, "Invitation acceptée")
    page.get_by_role("link", name="Vous connecter").click()
    type_login(page, email, PASSWORD)
    page.wait_for_url("**/accueil/")


def test_a_delegate_declares_for_the_holder_who_finds_it_among_hers(open_page: OpenPage) -> None:
    holder, delegate = with_card(open_page(), HELENE), open_page()
    name_a_delegate(holder, "agit@example.org", "Secrétaire")
    accept(delegate, "agit@example.org")
    expect(delegate.get_by_role("banner")).to_contain_text("Secrétaire pour Dr Hélène MARCHAND")
    delegate.goto("/contact-covid/declarer/")
    fill_index(delegate, "Zqdelegate")
    delegate.get_by_role("button", name="Enregistrer et passer aux contacts").click()
    arrived(delegate, "Les personnes du foyer")
    fill_contact(delegate, "Zqnamed")
    delegate.get_by_role("button", name="Enregistrer et passer aux lieux").click()
    delegate.get_by_role("link", name="Vérifier sans ajouter de lieu").click()
    delegate.get_by_role("button", name="Confirmer et enregistrer 2 fiches").click()
    expect(delegate.get_by_text("La déclaration est enregistrée.")).to_be_visible()
    for page in (delegate, holder):
        page.goto("/contact-covid/mes-fiches/")
        expect(page.get_by_role("link", name="ZQNAMED Jean")).to_be_visible()
    told = (
        "SELECT email FROM journal_entry j JOIN accounts_account a ON a.id = j.account"
        " WHERE kind = 'tracing.initialised' ORDER BY j.id DESC LIMIT 1"
    )
    assert as_owner(told) == [("agit@example.org",)]


def test_an_agent_invited_to_a_team_calls_until_her_access_is_ended(open_page: OpenPage) -> None:
    supervisor, agent = open_page(ISABELLE), open_page(width=390)
    supervisor.goto("/equipe/")
    supervisor.locator("#email").fill("agente@example.org")
    supervisor.locator("#role").select_option(label="Agent de plateforme")
    supervisor.get_by_role("button", name="Envoyer l’invitation", exact=True).click()
    expect(supervisor.locator("tr", has_text="agente@example.org")).to_have_count(1)
    accept(agent, "agente@example.org")
    agent.get_by_role("dialog").get_by_role("button", name="Continuer").click()
    agent.get_by_role("link", name="Contact COVID").first.click()
    arrived(agent, "Appels à passer")

    supervisor.reload()
    row = supervisor.get_by_role("row", name="agente@example.org")
    row.get_by_role("button", name="Terminer l’accès de").click()
    arrived(supervisor, "Comptes de la structure")
    expect(supervisor.locator("tr", has_text="agente@example.org")).to_have_count(0)
    agent.get_by_role("button", name="Appel suivant").click()
    agent.wait_for_url("**/connexion/?suite=*")
    type_login(agent, "agente@example.org", PASSWORD)
    expect(agent.get_by_role("alert")).to_contain_text("rattaché à aucune structure ouverte")


def test_the_pages_of_delegations_stand_every_width_and_axe(open_page: OpenPage) -> None:
    holder = with_card(open_page(), CLAIRE)
    name_a_delegate(holder, "largeurs@example.org", "Remplaçant")
    check_page(holder, "Nommer un délégué")
    holder.get_by_role("button", name="Envoyer l’invitation", exact=True).click()
    expect(holder.locator("[data-errsum]")).to_be_focused()
    check_page(holder, "Nommer un délégué", mistake=True)
    delegate = open_page()
    delegate.goto(path_in(mail_to("largeurs@example.org")))
    check_page(delegate, "Créer votre compte")
    delegate.get_by_role("button", name="Créer mon compte et accepter").click()
    expect(delegate.locator("[data-errsum]")).to_be_focused()
    check_page(delegate, "Créer votre compte", mistake=True)
    delegate.goto("/invitation/acceptee/")
    check_page(delegate, "Invitation acceptée")
    delegate.goto("/invitation/jamais/")
    check_page(delegate, "n’est plus ouverte")


def test_a_team_is_managed_by_keyboard_alone_and_a_double_click_invites_once(open_page: OpenPage) -> None:
    page = open_page(ISABELLE)
    page.goto("/equipe/")
    tab_to(page, page.locator("#email"))
    page.keyboard.type("clavier@example.org")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Envoyer l’invitation", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("tr", has_text="clavier@example.org")).to_have_count(1)
    check_page(page, "Invitations en attente")
    page.locator("#email").fill("double@example.org")
    page.get_by_role("button", name="Envoyer l’invitation", exact=True).dblclick()
    expect(page.locator("tr", has_text="double@example.org")).to_have_count(1)
    assert as_owner("SELECT count(*) FROM accounts_invitation WHERE email = 'double@example.org'") == [(1,)]
    other_tab = page.context.new_page()
    other_tab.goto("/equipe/")
    page.get_by_role("button", name="Retirer double@example.org").click()
    expect(page.get_by_text("L’invitation est retirée")).to_be_visible()
    other_tab.get_by_role("button", name="Retirer double@example.org").click()
    expect(other_tab.get_by_role("heading", name="Page introuvable")).to_be_visible()


def test_an_administrator_s_pages_stand_every_width_and_axe(open_page: OpenPage, world: World) -> None:
    login = world.colleague(CLAIRE, last_name="Zoé", email="zoe@example.org")
    page = open_page(ADMINISTRATOR)
    page.goto("/comptes/")
    page.locator("#login").fill(login)
    page.get_by_role("button", name="Rechercher").click()
    check_page(page, "1 résultat")
    page.get_by_role("link", name="ZOÉ").click()
    page.get_by_role("button", name="Désactiver le compte").click()
    expect(page.get_by_text("Désactivé")).to_be_visible()
    check_page(page, "Rattachements")
    page.get_by_role("button", name="Réactiver le compte").click()
    expect(page.get_by_role("button", name="Désactiver le compte")).to_be_visible()


def test_a_password_that_expired_is_replaced_in_the_browser(open_page: OpenPage, world: World) -> None:
    login = world.colleague(CLAIRE, last_name="Zeller", email="zeller@example.org")
    token = world.new_token(login)
    account = Account.objects.get(email=login).id
    as_owner("UPDATE accounts_session SET steps = '{new_password}' WHERE account_id = %s", account)
    page = open_page()
    page.goto("/connexion/")
    origin = page.evaluate("location.origin")
    page.context.add_cookies([{"name": "session", "value": token, "url": f"{origin}/"}])
    page.goto("/accueil/")
    check_page(page, "Choisissez un nouveau mot de passe")
    page.locator("#password").fill(PASSWORD)
    expect(page.locator("[data-rule].met")).to_have_count(4)
    page.locator("#confirmation").fill(PASSWORD)
    page.locator("#confirmation").press("Enter")
    page.wait_for_url("**/accueil/")
