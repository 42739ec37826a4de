"""Two fiches side by side, and the list of those to look at, as strings ready to show."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.records import format_number
from contact_covid.core.rules import phone
from contact_covid.core.rules.nir import Nir
from contact_covid.directory.queries import funds, schemes
from contact_covid.directory.rules.countries import countries
from contact_covid.people.enums import KeyKind, NirHolder, Sex
from contact_covid.portal.person.presenters import department_name
from contact_covid.portal.tags import tag
from contact_covid.tracing.doubles_queries import Doubtful, Resembling
from contact_covid.tracing.enums import CallReason, Circumstance, Consent, FicheKind, State, StayKind
from contact_covid.tracing.enums import TestKind as Kind
from contact_covid.tracing.enums import TestResult as Result
from contact_covid.tracing.models import Exposure, Fiche, Stay, Test
from contact_covid.tracing.rules.merging import Known, Proposal, Side, Why, differing, groups_of, proposed
from contact_covid.worklist.actions.doubles import DoublesPage, PairSeen, SideSeen
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.models import Attempt

NOTHING = "non connu"
GROUP_LABELS: Mapping[str, str] = {
    "birth_name": "Nom de naissance",
    "used_name": "Nom d’usage",
    "first_names": "Prénoms",
    "birth_date": "Date de naissance",
    "sex": "Sexe",
    "nir": "N° de sécurité sociale",
    "phone": "Téléphone",
    "email": "E-mail",
    "address": "Adresse",
    "affiliation": "Affiliation",
    "representative": "Représentant légal",
    "language": "Langue de l’appel",
    "consent": "Communication de son identité",
    "onset": "Premiers symptômes",
    "sampling": "Prélèvement",
    "health_worker": "Professionnel de santé",
    "social_support": "Accompagnement social",
}
REASONS: Mapping[KeyKind, str] = {
    KeyKind.NAME_AND_NIR: "même nom et même n° de sécurité sociale",
    KeyKind.NAME_AND_PHONE: "même nom et même téléphone",
    KeyKind.NAME_AND_BIRTH: "même nom et même date de naissance",
}
_WHY: Mapping[Why, str] = {
    Why.ONLY_ONE: "la plus complète",
    Why.NEWER: "la fiche la plus récente",
    Why.REFUSAL: "un refus l’emporte",
}
LATER: Mapping[str, str] = {
    "fiche": "l’état, les appels ou le département",
    "identity": "l’identité ou les coordonnées",
    "contact": "les dates de suivi",
    "index_case": "les dates du patient zéro",
    "became": "le lien avec sa fiche de contact",
    "health": "sa santé",
    "exposure": "une exposition",
    "test": "un test",
    "mask_delivery": "une délivrance de masques",
    "stay": "un lieu fréquenté",
    "declaration": "la déclaration d’un cabinet",
    "certificate": "une attestation d’isolement",
    "refusal": "un refus de messages",
    "reach": "ce qu’une agence peut ouvrir",
    "diary": "son journal de symptômes",
    "secure_link": "son lien personnel",
    "said": "une personne qu’elle a déclarée",
    "authored": "une personne qu’elle a déclarée",
}


class Cell(NamedTuple):
    """What one fiche says: lines, each with what it is called where there are several."""

    lines: Sequence[tuple[str, str]]
    proposed: bool


class Row(NamedTuple):
    """A line of the comparison. ``name``: of the choice, "" when there is nothing to choose. ``why``: the proposal."""

    name: str
    label: str
    first: Cell
    second: Cell
    why: str


class Line(NamedTuple):
    """A doubtful fiche of the list with those that it resembles."""

    id: str
    name: str
    what: str
    created: str
    others: Sequence["Other"]
    elsewhere: int


class Other(NamedTuple):
    id: str
    name: str
    what: str
    why: str


def lines(page: DoublesPage) -> list[Line]:
    return [_line(page, line) for line in page.lines]


def _line(page: DoublesPage, line: Doubtful) -> Line:
    ours = [each for each in line.resembling if each.ours and each.fiche.id in page.names]
    return Line(
        id=str(line.fiche.id),
        name=page.names[line.fiche.id],
        what=_what(line.fiche),
        created=datetime_fr(line.fiche.created_at),
        others=[Other(str(each.fiche.id), page.names[each.fiche.id], _what(each.fiche), reason(each)) for each in ours],
        elsewhere=len(line.resembling) - len(ours),
    )


def _what(fiche: Fiche) -> str:
    return f"{FicheKind(fiche.kind).label} · {format_number(fiche.number)}"


def reason(each: Resembling) -> str:
    """« même nom et même téléphone »."""
    return " ; ".join(text for kind, text in REASONS.items() if kind in each.by)


def rows(seen: PairSeen, said: Mapping[str, Side]) -> list[Row]:
    """Every group of values, those that differ first: of such a one the two to choose from."""
    first, second = seen.first.known, seen.second.known
    differ, proposals = set(differing(first, second)), proposed(first, second)
    return [
        _row(group, first, second, proposals.get(group), said.get(group))
        for group in sorted(groups_of(first.kind), key=lambda group: group not in differ)
        if group in differ or any(text != NOTHING for _, text in _said(first, group))
    ]


def _row(group: str, first: Known, second: Known, proposal: Proposal | None, said: Side | None) -> Row:
    side = said or (proposal.side if proposal else None)
    return Row(
        name=group if proposal else "",
        label=GROUP_LABELS[group],
        first=Cell(_said(first, group), proposed=side is Side.FIRST),
        second=Cell(_said(second, group), proposed=side is Side.SECOND),
        why=_WHY[proposal.why] if proposal else "",
    )


def _said(known: Known, group: str) -> list[tuple[str, str]]:
    return [(name, text or NOTHING) for name, text in _WRITERS[group](known)]


def _one(field: str) -> Callable[[Known], list[tuple[str, str]]]:
    return lambda known: [("", str(known.value(field)))]


def _day(field: str, nothing: str = "") -> Callable[[Known], list[tuple[str, str]]]:
    def write(known: Known) -> list[tuple[str, str]]:
        day: date | None = known.value(field)
        return [("", date_fr(day) if day else nothing)]

    return write


def _yes_no(field: str) -> Callable[[Known], list[tuple[str, str]]]:
    return lambda known: [("", "oui" if known.value(field) else "non")]


def _nir(known: Known) -> list[tuple[str, str]]:
    identity = known.identity
    if not identity.nir:
        return [("", "")]
    holder = "" if identity.nir_holder is NirHolder.OWN else " (numéro de l’assuré)"
    return [("", Nir(identity.nir).display() + holder)]


def _phone(known: Known) -> list[tuple[str, str]]:
    return [("", ", ".join(map(phone.display, known.identity.telephones)))]


def _address(known: Known) -> list[tuple[str, str]]:
    identity = known.identity
    return [
        ("Voie", identity.street),
        ("Code postal", identity.postcode),
        ("Commune", identity.commune),
        *([("Pays", countries().get(identity.country, identity.country))] if identity.country else []),
        ("Département", department_name(known.department)),
    ]


def _affiliation(known: Known) -> list[tuple[str, str]]:
    identity, fund = known.identity, funds().get(known.identity.fund)
    parts = [schemes().get(identity.scheme, identity.scheme), fund.name if fund else identity.fund, identity.centre]
    return [("", ", ".join(part for part in parts if part))]


def _representative(known: Known) -> list[tuple[str, str]]:
    number = known.identity.representative_phone
    parts = [known.identity.representative, phone.display(number) if number else ""]
    return [("", ", ".join(part for part in parts if part))]


def _sampling(known: Known) -> list[tuple[str, str]]:
    result = known.value("result_on")
    return [
        ("Prélèvement", f"{date_fr(known.value('sampled_on'))}, {Kind(known.value('test_kind')).label}"),
        ("Résultat", date_fr(result) if result else ""),
    ]


_WRITERS: Mapping[str, Callable[[Known], list[tuple[str, str]]]] = {
    **{name: _one(name) for name in ("birth_name", "used_name", "first_names", "email")},
    "birth_date": _day("birth_date"),
    "sex": lambda known: [("", Sex(known.identity.sex).label)],
    "nir": _nir,
    "phone": _phone,
    "address": _address,
    "affiliation": _affiliation,
    "representative": _representative,
    "language": lambda known: [("", known.language.label)],
    "consent": lambda known: [("", Consent(known.consent).label)],
    "onset": _day("onset", "sans symptôme"),
    "sampling": _sampling,
    "health_worker": _yes_no("health_worker"),
    "social_support": _yes_no("social_support"),
}


class Facts(NamedTuple):
    """What is not chosen: it is all kept."""

    label: str
    first: Sequence[str]
    second: Sequence[str]


def facts(seen: PairSeen) -> list[Facts]:
    told: list[tuple[str, Callable[[SideSeen], Sequence[str]]]] = [
        ("Expositions", lambda side: [_exposure(each, side.fiche) for each in side.exposures]),
        ("Tests", lambda side: [_test(each) for each in side.tests]),
        ("Masques", lambda side: [_masks(side.masks)] if side.masks else []),
        ("Appels", lambda side: [_call(each) for each in side.calls]),
        ("Lieux fréquentés", lambda side: [_stay(each) for each in side.stays]),
    ]
    return [Facts(label, write(seen.first), write(seen.second)) for label, write in told]


def _exposure(each: Exposure, fiche: Fiche) -> str:
    other = each.index_fiche if each.contact_fiche_id == fiche.id else each.contact_fiche
    where = "même foyer" if each.same_household else Circumstance(each.circumstance).label.lower()
    return f"{date_fr(each.last_contact)}, {where}, fiche {format_number(other.number)}"


def _test(each: Test) -> str:
    corrected = ", corrigé depuis" if each.superseded_at else ""
    if not each.done or each.done_on is None:
        return f"Non réalisé{corrected}"
    result = Result(each.result).label.lower()
    return f"{date_fr(each.done_on)}, {Kind(each.kind).label}, {result}{corrected}"


def _masks(count: int) -> str:
    return f"{count} saisie{'s' if count > 1 else ''} en pharmacie"


def _call(each: Attempt) -> str:
    return f"{datetime_fr(each.at)}, {Outcome(each.outcome).label.lower()}"


def _stay(each: Stay) -> str:
    return f"{StayKind(each.kind).label}, du {date_fr(each.since)} au {date_fr(each.until)}"


def head(side: SideSeen) -> dict[str, Any]:
    """What stands above the column of a fiche."""
    fiche = side.fiche
    reason_ = f" – {CallReason(fiche.call_reason).label.lower()}" if fiche.call_reason else ""
    return {
        "id": str(fiche.id),
        "number": format_number(fiche.number),
        "created": datetime_fr(fiche.created_at),
        "tag": tag(fiche.state, State(fiche.state).label),
        "state_at": f"{datetime_fr(fiche.state_at)}{reason_}",
        "version": fiche.version,
        "name": side.known.identity.name,
    }


def later(tables: Sequence[str]) -> str:
    """« une exposition, un test » of what was written since a merge."""
    return ", ".join(dict.fromkeys(LATER[table] for table in LATER if table in tables))
