"""What a person is sent after the call, in its transaction: her instructions in writing, or to call us herself."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.core.period import PARIS
from contact_covid.directory.rules.countries import countries
from contact_covid.journal.enums import Purpose
from contact_covid.messaging.actions import Outgoing, send
from contact_covid.messaging.channels.registry import is_open
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.queries import lost_channels, refused_channels
from contact_covid.messaging.rules.person_contents import Instructions, instructions, unreachable
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.models import SealedIdentity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import CallReason, Notice
from contact_covid.tracing.models import Contact, Fiche
from contact_covid.tracing.queries import exposures_of, may_be_named, sealed_value
from contact_covid.tracing.rules import links
from contact_covid.tracing.rules.dates import tests_from_json
from contact_covid.tracing.rules.languages import learnt, written_for


def send_instructions(*, actor: Actor, fiche: Fiche, language: Language, now: datetime, again: bool = False) -> Notice:
    """Puts the instructions to this contact in the outbox: by e-mail unless she wants none, else by post, else not at
    all.

    ``again``: they replace what she was told before.

    Belongs to a transaction whose act the actor may do. What is opened for the message is in the journal, in one row.
    Six statements. Raises ``KeyMissing``, ``SealBroken``.
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
    ways = ways_to(person, refused_channels(fiche.id), now)
    channel = next((way for way in (Channel.EMAIL, Channel.LETTER) if way in ways), None)
    if channel is None:
        return Notice.NO_ADDRESS
    _learn(fiche, language)
    content = _content(fiche, contact, person, index_name=index[0].name if index else "", now=now, again=again)
    send(messages=[Outgoing(channel, language, ways[channel], content, fiche.id, fiche.number)], now=now)
    return Notice(channel.value)


_ASKED: Mapping[Channel, Notice] = {
    Channel.SMS: Notice.ASKED_BY_SMS,
    Channel.EMAIL: Notice.ASKED_BY_EMAIL,
    Channel.LETTER: Notice.ASKED_BY_LETTER,
}
"""By what is quickest and tells strangers least, first."""


def send_unreachable(
    *, actor: Actor, fiche: Fiche, reason: CallReason | None, language: Language, now: datetime
) -> Notice:
    """« Nous cherchons à vous joindre » to whom nobody reached by telephone: by SMS, else e-mail, else post, else not
    at all; what came back before is the last choice. A number that is another's gets no SMS.

    Belongs to a transaction whose act the actor may do. Raises ``KeyMissing``, ``SealBroken``.
    """
    sealed = Sealed(fiche.id, fiche.number, SealedIdentity.objects.values_list("value", flat=True).get(fiche=fiche.id))
    person = reveal(actor, [sealed], purpose=Purpose.TRACING, now=now)[fiche.id]
    ways = ways_to(person, refused_channels(fiche.id), now)
    if reason is CallReason.WRONG_NUMBER:
        ways.pop(Channel.SMS, None)
    lost = lost_channels(fiche.id)
    channel = min((way for way in _ASKED if way in ways), key=lost.__contains__, default=None)
    if channel is None:
        return Notice.NOT_ASKED
    _learn(fiche, language)
    content = unreachable(fiche.number, address_of(person, now))
    message = Outgoing(channel, language, ways[channel], content, fiche.id, fiche.number, fiche.department)
    send(messages=[message], now=now)
    return _ASKED[channel]


def _learn(fiche: Fiche, language: Language) -> None:
    """The language that a message is asked for in is hers, when nobody has said which."""
    known = learnt(fiche.language, language)
    if known != fiche.language:
        fiche.language = known
        Fiche.objects.filter(id=fiche.id).update(language=known)


def ways_to(person: Identity, refused: Collection[Channel], now: datetime) -> dict[Channel, str]:
    """The ways that reach the person and that she does not refuse, each with its recipient: see ``rules.links``."""
    ways = links.ways_to(person, today=now.astimezone(PARIS).date(), sms=is_open(Channel.SMS))
    return {channel: to for channel, to in ways.items() if channel not in refused}


def address_of(person: Identity, now: datetime) -> Mapping[str, str]:
    """What a message says of its receiver: see ``ToPerson``."""
    return {
        "name": person.name,
        "addressee": links.addressee(person, now.astimezone(PARIS).date()),
        "street": person.street,
        "postcode": person.postcode,
        "commune": person.commune,
        "country": countries().get(person.country, ""),
    }


def _content(
    fiche: Fiche, contact: Contact, person: Identity, *, index_name: str, now: datetime, again: bool
) -> Instructions:
    return instructions(
        fiche.number,
        address_of(person, now),
        department=fiche.department,
        last_contact=contact.last_contact,
        isolation_until=contact.isolation_until,
        mask_until=contact.mask_until,
        tests=tests_from_json(contact.tests),
        told_on=now.astimezone(PARIS).date(),
        index_agrees=bool(index_name),
        index_name=index_name,
        disease=fiche.disease,
        again=again,
    )


def send_new_dates(*, fiche: Fiche, now: datetime) -> Notice:
    """Tells a contact who had been told other dates the ones that hold now; nobody calls her for it.

    The service writes of itself: whoever changed a fact need not know where she lives. See ``send_instructions``.
    """
    language = written_for(fiche.language)
    return send_instructions(actor=SYSTEM, fiche=fiche, language=language, now=now, again=True)
