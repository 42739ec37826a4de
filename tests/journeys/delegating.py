"""A supervisor lets another organisation call people."""

import re
from datetime import timedelta
from uuid import UUID

from django.test import Client
from django.utils import timezone

from contact_covid.accounts.models import Post
from contact_covid.core.dates import date_fr
from tests.journeys.calls import text
from tests.journeys.world import Patient

AMANDINE = "amandine.leroy@example.org"
PAGE, LIST = "/contact-covid/delegations/", "/contact-covid/delegations/fiches/"


def cpts(login: str = AMANDINE) -> UUID:
    practice = Post.objects.select_related("practice").get(account__email=login).practice
    assert practice
    assert practice.organisation_id
    return practice.organisation_id


def last_day(days: int = 3) -> str:
    return date_fr(timezone.localdate() + timedelta(days=days))


def entrusted(isabelle: Client, *patients: Patient) -> str:
    """What the supervisor's page answers to whom she ticked and gave."""
    preview = isabelle.post(LIST, {"choisie": [each.fiche.hex for each in patients]})
    hidden = dict(re.findall(r'name="(idempotency_key|fiches)" value="([^"]*)"', preview.content.decode()))
    answer = isabelle.post(LIST, hidden | {"organisation": str(cpts()), "last_day": last_day()})
    assert answer.status_code == 302, text(answer)
    return str(answer.headers["Location"])
