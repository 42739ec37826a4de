"""A fiche as an agency reads it, as strings ready to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from markupsafe import Markup

from contact_covid.clusters.actions.reading import ExposureSeen, FicheSeen, StaySeen
from contact_covid.clusters.rules.places import Place
from contact_covid.core.dates import date_fr, datetime_fr, day_of
from contact_covid.core.records import format_number
from contact_covid.core.rules import phone
from contact_covid.portal.clusters.presenters import Row, days_of, hand_over_row, place_of
from contact_covid.portal.person.presenters import Facts, born, department_name, representative
from contact_covid.portal.person.presenters import address as address_of
from contact_covid.portal.tags import tag
from contact_covid.tracing.enums import Circumstance, FicheKind, State, StayKind, TestKind
from contact_covid.tracing.models import Contact, IndexCase

_UNKNOWN = "non connu"


class Linked(NamedTuple):
    """A contact by name, or a patient zéro by number only. ``id``: of a fiche that the agency may open, else None."""

    id: UUID | None
    number: str
    name: str
    detail: str
    tag: Markup


class Visited(NamedTuple):
    """Where the person was. ``others``: who was there too, in her words."""

    title: str
    detail: str
    others: str


@dataclass(frozen=True, slots=True)
class FichePage:
    kind: str
    name: str
    state: Markup
    state_at: str
    facts: Facts
    linked: Sequence[Linked]
    is_index: bool
    stays: Sequence[Visited]
    hand_over: Row | None


def fiche_page(seen: FicheSeen, now: datetime) -> FichePage:
    fiche, state = seen.fiche, State(seen.fiche.state)
    return FichePage(
        kind=FicheKind(fiche.kind).label,
        name=seen.identity.name,
        state=tag(state, state.label),
        state_at=datetime_fr(fiche.state_at),
        facts=_facts(seen, day_of(now)),
        linked=[_linked(each) for each in seen.exposures],
        is_index=fiche.kind == FicheKind.INDEX,
        stays=[visited(each) for each in seen.stays],
        hand_over=hand_over_row(seen.hand_over, now, to_agency=True) if seen.hand_over else None,
    )


def _facts(seen: FicheSeen, day: date) -> Facts:
    identity, fiche = seen.identity, seen.fiche
    facts = [
        ("Nom de naissance, prénoms", f"{identity.birth_name.upper()}, {identity.first_names}"),
        ("Date de naissance", born(identity.birth_date, day)),
        ("Téléphone", phone.display(identity.phone) if identity.phone else _UNKNOWN),
        ("E-mail", identity.email or _UNKNOWN),
        ("Adresse", address_of(identity)),
        ("Département", department_name(fiche.department)),
        *representative(identity),
    ]
    return facts + (_index_facts(fiche.index_case) if fiche.kind == FicheKind.INDEX else _contact_facts(fiche.contact))


def _index_facts(case: IndexCase) -> Facts:
    return [
        ("Premiers symptômes", date_fr(case.onset) if case.onset else "sans symptôme"),
        ("Prélèvement", f"{date_fr(case.sampled_on)}, {TestKind(case.test_kind).label}"),
        ("Professionnel de santé", "oui" if case.health_worker else "non"),
        ("Contagieux depuis le", date_fr(case.window_start)),
    ]


def _contact_facts(contact: Contact) -> Facts:
    until = contact.isolation_until
    return [
        ("Dernier contact", date_fr(contact.last_contact)),
        ("Isolement", f"jusqu’au {date_fr(until)} inclus" if until else "Aucun"),
        ("Test à faire", f"le {date_fr(contact.test_due)}" if contact.test_due else "Aucun"),
    ]


def _linked(seen: ExposureSeen) -> Linked:
    exposure, state = seen.exposure, State(seen.other.state)
    where = "même foyer" if exposure.same_household else Circumstance(exposure.circumstance).label.lower()
    kind = "personne co-exposée, " if exposure.co_exposed else ""
    return Linked(
        id=seen.other.id if seen.opens else None,
        number=format_number(seen.other.number),
        name=seen.identity.name if seen.identity else "",
        detail=f"{kind}{where}, le {date_fr(exposure.last_contact)}",
        tag=tag(state, state.label),
    )


def visited(seen: StaySeen) -> Visited:
    said = seen.details
    place = Place(said.name, said.group, said.street, said.postcode, said.commune)
    kind = StayKind(seen.stay.kind).label
    when = days_of(seen.stay.since, seen.stay.until)
    role = f", {said.role}" if said.role else ""
    return Visited(place_of(place), f"{kind}{role}, {when}", said.others)
