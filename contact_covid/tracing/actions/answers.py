"""What a disease asks of a person: each place keeps what it was told, and who calls her sees all of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import PARIS, period_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.doubles_queries import made_one
from contact_covid.tracing.enums import Closure, FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Answers, Fiche
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import FicheNotFound, visible_to
from contact_covid.tracing.rules.questions import check_answers, from_bytes, of_disease, to_bytes
from contact_covid.tracing.rules.states import ForbiddenTransition

ANSWERS_CONTEXT = "tracing.Answers.value:"


class AnswersKnown(NamedTuple):
    """``said``: by key, the last word of each; ``version``: of what this place was told, 0 when of nothing yet."""

    said: Mapping[str, str]
    version: int


class AnswersSaid(NamedTuple):
    """Texts by key of the question. ``version``: as ``AnswersKnown`` had it. ``called``: see ``health.HealthSaid``."""

    fiche: UUID
    texts: Mapping[str, str]
    version: int
    submission: Submission
    called: bool = False


def answers_of(actor: Actor, fiche: UUID) -> AnswersKnown:
    """What is known of a fiche that the caller may read: to a practice what it was told itself. Raises ``Denied``,
    ``KeyMissing``."""
    rows = Answers.objects.filter(fiche__in=list(made_one([fiche]))).order_by("at", "id")
    if check(actor, Permission.HEALTH_RECORD).scope is Scope.OWN:
        rows = rows.filter(practice=actor.author.practice)
    found = list(rows)
    said = {key: text for row in found for key, text in opened(row).items()}
    own = (row.version for row in found if (row.fiche_id, row.practice) == (fiche, actor.author.practice))
    return AnswersKnown(said, next(own, 0))


def opened(row: Answers) -> dict[str, str]:
    """Raises ``KeyMissing``, ``SealBroken``."""
    return from_bytes(ring().open(bytes(row.value), context=f"{ANSWERS_CONTEXT}{row.id}"))


def record_answers(*, actor: Actor, said: AnswersSaid, now: datetime) -> None:
    """Replaces what this place was told of a person. What changes nothing writes nothing.

    Raises ``Denied``, ``FicheNotFound``, ``AnswerError``, ``FicheChanged``, ``AlreadyRecorded``;
    ``ForbiddenTransition`` when the fiche is cancelled.
    """
    grant = check(actor, Permission.HEALTH_RECORD)
    if grant.scope is Scope.OWN:
        own_fiche(actor, said.fiche)
    elif not said.called and not visible_to(actor, now).filter(id=said.fiche).exists():
        raise FicheNotFound
    with transaction.atomic():
        fiche = Fiche.objects.select_for_update(no_key=True).get(id=said.fiche)
        use_up(actor.author.account, said.submission, target=fiche.id, now=now)
        if fiche.closure == Closure.CANCELLED:
            raise ForbiddenTransition(fiche.closure, Closure.OPEN)
        asked = of_disease(fiche.disease)[FicheKind(fiche.kind)]
        texts = check_answers(asked, said.texts, today=now.astimezone(PARIS).date())
        row = Answers.objects.filter(fiche=fiche, practice=actor.author.practice).first()
        if said.version != (row.version if row else 0):
            raise FicheChanged(fiche.number)
        if texts == (opened(row) if row else {}):
            return
        _write(actor, row or Answers(id=new_id(now), fiche=fiche, version=0), texts, now)
        detail = {"fields": ("answers",), "state": fiche.state}
        event = Event.by(
            actor, TracingEvent.UPDATED, Purpose.TRACING, Surface.PAGE, fiches=(fiche.number,), detail=detail
        )
        record(event, now=now)


def _write(actor: Actor, row: Answers, texts: Mapping[str, str], now: datetime) -> None:
    row.practice, row.account = actor.author.practice, actor.author.account
    row.period, row.at, row.version = period_of(now), now, row.version + 1
    row.value = ring().seal(to_bytes(texts), period=row.period, context=f"{ANSWERS_CONTEXT}{row.id}")
    row.save()
