"""Which script a call has, and what its blanks are filled with: the person's own dates, and another's name only when
that person agrees."""

from datetime import date, timedelta

from django.conf import settings
from markupsafe import Markup, escape

from contact_covid.messaging.enums import Language
from contact_covid.messaging.rules.rendering import day_in_words
from contact_covid.portal.calls.scripts import Condition, Script, Step, steps_of
from contact_covid.portal.health.presenters import tests_in_words
from contact_covid.portal.person.presenters import is_minor
from contact_covid.tracing.enums import Consent, FicheKind
from contact_covid.tracing.models import IndexCase
from contact_covid.tracing.rules.dates import tests_from_json
from contact_covid.worklist.actions.card import Card

_MOST_DAYS_WALKED_BACK = 21
_MOST_DAYS_AHEAD = 28
"""A script may name a day after the last contact: {plus_3} is the third one."""
CONSENTS = {Consent.AGREES: "acceptée", Consent.REFUSES: "refusée", Consent.NOT_ASKED: "non demandée"}
_PLATFORM = "la plateforme Contact COVID de l’Assurance Maladie"
_UNTIL_RECOVERY = "jusqu’à ce que votre médecin vous dise guéri"


def script_of(card: Card, today: date, *, agent: str, organisation: str, incoming: bool) -> list[Step]:
    """The steps of this call. ``agent``: her name; ``organisation``: that she calls from, empty for the platform;
    ``incoming``: the person rang."""
    script = Script.INCOMING if incoming else _outgoing(card)
    values = _values(card, agent, today) | {"platform": _platform(organisation)}
    return steps_of(card.fiche.disease, script, _conditions(card, today), values)


def days_of(index: IndexCase, today: date) -> list[str]:
    """The days to walk back through with a patient zéro, today first."""
    count = min((today - index.window_start).days, _MOST_DAYS_WALKED_BACK)
    return [_words(today - timedelta(days=n)) for n in range(count + 1)]


def _outgoing(card: Card) -> Script:
    if card.fiche.told_at:
        return Script.FOLLOW_UP
    return Script.INDEX if card.fiche.kind == FicheKind.INDEX else Script.CONTACT


def _platform(organisation: str) -> Markup:
    """« la CPTS … » is not said: whether it is a « la » or a « le » is known of no organisation."""
    if not organisation:
        return escape(_PLATFORM)
    return Markup("la structure <b>{}</b>, pour {}").format(organisation, _PLATFORM)


def _conditions(card: Card, today: date) -> set[Condition]:
    fiche = card.fiche
    contact = None if fiche.kind == FicheKind.INDEX else fiche.contact
    until = contact.isolation_until if contact else fiche.index_case.isolation_until
    holding = {
        Condition.INDEX: contact is None,
        Condition.MINOR: is_minor(card.identity, today),
        Condition.INTERPRETER: card.interpreter is not None,
        Condition.NAMED: bool(_index_name(card)),
        Condition.DATED: until is not None,
        Condition.OVER: until is not None and until < today,
    }
    return {condition for condition, holds in holding.items() if holds}


def _values(card: Card, agent: str, today: date) -> dict[str, str]:
    fiche, identity = card.fiche, card.identity
    values = {
        "agent": agent,
        "name": identity.name,
        "representative": f", {identity.representative}" if identity.representative else "",
        "interpreter": settings.INTERPRETER_LINE,
        "language": card.interpreter.label if card.interpreter else "",
        "index": _index_name(card),
        "consent": CONSENTS[Consent(fiche.consent)],
    }
    if fiche.kind == FicheKind.INDEX:
        index = fiche.index_case
        until = _words(index.isolation_until) if index.isolation_until else ""
        stay = f"jusqu’au {until} inclus" if until else _UNTIL_RECOVERY
        return values | {"since": _words(index.window_start), "until": until, "stay": stay}
    contact = fiche.contact
    return values | {
        "last_contact": _words(contact.last_contact),
        "until": _words(contact.isolation_until) if contact.isolation_until else "",
        "tests": tests_in_words(tests_from_json(contact.tests), today),
        "masks": _words(contact.mask_until) if contact.mask_until else "",
        **{f"plus_{days}": _words(contact.last_contact + timedelta(days=days)) for days in range(_MOST_DAYS_AHEAD + 1)},
    }


def _index_name(card: Card) -> str:
    """Of the exposure that decides the dates, so that date and name belong together; empty unless she agrees."""
    latest = card.exposures[0] if card.exposures else None
    return latest.index.name if latest and latest.index else ""


def _words(day: date) -> str:
    return day_in_words(day, Language.FRENCH)
