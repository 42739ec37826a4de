"""Requests for help as the pages show them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from markupsafe import Markup

from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.records import format_number
from contact_covid.core.rules.phone import display
from contact_covid.portal.tags import tag
from contact_covid.support.actions.answering import SupportLine, SupportSeen
from contact_covid.support.enums import DeclineReason, SupportState
from contact_covid.support.models import OPEN, SupportRequest
from contact_covid.support.rules.asking import TRANSITIONS
from contact_covid.tracing.enums import SupportNeed

_TAGS = {
    SupportState.SENT: "todo",
    SupportState.TAKEN: "wait",
    SupportState.HELPED: "ok",
    SupportState.DECLINED: "ko",
    SupportState.WITHDRAWN: "",
}
_NOTHING = "Non communiqué"
_ACTS = {
    SupportState.TAKEN: "Prendre en charge",
    SupportState.HELPED: "Aide en place",
    SupportState.DECLINED: "Sans suite",
}


class Row(NamedTuple):
    """A request of the cell's list."""

    id: UUID
    name: str
    number: str
    needs: str
    clock: str
    late: bool
    tag: Markup


class Last(NamedTuple):
    """The newest request of a person, as whoever asks reads it."""

    needs: str
    told: str
    tag: Markup
    is_open: bool


def needs_in_words(needs: Collection[str]) -> str:
    return ", ".join(need.label for need in SupportNeed if need in needs)


def row(line: SupportLine, now: datetime) -> Row:
    request, state = line.request, SupportState(line.request.state)
    clock, late = _clock(request, now)
    return Row(
        id=request.id,
        name=line.identity.name,
        number=format_number(request.fiche.number),
        needs=needs_in_words(request.needs),
        clock=clock,
        late=late,
        tag=tag(_TAGS[state], state.label),
    )


def _clock(request: SupportRequest, now: datetime) -> tuple[str, bool]:
    """What the clock says, and whether it is late: it stops with the first answer."""
    if request.state != SupportState.SENT:
        return f"le {datetime_fr(request.state_at)}", False
    due, late = datetime_fr(request.answer_due_at), request.answer_due_at < now
    return (f"réponse due depuis le {due}" if late else f"réponse attendue avant le {due}"), late


def last(request: SupportRequest | None) -> Last | None:
    if request is None:
        return None
    state = SupportState(request.state)
    why = f" : {DeclineReason(request.reason).label.lower()}" if request.reason else ""
    told = (
        f"Demandée le {datetime_fr(request.asked_at)} ; {state.label.lower()}{why}, le {datetime_fr(request.state_at)}."
    )
    return Last(needs_in_words(request.needs), told, tag(_TAGS[state], state.label), state in OPEN)


def opened(seen: SupportSeen, now: datetime) -> dict[str, Any]:
    """The page of one request."""
    request, person = seen.request, seen.identity
    clock, late = _clock(request, now)
    state = SupportState(request.state)
    until = date_fr(seen.isolated_until) if seen.isolated_until else "Non fixé"
    phones = ", ".join(map(display, person.telephones))
    facts = [("Téléphone", phones or _NOTHING), ("Adresse", _address(seen) or _NOTHING)]
    if person.representative:
        by = display(person.representative_phone) if person.representative_phone else _NOTHING
        facts.append(("Représentant légal", f"{person.representative}, {by}"))
    facts += [("Besoins", needs_in_words(request.needs)), ("En isolement jusqu’au", until)]
    return {
        "name": person.name,
        "number": format_number(request.fiche.number),
        "facts": facts,
        "note": seen.note,
        "clock": clock,
        "late": late,
        "tag": tag(_TAGS[state], state.label),
        "why": DeclineReason(request.reason).label if request.reason else "",
        "version": request.version,
        "acts": [(act.value, text) for act, text in _ACTS.items() if act in TRANSITIONS[state]],
    }


def _address(seen: SupportSeen) -> str:
    person = seen.identity
    town = f"{person.postcode} {person.commune}".strip()
    return ", ".join(part for part in (person.street, town) if part)
