"""The page of a request, with whatever was just refused on it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from contact_covid.accounts.queries import names_of
from contact_covid.core.dates import datetime_fr
from contact_covid.core.records import format_number
from contact_covid.messaging.models import Message
from contact_covid.portal.access import SignedInRequest
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.person.presenters import Facts
from contact_covid.portal.posted import today_of
from contact_covid.portal.rights import presenters
from contact_covid.retention.actions.access_file import notes_to_read
from contact_covid.retention.actions.person import open_person
from contact_covid.retention.enums import Channel, RefusalReason, RequestKind, RequestState
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.queries import details_of, fiches_of, letters_of, request_of
from contact_covid.retention.rules.requests import EFFECTS, MOST_SEARCHES, Effect, proofs, reasons
from contact_covid.tracing.enums import FicheKind

DONE = {
    "recue": ("La demande est enregistrée.", "Le délai d’un mois court depuis sa réception."),
    "verifiee": ("L’identité est vérifiée.", "Assurez-vous que toutes les fiches de la personne sont trouvées."),
    "trouvee": ("La personne est trouvée.", ""),
    "rectifiee": ("La fiche est rectifiée.", "Répondez à la personne quand tout est rectifié."),
    "repondue": ("La réponse est enregistrée.", ""),
    "refusee": ("Le refus est enregistré.", ""),
}
CHANGED = "Quelqu’un d’autre a travaillé sur cette demande pendant votre saisie : elle est affichée telle qu’elle est."


def show(
    request: SignedInRequest,
    asked: UUID,
    *,
    form: PortalForm | None = None,
    refused: str = "",
    nobody: bool = False,
) -> HttpResponse:
    """``form``: with what was typed wrong; ``refused``: why an act was not done; ``nobody``: a search found none."""
    actor = request.session_info.actor
    held = request_of(actor, asked)
    details, today = details_of(held), today_of(request)
    found = open_person(actor=actor, request=asked, now=request.now)
    kind, messages, linked = RequestKind(held.kind), letters_of(held), fiches_of(held)
    context: dict[str, Any] = {
        "asked": held.id,
        "reference": format_number(held.reference),
        "row": presenters.row(held, today),
        "kind": kind,
        "state": RequestState(held.state),
        "version": held.version,
        "facts": presenters.request_facts(held, details, messages.get(held.receipt) if held.receipt else None),
        "people": presenters.people(held, found, today),
        "notes": [
            (str(each.call), f"Fiche {each.number}, appel du {datetime_fr(each.at)}", each.text)
            for each in notes_to_read(actor=actor, request=asked, now=request.now)
        ],
        "linked": len(linked),
        "erases": any(EFFECTS.get((kind, FicheKind(fiche.kind))) is Effect.ERASED for fiche in linked),
        "searches_left": MOST_SEARCHES - held.searches,
        "outcome": _outcome(held, messages),
        "proofs": [(proof.value, proof.label) for proof in proofs(Channel(held.channel))],
        "reasons": _reasons(held, [FicheKind(fiche.kind) for fiche in linked]),
        "values": {name: form.typed(name) for name in form.fields} if form else {},
        "refused": refused,
        "nobody": nobody,
        "done": next((text for word, text in DONE.items() if word in request.GET), None),
        **(form.told() if form else {"errors": [], "by_field": {}}),
    }
    return render(request, "rights/request.html", context, status=409 if refused else 200)


def _outcome(held: RightsRequest, messages: dict[UUID, Message]) -> Facts:
    if held.decided_by is None:
        return []
    by = names_of({held.decided_by}).get(held.decided_by, "compte supprimé")
    answer = messages.get(held.answer) if held.answer else None
    return presenters.outcome_facts(held, details_of(held), by, answer)


def _reasons(held: RightsRequest, kinds: list[FicheKind]) -> list[tuple[str, str]]:
    given: list[RefusalReason] = reasons(RequestKind(held.kind), RequestState(held.state), kinds)
    return [(reason.value, reason.label) for reason in given]
