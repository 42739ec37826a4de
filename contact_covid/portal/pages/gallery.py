"""Every component in every state, on one page: for those who write pages, and for the checks in the browser."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contact_covid.portal.access import PortalRequest, public
from contact_covid.portal.errors import ERROR_PAGES
from contact_covid.portal.wording import sentence
from contact_covid.tracing.enums import State

EXAMPLES: dict[str, Any] = {
    "states": State.choices,
    "error_pages": ERROR_PAGES,
    "required": sentence("required"),
    "summary": [
        ("postcode", "Renseignez le code postal ou le département."),
        ("g-masks", "Indiquez si des masques ont été délivrés."),
        ("", "La fiche a été modifiée entre-temps."),
    ],
    "yes_no": [("yes", "Oui"), ("no", "Non")],
    "kinds": [("", "Choisissez"), ("pcr", "RT-PCR"), ("antigen", "Antigénique")],
    "calls": [
        ("informed", "Joint, consignes données"),
        ("no_answer", "Pas de réponse"),
        ("call_back", "À rappeler"),
        ("wrong_number", "Numéro erroné"),
        ("refused", "Refus"),
    ],
    "rows": [
        ("NGUYEN Mai", "Patient zéro", "01 – Ain", "10/05/2020 09:12", "to_call", "À appeler"),
        ("BENALI Karim", "Contact, même foyer", "01 – Ain", "09/05/2020 16:40", "call_back", "À rappeler"),
        ("DORVAL Christophe", "Contact", "972 – Martinique", "08/05/2020 10:10", "tested", "Test réalisé"),
    ],
}


@public
@require_safe
def gallery(request: PortalRequest) -> HttpResponse:
    """``?theme=pa`` shows it in the agents' colours."""
    theme = "pa" if request.GET.get("theme") == "pa" else ""
    return render(request, "pages/gallery.html", {**EXAMPLES, "theme": theme})
