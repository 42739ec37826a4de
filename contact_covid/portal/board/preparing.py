"""An act on many fiches is chosen: on those ticked in the list, or on all that its filter lets through."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.access.policy import allows
from contact_covid.accounts.queries import names_of
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.directory.queries import delegates_of, funds, organisation_names
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.board.forms import JobForm
from contact_covid.portal.board.presenters import so_many
from contact_covid.portal.calls.forms import Asked, asked
from contact_covid.portal.calls.presenters import filtered_by, grouped
from contact_covid.portal.paths import to
from contact_covid.portal.posted import ids_in
from contact_covid.worklist.actions.jobs import PERMISSIONS, prepare
from contact_covid.worklist.area_queries import MOST_ASSIGNED, MOST_CHOSEN, count_chosen
from contact_covid.worklist.enums import BulkAct
from contact_covid.worklist.rules.delegation import DelegationErrorCode, DelegationRefused
from contact_covid.worklist.team_queries import colleagues, team_names, teams_of

_FIELDS: Mapping[str, str] = {DelegationErrorCode.NO_ORGANISATION: "to_organisation"}


@requires(Permission.CALL_SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """By GET: all of the filter that the address holds. By POST, from the list: those ticked; then this very form."""
    whole = request.method != "POST" or "tout" in request.POST
    chosen = _filter(request)
    ticked = [] if whole else ids_in(request.POST.getlist("choisie"))[:MOST_ASSIGNED]
    form = _form(request)
    if not form.is_valid():
        return _page(request, form, chosen if whole else None, ticked)
    typed = chosen.codes | {name: form.typed(name) for name in form.fields} | {"ticked": str(ticked)}
    try:
        made = prepare(
            actor=request.session_info.actor,
            act=form.act_said,
            chosen=chosen.filter if whole else None,
            fiches=ticked,
            to=form.to,
            last_day=form.cleaned_data["last_day"],
            now=request.now,
            submission=submission(form.key(), typed),
        )
    except DelegationRefused as refused:
        form.refuse(_FIELDS.get(refused.code, "last_day"), refused)
    except AlreadyRecorded as before:
        if before.same:
            return to("job", job=before.target)
        form.refuse_other_content()
    else:
        return to("job", job=made)
    return _page(request, form, chosen if whole else None, ticked)


def _filter(request: SignedInRequest) -> Asked:
    fund = funds().get(request.session_info.actor.fund or "")
    return asked(request.POST if request.method == "POST" else request.GET, fund.areas if fund else ())


def _form(request: SignedInRequest) -> JobForm:
    """Bound only when it is this form that is sent, not the list."""
    actor = request.session_info.actor
    return JobForm(
        request.POST if "idempotency_key" in request.POST else None,
        acts=[each for each in BulkAct if allows(actor, PERMISSIONS[each])],
        agents=[(str(each.account), each.name) for each in colleagues(actor, request.now)],
        teams=[(str(each.team.id), f"{each.team.name} ({so_many(each.agents, 'agent')})") for each in teams_of(actor)],
        organisations=[(str(each.id), each.name) for each in delegates_of(actor.fund or "")],
    )


def _page(request: SignedInRequest, form: JobForm, chosen: Asked | None, ticked: Sequence[UUID]) -> HttpResponse:
    """``chosen`` None: it is about those ticked."""
    count = len(ticked) if chosen is None else count_chosen(request.session_info.actor, chosen.filter, request.now)
    most = count > MOST_CHOSEN
    context = {
        "count": count,
        "title_line": f"plus de {grouped(MOST_CHOSEN)} fiches" if most else so_many(count, "fiche"),
        "most": grouped(MOST_CHOSEN) if most else "",
        "whole": chosen is not None,
        "filtered_by": _filtered_by(chosen) if chosen else [],
        "hidden": [("tout", "1"), *chosen.codes.items()] if chosen else [("choisie", each.hex) for each in ticked],
        "choices": form.choices,
        "values": {name: form.typed(name) for name in form.fields} if form.is_bound else {},
        "idempotency_key": form.key(),
        **form.told(),
    }
    return render(request, "board/new_job.html", context, status=form.status)


def _filtered_by(chosen: Asked) -> list[str]:
    names: dict[UUID, str] = {}
    asked_for = chosen.filter
    names |= names_of({asked_for.agent}) if asked_for.agent else {}
    names |= team_names({asked_for.team}) if asked_for.team else {}
    names |= organisation_names({asked_for.delegated}) if asked_for.delegated else {}
    return filtered_by(asked_for, names)
