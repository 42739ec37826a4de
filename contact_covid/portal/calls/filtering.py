"""Every filter of the list of calls, on a page of its own: its form leads back to the list, whose address keeps it."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import allows
from contact_covid.directory.queries import delegates_of, funds
from contact_covid.portal import diseases
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.calls.forms import asked
from contact_covid.portal.calls.presenters import factor_label
from contact_covid.portal.person.presenters import department_name
from contact_covid.tracing.enums import FicheKind, Spoken, State
from contact_covid.tracing.rules.urgency import Factor
from contact_covid.worklist.enums import Sort
from contact_covid.worklist.team_queries import colleagues, teams_of

Choices = Sequence[tuple[str, str]]
_ANY = ("", "Toutes")


@requires(Permission.CALL_CLAIM)
@require_safe
def filter_(request: SignedInRequest) -> HttpResponse:
    actor, query = request.session_info.actor, request.GET
    fund = funds().get(actor.fund or "")
    areas = fund.areas if fund else ()
    context = {
        "chosen": asked(query, areas).codes,
        "choosing": "choisir" in query,
        "of_people": _of_people(areas),
        "of_calls": _of_calls(actor, request),
        "sorts": [(sort.value, sort.label) for sort in Sort],
    }
    return render(request, "calls/filter.html", context)


def _of_people(areas: Sequence[str]) -> list[tuple[str, str, Choices]]:
    """(name, label, choices) of each filter on who the person is."""
    several = [("department", "Département", [("", "Tous"), *((code, department_name(code)) for code in areas)])]
    return [
        ("kind", "Fiches", [_ANY, *FicheKind.choices]),
        *([("disease", "Maladie", [_ANY, *several_diseases])] if (several_diseases := diseases.choices()) else []),
        *(several if len(areas) > 1 else []),
        ("language", "Langue", [_ANY, *Spoken.choices]),
        ("factor", "Facteur d’urgence", [("", "Tous"), *((each.value, factor_label(each)) for each in Factor)]),
    ]


def _of_calls(actor: Actor, request: SignedInRequest) -> list[tuple[str, str, Choices]]:
    """The same of who calls her; only a supervisor asks for others than herself."""
    state = ("state", "État", [("", "Tous"), *State.choices])
    if not allows(actor, Permission.CALL_SUPERVISE):
        return [state, ("agent", "Attribuées à", [_ANY, (actor.author.account.hex, "moi")])]
    agents = [(each.account.hex, each.name) for each in colleagues(actor, request.now)]
    teams = [(each.team.id.hex, each.team.name) for each in teams_of(actor)]
    places = [(each.id.hex, each.name) for each in delegates_of(actor.fund or "")]
    offered = [("agent", "Attribuées à", agents), ("team", "Équipe", teams), ("delegated", "Confiées à", places)]
    return [state, *((name, label, [_ANY, *choices]) for name, label, choices in offered if choices)]
