"""Stays as strings ready to show, and the page on which they are named: one for the draft, the fiche and the call."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from contact_covid.core.dates import date_fr
from contact_covid.portal.stays.forms import StayForm
from contact_covid.tracing.enums import StayKind
from contact_covid.tracing.rules.stays import NamedStay, circumstance_at

ASKED = "lieu"
CHANGED = "Ce lieu a été modifié pendant votre saisie"
ADDED = "Ce lieu est déjà enregistré"


class StayLine(NamedTuple):
    """A stay among those named so far."""

    id: str
    title: str
    detail: str


def stay_line(id_: UUID, stay: NamedStay) -> StayLine:
    details = stay.details
    where = ", ".join(part for part in (details.group, f"{details.postcode} {details.commune}".strip()) if part)
    known = [stay.kind.label, where, details.country, days(stay), details.role]
    if details.others:
        known.append(f"avec {details.others}")
    return StayLine(str(id_), details.name, " · ".join(part for part in known if part))


def days(stay: NamedStay) -> str:
    if stay.since == stay.until:
        return f"le {date_fr(stay.since)}"
    return f"du {date_fr(stay.since)} au {date_fr(stay.until)}"


def stay_values(stay: NamedStay) -> dict[str, str]:
    """The fields of ``StayForm`` as they stand before anything is typed."""
    details = stay.details
    words = {name: getattr(details, name) for name in ("name", "group", "role", "others", "street", "commune")}
    return words | {
        "kind": stay.kind,
        "since": date_fr(stay.since),
        "until": date_fr(stay.until),
        "postcode": details.postcode or ("" if details.country else stay.department),
        "country": details.country,
    }


def met_there(stay: NamedStay) -> dict[str, str]:
    """The form for a contact who was there too."""
    return {"last_contact": date_fr(stay.until), "circumstance": circumstance_at(stay.kind)}


def stay_context(
    values: Mapping[str, str], lines: Sequence[StayLine], form: StayForm | None, *, corrects: UUID | None
) -> dict[str, Any]:
    """What the macros of ``components/stay.html`` need."""
    return {
        "values": values,
        "stays": lines,
        "kinds": [("", "Choisissez"), *StayKind.choices],
        "corrects": str(corrects or ""),
        **(form.told() if form else {"errors": [], "by_field": {}}),
    }
