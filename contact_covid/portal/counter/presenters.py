"""The counter's pages as strings ready to show: dates, numbers and names are written once, here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.core.dates import age, date_fr, datetime_fr
from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.core.rules import phone
from contact_covid.core.rules.nir import Nir
from contact_covid.directory.queries import departments, funds, schemes
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.counter.acts import Act, Record, history, locked, masks_act, test_act
from contact_covid.portal.field_names import named
from contact_covid.portal.paths import url
from contact_covid.tracing.enums import Consent, SamplingPlace, State, TestResult
from contact_covid.tracing.queries import CounterFiche, Found, MasksRecord, TestRecord
from contact_covid.tracing.rules.samplings import SamplingNotFound

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
    facts: Sequence[tuple[str, str]]
    state: str
    state_label: str
    state_at: str
    history: Sequence[Record]
    act: Act | None
    locked: str
    """Why no masks can be recorded, "" when they can."""


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


def fiche_page(fiche: CounterFiche, identity: Identity, *, actor: Actor, now: datetime) -> FichePage:
    today, pharmacist = now.astimezone(PARIS).date(), actor.role is Role.PHARMACIST
    why = locked(fiche, actor, now) if pharmacist else ""
    facts = [
        ("NIR", nir(identity)),
        ("Régime", schemes().get(identity.scheme, UNKNOWN)),
        ("Caisse", fund(identity)),
        ("Date de naissance", born(identity.birth_date, today)),
        ("Adresse", address(identity)),
    ]
    if not pharmacist:
        facts += [
            ("Sexe", identity.sex.label),
            ("Téléphone", phone.display(identity.phone) if identity.phone else UNKNOWN),
            ("Test prévu", _due(fiche.test_due, today) if fiche.test_due else "Aucun"),
        ]
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
        facts=facts,
        state=fiche.state,
        state_label=State(fiche.state).label,
        state_at=datetime_fr(fiche.state_at),
        history=history(fiche, actor),
        act=masks_act(fiche, why) if pharmacist else test_act(fiche, actor),
        locked=why,
    )


def _due(day: date, today: date) -> str:
    """Whether the sample is taken on the right day."""
    if day == today:
        return "aujourd’hui"
    return f"le {date_fr(day)}" if day > today else f"depuis le {date_fr(day)}"


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


class Form(NamedTuple):
    """Which of the forms a page is: its title, where it leads back to, what is in it."""

    title: str
    back: str
    back_url: str
    has_details: bool = False
    of_day: bool = False


def form_of(fiche: UUID, test: TestRecord | None, *, of_day: bool) -> Form:
    if of_day:
        return Form("Correction de la délivrance", "Mes délivrances", url("deliveries"), of_day=True)
    back = ("Fiche", url("fiche", fiche=fiche))
    if test is None:
        return Form("Modification du contact", *back, has_details=True)
    return Form("Résultat du prélèvement" if test.result is TestResult.PENDING else "Correction du test", *back)


def own_test(fiche: CounterFiche, sampling: UUID, actor: Actor) -> TestRecord:
    """What is recorded of a sampling of this laboratory. Raises ``SamplingNotFound``."""
    for known in fiche.current_tests:
        if known.sampling == sampling and known.practice_id == actor.practice:
            return known
    raise SamplingNotFound


def values(
    fiche: CounterFiche, identity: Identity, test: TestRecord | None, *, entitled: int, prepared: bool, today: date
) -> dict[str, str]:
    """What the form shows before anything is typed, by field name.

    ``prepared``: the act is answered as it mostly is, with the masks she is ``entitled`` to.
    """
    shown = {
        "same_household": "on" if fiche.same_household else "",
        "phone": phone.display(identity.phone) if identity.phone else "",
        "email": identity.email,
        "street": identity.street,
        "postcode": fiche.department if identity.country else identity.postcode or fiche.department,
        "commune": identity.commune,
    }
    masks = _masks_values(fiche.current_masks, today, str(entitled) if prepared else "")
    return shown | masks | _test_values(test, today, prepared=prepared)


def _masks_values(known: MasksRecord | None, today: date, proposed: str) -> dict[str, str]:
    if known and (known.delivered or not proposed):
        day = date_fr(known.delivered_on or today)
        answer = "yes" if known.delivered else "no"
        return {"masks_delivered": answer, "masks_quantity": str(known.quantity or ""), "masks_date": day}
    shown = {"masks_date": date_fr(today)}
    return shown | ({"masks_delivered": "yes", "masks_quantity": proposed} if proposed else {})


def _test_values(known: TestRecord | None, today: date, *, prepared: bool) -> dict[str, str]:
    if known is None:
        shown = {"test_date": date_fr(today), "test_place": SamplingPlace.LABORATORY.value}
        return shown | ({"test_done": "yes", "test_result": TestResult.PENDING.value} if prepared else {})
    return {
        "test_done": "yes" if known.done else "no",
        "test_date": date_fr(known.done_on or today),
        "test_kind": known.kind or "",
        "test_place": known.place or "",
        "test_result": known.result or "",
        "test_result_date": date_fr(known.result_on) if known.result_on else "",
    }


DETAIL_LABELS = named(("phone", "email", "street", "postcode", "commune", "department", "same_household"))
"""What the form shows of the person beside the act."""
_LABELS = {**DETAIL_LABELS, **named(("masks", "test"))}


def labels_for(hidden: str) -> Mapping[str, str]:
    """The act of the other profession stays unnamed."""
    return {name: label for name, label in _LABELS.items() if name != hidden}


def shown(name: str, value: str) -> str:
    return ("oui" if value else "non") if name == "same_household" else value or UNKNOWN
