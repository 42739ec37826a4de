"""Secure links in tests: registered with them, the token as it was sent, the person behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from django.test import override_settings

from contact_covid.access.actor import Actor
from contact_covid.core.keyring import ring
from contact_covid.messaging.enums import Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.queries import contexts
from contact_covid.messaging.rules.contents import from_bytes
from contact_covid.messaging.rules.person_contents import PersonalLink
from contact_covid.tracing.actions.secure_links import open_link
from contact_covid.tracing.link_queries import actor_for_link
from contact_covid.tracing.models import Fiche
from tests.cast import BORN


@contextmanager
def links_first() -> Iterator[None]:
    """The policy of the service, with a gateway that takes SMS over."""
    with override_settings(SECURE_LINK_FIRST=True, SMS_GATEWAY_URL="http://localhost:1/sms"):
        yield


def token_of(fiche: UUID) -> str:
    """The token of the last link that was sent, as only its receiver knows it."""
    row = Message.objects.filter(fiche=fiche, template=Template.LINK).latest("id")
    assert row.content is not None
    content = from_bytes(Template.LINK, ring().open(row.content, context=contexts(row.id).content))
    assert isinstance(content, PersonalLink)
    return content.link.rstrip("/").rsplit("/", 1)[1]


def person_behind(fiche: Fiche, now: datetime, *, born: date = BORN) -> Actor:
    """Who follows her link, and knows when she was born."""
    here = actor_for_link(open_link(token=token_of(fiche.id), born=born, now=now), now)
    assert here
    return here.actor
