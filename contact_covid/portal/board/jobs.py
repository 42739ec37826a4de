"""Acts on many fiches: whom they are about, how far they are, and the way back. A page that may be left at any time."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.directory.queries import organisation_names
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.board.presenters import clock, job_row
from contact_covid.portal.paths import to
from contact_covid.portal.wording import sentence
from contact_covid.worklist.actions.jobs import start, stop, undo
from contact_covid.worklist.job_queries import job_seen, jobs_of
from contact_covid.worklist.models import Job
from contact_covid.worklist.rules.delegation import DelegationRefused
from contact_covid.worklist.team_queries import team_names

_DECISIONS = {"lancer": start, "arreter": stop, "annuler": undo}


@requires(Permission.CALL_SUPERVISE)
@require_safe
def jobs(request: SignedInRequest) -> HttpResponse:
    """The last ones."""
    found = jobs_of(request.session_info.actor)
    names = _names([each.job for each in found])
    return render(request, "board/jobs.html", {"rows": [job_row(each, names) for each in found]})


@requires(Permission.CALL_SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
def job(request: SignedInRequest, job: UUID) -> HttpResponse:
    """What it is about and how far it is; to start it, stop it, undo it."""
    actor = request.session_info.actor
    decide = _DECISIONS.get(request.POST.get("act", "")) if request.method == "POST" else None
    failure = ""
    if decide:
        try:
            decide(actor=actor, job=job, now=request.now)
        except DelegationRefused as refused:
            failure = sentence(refused.code)
        else:
            return to("job", job=job)
    seen = job_seen(actor, job)
    row = job_row(seen, _names([seen.job]))
    return render(request, "board/job.html", {"row": row, "now": clock(request.now), "failure": failure})


def _names(jobs: Sequence[Job]) -> dict[UUID, str]:
    """Of who acts, and of whoever is given the fiches. Three statements at most."""
    targets = {job.target for job in jobs if job.target}
    names = names_of({job.by for job in jobs} | targets)
    if missing := targets - names.keys():
        names |= team_names(missing) | organisation_names(missing)
    return names
