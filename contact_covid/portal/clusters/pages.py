"""What the views of this journey share: pages of lists, choices of their forms."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from contact_covid.clusters.queries import After
from contact_covid.portal import keyset
from contact_covid.portal.access import SignedInRequest
from contact_covid.portal.clusters.forms import ManyForm
from contact_covid.portal.clusters.presenters import Row

A_PAGE = 25
ON_THE_BOARD = 6

Found = TypeVar("Found")


def listed(
    request: SignedInRequest,
    read: Callable[[After | None, int], Sequence[Found]],
    row: Callable[[Found], Row],
    place: Callable[[Found], tuple[datetime, UUID]],
    *,
    kept: Mapping[str, str] = {},
) -> dict[str, Any]:
    """A page of a list: its rows and where the next one begins. ``kept``: what its address says beside."""
    page = keyset.asked(request.GET)
    found = read(After(*page.after) if page.after else None, A_PAGE + 1)
    following = place(found[A_PAGE - 1]) if len(found) > A_PAGE else None
    return {"rows": [row(each) for each in found[:A_PAGE]], **page.context(following, kept)}


def form_values(form: ManyForm, begin: dict[str, str] | None = None) -> dict[str, Any]:
    """What a template needs to write the form: as it was typed, else as it begins."""
    values = form.values() if form.is_bound else begin or {}
    return {"values": values, "idempotency_key": form.key(), **form.told()}
