"""« Mes fiches »: what the practice declared, where it stands, and contacts named later."""

import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import names_of
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.idempotency import AlreadyRecorded
from contact_covid.core.records import format_number
from contact_covid.journal.enums import Purpose
from contact_covid.messaging.rules.person_contents import Instructions
from contact_covid.people.actions import reveal
from contact_covid.people.rules.identity import Identity
from contact_covid.portal import diseases, keyset
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.declare import presenters
from contact_covid.portal.declare.forms import CancelForm
from contact_covid.portal.languages import offered
from contact_covid.portal.paths import to
from contact_covid.portal.person import household
from contact_covid.portal.person.forms import ContactForm, contact_choices, form_context, form_submission, typed
from contact_covid.portal.person.presenters import Facts, consequences, identity_facts, support
from contact_covid.portal.posted import id_of, key_of, today_of, version_of
from contact_covid.portal.stays import presenters as stays
from contact_covid.portal.wording import sentence
from contact_covid.tracing.actions.cancellation import CANCEL_REASONS, FicheShared, cancel_fiche
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.registration import name_contacts
from contact_covid.tracing.doubles_queries import survivors
from contact_covid.tracing.enums import ClosureReason, FicheKind, State
from contact_covid.tracing.own_queries import Link, OwnFiche, OwnLine, Position, own_fiche, own_fiches, own_history
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.certificates import CertificateErrorCode
from contact_covid.tracing.rules.questions import of_disease
from contact_covid.tracing.stay_queries import stays_of

DONE = {
    "enregistre": (
        "La déclaration est enregistrée.",
        "La plateforme de l’Assurance Maladie prend le relais. Notez les numéros de fiche : ils peuvent être dits à"
        " haute voix.",
    ),
    "ajoute": ("Le contact est enregistré.", ""),
    "corrige": ("La correction est enregistrée.", ""),
    "appele": (
        "Votre appel est enregistré.",
        # Not by which way: another practice may know an address that this one does not.
        "La plateforme n’appellera pas cette personne. Les consignes et la lettre d’isolement lui sont envoyées par"
        " courriel, à défaut par courrier postal, si une adresse est connue.",
    ),
    "confie": ("L’appel est confié à la plateforme.", "Elle appellera cette personne ; vous n’avez plus à le faire."),
    "annule": ("La fiche est annulée.", ""),
}


class Row(NamedTuple):
    """A line of the list, or a person linked to a fiche."""

    id: str
    number: str
    name: str
    kind: str
    state: str
    state_label: str
    detail: str


@requires(Permission.FICHE_REGISTER)
@require_safe
def fiches(request: SignedInRequest) -> HttpResponse:
    actor = request.session_info.actor
    page = keyset.asked(request.GET)
    lines, following = own_fiches(actor, request.now, after=Position(*page.after) if page.after else None)
    identities = reveal(actor, [line.sealed for line in lines], purpose=Purpose.REGISTRATION, now=request.now)
    context = {
        "rows": [_row(line, identities[line.sealed.fiche], datetime_fr(line.declared_at)) for line in lines],
        **page.context(following),
    }
    return render(request, "declare/fiches.html", context)


@requires(Permission.FICHE_REGISTER)
@require_safe
def fiche(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    opened, identities = open_fiche(request, fiche)
    if opened.state is State.CANCELLED and (led := survivors([fiche])):
        return to("own_fiche", fiche=led[fiche])
    identity = identities[fiche]
    is_index = opened.kind is FicheKind.INDEX
    named = stays_of(request.session_info.actor, fiche) if is_index else []
    written = own_history(request.session_info.actor, opened)
    names = names_of({each.account for each in written if each.account})
    context = {
        "fiche": _row(opened, identity, datetime_fr(opened.declared_at)),
        "state_at": datetime_fr(opened.state_at),
        "history": [presenters.writing(each, names) for each in written],
        "notes": consequences(identity),
        "may_certify": opened.state is not State.CANCELLED,
        "refused": next((sentence(code) for code in CertificateErrorCode if code.value in request.GET), ""),
        "may_correct": opened.state is not State.CANCELLED,
        "instructions": presenters.instructions(opened, request.now) if opened.to_call else [],
        "languages": offered(Instructions),
        "done": next((text for word, text in DONE.items() if word in request.GET), None),
        "facts": _facts(opened, identity, request),
        "links": [_link(link, identities[link.sealed.fiche]) for link in opened.links],
        "stays": [stays.stay_line(stay.id, stay.named) for stay in named],
        "is_index": is_index,
        "has_questions": bool(of_disease(opened.disease)[opened.kind]),
        "may_add": is_index and opened.state is not State.CANCELLED,
    }
    return render(request, "declare/fiche.html", context)


@requires(Permission.FICHE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    """A contact whom the patient zéro remembers later."""
    actor = request.session_info.actor
    opened, identities = open_fiche(request, fiche)
    if opened.kind is not FicheKind.INDEX or opened.state is State.CANCELLED:
        raise FicheNotFound
    index = identities[fiche]
    if request.method != "POST":
        return _add_page(request, opened, index, _next_values(request, opened, identities))
    form = ContactForm(request.POST, today=today_of(request), index=index, department=opened.department)
    if not form.is_valid():
        return _add_page(request, opened, index, typed(form), form=form)
    try:
        name_contacts(
            actor=actor, index=fiche, contacts=[form.named()], submission=form_submission(form), now=request.now
        )
    except AlreadyRecorded as already:
        if not already.same:
            return _add_page(request, opened, index, typed(form), conflict="Ce contact est déjà enregistré")
    return to("own_fiche" if form.is_last else "own_contact", "ajoute", fiche=fiche)


@requires(Permission.FICHE_CANCEL)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    """What was declared in error."""
    actor = request.session_info.actor
    opened, identities = open_fiche(request, fiche)
    if opened.state is State.CANCELLED:
        return to("own_fiche", fiche=fiche)
    if request.method != "POST":
        return _cancel_page(request, opened, identities[fiche])
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _cancel_page(request, opened, identities[fiche], form=form)
    reason, version = ClosureReason(form.cleaned_data["reason"]), version_of(request)
    try:
        cancel_fiche(actor=actor, fiche=fiche, reason=reason, version=version, now=request.now)
    except FicheChanged:
        return _cancel_page(request, opened, identities[fiche], conflict="Cette fiche a été modifiée entre-temps")
    except (FicheShared, FicheNotFound):
        return _cancel_page(request, opened, identities[fiche], conflict="Cette fiche ne peut pas être annulée ici")
    return to("own_fiche", "annule", fiche=fiche)


def _next_values(request: SignedInRequest, opened: OwnFiche, identities: Mapping[UUID, Identity]) -> Mapping[str, str]:
    """An empty form, or what the household has in common."""
    values = {"nir_holder": "own", "sex": "U"}
    member = household.asked(request.GET.get(household.ASKED, ""))
    if member is None:
        asked = id_of(request.GET.get(stays.ASKED, ""))
        known = stays_of(request.session_info.actor, opened.sealed.fiche) if asked else []
        stay = next((each for each in known if each.id == asked), None)
        return values | stays.met_there(stay.named) if stay else values
    others = [identities[link.sealed.fiche] for link in opened.links if link.same_household]
    index = identities[opened.sealed.fiche]
    return values | household.household_values(
        member, index, opened.consent, opened.department, others, today_of(request)
    )


def _cancel_page(
    request: SignedInRequest,
    opened: OwnFiche,
    identity: Identity,
    *,
    form: CancelForm | None = None,
    conflict: str = "",
) -> HttpResponse:
    context = {
        "fiche": _row(opened, identity, datetime_fr(opened.declared_at)),
        "version": opened.version,
        "is_index": opened.kind is FicheKind.INDEX,
        "reasons": [(reason.value, reason.label) for reason in CANCEL_REASONS],
        **(form or CancelForm()).told(),
        "conflict_title": conflict,
    }
    return render(request, "declare/cancel.html", context, status=409 if conflict else 200)


def open_fiche(request: SignedInRequest, fiche: UUID) -> tuple[OwnFiche, dict[UUID, Identity]]:
    """The fiche and everybody linked to it, as far as the role may see them; the reading is in the journal."""
    actor: Actor = request.session_info.actor
    opened = own_fiche(actor, fiche)
    sealed = [opened.sealed, *(link.sealed for link in opened.links)]
    return opened, reveal(actor, sealed, purpose=Purpose.REGISTRATION, now=request.now)


def _add_page(
    request: SignedInRequest,
    opened: OwnFiche,
    index: Identity,
    values: Mapping[str, str],
    *,
    form: ContactForm | None = None,
    conflict: str = "",
) -> HttpResponse:
    context: dict[str, Any] = (
        form_context(values, form)
        | contact_choices()
        | {
            "idempotency_key": secrets.token_urlsafe(16) if conflict else key_of(request),
            "fiche": str(opened.sealed.fiche),
            "index_name": index.name,
            "conflict_title": conflict,
            "added": "ajoute" in request.GET,
        }
    )
    return render(request, "declare/add.html", context, status=409 if conflict else 200)


def _row(line: OwnLine | OwnFiche, identity: Identity, detail: str) -> Row:
    return Row(
        id=str(line.sealed.fiche),
        number=format_number(line.sealed.number),
        name=identity.name,
        kind=line.kind.label,
        state=line.state,
        state_label=line.state.label,
        detail=detail,
    )


def _link(link: Link, identity: Identity) -> Row:
    where = "même foyer" if link.same_household else link.circumstance.label.lower()
    caller = ", appel par vous-même" if link.calls_self else ""
    return Row(
        id=str(link.sealed.fiche),
        number=format_number(link.sealed.number),
        name=identity.name,
        kind=link.kind.label,
        state=link.state,
        state_label=link.state.label,
        detail=f"{where}, dernier contact le {date_fr(link.last_contact)}{caller}",
    )


def _facts(opened: OwnFiche, identity: Identity, request: SignedInRequest) -> Facts:
    facts = [*diseases.fact(opened.disease), *identity_facts(identity, opened.department, today_of(request))]
    if opened.index:
        facts += presenters.test_facts(opened.index)
    return [*facts, support(opened.support_needs), ("Consentement", opened.consent.label)]
