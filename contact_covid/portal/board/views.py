"""The supervisor's board, and what she decides on it: each act leads back to the board, which says what was done."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.core.rules.text import clean_line
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.board import presenters
from contact_covid.portal.paths import to
from contact_covid.portal.posted import id_of
from contact_covid.portal.wording import sentence
from contact_covid.tracing.enums import FicheKind
from contact_covid.worklist.actions.assignment import reassign
from contact_covid.worklist.actions.overflows import HelpRefused, ask_for_help, decide
from contact_covid.worklist.actions.pauses import pause_agent, pause_queue, resume_agent, resume_queue
from contact_covid.worklist.board_queries import (
    MOST_AGENTS,
    agents_at_work,
    overflows_of,
    queue_pauses,
    queues,
    reached_today,
)
from contact_covid.worklist.enums import OverflowErrorCode, PauseReason
from contact_covid.worklist.queries import LeaseNotFound
from contact_covid.worklist.team_queries import teams_of

DONE: Mapping[str, str] = {
    "pause": "L’agent est en pause : « Appel suivant » ne lui donne plus personne.",
    "reprise": "L’agent reprend : « Appel suivant » lui donne de nouveau des personnes.",
    "deplacee": "La fiche est réattribuée.",
    "finie": "Cet appel est déjà terminé : rien n’a changé.",
    "arretee": "La file est arrêtée : elle n’est donnée à personne, ni ici ni chez qui vous aide.",
    "relancee": "La file est de nouveau appelée.",
    "ouverte": "L’aide est ouverte : l’autre plateforme appelle aussi.",
    "fermee": "L’aide est fermée. Les appels en cours se terminent.",
}


@requires(Permission.CALL_SUPERVISE)
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    return _page(request)


@requires(Permission.CALL_SUPERVISE)
@sent_only
def agent(request: SignedInRequest, agent: UUID) -> HttpResponse:
    """Pause and back."""
    rests = request.POST.get("act") != "reprendre"
    act = pause_agent if rests else resume_agent
    act(actor=request.session_info.actor, agent=agent, now=request.now)
    return to("board", "fait=pause" if rests else "fait=reprise")


@requires(Permission.CALL_ASSIGN)
@sent_only
def move(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """The fiche that somebody holds, to another agent or back to the queue."""
    chosen = request.POST.get("agent", "")
    agent = id_of(chosen)
    if chosen and agent is None:
        return _page(request, failure="Choisissez un agent, ou la file.")
    try:
        reassign(actor=request.session_info.actor, lease=lease, agent=agent, now=request.now)
    except LeaseNotFound:
        return to("board", "fait=finie")
    return to("board", "fait=deplacee")


@requires(Permission.CALL_SUPERVISE)
@sent_only
def queue(request: SignedInRequest) -> HttpResponse:
    actor, kind = request.session_info.actor, request.POST.get("kind", "")
    reason = request.POST.get("reason", "")
    if kind not in set(FicheKind):
        return to("board")
    if request.POST.get("act") == "relancer":
        resume_queue(actor=actor, kind=FicheKind(kind), now=request.now)
        return to("board", "fait=relancee")
    if reason not in set(PauseReason):
        return _page(request, failure="Choisissez pourquoi la file est arrêtée.")
    pause_queue(actor=actor, kind=FicheKind(kind), reason=PauseReason(reason), now=request.now)
    return to("board", "fait=arretee")


@requires(Permission.CALL_SUPERVISE)
@sent_only
def ask(request: SignedInRequest) -> HttpResponse:
    try:
        ask_for_help(
            actor=request.session_info.actor, helper=clean_line(request.POST.get("helper", "")), now=request.now
        )
    except HelpRefused:
        return _page(request, failure=sentence(OverflowErrorCode.NO_PLATFORM))
    return to("board", "fait=ouverte")


@requires(Permission.CALL_SUPERVISE)
@sent_only
def help_(request: SignedInRequest, overflow: UUID) -> HttpResponse:
    opens = request.POST.get("act") == "ouvrir"
    decide(actor=request.session_info.actor, overflow=overflow, is_open=opens, now=request.now)
    return to("board", "fait=ouverte" if opens else "fait=fermee")


def _page(request: SignedInRequest, *, failure: str = "") -> HttpResponse:
    """Eight statements, whatever the number of fiches and agents. ``equipe``: only the agents of that team."""
    actor, now = request.session_info.actor, request.now
    fund = actor.fund or ""
    teams, chosen = teams_of(actor), id_of(request.GET.get("equipe", ""))
    agents = agents_at_work(actor, now, team=chosen)
    pauses, helps = queue_pauses(fund), overflows_of(fund)
    deciders = {each.by for each in helps if each.by}
    names = names_of({each.account for each in agents} | deciders)
    context = {
        "now": presenters.clock(now),
        "queues": presenters.queue_rows(queues([fund])[fund], now),
        "targets": presenters.targets(reached_today([each.account for each in agents], now)),
        "agents": presenters.agent_rows(agents[:MOST_AGENTS], names, now),
        "teams": [("", "Toutes les équipes"), *((each.team.id.hex, each.team.name) for each in teams)],
        "team": chosen.hex if chosen else "",
        "more_agents": len(agents) > MOST_AGENTS,
        "names": sorted(((each.account.hex, names.get(each.account, "")) for each in agents), key=lambda who: who[1]),
        "pauses": presenters.pause_rows(pauses),
        "reasons": [("", "Choisir"), *PauseReason.choices],
        "helps": presenters.help_rows(helps, fund, names),
        "helper": clean_line(request.POST.get("helper", ""))[:3],
        "done": DONE.get(request.GET.get("fait", ""), ""),
        "failure": failure,
    }
    return render(request, "board/board.html", context)
