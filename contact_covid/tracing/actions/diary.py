"""The diary: how a person feels, once a day; symptoms put her first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS
from contact_covid.tracing.actions.health import health_facts, write_health
from contact_covid.tracing.actions.hurrying import call_at_once
from contact_covid.tracing.actions.person_acts import note, own
from contact_covid.tracing.enums import FicheKind, Symptom
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import DiaryEntry, Fiche
from contact_covid.tracing.rules.diary import is_severe, symptoms_of
from contact_covid.tracing.rules.states import WAITING
from contact_covid.tracing.rules.urgency import Factor


@dataclass(frozen=True, slots=True)
class DiarySaid:
    """How she feels today: no symptoms, well. ``temperature``: °C."""

    symptoms: Sequence[Symptom]
    temperature: Decimal | None = None


def write_diary(*, actor: Actor, said: DiarySaid, now: datetime) -> DiaryEntry:
    """Writes today's entry, or corrects it: said again the same it changes nothing.

    A contact's first symptoms are her onset: her dates are made anew, and she is called before others; so is whoever
    has trouble breathing. Raises ``Denied``, ``FicheNotFound``, ``DiaryError``.
    """
    symptoms = symptoms_of(said.symptoms, said.temperature)
    today = now.astimezone(PARIS).date()
    with transaction.atomic():
        fiche = own(actor)
        entry = DiaryEntry.objects.filter(fiche=fiche, day=today).first()
        if entry and (entry.symptoms, entry.temperature) == (symptoms, said.temperature):
            return entry
        entry = entry or DiaryEntry(id=new_id(now), fiche=fiche, day=today)
        gasped = is_severe(entry.symptoms or ())
        entry.symptoms, entry.temperature, entry.at = symptoms, said.temperature, now
        entry.save()
        note(actor, TracingEvent.DIARY_WRITTEN, fiche, now, {"fields": ("symptoms",)})
        begins = fiche.kind == FicheKind.CONTACT and _begins(fiche, symptoms, today, now)
        if begins or (is_severe(symptoms) and not gasped):
            _call(actor, fiche, now)
    return entry


def _begins(fiche: Fiche, symptoms: Sequence[Symptom], today: date, now: datetime) -> bool:
    """Whether a contact's symptoms begin today, or are back, which is written; that they do not after all is too."""
    known = health_facts(fiche)
    if symptoms and not known.is_ill:
        write_health(fiche, known.fallen_ill(today), now)
        return True
    if not symptoms and known.onset == today:
        write_health(fiche, known._replace(onset=None), now)
    return False


def _call(actor: Actor, fiche: Fiche, now: datetime) -> None:
    facts = {} if fiche.kind == FicheKind.CONTACT else {Factor.ASKS_CALL: True}  # a contact's symptoms are known
    again = fiche.call not in WAITING
    call_at_once([fiche], facts, now)
    if again:
        why = {"fields": ("call",), "call": fiche.call, "reason": "symptoms"}
        note(actor, TracingEvent.CALLED_AGAIN, fiche, now, why)
