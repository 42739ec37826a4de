"""What the system checks refuse before the service starts."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from contact_covid.portal.access import is_marked, views


@register("urls")
def every_view_is_marked(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Login is required by default: a view is public on purpose or asks for a permission."""
    return [
        Error(f"La vue {route} n'est ni publique ni soumise à une permission.", id="portal.E001")
        for route, view in views()
        if not is_marked(view)
    ]
