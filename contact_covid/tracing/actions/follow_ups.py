"""Who was told is heard of again: called when the plan says so, written to on the last day of her isolation."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import SYSTEM
from contact_covid.core.diseases import followed
from contact_covid.core.period import PARIS
from contact_covid.core.rules.arrays import array
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import Outgoing, send
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.queries import refusals_of
from contact_covid.messaging.rules.person_contents import end_of_isolation
from contact_covid.people.actions import Sealed, reveal
from contact_covid.tracing.actions.hurrying import call_at_once
from contact_covid.tracing.actions.notices import address_of, ways_to
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.follow_up import By, plan
from contact_covid.tracing.rules.languages import written_for

_AT_ONCE = 500
# Who was told, waits for no call, is still followed, and whose day of the plan it is; by the diary, only who wrote
# nothing on the day before. Whoever is being written on is left until the next time that her plan says so.
_DUE = """
SELECT fiche.* FROM tracing_fiche fiche JOIN (
    SELECT fiche_id, last_contact AS begins, followed_until AS until,
        %(contact_calls)s::date[] AS calls, %(contact_diaries)s::date[] AS diaries
    FROM tracing_contact
    UNION ALL
    SELECT fiche_id, coalesce(onset, sampled_on), isolation_until,
        %(index_calls)s::date[], %(index_diaries)s::date[]
    FROM tracing_index_case
) followed ON followed.fiche_id = fiche.id
WHERE fiche.closure = 'open' AND fiche.told_at IS NOT NULL AND fiche.call IN ('informed', 'interviewed')
    AND fiche.disease = %(disease)s
    AND fiche.callable_from IS NOT NULL
    AND coalesce(followed.until, %(today)s) >= %(today)s
    AND (followed.begins = ANY(followed.calls) OR followed.begins = ANY(followed.diaries) AND NOT EXISTS (
        SELECT FROM tracing_diary_entry entry WHERE entry.fiche_id = fiche.id AND entry.day = %(yesterday)s))
ORDER BY fiche.id LIMIT %(most)s FOR UPDATE OF fiche SKIP LOCKED
"""
# Whose isolation, and follow-up with it, ends today, and to whom nobody has written so.
_ENDING = """
SELECT fiche.*, identity.value AS sealed FROM tracing_fiche fiche
JOIN people_sealed_identity identity ON identity.fiche = fiche.id
LEFT JOIN tracing_contact contact ON contact.fiche_id = fiche.id
LEFT JOIN tracing_index_case index_case ON index_case.fiche_id = fiche.id
WHERE fiche.closure = 'open' AND fiche.told_at IS NOT NULL AND (
    contact.isolation_until = %(today)s AND contact.followed_until = %(today)s
    OR index_case.isolation_until = %(today)s)
    AND NOT EXISTS (
        SELECT FROM messaging_message sent WHERE sent.fiche = fiche.id AND sent.template = 'end_of_isolation')
    AND fiche.id > %(after)s
ORDER BY fiche.id LIMIT %(most)s FOR UPDATE OF fiche SKIP LOCKED
"""


def call_to_follow_up(*, now: datetime) -> int:
    """Puts those into the queue of whom the plan asks to hear and who have written nothing; returns how many.

    By the service itself; meant once a day. Their time counts from now, not from their registration. One transaction,
    and one row of the journal, each five hundred.
    """
    return sum(_call_of(each.code, now) for each in followed())


def _call_of(disease: str, now: datetime) -> int:
    today = now.astimezone(PARIS).date()
    params: dict[str, Any] = {"disease": disease, "today": today, "yesterday": today - timedelta(days=1)}
    params["most"] = _AT_ONCE
    for kind in FicheKind:
        params[f"{kind.value}_calls"] = _days(disease, kind, By.CALL, today)
        params[f"{kind.value}_diaries"] = _days(disease, kind, By.DIARY, today)
    called = 0
    while True:
        with transaction.atomic():
            some = _call_some(params, now)
        called += some
        if some < _AT_ONCE:
            return called


def _call_some(params: dict[str, Any], now: datetime) -> int:
    fiches = list(Fiche.objects.raw(_DUE, params))
    call_at_once(fiches, {}, now, since=now)
    if fiches:
        numbers, detail = [fiche.number for fiche in fiches], {"fields": ("call",), "reason": "follow_up"}
        kind = TracingEvent.CALLED_AGAIN
        record(Event.by(SYSTEM, kind, Purpose.TRACING, Surface.JOB, fiches=numbers, detail=detail), now=now)
    return len(fiches)


def _days(disease: str, kind: FicheKind, by: By, today: date) -> str:
    """The days, as an array of PostgreSQL, from which those are counted whom a call is due to today."""
    return array(today - timedelta(days=each.called_after) for each in plan(disease)[kind] if each.by is by)


def tell_the_end(*, now: datetime) -> int:
    """Writes to those whose isolation ends today, by e-mail, else by post, once; returns how many messages.

    By the service itself, which need not know their telephones. One transaction, and one row of the journal for what is
    opened, each five hundred. Raises ``KeyMissing``, ``SealBroken``.
    """
    told, today, after = 0, now.astimezone(PARIS).date(), str(UUID(int=0))
    while True:
        with transaction.atomic():
            fiches = list(Fiche.objects.raw(_ENDING, {"today": today, "most": _AT_ONCE, "after": after}))
            told += _tell(fiches, today, now)
        if len(fiches) < _AT_ONCE:
            return told
        after = str(fiches[-1].id)


def _tell(fiches: Sequence[Any], today: date, now: datetime) -> int:
    sealed = [Sealed(fiche.id, fiche.number, bytes(fiche.sealed)) for fiche in fiches]
    people = reveal(SYSTEM, sealed, purpose=Purpose.TRACING, now=now, surface=Surface.JOB)
    refused, messages = refusals_of([fiche.id for fiche in fiches]), []
    for fiche in fiches:
        person, ways = people[fiche.id], ways_to(people[fiche.id], refused[fiche.id], now)
        channel = next((way for way in (Channel.EMAIL, Channel.LETTER) if way in ways), None)
        if channel:
            content = end_of_isolation(fiche.number, address_of(person, now), today, fiche.disease)
            language = written_for(fiche.language)
            messages.append(Outgoing(channel, language, ways[channel], content, fiche.id, fiche.number))
    send(messages=messages, now=now)
    if messages:
        numbers = [message.number for message in messages]
        record(Event.by(SYSTEM, TracingEvent.END_TOLD, Purpose.TRACING, Surface.JOB, fiches=numbers), now=now)
    return len(messages)
