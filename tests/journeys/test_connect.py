"""amelipro connect in Chromium: it can be installed, shows a page without network, keeps nothing of anybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests import browser as chrome
from tests.journeys.steps import log_in, open_fiche
from tests.journeys.world import CLAIRE, World
from tests.server import Server

READY = "navigator.serviceWorker.ready.then(() => true)"
KEPT = """async () => {
  const texts = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      texts[new URL(request.url).pathname] = await (await cache.match(request)).text();
    }
  }
  return texts;
}"""
REFUSED_WORKER = """() => new Promise(resolve => {
  addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective));
  const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'], { type: 'text/javascript' })));
  worker.onmessage = () => resolve('let in');
})"""
SHOWN_AGAIN = """() => {
  dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  return document.documentElement.hidden;
}"""
NOTED = """
  window.registered = [];
  const register = ServiceWorkerContainer.prototype.register;
  ServiceWorkerContainer.prototype.register = function (...given) {
    window.registered.push(given[0]);
    return register.apply(this, given);
  };
"""
PLANT = "caches.open('other').then(cache => cache.put('/zq', new Response('Zqplanted')))"


@pytest.fixture
def profile(tmp_path: Path, service: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[BrowserContext]:
    """A browser with a profile of its own: a private window installs nothing."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=chrome.path(), args=chrome.ARGUMENTS, base_url=service.url
        )
        yield context
        context.close()
        connections.close_all()  # those that Django kept for this event loop


@pytest.fixture
def page(profile: BrowserContext) -> Page:
    [page] = profile.pages
    return page


def enter(page: Page) -> None:
    log_in(page, CLAIRE)
    page.wait_for_url("**/accueil/")


def prepare(page: Page) -> None:
    """The worker serves this profile."""
    page.goto("/configuration/")
    page.evaluate(READY)
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def test_the_portal_can_be_installed(page: Page, profile: BrowserContext) -> None:
    prepare(page)
    devtools = profile.new_cdp_session(page)
    manifest = devtools.send("Page.getAppManifest")

    assert manifest["errors"] == []
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert '"amelipro connect"' in manifest["data"]


def test_without_network_a_page_says_so_and_comes_back(page: Page, profile: BrowserContext) -> None:
    prepare(page)
    enter(page)
    profile.set_offline(True)
    page.goto("/compte/")
    expect(page.get_by_role("heading", name="Pas de connexion au réseau")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") != "0px"
    assert page.url.endswith("/compte/")
    assert "VASSEUR" not in page.content()
    profile.set_offline(False)
    page.get_by_role("link", name="Réessayer").click()
    expect(page.get_by_role("heading", name="Gestion de compte")).to_be_visible()


def test_after_a_walk_the_device_keeps_the_frame_and_nothing_of_anybody(page: Page, world: World) -> None:
    patient = world.patient()
    enter(page)
    prepare(page)
    open_fiche(page, patient)
    for path in ("/accueil/", "/compte/", "/compte/connexion-et-securite/", "/hors-ligne/"):
        page.goto(path)
    kept = page.evaluate(KEPT)

    assert [path for path in kept if not path.startswith("/static/")] == ["/hors-ligne/"]
    named = {Path(path).name.partition(".")[0] for path in kept}
    assert named == {"ui", "kept", "icons", "icon", "hors-ligne"}
    everything = "".join(kept.values()).lower()
    for trait in ("vasseur", 'name="csrfmiddlewaretoken"', patient.identity.birth_name.lower(), patient.identity.nir):
        assert trait not in everything, trait
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_logging_out_clears_the_device(page: Page) -> None:
    enter(page)
    prepare(page)
    page.evaluate(PLANT)
    assert "/zq" in page.evaluate(KEPT)
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion/")

    assert page.evaluate(KEPT) == {}
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0


def test_without_the_installed_portal_nothing_is_kept(page: Page) -> None:
    page.add_init_script(NOTED)
    enter(page)
    for path in ("/accueil/", "/compte/"):
        page.goto(path)
        assert page.evaluate("registered") == []

    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0
    assert page.evaluate(KEPT) == {}
    page.goto("/configuration/")
    assert page.evaluate("registered") == ["/service-worker.js"]  # the watch sees it where it is installed


def test_the_policy_lets_no_worker_of_elsewhere_in(page: Page) -> None:
    page.goto("/configuration/")

    assert page.evaluate(REFUSED_WORKER) == "worker-src"


def test_after_logging_out_the_way_back_shows_nothing_of_the_account(page: Page) -> None:
    enter(page)
    page.goto("/compte/")
    page.goto("/compte/connexion-et-securite/")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion/")
    for _ in range(3):
        page.go_back()
        expect(page.locator("#password")).to_be_visible()
        assert "VASSEUR" not in page.content()


def test_a_page_that_a_browser_kept_whole_is_hidden_and_asked_for_again(page: Page) -> None:
    """As browsers do that keep pages in spite of « no-store »."""
    enter(page)
    page.goto("/compte/")
    page.context.clear_cookies(name="session")
    assert page.evaluate(SHOWN_AGAIN)
    page.wait_for_url("**/connexion/?suite=*")
