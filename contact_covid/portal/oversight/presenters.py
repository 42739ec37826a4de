"""The journal's rows as strings ready to show."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.http import QueryDict

from contact_covid.access.enums import Role
from contact_covid.accounts.queries import Names, names_and_places
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.records import format_number
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.queries import Line, Onlooker, Position
from contact_covid.journal.rules.filter import Filter
from contact_covid.portal.field_names import changes
from contact_covid.portal.oversight.kinds import kind_label
from contact_covid.portal.positions import text_of

SERVICE = "Service"
UNKNOWN = "Compte non connu"


class Row(NamedTuple):
    """A line of the table. ``numbers`` are (stored, shown) record numbers, ``more`` the others of the same row."""

    at: str
    account: str
    who: str
    where: str
    what: str
    changed: str
    why: str
    numbers: Sequence[tuple[str, str]]
    more: int
    people: int


class Viewer(NamedTuple):
    """A line of « Qui a vu cette personne »."""

    account: str
    who: str
    where: str
    first: str
    last: str
    seen: int
    acts: int
    purposes: str


class Pages(NamedTuple):
    """The addresses of the newer and older rows, "" at the ends, and what this page covers."""

    newer: str
    older: str
    text: str


def names_for(lines: Collection[Line], onlookers: Collection[Onlooker] = (), account: UUID | None = None) -> Names:
    """Names of everybody and every place that a page shows, in one statement."""
    accounts = {line.account for line in lines} | {each.account for each in onlookers} | {account}
    places = {line.practice or line.organisation for line in lines} | {p for each in onlookers for p in each.places}
    return names_and_places(accounts - {None}, places - {None})  # type: ignore[arg-type] # None is taken out


def row(line: Line, names: Names) -> Row:
    place = line.practice or line.organisation
    where = [label_of(Role, line.role), names.places.get(place, "") if place else ""]
    why = [label_of(Purpose, line.purpose), label_of(Surface, line.surface).lower()]
    return Row(
        at=datetime_fr(line.at),
        account=str(line.account or ""),
        who=name_of(line.account, names),
        where=" – ".join(part for part in where if part),
        what=kind_label(line.kind),
        changed=changes(line.fields) if line.fields else "",
        why=" – ".join(why),
        numbers=[(number, format_number(number)) for number in line.numbers],
        more=line.fiches - len(line.numbers),
        people=line.people,
    )


def viewer(onlooker: Onlooker, names: Names) -> Viewer:
    places = [names.places.get(place, "") for place in onlooker.places if place]
    where = [label_of(Role, role) for role in onlooker.roles] + [place for place in places if place]
    return Viewer(
        account=str(onlooker.account or ""),
        who=name_of(onlooker.account, names),
        where=" – ".join(where),
        first=datetime_fr(onlooker.first),
        last=datetime_fr(onlooker.last),
        seen=onlooker.seen,
        acts=onlooker.acts,
        purposes=", ".join(label_of(Purpose, purpose) for purpose in onlooker.purposes),
    )


def name_of(account: UUID | None, names: Names) -> str:
    return names.accounts.get(account, UNKNOWN) if account else SERVICE


def label_of(codes: type[Role] | type[Purpose] | type[Surface], code: str) -> str:
    """The label of a code, or the code itself when this version has retired it: the journal keeps its rows."""
    try:
        return codes(code).label
    except ValueError:
        return code


def told(asked: Filter, names: Names) -> list[tuple[str, str]]:
    """What is asked for, as (term, value)."""
    terms = {
        "Compte": name_of(asked.account, names) if asked.account else "",
        "Fiche": format_number(asked.fiche) if asked.fiche else "",
        "Période": period(asked),
        "Action": kind_label(asked.kind),
    }
    return [(term, value) for term, value in terms.items() if value]


def period(asked: Filter) -> str:
    since, until = (date_fr(day) if day else "" for day in (asked.since, asked.until))
    if since and until:
        return f"le {since}" if since == until else f"du {since} au {until}"
    return f"depuis le {since}" if since else f"jusqu’au {until}" if until else ""


def typed(asked: Filter) -> dict[str, str]:
    """The fields of the form as they were typed."""
    return {
        "fiche": format_number(asked.fiche) if asked.fiche else "",
        "since": date_fr(asked.since) if asked.since else "",
        "until": date_fr(asked.until) if asked.until else "",
        "kind": asked.kind,
    }


def pages(lines: Sequence[Line], path: str, codes: Mapping[str, str], *, newer: bool, older: bool) -> Pages:
    """``newer``, ``older``: whether there are rows beyond the first and the last of ``lines``."""
    if not lines:
        return Pages("", "", "")
    first, last = (Position(lines[end].at, lines[end].id) for end in (0, -1))
    return Pages(
        newer=address(path, {**codes, "after": text_of(first)}) if newer else "",
        older=address(path, {**codes, "before": text_of(last)}) if older else "",
        text=f"Du {datetime_fr(last.at)} au {datetime_fr(first.at)}, les plus récentes d’abord",
    )


def address(path: str, codes: Mapping[str, str]) -> str:
    """``path`` with ids, record numbers and dates as its query."""
    query = QueryDict(mutable=True)
    query.update(codes)
    return f"{path}?{query.urlencode()}" if codes else path
