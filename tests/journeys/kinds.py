"""What the fixtures of the journeys are, for annotations."""

from collections.abc import Callable

from django.test import Client
from playwright.sync_api import Page

from tests.journeys.web import Visitor

OpenPage = Callable[..., Page]
"""``open_page``: a page of its own browser."""
Visit = Callable[..., Visitor]
"""``visitor``: somebody without a browser."""
SignedIn = Callable[..., Client]
"""``signed_in``: a client inside this process."""
