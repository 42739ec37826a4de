"""A declaration over HTTP, step by step."""

import html
import re
from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from contact_covid.core.dates import date_fr
from contact_covid.core.rules import phone
from contact_covid.core.rules.nir import Nir
from contact_covid.people.rules.identity import Identity
from tests.cast import person

PATRICK = "patrick.louis-joseph@example.org"
START = "/contact-covid/declarer/"
LIST = "/contact-covid/mes-fiches/"


def today() -> date:
    return timezone.localdate()


def days_ago(days: int) -> str:
    """That day, in Paris, as it is typed."""
    return date_fr(today() - timedelta(days=days))


def typed(identity: Identity, **changes: str) -> dict[str, str]:
    """The identity as it is typed into a form."""
    names = ("birth_name", "used_name", "first_names", "phone", "email", "street", "postcode", "commune")
    fields = {name: str(getattr(identity, name)) for name in (*names, "scheme", "fund", "centre", "sex", "nir_holder")}
    born = date_fr(identity.birth_date) if identity.birth_date else ""
    nir = Nir(identity.nir).display() if identity.nir else ""
    return fields | {"birth_date": born, "nir": nir, "phone": phone.display(identity.phone)} | changes


def index_form(number: int, **changes: str) -> dict[str, str]:
    answers = {
        "onset": days_ago(3),
        "sampled_on": days_ago(2),
        "result_on": days_ago(1),
        "test_kind": "pcr",
        "consent": "agrees",
    }
    return typed(person(number)) | answers | changes


def contact_form(number: int, **changes: str) -> dict[str, str]:
    answers = {"last_contact": days_ago(2), "circumstance": "closed_space", "then": "add", "consent": "not_asked"}
    return typed(person(number)) | answers | changes


def stay_form(**changes: str) -> dict[str, str]:
    answers = {"kind": "school", "name": "École Zqferry", "group": "CM2 A", "since": days_ago(3), "until": days_ago(1)}
    answers |= {"role": "élève", "others": "vingt élèves", "postcode": "93100", "commune": "Montreuil", "then": "add"}
    return answers | changes


def started(client: Client, number: int, *contacts: int) -> str:
    """The address of a draft, with its slash."""
    answer = client.post(START, index_form(number))
    assert answer.status_code == 302, errors(answer)
    draft = answer.headers["Location"].removesuffix("contact/")
    for contact in contacts:
        assert client.post(f"{draft}contact/", contact_form(contact)).status_code == 302
    return draft


def errors(answer: Any) -> list[str]:
    page = html.unescape(answer.content.decode())
    return re.findall(r'class="err-txt"[^>]*>(?:<span[^>]*>[^<]*</span>)?([^<]*)', page)


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def registered(client: Client, number: int, *contacts: int) -> str:
    draft = started(client, number, *contacts)
    return client.post(f"{draft}verifier/").headers["Location"].partition("?")[0]
