"""What an agent of a platform speaks, and the calls that she makes."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.teams import team_of
from contact_covid.directory.enums import OrganisationKind
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.paths import to
from contact_covid.tracing.enums import Spoken
from contact_covid.worklist.actions.skills import post_of_team, set_skills
from contact_covid.worklist.board_queries import skills_of
from contact_covid.worklist.enums import CallKind

_NOT_LEARNT = (Spoken.FRENCH, Spoken.UNDETERMINED)
LANGUAGES = [(code, label) for code, label in Spoken.choices if code not in _NOT_LEARNT]


@requires(Permission.AGENTS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def agent(request: SignedInRequest, organisation: UUID, post: UUID) -> HttpResponse:
    actor = request.session_info.actor
    team = team_of(actor=actor, organisation=organisation)
    if team.kind != OrganisationKind.PLATFORM:
        raise Http404
    found = post_of_team(actor=actor, organisation=organisation, post=post)
    if request.method == "POST":
        said = request.POST
        set_skills(
            actor=actor,
            organisation=organisation,
            post=post,
            languages=[each for each in Spoken if each.value in said.getlist("languages")],
            kinds=[each for each in CallKind if each.value in said.getlist("kinds")],
            now=request.now,
        )
        return to("team_skills", "enregistre=1", organisation=organisation, post=post)
    known = skills_of(team.id, found.account_id)
    context = {
        "organisation": team,
        "post": post,
        "name": found.account.name,
        "languages": LANGUAGES,
        "kinds": CallKind.choices,
        "speaks": known.languages if known else [],
        "makes": (known.kinds if known else []) or CallKind.values,
        "saved": "enregistre" in request.GET,
    }
    return render(request, "staff/skills.html", context)
