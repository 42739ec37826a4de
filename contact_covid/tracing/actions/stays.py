"""Where a patient zéro was in the look-back: named with her, added later, corrected, taken out."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.actor import Actor, Author
from contact_covid.access.enums import Permission, Scope
from contact_covid.access.policy import check
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import PARIS, period_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.tracing.actions.hurrying import hurry
from contact_covid.tracing.actions.moving import write_moved
from contact_covid.tracing.enums import Closure, FicheKind
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Fiche, IndexCase, Stay
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.queries import FicheNotFound, visible_to
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.tracing.rules.stays import NamedStay, check_stay, to_bytes
from contact_covid.tracing.rules.urgency import COLLECTIVE_STAYS, Factor, held
from contact_covid.tracing.stay_queries import STAY_CONTEXT, StayNotFound, place_digests, seen


class StayChanged(Exception):
    """Somebody else has corrected the stay since it was read."""


def new_stay(fiche: Fiche, named: NamedStay, *, author: Author, now: datetime) -> Stay:
    """The row of a stay named now. Raises ``KeyMissing``."""
    stay = Stay(
        id=new_id(now),
        fiche=fiche,
        period=period_of(now),
        created_at=now,
        author_account=author.account,
        author_practice=author.practice,
    )
    _say(stay, named)
    return stay


def write_stays(stays: Sequence[Stay]) -> None:
    """Inserts stays of fiches that exist, locked by the caller; who lived, learnt or was cared for among many is called
    before others, and her fiche has another version."""
    Stay.objects.bulk_create(stays)
    among_many = {stay.fiche_id: stay.fiche for stay in stays if stay.kind in COLLECTIVE_STAYS}
    hurried = [fiche for fiche in among_many.values() if Factor.COLLECTIVE not in held(fiche.factors)]
    for fiche in hurried:
        hurry(fiche, {Factor.COLLECTIVE: True})
    write_moved(hurried)


def _hurry(fiche: Fiche) -> None:
    """The same of a patient zéro whose stays have changed otherwise."""
    collective = Stay.objects.filter(fiche=fiche, kind__in=COLLECTIVE_STAYS).exists()
    if collective is not (Factor.COLLECTIVE in held(fiche.factors)):
        hurry(fiche, {Factor.COLLECTIVE: collective})
        write_moved([fiche])


def name_stays(
    *,
    actor: Actor,
    index: UUID,
    stays: Sequence[NamedStay],
    submission: Submission,
    now: datetime,
    called: bool = False,
) -> None:
    """Adds stays to a patient zéro whom this practice declared, or who lives in the area of this platform.

    ``called``: see ``registration.name_contacts``. Raises ``Denied``, ``FicheNotFound``, ``StayError``,
    ``ForbiddenTransition`` (the fiche is cancelled), ``AlreadyRecorded`` (its target is the first stay).
    """
    with transaction.atomic():
        fiche, window_start = _index(actor, index, now, called=called)
        for stay in stays:
            check_stay(stay, window_start=window_start, today=now.astimezone(PARIS).date())
        rows = [new_stay(fiche, stay, author=actor.author, now=now) for stay in stays]
        use_up(actor.author.account, submission, target=rows[0].id, now=now)
        write_stays(rows)
        _record(actor, fiche, now)


def correct_stay(
    *,
    actor: Actor,
    index: UUID,
    stay: UUID,
    said: NamedStay,
    version: int | None,
    now: datetime,
    called: bool = False,
) -> None:
    """Replaces what is said of a stay; saying the same twice is saying it once. ``version``: as it was read, or None.

    A practice corrects its own; a platform, those of the patient zéro it calls, whoever named them. Raises what
    ``name_stays`` raises; ``StayNotFound``, ``StayChanged``.
    """
    with transaction.atomic():
        fiche, window_start = _index(actor, index, now, called=called)
        known = _stay(actor, fiche, stay)
        check_stay(said, window_start=window_start, today=now.astimezone(PARIS).date())
        if seen(known).named == said:
            return
        if version not in (None, known.version):
            raise StayChanged
        _say(known, said)
        known.version += 1
        known.save(update_fields=["kind", "since", "until", "department", "value", "places", "version"])
        _hurry(fiche)
        _record(actor, fiche, now)


def remove_stay(*, actor: Actor, index: UUID, stay: UUID, now: datetime, called: bool = False) -> None:
    """Takes out a stay that was named in error; twice is once.

    Raises ``Denied``, ``FicheNotFound``, ``ForbiddenTransition``.
    """
    with transaction.atomic():
        fiche, _ = _index(actor, index, now, called=called)
        try:
            _stay(actor, fiche, stay).delete()
        except StayNotFound:
            return
        _hurry(fiche)
        _record(actor, fiche, now)


def _index(actor: Actor, index: UUID, now: datetime, *, called: bool) -> tuple[Fiche, date]:
    """The patient zéro, locked, and the first day of her look-back."""
    grant = check(actor, Permission.STAYS_NAME)
    if grant.scope is Scope.OWN:
        reached = own_fiche(actor, index).kind is FicheKind.INDEX
    else:
        reached = called or visible_to(actor, now).filter(id=index).exists()
    fiche = Fiche.objects.select_for_update().filter(id=index, kind=FicheKind.INDEX).first() if reached else None
    if fiche is None:
        raise FicheNotFound
    if fiche.closure == Closure.CANCELLED:
        raise ForbiddenTransition(fiche.closure, Closure.OPEN)
    return fiche, IndexCase.objects.values_list("window_start", flat=True).get(fiche=fiche)


def _stay(actor: Actor, fiche: Fiche, stay: UUID) -> Stay:
    known = Stay.objects.select_for_update().filter(id=stay, fiche=fiche)
    if check(actor, Permission.STAYS_NAME).scope is Scope.OWN:
        known = known.filter(author_practice=actor.author.practice)
    found = known.first()
    if found is None:
        raise StayNotFound
    return found


def _say(stay: Stay, named: NamedStay) -> None:
    stay.kind, stay.department = named.kind, named.department
    stay.since, stay.until = named.since, named.until
    stay.value = ring().seal(to_bytes(named.details), period=stay.period, context=f"{STAY_CONTEXT}{stay.id}")
    stay.places = place_digests(named.details, stay.period)


def _record(actor: Actor, fiche: Fiche, now: datetime) -> None:
    surface = Surface.PAGE if actor.session else Surface.JOB
    purpose = Purpose.REGISTRATION if actor.practice else Purpose.TRACING
    detail = {"fields": ("stays",), "state": fiche.state}
    record(Event.by(actor, TracingEvent.UPDATED, purpose, surface, fiches=(fiche.number,), detail=detail), now=now)
