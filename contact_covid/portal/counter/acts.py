"""What the counters did and may still do: « Suivi », the buttons of a fiche, the deliveries of the day."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.period import day_start
from contact_covid.core.records import format_number
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.counter_queries import Delivered
from contact_covid.tracing.enums import TestResult
from contact_covid.tracing.queries import CounterFiche, MasksRecord, TestRecord

_NOTHING = "non connu"


class Record(NamedTuple):
    """A line of « Suivi ». ``kept``: still true, not corrected since. ``act``: what this counter may still do about it,
    to the ``sampling``."""

    title: str
    detail: str
    kept: bool
    act: str = ""
    sampling: UUID | None = None


class Act(NamedTuple):
    """The button of the fiche: to the form, prepared for the act or at its block (``way``), or to a ``sampling`` that
    waits for its result."""

    label: str
    way: str = ""
    sampling: UUID | None = None


class Delivery(NamedTuple):
    """The row of a delivery in the list of the day. ``act``: what may still be done about it."""

    fiche: UUID
    name: str
    number: str
    time: str
    given: str
    act: str


def history(fiche: CounterFiche, actor: Actor) -> list[Record]:
    """« Suivi »: the creation and what this counter's profession recorded, corrections included."""
    records = [Record("Fiche créée", datetime_fr(fiche.created_at), kept=True)]
    if actor.role is Role.PHARMACIST:
        records += [told for known in fiche.masks if (told := _masks(known, actor))] or [
            Record("Masques délivrés", "À renseigner par la pharmacie", kept=False)
        ]
    else:
        records += [_test(known, actor) for known in fiche.tests] or [
            Record("Test réalisé", "À renseigner par le laboratoire", kept=False)
        ]
    return records


def _masks(known: MasksRecord, actor: Actor) -> Record | None:
    """Of another pharmacy nothing is told but the day of a delivery that counts."""
    if known.practice_id != actor.practice:
        given_on = known.delivered and not known.superseded and known.delivered_on
        told = f"Le {date_fr(given_on)}, par une autre pharmacie" if given_on else ""
        return Record("Masques délivrés", told, kept=True) if told else None
    if known.delivered and known.delivered_on:
        title, fact = "Masques délivrés", f"{_counted(known.quantity)} le {date_fr(known.delivered_on)}"
    else:
        title, fact = "Masques non délivrés", "Aucun masque délivré"
    return Record(title, _recorded(fact, known), kept=not known.superseded)


def _counted(quantity: int | None) -> str:
    return "1 masque" if quantity == 1 else f"{quantity} masques"


def _test(known: TestRecord, actor: Actor) -> Record:
    if known.done and known.done_on and known.kind and known.result:
        title = "Test réalisé"
        place = f" {known.place.label[0].lower()}{known.place.label[1:]}" if known.place else ""
        fact = f"{known.kind.label} le {date_fr(known.done_on)}{place}, résultat : {_result(known)}"
    else:
        title, fact = "Test non réalisé", "Aucun test réalisé"
    own = known.practice_id == actor.practice and not known.superseded
    act = ("Saisir le résultat" if _awaits(known) else "Corriger") if own else ""
    return Record(title, _recorded(fact, known), not known.superseded, act, known.sampling if own else None)


def _result(known: TestRecord) -> str:
    told = known.result.label.lower() if known.result else _NOTHING
    day = f" le {date_fr(known.result_on)}" if known.result_on else ""
    again = ", nouveau prélèvement nécessaire" if known.result is TestResult.INCONCLUSIVE else ""
    return f"{told}{day}{again}"


def _recorded(fact: str, known: MasksRecord | TestRecord) -> str:
    waited = isinstance(known, TestRecord) and _awaits(known)
    corrected = f" – {'remplacé' if waited else 'corrigé'} depuis" if known.superseded else ""
    return f"{fact} – {known.practice or 'établissement inconnu'}, saisi le {datetime_fr(known.recorded_at)}{corrected}"


def locked(fiche: CounterFiche, actor: Actor, now: datetime) -> str:
    given = fiche.current_masks
    if given is None or not given.delivered or given.delivered_on is None:
        return ""
    day = date_fr(given.delivered_on)
    if given.practice_id != actor.practice:
        return f"Masques déjà délivrés le {day}."
    if given.recorded_at < day_start(now):
        return f"Masques délivrés le {day}. Pour corriger, contactez la plateforme de l’Assurance Maladie."
    return ""


def masks_act(fiche: CounterFiche, why: str) -> Act | None:
    if why:
        return None
    given = fiche.current_masks
    return Act("Corriger la délivrance", "#acte") if given and given.delivered else Act("Tracer la délivrance", "?acte")


def test_act(fiche: CounterFiche, actor: Actor) -> Act:
    pending = [
        known.sampling for known in fiche.current_tests if _awaits(known) and known.practice_id == actor.practice
    ]
    if pending:
        return Act("Saisir le résultat", sampling=pending[-1])
    return Act("Tracer un prélèvement", "?acte#acte")


def _awaits(test: TestRecord) -> bool:
    return test.done and test.result is TestResult.PENDING


def delivery(given: Delivered, identity: Identity) -> Delivery:
    return Delivery(
        fiche=given.sealed.fiche,
        name=identity.name,
        number=format_number(given.sealed.number),
        time=datetime_fr(given.recorded_at)[-len("10:10") :],
        given=_counted(given.quantity) if given.delivered else "Aucun masque délivré",
        act="" if given.corrected else "Corriger",
    )
