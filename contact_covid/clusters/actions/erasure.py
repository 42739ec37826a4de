"""Somebody whose data are erased is in no cluster any more, and no text there tells the number of her fiche."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.clusters.actions.clusters import recount
from contact_covid.clusters.actions.requests import CONTEXT as REQUEST_CONTEXT
from contact_covid.clusters.actions.work import MEASURE_CONTEXT, NOTE_CONTEXT, REPORT_CONTEXT
from contact_covid.clusters.models import ClosingReport, Cluster, Measure, Member, Note, RequestNote, SignalCase
from contact_covid.core.keyring import period_in, ring
from contact_covid.core.records import format_number
from contact_covid.tracing.models import Fiche

ERASED = "[…]"
"""What stands in a text in the place of a number: the reader sees that something was there, in any language."""
# Table → its sealed text, what it is sealed for, the way to its cluster.
_TEXTS: Sequence[tuple[type[Model], str, str, str]] = (
    (Note, "value", NOTE_CONTEXT, "cluster"),
    (Measure, "note", MEASURE_CONTEXT, "cluster"),
    (ClosingReport, "conclusion", REPORT_CONTEXT, "cluster"),
    (RequestNote, "value", REQUEST_CONTEXT, "request__cluster"),
)


def leave_clusters(*, actor: Actor, fiches: Collection[UUID], now: datetime) -> None:
    """Takes these fiches out of clusters and signals, and their numbers out of what was written of those clusters. A
    text stays under the key of the month it was written in, and is lost with it.

    A text that tells of a person without the number of her fiche is found by nobody but its reader. In the caller's
    transaction. Raises ``Denied``, ``KeyMissing``, ``SealBroken``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    SignalCase.objects.filter(fiche__in=fiches).delete()
    places = Member.objects.filter(fiche__in=fiches)
    wanted = set(places.values_list("cluster", flat=True))
    held = list(Cluster.objects.filter(id__in=wanted).order_by("id").select_for_update())
    numbers = list(Fiche.objects.filter(id__in=fiches).values_list("number", flat=True))
    written = {form: ERASED for number in numbers for form in (format_number(number), number)}
    places.delete()
    for cluster in held:
        recount(cluster, now)
    for model, column, context, owner in _TEXTS:
        _blank(model, column, context, {f"{owner}__in": wanted}, written)


def _blank(model: type[Model], column: str, context: str, of: Mapping[str, Any], written: Mapping[str, str]) -> None:
    rows = model._default_manager.filter(**of).exclude(**{column: None})
    for key, value in rows.values_list("pk", column):
        text = before = ring().open(bytes(value), context=f"{context}{key}").decode()
        for number, instead in written.items():
            text = text.replace(number, instead)
        if text != before:
            sealed = ring().seal(text.encode(), period=period_in(bytes(value)), context=f"{context}{key}")
            model._default_manager.filter(pk=key).update(**{column: sealed})
