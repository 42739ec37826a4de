"""The agent's first screen: the next call, the fiches of her area, who is on the line."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import allows, check
from contact_covid.accounts.queries import names_of
from contact_covid.directory.queries import funds, organisation_names
from contact_covid.portal import keyset
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.calls import presenters
from contact_covid.portal.calls.forms import CallerForm, asked
from contact_covid.portal.paths import to
from contact_covid.portal.posted import id_of
from contact_covid.portal.wording import sentence
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.worklist.actions.area import ALL, Line, find_caller, open_area
from contact_covid.worklist.actions.queue import AgentResting, FicheDelegated, FicheHeld, claim, claim_next
from contact_covid.worklist.area_queries import AreaFilter, Cursor
from contact_covid.worklist.board_queries import batch_of, pause_of
from contact_covid.worklist.delegation_queries import delegated_to
from contact_covid.worklist.queries import call_made, waiting
from contact_covid.worklist.rules.ladder import CallError
from contact_covid.worklist.team_queries import team_names

PAGE_SIZE = 25


@requires(Permission.CALL_CLAIM)
@require_safe
def area(request: SignedInRequest) -> HttpResponse:
    return _area_page(request)


@requires(Permission.CALL_CLAIM)
@sent_only
def following(request: SignedInRequest) -> HttpResponse:
    """« Appel suivant »."""
    return to_next(request)


def to_next(request: SignedInRequest, **told: str) -> HttpResponse:
    """The card of the next person, or the list that says why there is none; ``told``: of the call just recorded."""
    try:
        taken = claim_next(actor=request.session_info.actor, now=request.now)
    except AgentResting:
        return to_list(pause="", **told)
    if taken is None:
        return to_list(personne="", **told)
    return to("call", urlencode(told), lease=taken.id)


def to_list(**told: str) -> HttpResponse:
    return to("calls", urlencode(told))


def _query(told: Mapping[str, str]) -> str:
    return f"?{urlencode(told)}" if told else ""


@requires(Permission.CALL_CLAIM)
@sent_only
def person(request: SignedInRequest) -> HttpResponse:
    """That very person, from the list or on the line."""
    fiche = id_of(request.POST.get("fiche", ""))
    if fiche is None:
        return to_list()
    try:
        incoming = "entrant" in request.POST
        taken = claim(actor=request.session_info.actor, fiche=fiche, now=request.now, incoming=incoming)
    except FicheHeld as held:
        name = names_of({held.by}).get(held.by, "")
        return _area_page(request, refused=presenters.held(name, held), status=409)
    except FicheDelegated as elsewhere:
        organisation = organisation_names({elsewhere.to}).get(elsewhere.to, "")
        return _area_page(request, refused=presenters.elsewhere(organisation, elsewhere.until), status=409)
    except FicheNotFound:
        return _area_page(request, refused=presenters.NO_LONGER_OPEN, status=409)
    return to("call", "entrant" if incoming else "", lease=taken.id)


@requires(Permission.CALL_FIND)
@require_http_methods(["GET", "HEAD", "POST"])
def caller(request: SignedInRequest) -> HttpResponse:
    """Who is on the line."""
    if request.method != "POST":
        return _caller_page(request, {})
    form = CallerForm(request.POST)
    typed = {name: form.typed(name) for name in ("phone", "names", "birth_date")}
    if form.errors:
        return _caller_page(request, typed, **form.told())
    try:
        lines = find_caller(actor=request.session_info.actor, now=request.now, **form.cleaned_data)
    except CallError as error:
        return _caller_page(request, typed, errors=[("phone", sentence(error.code))])
    return _caller_page(request, typed, rows=_rows(request, lines, _names(request, lines)))


def _caller_page(request: SignedInRequest, values: Mapping[str, str], **context: Any) -> HttpResponse:
    shown: dict[str, Any] = {"values": values, "errors": [], "by_field": {}, "rows": None}
    shown["heads"] = presenters.heads(_areas(request))
    return render(request, "calls/caller.html", shown | context)


def _areas(request: SignedInRequest) -> tuple[str, ...]:
    """The départements whose people the platform of the agent's fund calls."""
    fund = funds().get(request.session_info.actor.fund or "")
    return fund.areas if fund else ()


def _rows(request: SignedInRequest, lines: Sequence[Line], names: Mapping[UUID, str]) -> list[presenters.Row]:
    return presenters.rows(lines, _areas(request), names, me=request.session_info.actor, now=request.now)


def _names(request: SignedInRequest, lines: Sequence[Line], chosen: AreaFilter = ALL) -> dict[UUID, str]:
    """Of the agents, organisations and team that the list, or its filter, speaks of. Three statements at most."""
    fiches = [line.fiche for line in lines]
    agents = {each for fiche in fiches for each in (fiche.held_by, fiche.assigned_to)} | {chosen.agent}
    others = {fiche.delegated_to for fiche in fiches} - {request.session_info.actor.organisation} | {chosen.delegated}
    names: dict[UUID, str] = {}
    if known := {each for each in agents if each}:
        names |= names_of(known)
    if places := {each for each in others if each}:
        names |= organisation_names(places)
    if chosen.team:
        names |= team_names({chosen.team})
    return names


def _area_page(request: SignedInRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    actor, query = request.session_info.actor, request.GET
    areas = _areas(request)
    chosen = asked(query, areas)
    page = keyset.asked(query)
    found = open_area(
        actor=actor,
        now=request.now,
        chosen=chosen.filter,
        sort=chosen.sort,
        after=Cursor(*page.after) if page.after else None,
        limit=PAGE_SIZE,
    )
    names = _names(request, found.lines, chosen.filter)
    supervises = allows(actor, Permission.CALL_ASSIGN)
    choosing = supervises and "choisir" in query
    kept = chosen.codes | ({"choisir": "1"} if choosing else {})
    resting = pause_of(actor)
    delegated = check(actor, Permission.CALL_CLAIM).scope is Scope.ASSIGNED
    context = {
        "heads": presenters.heads(areas),
        "supervises": supervises,
        "choosing": choosing,
        "first_query": _query(chosen.codes | ({} if choosing else {"choisir": "1"})) or "?",
        "resting": presenters.resting(resting.since) if resting else "",
        "given": _given(request) if supervises else None,
        "delegated": presenters.delegated(delegated_to(actor, request.now)) if delegated else None,
        "whose": presenters.WHOSE[delegated],
        "none_found": presenters.NONE_FOUND[delegated],
        "rows": _rows(request, found.lines, names),
        "also": presenters.also(chosen.filter, names),
        "kpis": presenters.kpis(found),
        "filters": presenters.filters(chosen, found, areas),
        "chosen": chosen.codes,
        "also_codes": chosen.also,
        "chosen_query": _query(chosen.codes),
        "all_of_it": f"{presenters.capped(found.count)} fiche{'s' if found.count > 1 else ''}",
        **page.context(found.after, kept),
        "range": presenters.page_range(found, page.number, PAGE_SIZE),
        "search": _query(query.dict()),
        "refused": refused,
        "nobody": presenters.nobody(waiting(actor, request.now), request.now, delegated=delegated)
        if "personne" in query
        else "",
        "recorded": recorded(request),
    }
    return render(request, "calls/area.html", context, status=status)


def _given(request: SignedInRequest) -> presenters.Given | None:
    """What became of the fiches that this supervisor has just given to somebody, which the address names."""
    for word in ("rendues", "reprises"):
        if word in request.GET:
            return presenters.given_back(request.GET[word], word)
    batch = id_of(request.GET.get("attribuees", ""))
    if batch is None:
        return None
    found = batch_of(request.session_info.actor, batch)
    return presenters.given(batch, found, names_of({found.account}).get(found.account, "")) if found else None


def recorded(request: SignedInRequest) -> presenters.Told | None:
    """What the page says of the call that this agent has just recorded, which the address names."""
    attempt = id_of(request.GET.get("enregistre", ""))
    if attempt is None:
        return None
    made = call_made(request.session_info.actor, attempt, request.now)
    if made is None:
        return None
    others = [made.also, made.taken and made.taken.by]
    known = names_of(accounts) if (accounts := [other for other in others if other]) else {}
    return presenters.told(made, known, request.GET.get("consignes", ""))
