"""Fiches of the list given to one agent at once: what is about to happen, then what happened, with the way back."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.rules.text import clean_line
from contact_covid.directory.queries import funds
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.calls.forms import asked
from contact_covid.portal.calls.presenters import fiches as in_words
from contact_covid.portal.forms import SENT_OTHERWISE
from contact_covid.portal.paths import to
from contact_covid.portal.wording import sentence
from contact_covid.worklist.actions.assignment import assign, unassign, undo
from contact_covid.worklist.board_queries import agents_of
from contact_covid.worklist.queries import MOST_ASSIGNED, assignable

TO_QUEUE = "file"
"""What is chosen in the place of an agent to give fiches back."""


@requires(Permission.CALL_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: SignedInRequest) -> HttpResponse:
    """Those ticked in the list, or all that its filter lets through."""
    actor = request.session_info.actor
    ticked = read_ids(request.POST.getlist("choisie"))
    if "tout" in request.POST:
        fund = funds().get(actor.fund or "")
        filter_ = asked(request.POST, fund.areas if fund else ()).filter
        return _page(request, assignable(actor, request.now, chosen=filter_))
    return _page(request, assignable(actor, request.now, fiches=ticked) if ticked else [], ticked=len(ticked))


@requires(Permission.CALL_ASSIGN)
@sent_only
def confirm(request: SignedInRequest) -> HttpResponse:
    actor, said = request.session_info.actor, request.POST
    ids, whom = read_ids(said.get("fiches", "").split()), clean_line(said.get("agent", ""))
    if not ids:
        return to("calls")
    agent = read_ids([whom])
    if not agent and whom != TO_QUEUE:
        return _page(request, ids, error="Choisissez un agent, ou la file.")
    sent = submission(_key(said), {"fiches": [id_.hex for id_ in ids], "agent": whom})
    try:
        if not agent:
            back = unassign(actor=actor, fiches=ids, now=request.now, submission=sent)
            return to("calls", f"rendues={back.given}")
        made = assign(actor=actor, fiches=ids, agent=agent[0], now=request.now, submission=sent)
    except AlreadyRecorded as already:
        if not already.same:
            return _page(request, ids, error=sentence(SENT_OTHERWISE), fresh_key=True)
        return to("calls", f"attribuees={already.target}")
    return to("calls", f"attribuees={made.batch}")


@requires(Permission.CALL_ASSIGN)
@sent_only
def take_back(request: SignedInRequest, batch: UUID) -> HttpResponse:
    count = undo(actor=request.session_info.actor, batch=batch, now=request.now)
    return to("calls", f"rendues={count}")


def read_ids(texts: Sequence[str]) -> list[UUID]:
    """The ids among what a form carried, as many as may be given at once; what is none is left out."""
    found = []
    for text in texts[:MOST_ASSIGNED]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _key(said: QueryDict) -> str:
    return clean_line(said.get("idempotency_key", "")) or secrets.token_urlsafe(16)


def _page(
    request: SignedInRequest, ids: Sequence[UUID], *, ticked: int = 0, error: str = "", fresh_key: bool = False
) -> HttpResponse:
    names = names_of(agents_of(request.session_info.actor, request.now))
    agents = sorted(((account.hex, name) for account, name in names.items()), key=lambda each: each[1])
    context = {
        "count": len(ids),
        "title_line": in_words(len(ids)),
        "left_out": max(ticked - len(ids), 0),
        "is_most": len(ids) == MOST_ASSIGNED,
        "ids": " ".join(id_.hex for id_ in ids),
        "agents": [("", "Choisir"), (TO_QUEUE, "Rendre à la file de la caisse"), *agents],
        "chosen": clean_line(request.POST.get("agent", "")),
        "errors": [("agent", error)] if error else [],
        "error": error,
        "idempotency_key": secrets.token_urlsafe(16) if fresh_key else _key(request.POST),
    }
    return render(request, "board/assign.html", context, status=409 if fresh_key else 200)
