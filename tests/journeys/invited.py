"""Invitations as their receivers hold them, and holders who came in by card."""

import re
from uuid import UUID

from django.utils import timezone

from contact_covid.access.enums import Assurance
from contact_covid.accounts.actions.sessions import open_session
from contact_covid.accounts.models import Post
from tests.journeys.web import Answer

PASSWORD = "Vélo-Orange-42"
NAMES = {"last_name": "Zérafa", "first_name": "Inès"}
NEW_ACCOUNT = {**NAMES, "password": PASSWORD, "confirmation": PASSWORD}


def by_card(login: str) -> str:
    """The token of a session of that account as the card opens it."""
    post = Post.objects.filter(account__email=login).order_by("id")[0]
    return open_session(post.account_id, post.id, Assurance.CARD, (), timezone.now())


def invitations_on(page: Answer) -> list[UUID]:
    """The ids of the invitations that a list offers to end or to take back."""
    ended = re.findall(r"mes-delegations/([0-9a-f-]{36})/terminer/", page.text)
    return [UUID(each) for each in ended or re.findall(r"invitation/([0-9a-f-]{36})/retirer/", page.text)]
