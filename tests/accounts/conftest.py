from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts
from contact_covid.accounts.actions.login import LoggedIn, log_in
from contact_covid.core.ids import new_id
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.models import Organisation, Practice
from contact_covid.journal.enums import Surface
from tests.hashers import CountingHasher

PASSWORD = "Vélo-Orange-42"

MakePractice = Callable[..., Practice]
MakeAccount = Callable[..., UUID]
LogIn = Callable[..., LoggedIn]


@pytest.fixture(autouse=True)
def cheap_hashes(settings: Settings) -> type[CountingHasher]:
    settings.PASSWORD_HASHERS = ["tests.hashers.CountingHasher"]
    CountingHasher.runs = 0
    return CountingHasher


@pytest.fixture
def make_practice(now: datetime) -> MakePractice:
    """A pharmacy, by its number."""

    def make(number: str, name: str = "Pharmacie du Marché") -> Practice:
        pharmacy = Organisation.objects.create(id=new_id(now), kind=OrganisationKind.PHARMACY, name=f"{name} {number}")
        return Practice.objects.create(
            id=new_id(now), organisation=pharmacy, number=number, name=name, commune="Saint-Denis"
        )

    return make


@pytest.fixture
def make_account(now: datetime) -> MakeAccount:
    """An account made by the action: one post, of a pharmacist at ``practice``, unless ``posts`` says otherwise."""

    def make(
        email: str = "",
        practice: Practice | None = None,
        posts: tuple[NewPost, ...] | None = None,
        password: str | None = PASSWORD,
        at: datetime = now,
    ) -> UUID:
        new = NewAccount(
            title="Mme",
            last_name="Marchand",
            first_name="Hélène",
            email=email,
            posts=(NewPost(Role.PHARMACIST, practice.id if practice else None),) if posts is None else posts,
            password=make_password(password) if password else "",
        )
        return create_accounts(actor=SYSTEM, accounts=[new], surface=Surface.COMMAND, now=at)[0]

    return make


@pytest.fixture
def enter(now: datetime) -> LogIn:
    """Logs in with the right password, from a browser that is not known, now."""

    def enter_(login: str, password: str = PASSWORD, device_token: str | None = None, at: datetime = now) -> LoggedIn:
        return log_in(login=login, password=password, device_token=device_token, now=at)

    return enter_
