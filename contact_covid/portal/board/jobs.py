"""Acts on many fiches: whom they are about, how far they are, and the way back. A page that may be left at any time."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.directory.queries import funds
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.board.presenters import clock, job_row
from contact_covid.portal.calls.forms import asked
from contact_covid.portal.paths import to
from contact_covid.portal.posted import ids_in
from contact_covid.worklist.actions.jobs import prepare, start, stop, undo
from contact_covid.worklist.enums import BulkAct
from contact_covid.worklist.job_queries import job_seen, jobs_of
from contact_covid.worklist.queries import MOST_ASSIGNED

_DECISIONS = {"lancer": start, "arreter": stop, "annuler": undo}


@requires(Permission.CALL_SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
def jobs(request: SignedInRequest) -> HttpResponse:
    """The last ones; those ticked in the list, or all that its filter lets through, for a new one."""
    actor, said = request.session_info.actor, request.POST
    act = said.get("act", "")
    if request.method == "POST" and act in set(BulkAct):
        fund = funds().get(actor.fund or "")
        chosen = asked(said, fund.areas if fund else ()).filter if "tout" in said else None
        fiches = ids_in(said.getlist("choisie"))[:MOST_ASSIGNED]
        made = prepare(actor=actor, act=BulkAct(act), chosen=chosen, fiches=fiches, now=request.now)
        return to("job", job=made)
    found = jobs_of(actor)
    names = names_of({each.job.by for each in found})
    return render(request, "board/jobs.html", {"rows": [job_row(each, names) for each in found]})


@requires(Permission.CALL_SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
def job(request: SignedInRequest, job: UUID) -> HttpResponse:
    """What it is about and how far it is; to start it, stop it, undo it."""
    actor = request.session_info.actor
    decide = _DECISIONS.get(request.POST.get("act", "")) if request.method == "POST" else None
    if decide:
        decide(actor=actor, job=job, now=request.now)
        return to("job", job=job)
    seen = job_seen(actor, job)
    row = job_row(seen, names_of({seen.job.by}))
    return render(request, "board/job.html", {"row": row, "now": clock(request.now)})
