"""What the data protection officer watches."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.core.dates import datetime_fr
from contact_covid.directory.queries import practice_names
from contact_covid.people.enums import AlertKind
from contact_covid.people.queries import recent_alerts
from contact_covid.portal.access import SignedInRequest, requires

SHOWN = 100


@requires(Permission.ALERTS_READ)
@require_safe
def alerts(request: SignedInRequest) -> HttpResponse:
    found = recent_alerts(SHOWN)
    accounts = names_of({alert.account for alert in found})
    practices = practice_names({alert.practice for alert in found})
    rows = [
        {
            "at": datetime_fr(alert.at),
            "kind": AlertKind(alert.kind).label,
            "account": accounts.get(alert.account, ""),
            "practice": practices.get(alert.practice, ""),
            "lookups": alert.lookups,
            "misses": alert.misses,
        }
        for alert in found
    ]
    return render(request, "oversight/alerts.html", {"rows": rows, "most": SHOWN})
