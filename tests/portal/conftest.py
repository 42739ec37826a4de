from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts, password_hash
from contact_covid.accounts.actions.login import log_in
from contact_covid.core.ids import new_id
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.models import Organisation, Practice
from contact_covid.journal.enums import Surface

PASSWORD = "Vélo-Orange-42"

SignIn = Callable[..., Client]


@pytest.fixture
def sign_in() -> SignIn:
    """A browser in which somebody of ``role`` is signed in, at the pharmacy "Pharmacie <Test>", FINESS 970200002."""

    def make(role: Role = Role.PHARMACIST, last_name: str = "Vasseur") -> Client:
        now = timezone.now()
        place = Organisation.objects.create(id=new_id(now), kind=OrganisationKind.PHARMACY, name="Pharmacie <Test>")
        practice = Practice.objects.create(
            id=new_id(now), organisation=place, number="970200002", name=place.name, commune="Fort-de-France"
        )
        account = NewAccount(
            title="Mme",
            last_name=last_name,
            first_name="Claire",
            email="claire@exemple.fr",
            password=password_hash(PASSWORD),
            posts=(NewPost(role=role, practice=practice.id),),
        )
        create_accounts(actor=SYSTEM, accounts=[account], surface=Surface.COMMAND, now=now)
        browser = Client()
        session = log_in(login="claire@exemple.fr", password=PASSWORD, device_token=None, now=now)
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.token
        return browser

    return make
