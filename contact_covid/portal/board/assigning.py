"""Fiches of the list given to one agent at once: what is about to happen, then what happened, with the way back."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.board.forms import AssignForm
from contact_covid.portal.calls.presenters import fiches as in_words
from contact_covid.portal.paths import to
from contact_covid.portal.posted import ids_in
from contact_covid.worklist.actions.assignment import assign, unassign, undo
from contact_covid.worklist.area_queries import MOST_ASSIGNED, assignable
from contact_covid.worklist.board_queries import agents_of


@requires(Permission.CALL_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: SignedInRequest) -> HttpResponse:
    """Those ticked in the list."""
    actor, form = request.session_info.actor, AssignForm(agents=_agents(request))
    ticked = ids_in(request.POST.getlist("choisie"))[:MOST_ASSIGNED]
    return _page(request, assignable(actor, request.now, fiches=ticked) if ticked else [], form, ticked=len(ticked))


@requires(Permission.CALL_ASSIGN)
@sent_only
def confirm(request: SignedInRequest) -> HttpResponse:
    actor, form = request.session_info.actor, AssignForm(request.POST, agents=_agents(request))
    ids = ids_in(request.POST.get("fiches", "").split())[:MOST_ASSIGNED]
    if not ids:
        return to("calls")
    if not form.is_valid():
        return _page(request, ids, form)
    sent = submission(form.key(), {"fiches": [id_.hex for id_ in ids], "agent": form.typed("agent")})
    agent: UUID | None = form.cleaned_data["agent"]
    try:
        if agent is None:
            back = unassign(actor=actor, fiches=ids, now=request.now, submission=sent)
            return to("calls", f"rendues={back.given}")
        made = assign(actor=actor, fiches=ids, agent=agent, now=request.now, submission=sent)
    except AlreadyRecorded as already:
        if already.same:
            return to("calls", f"attribuees={already.target}")
        form.refuse_other_content()
        return _page(request, ids, form)
    return to("calls", f"attribuees={made.batch}")


@requires(Permission.CALL_ASSIGN)
@sent_only
def take_back(request: SignedInRequest, batch: UUID) -> HttpResponse:
    count = undo(actor=request.session_info.actor, batch=batch, now=request.now)
    return to("calls", f"rendues={count}")


def _agents(request: SignedInRequest) -> list[tuple[str, str]]:
    names = names_of(agents_of(request.session_info.actor, request.now))
    return sorted(((account.hex, name) for account, name in names.items()), key=lambda each: each[1])


def _page(request: SignedInRequest, ids: Sequence[UUID], form: AssignForm, *, ticked: int = 0) -> HttpResponse:
    context = {
        "count": len(ids),
        "title_line": in_words(len(ids)),
        "left_out": max(ticked - len(ids), 0),
        "ids": " ".join(id_.hex for id_ in ids),
        "agents": [("", "Choisir"), *form.fields["agent"].choices],  # type: ignore[attr-defined]
        "chosen": form.typed("agent"),
        "idempotency_key": form.key(),
        **form.told(),
    }
    return render(request, "board/assign.html", context, status=form.status)
