"""A person on her own pages: registered with a link, there with her birth date."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from contact_covid.core.period import PARIS
from contact_covid.tracing.actions.registration import Registered
from tests.cast import BORN, dossier, enter, named, person
from tests.tracing.linking import links_first, token_of

HOME = "/suivi/"


def entered(index: int, *contacts: int, now: datetime | None = None, **changes: Any) -> Registered:
    """A patient zéro and her contacts, registered a moment ago, each with a link."""
    at = now or timezone.now()
    today = at.astimezone(PARIS).date()
    days = {"onset": None, "sampled_on": today, "result_on": today}
    with links_first():
        met = [named(person(number), last_contact=today) for number in contacts]
        [made] = enter(dossier(person(index), *met, **days | changes), now=at)
    return made


def path_of(fiche: UUID) -> str:
    return f"{HOME}{token_of(fiche)}/"


def there(fiche: UUID, *, language: str = "") -> Client:
    """A browser in which that person's pages are open."""
    client = Client()
    answer = client.post(path_of(fiche), {"birth_date": BORN.isoformat(), "langue": language})
    assert (answer.status_code, answer.headers["Location"]) == (302, HOME)
    return client


def key_of(page: str) -> str:
    return str(re.findall(r'name="idempotency_key" value="([\w-]+)"', page)[0])


def text(answer: Any) -> str:
    return str(answer.content.decode())
