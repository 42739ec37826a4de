"""The person of a request is looked for, exactly and a few times only, and seen through the request alone."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.rules.nir import Nir
from contact_covid.core.rules.text import given_matches, surname_matches
from contact_covid.journal.enums import Purpose
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.enums import KeyKind
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import fiches_by_value, fiches_of_person, open_identities
from contact_covid.people.rules.identity import Identity
from contact_covid.people.rules.keys import KeyValue
from contact_covid.retention.actions.requests import refuse_unchecked, tell
from contact_covid.retention.enums import RequestState
from contact_covid.retention.events import RetentionEvent
from contact_covid.retention.models import RequestFiche, RightsRequest
from contact_covid.retention.queries import fiches_of, request_of
from contact_covid.retention.rules.requests import MOST_SEARCHES, RightsError, RightsErrorCode
from contact_covid.tracing.doubles_queries import made_one, survivors
from contact_covid.tracing.models import Fiche


@dataclass(frozen=True, slots=True)
class ByNumber:
    """Her number of social security with both names, all exact."""

    nir: Nir
    last_name: str
    first_name: str


@dataclass(frozen=True, slots=True)
class ByFiche:
    """The number of a fiche, as it was told to her, with her birth date."""

    number: str
    birth_date: date


def find_person(*, actor: Actor, request: UUID, asked: ByNumber | ByFiche, now: datetime) -> int:
    """Links to the request every fiche that is proved to be of that person; how many there are.

    The identity must have been checked. Ten searches a request, each in the journal. Raises ``Denied``,
    ``RightsRequestNotFound``, ``RightsError``, ``KeyMissing``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    with transaction.atomic():
        held = request_of(actor, request, lock=True)
        refuse_unchecked(held)
        if held.searches >= MOST_SEARCHES:
            raise RightsError(RightsErrorCode.TOO_MANY_SEARCHES)
        RightsRequest.objects.filter(id=held.id).update(searches=F("searches") + 1)
        fiches = link_all(held, _by_number(asked, now) if isinstance(asked, ByNumber) else _by_fiche(asked), now)
        tell(actor, RetentionEvent.PERSON_SEARCHED, held, now, detail={"found": fiches})
    return fiches


def _by_number(asked: ByNumber, now: datetime) -> dict[UUID, Identity]:
    value = KeyValue(KeyKind.NIR, asked.nir.body)
    people = _opened(fiches_by_value([value], now).get(value, []))
    return {
        fiche: person
        for fiche, person in people.items()
        if surname_matches(asked.last_name, person.birth_name, person.used_name)
        and given_matches(asked.first_name, person.first_names)
    }


def _by_fiche(asked: ByFiche) -> dict[UUID, Identity]:
    people = _opened(list(Fiche.objects.filter(number=asked.number).values_list("id", flat=True)))
    return {fiche: person for fiche, person in people.items() if person.birth_date == asked.birth_date}


def _opened(fiches: list[UUID]) -> dict[UUID, Identity]:
    rows = [(row.fiche, row.value) for row in SealedIdentity.objects.filter(fiche__in=fiches).order_by("fiche")]
    return dict(zip([fiche for fiche, _ in rows], open_identities(rows), strict=True))


def link_all(held: RightsRequest, found: dict[UUID, Identity], now: datetime) -> int:
    """The fiches found belong to the request, with the person's other ones and those that were merged; how many.

    In the caller's transaction.
    """
    fiches = set(found)
    for person in found.values():
        fiches |= fiches_of_person(person, now)
    whole = set(made_one(fiches | set(survivors(fiches).values()))) if fiches else set()
    rows = [RequestFiche(request=held, fiche_id=fiche) for fiche in whole]
    RequestFiche.objects.bulk_create(rows, ignore_conflicts=True)
    return len(whole)


def open_person(*, actor: Actor, request: UUID, now: datetime) -> list[tuple[Fiche, Identity]]:
    """The fiches of a request whose person was found, with her identity as each has it; none once erased.

    While the request has no answer. In the journal, in one row, as an exercise of rights. Raises ``Denied``,
    ``RightsRequestNotFound``.
    """
    check(actor, Permission.RIGHTS_MANAGE)
    held = request_of(actor, request)
    if held.state != RequestState.CHECKED:
        return []
    fiches = {fiche.id: fiche for fiche in fiches_of(held)}
    sealed = [
        Sealed(row.fiche, fiches[row.fiche].number, row.value)
        for row in SealedIdentity.objects.filter(fiche__in=fiches)
    ]
    identities = reveal(actor, sealed, purpose=Purpose.RIGHTS, now=now)
    return [(fiche, identities[id_]) for id_, fiche in fiches.items() if id_ in identities]
