"""The counter's pages as strings ready to show: dates, numbers and names are written once, here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from contact_covid.access.enums import Role
from contact_covid.core.dates import age, date_fr, datetime_fr
from contact_covid.core.records import format_number
from contact_covid.core.rules import phone
from contact_covid.core.rules.nir import Nir
from contact_covid.directory.queries import departments, funds, schemes
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.field_names import named
from contact_covid.tracing.enums import Consent, State
from contact_covid.tracing.queries import CounterFiche, Found, MasksRecord, TestRecord

UNKNOWN = "non connu"


class Line(NamedTuple):
    """A line of the result table."""

    id: UUID
    name: str
    nir: str
    department: str
    created: str
    state: str
    state_label: str


class Record(NamedTuple):
    """A line of « Suivi ». ``kept``: still true, not corrected since."""

    title: str
    detail: str
    kept: bool


@dataclass(frozen=True, slots=True)
class FichePage:
    """What the fiche and the form show of a person."""

    id: UUID
    number: str
    name: str
    born: str
    refuses: bool
    quality: str
    nir: str
    scheme: str
    fund: str
    address: str
    state: str
    state_label: str
    state_at: str
    history: Sequence[Record]


def line(found: Found, identity: Identity) -> Line:
    return Line(
        id=found.sealed.fiche,
        name=identity.name,
        nir=nir(identity),
        department=department(found.department),
        created=datetime_fr(found.created_at),
        state=found.state,
        state_label=State(found.state).label,
    )


def fiche_page(fiche: CounterFiche, identity: Identity, *, role: Role, today: date) -> FichePage:
    return FichePage(
        id=fiche.sealed.fiche,
        number=format_number(fiche.sealed.number),
        name=identity.name,
        born=born(identity.birth_date, today),
        refuses=fiche.consent is Consent.REFUSES,
        quality=identity.quality.label,
        nir=nir(identity),
        scheme=schemes().get(identity.scheme, UNKNOWN),
        fund=fund(identity),
        address=address(identity),
        state=fiche.state,
        state_label=State(fiche.state).label,
        state_at=datetime_fr(fiche.state_at),
        history=history(fiche, role),
    )


def nir(identity: Identity) -> str:
    return Nir(identity.nir).display() if identity.nir else UNKNOWN


def born(birth_date: date | None, today: date) -> str:
    return f"{date_fr(birth_date)} ({age(birth_date, today)} ans)" if birth_date else UNKNOWN


def department(code: str) -> str:
    known = departments().get(code)
    return f"{code} – {known.name}" if known else code


def fund(identity: Identity) -> str:
    known = funds().get(identity.fund)
    if known is None:
        return UNKNOWN
    return f"{known.name} – centre {identity.centre}" if identity.centre else known.name


def address(identity: Identity) -> str:
    town = f"{identity.postcode} {identity.commune}".strip()
    return ", ".join(part for part in (identity.street, town) if part) or UNKNOWN


def history(fiche: CounterFiche, role: Role) -> list[Record]:
    """« Suivi »: the creation and what this counter's profession recorded, corrections included."""
    records = [Record("Fiche créée", datetime_fr(fiche.created_at), kept=True)]
    if role is Role.PHARMACIST:
        records += [_masks(known) for known in fiche.masks] or [
            Record("Masques délivrés", "À renseigner par la pharmacie", kept=False)
        ]
    else:
        records += [_test(known) for known in fiche.tests] or [
            Record("Test réalisé", "À renseigner par le laboratoire", kept=False)
        ]
    return records


def _masks(known: MasksRecord) -> Record:
    if known.delivered and known.delivered_on:
        title, fact = "Masques délivrés", f"{_counted(known.quantity)} le {date_fr(known.delivered_on)}"
    else:
        title, fact = "Masques non délivrés", "Aucun masque délivré"
    return Record(title, _recorded(fact, known), kept=not known.superseded)


def _counted(quantity: int | None) -> str:
    return "1 masque" if quantity == 1 else f"{quantity} masques"


def _test(known: TestRecord) -> Record:
    if known.done and known.done_on and known.kind and known.result:
        title = "Test réalisé"
        fact = f"{known.kind.label} le {date_fr(known.done_on)}, résultat : {known.result.label.lower()}"
    else:
        title, fact = "Test non réalisé", "Aucun test réalisé"
    return Record(title, _recorded(fact, known), kept=not known.superseded)


def _recorded(fact: str, known: MasksRecord | TestRecord) -> str:
    corrected = " – corrigé depuis" if known.superseded else ""
    return f"{fact} – {known.practice or 'établissement inconnu'}, saisi le {datetime_fr(known.recorded_at)}{corrected}"


def values(fiche: CounterFiche, identity: Identity, *, today: date) -> dict[str, str]:
    """What the form shows before anything is typed, by field name."""
    shown = {
        "same_household": "on" if fiche.same_household else "",
        "phone": phone.display(identity.phone) if identity.phone else "",
        "email": identity.email,
        "street": identity.street,
        "postcode": fiche.department if identity.country else identity.postcode or fiche.department,
        "commune": identity.commune,
        "masks_date": date_fr(today),
        "test_date": date_fr(today),
    }
    for masks in (known for known in fiche.masks if not known.superseded):
        shown |= {"masks_delivered": "yes" if masks.delivered else "no", "masks_quantity": str(masks.quantity or "")}
        shown |= {"masks_date": date_fr(masks.delivered_on)} if masks.delivered_on else {}
    for test in (known for known in fiche.tests if not known.superseded):
        shown |= {
            "test_done": "yes" if test.done else "no",
            "test_kind": test.kind or "",
            "test_result": test.result or "",
        }
        shown |= {"test_date": date_fr(test.done_on)} if test.done_on else {}
    return shown


DETAIL_LABELS = named(("phone", "email", "street", "postcode", "commune", "department", "same_household"))
"""What the form shows of the person beside the act."""
_LABELS = {**DETAIL_LABELS, **named(("masks", "test"))}


def labels_for(hidden: str) -> Mapping[str, str]:
    """The act of the other profession stays unnamed."""
    return {name: label for name, label in _LABELS.items() if name != hidden}


def shown(name: str, value: str) -> str:
    return ("oui" if value else "non") if name == "same_household" else value or UNKNOWN
