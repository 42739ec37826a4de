from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client, override_settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django import DjangoDbBlocker

from tests import browser as chrome
from tests import databases
from tests.accounts.newcomers import give_key, professional
from tests.journeys import world as worlds
from tests.journeys.kinds import OpenPage
from tests.journeys.web import Visitor
from tests.journeys.world import World
from tests.server import Server

WORLD = "contact_world"
# Whatever the day of the journey, it goes by the rules of the guide, as the demonstration does.
RULES = date(2020, 5, 13)


@pytest.fixture(scope="module")
def world(django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A database of the module with the professionals of the demo: a copy of one that the session makes once.

    Those of one process bear the same name, one after the other: the service that stands there finds each.
    """
    with django_db_blocker.unblock():
        databases.ensure_filled(WORLD, worlds.build)
        name = f"world_of_{databases.PROCESS}"
        with databases.copy(name, WORLD), databases.pointing_to(name), override_settings(PROTOCOL_AS_OF=RULES):
            yield World(name)


@pytest.fixture(scope="module")
def service(world: World, standing: Callable[[str], Server]) -> Server:
    """The service as real processes, on the world of the module: one for all modules."""
    return standing(world.database)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright keeps an event loop in this thread: Django would refuse to reach the database, and keeps connections
    of their own for the time that the loop runs.
    """
    with pytest.MonkeyPatch.context() as patch, chrome.chromium() as opened:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield opened
        connections.close_all()


@pytest.fixture(scope="module")
def numbers() -> Iterator[str]:
    """AM numbers that nobody has yet."""
    return (f"9399{n:05d}" for n in range(10_000, 99_999))


@pytest.fixture
def newcomer(world: World, numbers: Iterator[str]) -> str:
    """The number of a self-employed physician with a key and no account."""
    number, now = next(numbers), timezone.now()
    professional(number, now=now)
    give_key(number, now)
    return number


@pytest.fixture
def visitor(service: Server, world: World) -> Callable[..., Visitor]:
    """A visitor without browser: ``visitor(login)``, or nobody."""

    def make(login: str = "") -> Visitor:
        return Visitor(service.url, world.token(login) if login else "")

    return make


@pytest.fixture(scope="module")
def contexts(browser: Browser, service: Server) -> chrome.Contexts:
    return chrome.Contexts(browser, service.url)


@pytest.fixture
def open_page(contexts: chrome.Contexts, service: Server, world: World) -> Iterator[OpenPage]:
    """A page of its own browser: ``open_page(login, width=390, java_script_enabled=False)``.

    The test fails on any script error and any resource that is refused or missing.
    """
    taken: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(login: str = "", *, width: int = 1280, height: int = 900, **options: object) -> Page:
        context = contexts.take(viewport={"width": width, "height": height}, **options)
        taken.append(context)
        if login:
            context.add_cookies([{"name": "session", "value": world.token(login), "url": service.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        return page

    yield open_one
    for context in taken:
        contexts.give_back(context)
    # The browser also complains of the statuses that tests ask for.
    assert [line for line in complaints if "the server responded with a status of" not in line] == []


@pytest.fixture
def signed_in(world: World) -> Callable[..., Client]:
    """A client inside this process, where queries can be watched and an error shows where it was raised."""

    def make(login: str = "") -> Client:
        client = Client()
        if login:
            client.cookies[settings.SESSION_COOKIE_NAME] = world.token(login)
        return client

    return make
