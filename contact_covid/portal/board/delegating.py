"""Fiches that another organisation calls: given by area or from the list, followed, taken back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.accounts.team_queries import open_posts
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.directory.queries import delegates_of, funds
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.board.forms import AreaForm, EntrustForm
from contact_covid.portal.board.presenters import delegation_rows, so_many
from contact_covid.portal.paths import to, url
from contact_covid.portal.person.presenters import department_name
from contact_covid.portal.posted import id_of, ids_in
from contact_covid.worklist.actions.delegations import delegate, delegate_area, end_delegation, take_back
from contact_covid.worklist.area_queries import MOST_ASSIGNED, assignable
from contact_covid.worklist.delegation_queries import A_PAGE, delegations_of
from contact_covid.worklist.rules.delegation import DelegationErrorCode, DelegationRefused

_FIELDS: Mapping[str, str] = {
    DelegationErrorCode.PAST: "last_day",
    DelegationErrorCode.TOO_LONG: "last_day",
    DelegationErrorCode.NO_AREA: "department",
}


@requires(Permission.CALL_DELEGATE)
@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: SignedInRequest) -> HttpResponse:
    """What other organisations have, and an area for one of them."""
    actor = request.session_info.actor
    organisations, departments = _organisations(request), _departments(request)
    data = request.POST if request.method == "POST" else None
    form = AreaForm(data, organisations=organisations, departments=departments)
    if not form.is_valid():
        return _page(request, form)
    said = form.cleaned_data
    try:
        made = delegate_area(
            actor=actor,
            organisation=said["organisation"],
            department=said["department"],
            postcodes=said["postcodes"],
            last_day=form.until,
            now=request.now,
            submission=submission(form.key(), {name: form.typed(name) for name in form.fields}),
        )
    except DelegationRefused as refused:
        form.refuse(_FIELDS.get(refused.code, "organisation"), refused)
        return _page(request, form)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
            return _page(request, form)
        return to("delegations_of_fund")
    return to("delegations_of_fund", f"confiees={made.given}")


@requires(Permission.CALL_DELEGATE)
@require_http_methods(["GET", "HEAD", "POST"])
def of_list(request: SignedInRequest) -> HttpResponse:
    """Those ticked in the list: what is about to be given, then given."""
    actor, said = request.session_info.actor, request.POST
    if "organisation" not in said:
        ticked = ids_in(said.getlist("choisie"))[:MOST_ASSIGNED]
        able = assignable(actor, request.now, fiches=ticked) if ticked else []
        return _list_page(request, able, EntrustForm(organisations=_organisations(request)), len(ticked) - len(able))
    ids = ids_in(said.get("fiches", "").split())[:MOST_ASSIGNED]
    form = EntrustForm(said, organisations=_organisations(request))
    if not form.is_valid():
        return _list_page(request, ids, form)
    sent = submission(form.key(), {"fiches": [id_.hex for id_ in ids], **{n: form.typed(n) for n in form.fields}})
    try:
        made = delegate(
            actor=actor,
            organisation=form.cleaned_data["organisation"],
            fiches=ids,
            last_day=form.until,
            now=request.now,
            submission=sent,
        )
    except DelegationRefused as refused:
        form.refuse(_FIELDS.get(refused.code, "organisation"), refused)
        return _list_page(request, ids, form)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
            return _list_page(request, ids, form)
        return to("delegations_of_fund")
    return to("delegations_of_fund", f"confiees={made.given}")


@requires(Permission.CALL_DELEGATE)
@sent_only
def end(request: SignedInRequest, delegation: UUID) -> HttpResponse:
    """All of one delegation is the platform's again."""
    back = end_delegation(actor=request.session_info.actor, delegation=delegation, now=request.now)
    return to("delegations_of_fund", f"reprises={back}")


@requires(Permission.CALL_DELEGATE)
@sent_only
def back(request: SignedInRequest) -> HttpResponse:
    """Those ticked in the list are the platform's again."""
    ticked = ids_in(request.POST.getlist("choisie"))[:MOST_ASSIGNED]
    count = take_back(actor=request.session_info.actor, fiches=ticked, now=request.now) if ticked else 0
    return to("calls", f"reprises={count}")


def _organisations(request: SignedInRequest) -> list[tuple[str, str]]:
    found = delegates_of(request.session_info.actor.fund or "")
    return [(str(each.id), each.name) for each in found]


def _departments(request: SignedInRequest) -> list[tuple[str, str]]:
    fund = funds().get(request.session_info.actor.fund or "")
    return [(code, department_name(code)) for code in (fund.areas if fund else ())]


def _page(request: SignedInRequest, form: AreaForm) -> HttpResponse:
    after = id_of(request.GET.get("apres", ""))
    found = delegations_of(request.session_info.actor, request.now, after)
    page, more = found[:A_PAGE], found[A_PAGE:]
    organisations = _organisations(request)
    names = {UUID(id_): name for id_, name in organisations}
    agents = open_posts(names, request.now)
    by = names_of({each.delegation.by for each in page})
    context = {
        "rows": delegation_rows(page, names, by, request.now),
        "next": f"?apres={page[-1].delegation.id}" if more else "",
        "first": url("delegations_of_fund") if after else "",
        "organisations": [(id_, name, so_many(agents.get(id_, 0), "compte")) for id_, name in names.items()],
        "departments": _departments(request),
        "choices": [("", "Choisir"), *organisations],
        "values": {name: form.typed(name) for name in form.fields} if form.is_bound else {},
        "idempotency_key": form.key(),
        "said": _said(request),
        **form.told(),
    }
    return render(request, "board/delegations.html", context, status=form.status)


def _said(request: SignedInRequest) -> str:
    """What the address says was just done."""
    for word, done in (("confiees", "confiée"), ("reprises", "reprise")):
        count = request.GET.get(word, "")
        if count.isascii() and count.isdigit() and len(count) < 6:
            return f"{so_many(int(count), 'fiche', done)}."
    return ""


def _list_page(request: SignedInRequest, ids: Sequence[UUID], form: EntrustForm, left_out: int = 0) -> HttpResponse:
    context: dict[str, Any] = {
        "title_line": so_many(len(ids), "fiche"),
        "count": len(ids),
        "left_out": so_many(left_out, "fiche choisie", "laissée de côté") if left_out else "",
        "ids": " ".join(id_.hex for id_ in ids),
        "choices": [("", "Choisir"), *_organisations(request)],
        "values": {name: form.typed(name) for name in form.fields} if form.is_bound else {},
        "idempotency_key": form.key(),
        **form.told(),
    }
    return render(request, "board/entrust.html", context, status=form.status)
