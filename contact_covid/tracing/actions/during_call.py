"""What an agent learns of the person while she calls, beside what the person corrects of herself."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.period import PARIS
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.actions import NewIdentity, replace
from contact_covid.people.queries import period_of_identity
from contact_covid.tracing.actions.health import FOLLOWS, health_facts, note_health
from contact_covid.tracing.enums import FicheKind, Spoken
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.queries import identity_of


@dataclass(frozen=True, slots=True)
class SaidDuringCall:
    """``language`` None: as before. ``symptoms``: a contact has some, since today when it is not known since when.
    ``representative``, in E.164 her telephone: whom to ask for when the person is a minor; empty: as before."""

    language: Spoken | None = None
    symptoms: bool = False
    representative: str = ""
    representative_phone: str = ""


def note_said(*, actor: Actor, fiche: Fiche, said: SaidDuringCall, now: datetime) -> None:
    """Writes on ``fiche``, locked by the caller and the actor's to call, what is new of it.

    The caller's act makes the new version. What changes nothing writes nothing. Raises ``Denied``, ``KeyMissing``.
    """
    check(actor, Permission.CALL_RECORD)
    fields = _write_representative(fiche, said) + _write_facts(fiche, said, now)
    if fields:
        surface = Surface.PAGE if actor.session else Surface.JOB
        numbers, detail = (fiche.number,), {"fields": fields}
        event = Event.by(actor, TracingEvent.UPDATED, Purpose.TRACING, surface, fiches=numbers, detail=detail)
        record(event, now=now)


def has_representative(fiche: Fiche) -> bool:
    """Whether it is known whom to call for her."""
    return bool(identity_of(fiche.id).representative_phone)


def _write_representative(fiche: Fiche, said: SaidDuringCall) -> list[str]:
    wanted = {name: getattr(said, name) for name in ("representative", "representative_phone") if getattr(said, name)}
    if not wanted:
        return []
    known = identity_of(fiche.id)
    fields = [name for name, value in wanted.items() if getattr(known, name) != value]
    if fields:
        new = NewIdentity(fiche.id, msgspec.structs.replace(known, **wanted), fiche.fund)
        replace(new, period=period_of_identity(fiche.id))
    return fields


def _write_facts(fiche: Fiche, said: SaidDuringCall, now: datetime) -> list[str]:
    fields = []
    if said.language and said.language != fiche.language:
        fiche.language = said.language
        fields.append("language")
    known = health_facts(fiche) if said.symptoms and fiche.kind == FicheKind.CONTACT else None
    if known and not known.is_ill:
        note_health(fiche, known.fallen_ill(now.astimezone(PARIS).date()), now)
        fields.append("symptoms")
    if fields:
        Fiche.objects.filter(id=fiche.id).update(**{name: getattr(fiche, name) for name in ("language", *FOLLOWS)})
    return fields
