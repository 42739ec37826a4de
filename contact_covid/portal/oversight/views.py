"""What the data protection officer watches."""

from contextlib import suppress
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.core.dates import datetime_fr
from contact_covid.directory.queries import practice_names
from contact_covid.people.actions import NotSuspended, lift_suspension
from contact_covid.people.enums import AlertKind
from contact_covid.people.queries import recent_alerts
from contact_covid.portal.access import SignedInRequest, requires, sent_only

SHOWN = 100


@requires(Permission.ALERTS_READ)
@require_safe
def alerts(request: SignedInRequest) -> HttpResponse:
    found = recent_alerts(SHOWN)
    accounts = names_of({alert.account for alert in found})
    practices = practice_names({alert.practice for alert in found})
    rows = [
        {
            "id": alert.id,
            "at": datetime_fr(alert.at),
            "kind": AlertKind(alert.kind).label,
            "account": accounts.get(alert.account, ""),
            "practice": practices.get(alert.practice, ""),
            "of_many": alert.kind == AlertKind.FLEET,
            "lookups": alert.lookups,
            "misses": alert.misses,
            "suspended": alert.kind == AlertKind.SUSPENDED and alert.lifted_at is None,
            "lifted": f"Levée le {datetime_fr(alert.lifted_at)}" if alert.lifted_at else "",
        }
        for alert in found
    ]
    return render(request, "oversight/alerts.html", {"rows": rows, "most": SHOWN})


@requires(Permission.SUSPENSION_LIFT)
@sent_only
def lift(request: SignedInRequest, alert: UUID) -> HttpResponse:
    """Pressed twice, or by two officers: the list shows that it is lifted."""
    with suppress(NotSuspended):
        lift_suspension(actor=request.session_info.actor, alert=alert, now=request.now)
    return redirect("alerts")
