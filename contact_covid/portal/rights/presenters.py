"""Requests of people about their data, as strings ready to show."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.records import format_number
from contact_covid.messaging.enums import Channel as Way
from contact_covid.messaging.enums import MessageState
from contact_covid.messaging.models import Message
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.field_names import changes
from contact_covid.portal.person.presenters import Facts, identity_facts
from contact_covid.portal.tags import tag
from contact_covid.retention.enums import Channel, Clock, Proof, RefusalReason, RequestKind, RequestState
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.queries import MOST_COUNTED, Waiting
from contact_covid.retention.rules.requests import EFFECTS, Details, Effect, clock
from contact_covid.tracing.enums import FicheKind, State
from contact_covid.tracing.models import Fiche

_CLOCKS: Mapping[Clock, str] = {Clock.RUNNING: "ok", Clock.SOON: "wait", Clock.LATE: "ko", Clock.STOPPED: ""}
_STATES: Mapping[RequestState, str] = {
    RequestState.RECEIVED: "todo",
    RequestState.CHECKED: "wait",
    RequestState.ANSWERED: "ok",
    RequestState.REFUSED: "",
}
_EFFECTS: Mapping[Effect, str] = {
    Effect.ERASED: "identité, coordonnées, lieux, notes et messages effacés ; la fiche est annulée",
    Effect.KEPT_IN: (
        "rien n’est effacé, le suivi continue ; plus de transmission pour des analyses, identité communiquée à personne"
    ),
}


class Row(NamedTuple):
    """A request of the list."""

    id: str
    reference: str
    kind: str
    received: str
    due: str
    clock: Markup
    state: Markup


def row(request: RightsRequest, today: date) -> Row:
    state = RequestState(request.state)
    return Row(
        id=str(request.id),
        reference=format_number(request.reference),
        kind=RequestKind(request.kind).label,
        received=date_fr(request.received_on),
        due=date_fr(request.due_on),
        clock=clock_tag(request, today),
        state=tag(_STATES[state], state.label),
    )


def clock_tag(request: RightsRequest, today: date) -> Markup:
    """« En retard de 3 jours », in words."""
    told = clock(request.due_on, RequestState(request.state), today)
    days = abs((request.due_on - today).days)
    amount = f"{days} jour{'s' if days > 1 else ''}"
    words = {
        Clock.RUNNING: f"{amount} restants",
        Clock.SOON: f"{amount} restant{'s' if days > 1 else ''}" if days else "Échéance aujourd’hui",
        Clock.LATE: f"En retard de {amount}",
        Clock.STOPPED: told.label,
    }
    return tag(_CLOCKS[told], words[told])


def kpis(waiting: Waiting) -> list[tuple[str, str]]:
    figures = ((waiting.open, "en cours"), (waiting.soon, "à moins de 7 jours"), (waiting.late, "en retard"))
    return [(f"plus de {MOST_COUNTED}" if n > MOST_COUNTED else str(n), label) for n, label in figures]


def request_facts(request: RightsRequest, details: Details | None, receipt: Message | None) -> Facts:
    facts = [("Demandeur", details.name if details else "effacé avec les données de la personne")]
    facts += [
        ("Reçue le", f"{date_fr(request.received_on)}, {Channel(request.channel).label.lower()}"),
        ("Réponse due le", date_fr(request.due_on)),
    ]
    if details:
        town = f"{details.postcode} {details.commune}".strip()
        where = ", ".join(part for part in (details.email, details.street, town) if part)
        facts.append(("Réponse à envoyer à", where or "aucune adresse : remettez la réponse en main propre"))
    if details and details.note:
        facts.append(("Note", details.note))
    facts.append(("Accusé de réception", letter(receipt)))
    if request.proof:
        facts.append(("Identité prouvée par", Proof(request.proof).label))
    return facts


def letter(message: Message | None) -> str:
    """« Courriel envoyé le 13/05/2020 10:00 »."""
    if message is None:
        return "non envoyé : aucune adresse, ou effacé depuis"
    way = Way(message.channel).label
    if message.sent_at:
        return f"{way} envoyé le {datetime_fr(message.sent_at)}"
    return f"{way} : {MessageState(message.state).label.lower()}"


def outcome_facts(request: RightsRequest, details: Details | None, by: str, answer: Message | None) -> Facts:
    facts = [("Décision", f"{RequestState(request.state).label}, {by}, le {datetime_fr(request.state_at)}")]
    if request.reason:
        facts.append(("Motif", RefusalReason(request.reason).label))
    if details and details.ground:
        facts.append(("Raisons", details.ground))
    if request.rectified:
        facts.append(("Rectifié", changes(request.rectified)))
    return [*facts, ("Réponse", letter(answer))]


class Person(NamedTuple):
    """A fiche of the person. ``effect``: what an accepted opposition does to it, "" for other requests."""

    id: str
    number: str
    kind: str
    state: Markup
    facts: Facts
    effect: str
    may_be_rectified: bool


def people(request: RightsRequest, found: Sequence[tuple[Fiche, Identity]], today: date) -> list[Person]:
    return [_person(RequestKind(request.kind), fiche, identity, today) for fiche, identity in found]


def _person(kind: RequestKind, fiche: Fiche, identity: Identity, today: date) -> Person:
    effect = EFFECTS.get((kind, FicheKind(fiche.kind)))
    return Person(
        id=str(fiche.id),
        number=format_number(fiche.number),
        kind=FicheKind(fiche.kind).label,
        state=tag(fiche.state, State(fiche.state).label),
        facts=identity_facts(identity, fiche.department, today),
        effect=_EFFECTS[effect] if effect else "",
        may_be_rectified=kind is RequestKind.RECTIFICATION and fiche.state != State.CANCELLED,
    )
