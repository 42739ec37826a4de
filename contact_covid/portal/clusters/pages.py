"""What the views of this journey share: pages of lists, choices of their forms."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode
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
    place: Callable[[Found], tuple[Any, UUID]],
    *,
    kept: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A page of a list: its rows and where the next one begins. ``kept``: what its address says beside."""
    where = keyset.read(request.GET.get("apres", ""))
    found = read(After(*where) if where else None, A_PAGE + 1)
    more = {"apres": keyset.written(*place(found[A_PAGE - 1]))} if len(found) > A_PAGE else {}
    return {
        "rows": [row(each) for each in found[:A_PAGE]],
        "next": f"?{urlencode({**(kept or {}), **more})}" if more else "",
        "first": f"?{urlencode(kept or {})}" if where else "",
    }


def form_values(form: ManyForm, begin: dict[str, str] | None = None) -> dict[str, Any]:
    """What a template needs to write the form: as it was typed, else as it begins."""
    values = form.values() if form.is_bound else begin or {}
    return {"values": values, "idempotency_key": form.key(), **form.told()}
