"""The supervisor's teams: agents put together, and the work that they are given first."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.directory.queries import funds
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.board.forms import TeamForm
from contact_covid.portal.board.presenters import so_many
from contact_covid.portal.paths import to
from contact_covid.portal.person.presenters import department_name
from contact_covid.tracing.enums import FicheKind, Spoken
from contact_covid.worklist.actions.teams import change_team, delete_team, make_team
from contact_covid.worklist.enums import WorkOn
from contact_covid.worklist.models import Team
from contact_covid.worklist.rules.teams import TeamErrorCode, TeamRefused, Work
from contact_covid.worklist.team_queries import Colleague, agent_team, colleagues, teams_of

_DONE = {
    "enregistree": "L’équipe est enregistrée : « Appel suivant » en tient compte dès maintenant.",
    "supprimee": "L’équipe est supprimée. Ses agents gardent les fiches qui leur sont attribuées.",
}
_KINDS = {FicheKind.INDEX: "Patients zéro", FicheKind.CONTACT: "Patients contacts"}
_NOT_A_WORK = (Spoken.FRENCH, Spoken.UNDETERMINED)


@requires(Permission.TEAMS_MANAGE)
@require_safe
def teams(request: SignedInRequest) -> HttpResponse:
    found = teams_of(request.session_info.actor)
    context = {
        "rows": [
            (each.team.id, each.team.name, work_in_words(each.team), so_many(each.agents, "agent")) for each in found
        ],
        "done": _DONE.get(request.GET.get("fait", ""), ""),
    }
    return render(request, "board/teams.html", context)


@requires(Permission.TEAMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    agents = colleagues(request.session_info.actor, request.now)
    form = _form(request, agents)
    if not form.is_valid():
        return _page(request, form, agents, None)
    typed = {"name": form.typed("name"), "work": form.typed("work"), "agents": sorted(form.ticked)}
    sent = submission(form.key(), typed)
    try:
        make_team(actor=request.session_info.actor, said=form.said, now=request.now, submission=sent)
    except TeamRefused as refused:
        form.refuse("name" if refused.code == TeamErrorCode.NAME_TAKEN else None, refused)
        return _page(request, form, agents, None)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
            return _page(request, form, agents, None)
    return to("teams", "fait=enregistree")


@requires(Permission.TEAMS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: SignedInRequest, team: UUID) -> HttpResponse:
    actor = request.session_info.actor
    known, agents = agent_team(actor, team), colleagues(actor, request.now)
    form = _form(request, agents)
    if not form.is_valid():
        return _page(request, form, agents, known)
    try:
        change_team(actor=actor, team=team, version=form.version, said=form.said, now=request.now)
    except TeamRefused as refused:
        form.refuse("name" if refused.code == TeamErrorCode.NAME_TAKEN else None, refused)
        return _page(request, form, agents, agent_team(actor, team), stale=refused.code == TeamErrorCode.CHANGED)
    return to("teams", "fait=enregistree")


@requires(Permission.TEAMS_MANAGE)
@sent_only
def delete(request: SignedInRequest, team: UUID) -> HttpResponse:
    delete_team(actor=request.session_info.actor, team=team, now=request.now)
    return to("teams", "fait=supprimee")


def work_in_words(team: Team) -> str:
    """« Langue : Wolof d’abord »."""
    does = team.does
    return f"{_label(does)} d’abord" if does else "Toute la file"


def _label(work: Work) -> str:
    if work.on is WorkOn.DEPARTMENT:
        return department_name(work.code)
    return _KINDS[FicheKind(work.code)] if work.on is WorkOn.KIND else Spoken(work.code).label


def _works(request: SignedInRequest) -> list[Work]:
    fund = funds().get(request.session_info.actor.fund or "")
    departments = fund.areas if fund and len(fund.areas) > 1 else ()
    return [
        *(Work(WorkOn.DEPARTMENT, code) for code in departments),
        *(Work(WorkOn.KIND, kind.value) for kind in FicheKind),
        *(Work(WorkOn.LANGUAGE, each.value) for each in Spoken if each not in _NOT_A_WORK),
    ]


def _form(request: SignedInRequest, agents: Sequence[Colleague]) -> TeamForm:
    works = [(f"{work.on.value}:{work.code}", _label(work)) for work in _works(request)]
    data = request.POST if request.method == "POST" else None
    return TeamForm(data, works=works, agents=[(str(each.account), each.name) for each in agents])


def _page(
    request: SignedInRequest, form: TeamForm, agents: Sequence[Colleague], known: Team | None, *, stale: bool = False
) -> HttpResponse:
    """``known`` None: a new one. After a stale form what is stored stands beside what was typed."""
    inside = {str(each.account) for each in agents if known and each.team == known.id}
    names = {each.team.id: each.team.name for each in teams_of(request.session_info.actor)}
    if known:
        names.pop(known.id, None)
    stored = {"name": known.name, "work": f"{known.work_on}:{known.work}" if known.work else ""} if known else {}
    ticked = form.ticked if form.is_bound else inside
    context = {
        "team": known,
        "stored": [each.name for each in agents if str(each.account) in inside] if stale else None,
        "stored_work": work_in_words(known) if known else "",
        "values": {name: form.typed(name) for name in ("name", "work")} if form.is_bound else stored,
        "works": form.works,
        "agents": [
            (str(each.account), each.name, names.get(each.team or each.account, ""), str(each.account) in ticked)
            for each in agents
        ],
        "version": known.version if known and (stale or not form.is_bound) else form.version,
        "idempotency_key": form.key(),
        **form.told(),
    }
    return render(request, "board/team.html", context, status=409 if stale else form.status)
