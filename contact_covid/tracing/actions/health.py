"""Vaccination, symptoms, recovery, a negative test: what is said of a person's health, and the dates that follow."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, refuse_reuse, use_up
from contact_covid.core.period import PARIS
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.dating import redate, redate_case
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.enums import Closure, FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Declaration, Fiche, Health, IndexCase
from contact_covid.tracing.queries import FicheNotFound, visible_to
from contact_covid.tracing.rules.health import HealthFacts, check_health
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.tracing.rules.urgency import Factor

FOLLOWS = ("factors", "urgent_at", "callable_from")
_OF_CASES = ("recovered_on", "negative_on")


@dataclass(frozen=True, slots=True)
class HealthSaid:
    """What is now said of a person's health. ``version``, ``submission``: see ``correction.Correction``.

    ``called``: the caller has checked that this platform is calling her.
    """

    fiche: UUID
    facts: HealthFacts
    submission: Submission
    version: int | None = None
    called: bool = False


def record_health(*, actor: Actor, said: HealthSaid, now: datetime) -> None:
    """Replaces what is known of a person's health, and her dates with it, and those of who lives with her.

    What a practice says of somebody whom another one declared first is kept as its own, and taken up where nobody has
    said anything: the page looks the same to it. What changes nothing writes nothing. Raises ``Denied``,
    ``FicheNotFound``, ``FicheChanged``, ``HealthError``, ``AlreadyRecorded``; ``ForbiddenTransition`` when the fiche
    is cancelled.
    """
    grant = check(actor, Permission.HEALTH_RECORD)
    check_health(said.facts, today=now.astimezone(PARIS).date())
    anywhere = grant.scope is Scope.OWN or said.called
    with transaction.atomic():
        reach = Fiche.objects if anywhere else visible_to(actor, now)
        fiche = reach.select_for_update().filter(id=said.fiche).first()
        if fiche is None:
            raise FicheNotFound
        own = _own_declaration(actor, fiche) if grant.scope is Scope.OWN else None
        refuse_reuse(actor.author.account, said.submission)
        if said.version not in (None, (own or fiche).version):
            raise FicheChanged(fiche.number)
        if fiche.closure == Closure.CANCELLED:
            raise ForbiddenTransition(fiche.closure, Closure.OPEN)
        facts, stored = _of_her_kind(fiche, said.facts), health_facts(fiche)
        known = HealthFacts(*(getattr(own, name) for name in HealthFacts._fields)) if own else stored
        fields = tuple(name for name in facts._fields if getattr(facts, name) != getattr(known, name))
        if not fields:
            return
        use_up(actor.author.account, said.submission, target=fiche.id, now=now)
        if own:
            Declaration.objects.filter(id=own.id).update(version=F("version") + 1, **facts._asdict())
            facts = _taken_up(stored, facts)
        if facts != stored:
            write_health(fiche, facts, now)
        record(_event(actor, fiche, fields), now=now)


def _own_declaration(actor: Actor, fiche: Fiche) -> Declaration | None:
    """What this practice said of somebody whom another one declared first; None: it was the first.

    Raises ``FicheNotFound`` when it has not declared her.
    """
    practice = actor.author.practice
    if fiche.author_practice == practice:
        return None
    own = Declaration.objects.filter(fiche=fiche, practice=practice).first()
    if own is None:
        raise FicheNotFound
    return own


def _taken_up(stored: HealthFacts, said: HealthFacts) -> HealthFacts:
    """What is known, and of what is not, what was said now; not an end of symptoms before they began."""
    both = HealthFacts(*(one or other for one, other in zip(stored, said, strict=True)))
    if both.onset and both.symptoms_ended_on and both.symptoms_ended_on < both.onset:
        return both._replace(onset=stored.onset, symptoms_ended_on=stored.symptoms_ended_on)
    return both


def health_facts(fiche: Fiche) -> HealthFacts:
    """What is known of a person's health."""
    row = Health.objects.filter(fiche=fiche).values_list(*HealthFacts._fields).first()
    known = HealthFacts(*row) if row else HealthFacts()
    if fiche.kind == FicheKind.CONTACT:
        return known
    return known._replace(onset=IndexCase.objects.values_list("onset", flat=True).get(fiche=fiche))


def _of_her_kind(fiche: Fiche, said: HealthFacts) -> HealthFacts:
    return said if fiche.kind == FicheKind.INDEX else said._replace(**dict.fromkeys(_OF_CASES))


def write_health(fiche: Fiche, facts: HealthFacts, now: datetime) -> None:
    """Writes what is known of the health of ``fiche``, locked by the caller, and what follows from it."""
    note_health(fiche, facts, now)
    fiche.version += 1
    fiche.save(update_fields=[*FOLLOWS, "version"])


def note_health(fiche: Fiche, facts: HealthFacts, now: datetime) -> None:
    """The same, but that ``fiche`` is changed (``FOLLOWS``), not saved. A contact's symptoms are written nowhere else:
    that they put her first follows from them."""
    is_case = fiche.kind == FicheKind.INDEX
    kept = facts._replace(onset=None) if is_case else facts
    Health.objects.update_or_create(fiche=fiche, defaults=kept._asdict())
    if is_case:
        IndexCase.objects.filter(fiche=fiche).update(onset=facts.onset)
        redate_case(fiche, now)
    else:
        redate(fiche, now, anew=True)
        hurry(fiche, {Factor.SYMPTOMS: facts.is_ill})


def _event(actor: Actor, fiche: Fiche, fields: tuple[str, ...]) -> Event:
    surface = Surface.PAGE if actor.session else Surface.JOB
    detail = {"fields": fields, "state": fiche.state}
    return Event.by(actor, TracingEvent.UPDATED, Purpose.TRACING, surface, fiches=(fiche.number,), detail=detail)
