"""What a contact is sent after the call: her instructions in writing, in the transaction of the call."""

from datetime import datetime
from typing import Any

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.core.period import PARIS
from contact_covid.journal.enums import Purpose
from contact_covid.messaging.actions import Outgoing, send
from contact_covid.messaging.enums import Channel, Language, Template
from contact_covid.messaging.models import Message
from contact_covid.messaging.rules.contents import Instructions, instructions
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import Notice
from contact_covid.tracing.models import Contact, Fiche
from contact_covid.tracing.queries import exposures_of, may_be_named, sealed_value
from contact_covid.tracing.rules.dates import tests_from_json


def send_instructions(*, actor: Actor, fiche: Fiche, language: Language, now: datetime, again: bool = False) -> Notice:
    """Puts the instructions to this contact in the outbox: by e-mail, else by post, else not at all.

    ``again``: they replace what she was told before.

    Belongs to a transaction whose act the actor may do. What is opened for the message is in the journal, in one row.
    Five statements. Raises ``KeyMissing``, ``SealBroken``.
    """
    contact: Any = Contact.objects.annotate(sealed=sealed_value("fiche_id")).get(fiche=fiche)
    told_on = now.astimezone(PARIS).date()
    if contact.followed_until < told_on:
        return Notice.ISOLATION_OVER
    # The latest exposure decides the dates, so it alone may name its patient zéro.
    named = [each for each in exposures_of(fiche.id)[:1] if may_be_named(actor, each)]
    people = [Sealed(fiche.id, fiche.number, contact.sealed)]
    people += [Sealed(each.index_fiche_id, each.index_fiche.number, each.sealed) for each in named]
    identities = reveal(actor, people, purpose=Purpose.TRACING, now=now)
    person, *index = [identities[each.fiche] for each in people]
    channel = _channel(person)
    if channel is None:
        return Notice.NO_ADDRESS
    content = _content(fiche, contact, person, index_name=index[0].name if index else "", now=now, again=again)
    recipient = person.email if channel is Channel.EMAIL else person.name
    send(messages=[Outgoing(channel, language, recipient, content, fiche.id, fiche.number)], now=now)
    return Notice(channel.value)


def _channel(person: Identity) -> Channel | None:
    """The way that reaches the person; a letter needs a street and a town."""
    if person.email:
        return Channel.EMAIL
    return Channel.LETTER if person.street and (person.postcode or person.commune) else None


def _content(
    fiche: Fiche, contact: Contact, person: Identity, *, index_name: str, now: datetime, again: bool
) -> Instructions:
    return instructions(
        name=person.name,
        number=fiche.number,
        department=fiche.department,
        last_contact=contact.last_contact,
        isolation_until=contact.isolation_until,
        mask_until=contact.mask_until,
        tests=tests_from_json(contact.tests),
        told_on=now.astimezone(PARIS).date(),
        index_agrees=bool(index_name),
        index_name=index_name,
        street=person.street,
        postcode=person.postcode,
        commune=person.commune,
        again=again,
    )


def send_new_dates(*, fiche: Fiche, now: datetime) -> Notice:
    """Tells a contact who had been told other dates the ones that hold now; nobody calls her for it.

    The service writes of itself: whoever changed a fact need not know where she lives. See ``send_instructions``.
    """
    spoken = Message.objects.filter(fiche=fiche.id, template=Template.INSTRUCTIONS).order_by("-id")
    language = Language(spoken.values_list("language", flat=True).first() or Language.FRENCH)
    return send_instructions(actor=SYSTEM, fiche=fiche, language=language, now=now, again=True)
