"""Fiches that do not exist yet, and the numbers they will have."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import connection

from contact_covid.access.actor import Author
from contact_covid.core.ids import new_id
from contact_covid.core.records import new_number
from contact_covid.core.rules.arrays import array
from contact_covid.directory.queries import area_fund_of, fund_of_place, funds, region_of, zone_of
from contact_covid.directory.rules.countries import ABROAD
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import Consent, FicheKind
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.states import Facts, derive
from contact_covid.tracing.rules.urgency import urgent_at

_NEW = Facts()


def free_numbers(count: int) -> Iterator[str]:
    """Record numbers that no fiche has: among a million fiches, one drawing in 30,000 meets one that is taken."""
    drawn: set[str] = set()
    while len(drawn) < count:
        fresh = {new_number() for _ in range(count - len(drawn))} - drawn
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM tracing_fiche WHERE number = ANY(%s::varchar[])", [array(fresh)])
            drawn |= fresh - {number for (number,) in cursor.fetchall()}
    return iter(drawn)


def area_of(department: str, person: Identity, practice: UUID) -> tuple[str, str]:
    """The region and the fund that follow a person: of her département; abroad, of the practice that declares her; her
    own fund where nothing else says whose platform calls."""
    fund = area_fund_of(department) or (fund_of_place(practice) if department == ABROAD else None) or person.fund
    lives_in = funds()[fund].department if department == ABROAD and fund in funds() else department
    return region_of(lives_in) or "", fund


def new_fiche(
    *,
    number: str,
    disease: str,
    kind: FicheKind,
    author: Author,
    department: str,
    consent: Consent,
    person: Identity,
    now: datetime,
) -> Fiche:
    """A fiche to call, not saved."""
    region, fund = area_of(department, person, author.practice)
    return Fiche(
        id=new_id(now),
        number=number,
        disease=disease,
        kind=kind,
        call=_NEW.call,
        test=_NEW.test,
        closure=_NEW.closure,
        state=derive(_NEW),
        state_at=now,
        consent=consent,
        department=department,
        region=region,
        fund=fund,
        created_at=now,
        counts_from=now,
        urgent_at=urgent_at(disease, kind, now, zone=zone_of(department)),
        callable_from=now,
        author_account=author.account,
        author_practice=author.practice,
    )
