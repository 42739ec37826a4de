"""A link that comes to nothing: the person is called after all, before others, set by set."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from contact_covid.access.actor import SYSTEM
from contact_covid.core.rules.arrays import array
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.actions.hurrying import call_at_once
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.urgency import Factor

_AT_ONCE = 500
# Who still waits for a call: nobody opened the link, nobody confirmed, or a patient zéro named nobody on it. One who
# did what was asked waits for her call like everybody else. Somebody who is writing on one of them goes first.
_OVER = """
WITH over AS (
    SELECT link.id, link.fiche_id, fiche.closure = 'open' AND fiche.told_at IS NULL
        AND fiche.call IN ('to_call', 'call_back')
        AND (link.confirmed_at IS NULL OR fiche.kind = 'index' AND NOT EXISTS (
            SELECT FROM tracing_exposure named
            WHERE named.index_fiche_id = fiche.id AND named.author_practice = fiche.id)) AS falls
    FROM tracing_secure_link link JOIN tracing_fiche fiche ON fiche.id = link.fiche_id
    WHERE link.fell_back_at IS NULL AND {which}
    ORDER BY link.call_from LIMIT %(most)s FOR UPDATE OF fiche SKIP LOCKED
), settled AS (
    UPDATE tracing_secure_link SET fell_back_at = %(now)s FROM over WHERE tracing_secure_link.id = over.id
)
SELECT fiche_id, falls FROM over
"""
# Whose time is over.
_LATE = "link.call_from <= %(now)s"
# Whose link was lost on the way; one that was sent again since was not.
_LOST = """link.opened_at IS NULL AND link.revoked_at IS NULL AND EXISTS (
    SELECT FROM unnest(%(fiches)s::uuid[], %(sent)s::timestamptz[]) AS lost (fiche, sent)
    WHERE lost.fiche = link.fiche_id AND link.issued_at <= lost.sent)"""


def fall_back(*, now: datetime) -> int:
    """Puts those first whose link came to nothing, and returns how many; each link is looked at once.

    By the service itself. One transaction, and one row of the journal, each five hundred.
    """
    called = 0
    while True:
        looked_at, fell = _some(_LATE, {}, now)
        called += len(fell)
        if looked_at < _AT_ONCE:
            return called


def fall_back_of_lost(*, lost: Mapping[UUID, datetime], now: datetime) -> set[UUID]:
    """The same at once of those whose link did not arrive: by fiche, when the message left that was lost.

    Returns who is called. By the service itself, in one transaction.
    """
    if not lost:
        return set()
    return set(_some(_LOST, {"fiches": array(lost), "sent": array(lost.values())}, now)[1])


def _some(which: str, given: Mapping[str, Any], now: datetime) -> tuple[int, list[UUID]]:
    params: dict[str, Any] = {"now": now, "most": _AT_ONCE, **given}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_OVER.format(which=which), params)
            rows = cursor.fetchall()
        fiches = list(Fiche.objects.filter(id__in=[fiche for fiche, falls in rows if falls]))
        call_at_once(fiches, {Factor.LINK_UNOPENED: True}, now)
        if fiches:
            numbers = [fiche.number for fiche in fiches]
            kind = TracingEvent.LINK_FELL_BACK
            record(Event.by(SYSTEM, kind, Purpose.TRACING, Surface.JOB, fiches=numbers), now=now)
    return len(rows), [fiche.id for fiche in fiches]
