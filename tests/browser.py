"""The system's Chromium, and axe-core in it."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Root has no user namespace to sandbox in; nothing must be fetched in the background.
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# What passes is not brought over: it is most of the answer.
_RUN = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
_TRUE_CLOCK = "Date.toString().includes('[native code]')"
WIDTHS = (320, 390, 768, 1024, 1280, 1440)


def path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=ARGUMENTS)
        yield browser
        browser.close()


class Contexts:
    """Browsers of their own, as far as a test can tell: whatever one leaves behind is cleared before the next has it.

    A new one costs as much as several pages. Each has a blank page that keeps its window.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._free: dict[str, list[BrowserContext]] = defaultdict(list)
        self._kept: dict[BrowserContext, tuple[str, Page, CDPSession]] = {}

    def take(self, **options: Any) -> BrowserContext:
        """``options``: those of Playwright's ``new_context``."""
        name = repr(sorted(options.items()))
        if self._free[name]:
            return self._free[name].pop()
        context = self._browser.new_context(base_url=self._url, **options)
        blank = context.new_page()
        self._kept[context] = name, blank, context.new_cdp_session(blank)
        return context

    def give_back(self, context: BrowserContext) -> None:
        """Closes one that a test has closed itself, or whose clock it has stopped: that stays."""
        name, blank, wire = self._kept[context]
        opened = [page for page in context.pages if page is not blank]
        if blank.is_closed() or not all(page.evaluate(_TRUE_CLOCK) for page in opened):
            context.close()
            return
        for page in opened:
            page.close()
        context.clear_cookies()
        wire.send("Storage.clearDataForOrigin", {"origin": self._url, "storageTypes": "all"})
        self._free[name].append(context)


def runs_scripts(page: Page) -> bool:
    return bool(page.evaluate("matchMedia('(scripting: enabled)').matches"))


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page: "rule: where", one line each. Fails without scripts: it would never end."""
    page.wait_for_load_state()  # a click returns when the next page begins
    assert runs_scripts(page), "axe is a script and cannot look at a page that has none"
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    page.wait_for_load_state()
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def tab_stops(page: Page, most: int = 300) -> list[str]:
    """What Tab goes through from the top until it leaves the page: "tag#id.class text". Fails on an invisible focus."""
    stops: list[str] = []
    page.wait_for_load_state()
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    for _ in range(most):
        page.keyboard.press("Tab")
        stop: list[Any] | None = page.evaluate(_FOCUS)
        if stop is None:
            return stops
        name, visible = stop
        assert visible, f"the focus does not show on {name}"
        stops.append(name)
    raise AssertionError("Tab never leaves the page")


# A focused element shows when it has a box and an outline.
_FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const text = (e.textContent || e.name || '').trim().slice(0, 40);
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + ' ' + text, box.width > 0 && box.height > 0 && outlined];
}"""
