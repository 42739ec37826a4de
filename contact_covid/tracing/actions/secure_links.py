"""Secure links: sent with the registration, opened by who knows the birth date, dead after five wrong ones."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS
from contact_covid.core.rules.tokens import digest_of
from contact_covid.directory.queries import zone_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import Outgoing, send
from contact_covid.messaging.channels.registry import is_open
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.rules.person_contents import PersonalLink
from contact_covid.people.actions import NewIdentity
from contact_covid.tracing.actions.hurrying import call_at_once
from contact_covid.tracing.enums import Closure, FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche, PersonSession, SecureLink
from contact_covid.tracing.queries import followed, identity_of
from contact_covid.tracing.rules.call_hours import add_call_time, next_opening
from contact_covid.tracing.rules.languages import written_for
from contact_covid.tracing.rules.links import PATH, TRIES, Way, way_of_link
from contact_covid.tracing.rules.urgency import Factor, rules

_TOKEN_BYTES = 16  # 128 bits: an SMS stays short
_SESSION_BYTES = 32


class LinkRefused(Exception):
    """The link and the birth date do not go together, whichever is wrong: nobody is told."""


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that is not written yet, and the message that carries it."""

    link: SecureLink
    message: Outgoing


def new_links(
    fiches: Sequence[Fiche],
    identities: Sequence[NewIdentity],
    refused: Mapping[UUID, Collection[Channel]],
    now: datetime,
) -> list[NewLink]:
    """Links to those whom the platform is to call and whom one can reach, when ``settings.SECURE_LINK_FIRST``.

    Their calls wait a while for them: ``fiches`` are changed. ``refused``: by fiche, the ways by which a person wants
    no message. Nothing is written.
    """
    if not settings.SECURE_LINK_FIRST:
        return []
    known = {each.fiche: each.identity for each in identities}
    today, sms = now.astimezone(PARIS).date(), is_open(Channel.SMS)
    made = []
    for fiche in fiches:
        if fiche.closure != Closure.OPEN or fiche.callable_from is None:
            continue
        person = known[fiche.id]
        way = way_of_link(person, today=today, sms=sms, refused=refused.get(fiche.id, ()))
        if way:
            made.append(new_link(fiche, way, person.name, now))
            fiche.callable_from = made[-1].link.call_from
    return made


def send_links(links: Sequence[NewLink], now: datetime) -> None:
    """Writes the links and sends them, in the transaction of the registration. Raises ``KeyMissing``."""
    if not links:
        return
    SecureLink.objects.bulk_create([each.link for each in links])
    send(messages=[each.message for each in links], now=now)
    numbers = [each.message.number for each in links]
    record(Event.by(SYSTEM, TracingEvent.LINK_SENT, Purpose.TRACING, Surface.JOB, fiches=numbers), now=now)


def new_link(fiche: Fiche, way: Way, name: str, now: datetime) -> NewLink:
    """A link that is not written yet, for which her call would wait."""
    token, zone = secrets.token_urlsafe(_TOKEN_BYTES), zone_of(fiche.department)
    good_for = timedelta(days=settings.SECURE_LINK_DAYS)
    link = SecureLink(
        id=new_id(now),
        fiche=fiche,
        token_digest=digest_of(token),
        channel=way.channel,
        issued_at=now,
        expires_at=now + good_for,
        call_from=next_opening(add_call_time(now, rules(fiche.disease).links[FicheKind(fiche.kind)], zone), zone),
    )
    content = PersonalLink(
        name=name,
        number=fiche.number,
        link=f"{settings.PUBLIC_URL}{PATH}{token}/",
        hours=int(good_for.total_seconds() // 3600),
    )
    message = Outgoing(
        way.channel, written_for(fiche.language), way.recipient, content, fiche.id, fiche.number, fiche.department
    )
    return NewLink(link, message)


def open_link(*, token: str, born: date, now: datetime) -> str:
    """Opens the pages of a person, and returns the token of her session.

    The fifth wrong birth date makes the link dead, and her call due. Raises ``LinkRefused``, alike for a link that is
    unknown, too old, dead or of a fiche that is over, and for another birth date.
    """
    with transaction.atomic():
        link = _locked(token, now)
        opened = _try(link, born, now) if link else None
    if opened is None:
        raise LinkRefused
    return opened


def _locked(token: str, now: datetime) -> SecureLink | None:
    """A live link; its fiche is held first, as by whoever else writes on both."""
    digest = digest_of(token)
    fiche = Fiche.objects.select_for_update().filter(followed(), links__token_digest=digest).first()
    if fiche is None:
        return None
    live = SecureLink.objects.select_for_update().filter(token_digest=digest, revoked_at=None, expires_at__gt=now)
    link = live.first()
    if link:
        link.fiche = fiche
    return link


def _try(link: SecureLink, born: date, now: datetime) -> str | None:
    if identity_of(link.fiche_id).birth_date == born:
        return _session(link, now)
    link.tries += 1
    if link.tries >= TRIES:
        link.revoked_at = link.fell_back_at = now
        PersonSession.objects.filter(link=link, ended_at=None).update(ended_at=now)
        call_at_once([link.fiche], {Factor.LINK_UNOPENED: True}, now)
        record(_event(link, TracingEvent.LINK_DEAD), now=now)
    link.save(update_fields=["tries", "revoked_at", "fell_back_at"])
    return None


def _session(link: SecureLink, now: datetime) -> str:
    token = secrets.token_urlsafe(_SESSION_BYTES)
    session = PersonSession(id=new_id(now), link=link, token_digest=digest_of(token), seen_at=now)
    session.save(force_insert=True)
    link.tries, link.opened_at = 0, link.opened_at or now
    link.save(update_fields=["tries", "opened_at"])
    record(_event(link, TracingEvent.LINK_OPENED, session), now=now)
    return token


def _event(link: SecureLink, kind: TracingEvent, session: PersonSession | None = None) -> Event:
    return Event(
        kind,
        Role.PERSON,
        Purpose.TRACING,
        Surface.PAGE,
        session=session.id if session else None,
        fiches=(link.fiche.number,),
    )


def touch(*, session: PersonSession, now: datetime) -> None:
    """Notes that the session was used, at most once a minute."""
    if now - session.seen_at >= timedelta(minutes=1):
        PersonSession.objects.filter(id=session.id, ended_at=None, seen_at__lt=now).update(seen_at=now)


def leave(*, session: PersonSession, now: datetime) -> None:
    """Ends the session; the link can be opened again."""
    PersonSession.objects.filter(id=session.id, ended_at=None).update(ended_at=now)


def purge_sessions(*, now: datetime) -> int:
    """Deletes the sessions that nobody has used for a day; returns how many."""
    return PersonSession.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()[0]
