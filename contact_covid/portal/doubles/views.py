"""Doubtful doubles, looked at by hand: the list, two fiches side by side, the fusion and the way back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.clusters.actions.doubles import merge_people, part_people
from contact_covid.core.dates import datetime_fr
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.records import format_number
from contact_covid.portal import keyset
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.calls.presenters import clock
from contact_covid.portal.doubles import presenters
from contact_covid.portal.doubles.forms import SURVIVOR, MergeForm, versions_of
from contact_covid.portal.paths import to
from contact_covid.portal.wording import sentence
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.merging import Merging, later_facts, lift_doubt, take_back, tell_apart
from contact_covid.tracing.doubles_queries import Position, merge_between, merge_of, merges_of
from contact_covid.tracing.models import Merge
from contact_covid.tracing.rules.merging import MergeError, MergeErrorCode, Side
from contact_covid.worklist.actions.doubles import PairSeen, open_doubtful, open_pair
from contact_covid.worklist.actions.queue import FicheHeld

PAGE_SIZE = 25
MERGES_SHOWN = 10
DONE = {
    "distinctes": "Ce sont deux personnes : ces deux fiches ne seront plus proposées.",
    "leve": "Le doute est levé : cette fiche ne figure plus dans la liste.",
}


@requires(Permission.DOUBLES_MERGE)
@require_safe
def doubles(request: SignedInRequest) -> HttpResponse:
    actor, page = request.session_info.actor, keyset.asked(request.GET)
    position = Position(*page.after) if page.after else None
    found = open_doubtful(actor=actor, now=request.now, after=position, limit=PAGE_SIZE)
    context = {
        "lines": presenters.lines(found),
        "merges": [_merge_line(each) for each in merges_of(actor, request.now, limit=MERGES_SHOWN)]
        if page.number == 1
        else [],
        **page.context(found.after),
        "done": next((text for word, text in DONE.items() if word in request.GET), ""),
    }
    return render(request, "doubles/list.html", context)


@requires(Permission.DOUBLES_MERGE)
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: SignedInRequest, first: UUID, second: UUID) -> HttpResponse:
    """Side by side; sent, the two become one. Where they are one already, to the fusion."""
    seen = open_pair(actor=request.session_info.actor, fiches=(first, second), now=request.now)
    made = merge_between(request.session_info.actor, (first, second), request.now)
    if made:
        return to("merge", "fait", merge=made)
    if request.method != "POST":
        return _pair_page(request, seen, MergeForm())
    return _merge(request, seen, MergeForm(request.POST))


def _merge(request: SignedInRequest, seen: PairSeen, form: MergeForm) -> HttpResponse:
    fiches, versions = (seen.first.fiche.id, seen.second.fiche.id), versions_of(request.POST)
    said = {name: side.value for name, side in form.said.items()}
    merging = Merging(
        fiches=fiches,
        survivor=form.survivor,
        choices=form.choices,
        versions=dict(zip(fiches, (versions[side] for side in Side), strict=True)),
        submission=submission(form.key(), {"fiches": [str(fiche) for fiche in fiches], **said}),
    )
    try:
        made = merge_people(actor=request.session_info.actor, merging=merging, now=request.now)
    except AlreadyRecorded as already:
        return to("merge", "fait", merge=already.target)
    except FicheChanged:
        return _pair_page(request, seen, form, refused=CHANGED)
    except FicheHeld as held:
        return _pair_page(request, seen, form, refused=_held(held))
    except MergeError as error:
        return _pair_page(request, seen, form, refused=sentence(error.code))
    return to("merge", "fait", merge=made)


CHANGED = (
    "Une des deux fiches a été modifiée pendant que vous les compariez. Elles sont affichées ci-dessous telles qu’elles"
    " sont maintenant : vérifiez vos choix, puis fusionnez de nouveau."
)


def _held(held: FicheHeld) -> str:
    name = names_of({held.by}).get(held.by, "") or "un agent"
    return sentence(MergeErrorCode.BEING_CALLED, name=name, until=clock(held.until))


def _pair_page(request: SignedInRequest, seen: PairSeen, form: MergeForm, *, refused: str = "") -> HttpResponse:
    said: Mapping[str, Side] = form.said if form.is_bound else {}
    names = names_of({seen.pair.apart.account}) if seen.pair.apart else {}
    context: dict[str, Any] = {
        "first": presenters.head(seen.first),
        "second": presenters.head(seen.second),
        "rows": presenters.rows(seen, said),
        "facts": presenters.facts(seen),
        "stays_two": sentence(seen.refused) if seen.refused else "",
        "apart": f"{names.get(seen.pair.apart.account, 'Un agent')}, le {datetime_fr(seen.pair.apart.at)}"
        if seen.pair.apart
        else "",
        "survivor": said.get(SURVIVOR, Side.FIRST),
        "refused": refused,
        "idempotency_key": form.key(),
    }
    return render(request, "doubles/pair.html", context, status=409 if refused else 200)


@requires(Permission.DOUBLES_MERGE)
@sent_only
def apart(request: SignedInRequest, first: UUID, second: UUID) -> HttpResponse:
    """« Ce sont deux personnes », or that taken back."""
    actor = request.session_info.actor
    if "revenir" in request.POST:
        take_back(actor=actor, fiches=(first, second), now=request.now)
        return redirect("pair", first=first, second=second)
    made = merge_between(actor, (first, second), request.now)
    if made:
        return to("merge", "fait", merge=made)
    tell_apart(actor=actor, fiches=(first, second), now=request.now)
    return to("doubles", "distinctes")


@requires(Permission.DOUBLES_MERGE)
@sent_only
def lift(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    """Nothing is left that this fiche resembles."""
    lift_doubt(actor=request.session_info.actor, fiche=fiche, now=request.now)
    return to("doubles", "leve")


@requires(Permission.DOUBLES_MERGE)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: SignedInRequest, merge: UUID) -> HttpResponse:
    """A fusion that was made; sent, it is undone."""
    actor = request.session_info.actor
    held = merge_of(actor, merge, request.now)
    if request.method != "POST":
        return _merge_page(request, held)
    try:
        later = part_people(actor=actor, merge=merge, now=request.now)
    except FicheHeld as refused:
        return _merge_page(request, held, refused=_held(refused))
    except MergeError as error:
        if error.code is MergeErrorCode.UNDONE:
            return to("merge", merge=merge)
        return _merge_page(request, held, refused=sentence(error.code))
    return to("merge", f"garde={'.'.join(later)}", merge=merge)


def _merge_page(request: SignedInRequest, held: Merge, *, refused: str = "") -> HttpResponse:
    names = names_of({account for account in (held.account, held.undone_by) if account})
    stuck, would_stay = "", ""
    if held.undone_at is None:
        try:
            would_stay = presenters.later(later_facts(held))
        except MergeError as error:
            stuck = sentence(error.code)
    context = {
        **_merge_line(held),
        "pair": (held.survivor_id, held.loser_id),
        "by": names.get(held.account, "Un agent"),
        "undone": f"{names.get(held.undone_by, 'Un agent')}, le {datetime_fr(held.undone_at)}"
        if held.undone_at and held.undone_by
        else "",
        "stuck": stuck,
        "would_stay": would_stay,
        "stayed": presenters.later(request.GET.get("garde", "").split(".")),
        "done": "fait" in request.GET,
        "refused": refused,
    }
    return render(request, "doubles/merge.html", context, status=409 if refused else 200)


def _merge_line(held: Merge) -> dict[str, str]:
    return {
        "id": str(held.id),
        "at": datetime_fr(held.at),
        "survivor": format_number(held.survivor.number),
        "loser": format_number(held.loser.number),
    }
