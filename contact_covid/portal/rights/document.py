"""The file of a person on paper: everything that is held about her, in words."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from contact_covid.access.enums import Role
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.period import PARIS
from contact_covid.journal.enums import Purpose
from contact_covid.messaging.enums import Channel, MessageState, Template
from contact_covid.messaging.letters import FONTS
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.oversight.kinds import kind_label
from contact_covid.portal.oversight.presenters import label_of
from contact_covid.portal.person.presenters import Facts, department_name, identity_facts
from contact_covid.retention.rules.file import (
    ContactPart,
    DatesPart,
    DiaryPart,
    ExposurePart,
    FichePart,
    HealthPart,
    IndexPart,
    PersonFile,
    TestPart,
)
from contact_covid.tracing.enums import (
    Circumstance,
    ClosureReason,
    Consent,
    FicheKind,
    SamplingPlace,
    Spoken,
    State,
    StayKind,
    SupportNeed,
    Symptom,
)
from contact_covid.tracing.enums import TestKind as Kind
from contact_covid.tracing.enums import TestResult as Result
from contact_covid.tracing.rules.urgency import Factor, rules
from contact_covid.worklist.enums import Outcome

_FAMILY = "DejaVu"
_MARGIN = 20
_TITLE, _HEADING, _TEXT = ("B", 15.0, 8.0), ("B", 11.0, 7.0), ("", 9.5, 5.0)
_ABOUT = (
    "Ce document contient les données que le service « Contact COVID » conserve sur vous (loi n° 2020-546 du 11 mai"
    " 2020, article 11 ; décret n° 2020-551 du 12 mai 2020). Elles servent à vous informer, à vous orienter vers un"
    " test et à rompre les chaînes de transmission. L’identité d’autres personnes n’y figure pas."
)
_RIGHTS = (
    "Elles sont conservées {months} mois après leur collecte. Vous pouvez les faire rectifier ou vous opposer à leur"
    " traitement, dans les limites du décret, et adresser une réclamation à la Cnil, 3 place de Fontenoy, TSA 80715,"
    " 75334 Paris Cedex 07."
)


class Section(NamedTuple):
    """A heading and what stands below it, line by line."""

    title: str
    lines: list[str]


def pdf(file: PersonFile) -> bytes:
    page = _Pages(file)
    page.write_line(f"Vos données – demande {file.reference}", _TITLE)
    page.write_line(f"Document établi le {datetime_fr(file.made_at)}", _TEXT)
    for text in (_ABOUT, _RIGHTS.format(months=file.retention_months)):
        page.write_line(text, _TEXT)
    for section in sections(file):
        page.write_line(section.title, _HEADING)
        for line in section.lines:
            page.write_line(line, _TEXT)
    return bytes(page.output())


class _Pages(FPDF):
    def __init__(self, file: PersonFile) -> None:
        super().__init__(format="A4")
        self.set_creation_date(file.made_at)
        self.set_lang("fr")
        self.set_title(f"Demande {file.reference}")
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN)
        for style, font in (("", "DejaVuSansCondensed.ttf"), ("B", "DejaVuSansCondensed-Bold.ttf")):
            self.add_font(_FAMILY, style, FONTS / font)
        self.add_page()

    def write_line(self, text: str, style: tuple[str, float, float]) -> None:
        weight, size, height = style
        if weight:
            self.ln(3)
        self.set_font(_FAMILY, weight, size)
        has = self.current_font.cmap  # type: ignore[union-attr]
        shown = "".join(character if ord(character) in has else "?" for character in text)
        self.multi_cell(0, height, shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def sections(file: PersonFile) -> Iterator[Section]:
    today = file.made_at.astimezone(PARIS).date()
    for fiche in file.fiches:
        yield from _fiche(fiche, today)
    if not file.fiches:
        yield Section("Aucune donnée", ["Le service ne conserve aucune donnée à votre nom."])
    uses = [
        f"{datetime_fr(use.at)} : {kind_label(use.kind).lower()}, {label_of(Role, use.role)}"
        f" ({label_of(Purpose, use.purpose).lower()})"
        for use in file.uses
    ]
    if file.uses_left_out:
        uses.append(f"et {file.uses_left_out} plus anciennes")
    yield Section("Qui a consulté ou modifié vos données", uses or ["Personne."])


def _fiche(fiche: FichePart, today: date) -> Iterator[Section]:
    head = [
        ("Créée le", datetime_fr(fiche.created_at)),
        ("État", f"{State(fiche.state).label}, depuis le {datetime_fr(fiche.state_at)}"),
        ("Communication de votre identité", Consent(fiche.consent).label),
        (
            "Transmission pour des analyses",
            "interdite, à votre demande" if fiche.onward_opposed else "possible",
        ),
        ("Département", department_name(fiche.department)),
    ]
    head.append(("Langue", Spoken(fiche.language).label))
    if fiche.support_needs:
        head.append(("Besoins pendant l’isolement", _needs(fiche.support_needs)))
    if fiche.urgency:
        head.append(("Appelée en priorité", ", ".join(rules().bonuses[Factor(each)].label for each in fiche.urgency)))
    if fiche.closure_reason:
        head.append(("Motif", ClosureReason(fiche.closure_reason).label))
    yield Section(f"Fiche {fiche.number} – {FicheKind(fiche.kind).label.lower()}", _facts(head))
    yield Section("Votre identité", _identity(fiche.identity, fiche.department, today))
    if fiche.index_case:
        yield Section("Votre test positif", _facts(_index(fiche.index_case)))
    if fiche.contact:
        yield Section("Votre suivi", _facts(_contact(fiche.contact)))
    if fiche.health:
        yield Section("Votre santé", _facts(_health(fiche.health)))
    for title, lines in _records(fiche, today).items():
        if lines:
            yield Section(title, lines)


def _identity(identity: Identity | None, department: str, today: date) -> list[str]:
    return _facts(identity_facts(identity, department, today)) if identity else ["Effacée."]


def _facts(facts: Facts) -> list[str]:
    return [f"{term} : {value}" for term, value in facts]


def _index(part: IndexPart) -> Facts:
    return [
        ("Premiers symptômes", date_fr(part.onset) if part.onset else "sans symptôme"),
        ("Prélèvement", f"{date_fr(part.sampled_on)}, {Kind(part.test_kind).label}"),
        ("Résultat", date_fr(part.result_on) if part.result_on else "date non connue"),
        ("Professionnel de santé", "oui" if part.health_worker else "non"),
        ("Accompagnement social", "oui" if part.social_support else "non"),
        ("Contagiosité comptée depuis le", date_fr(part.infectious_from)),
        ("Isolement", f"jusqu’au {date_fr(part.isolation_until)}" if part.isolation_until else "jusqu’à guérison"),
        ("Protocole", part.protocol),
    ]


def _contact(part: ContactPart) -> Facts:
    return [
        ("Dernier contact", date_fr(part.last_contact)),
        ("Même foyer", "oui" if part.same_household else "non"),
        ("Isolement", f"jusqu’au {date_fr(part.isolation_until)}" if part.isolation_until else "aucun"),
        ("Masque", f"jusqu’au {date_fr(part.mask_until)}"),
        ("Test à faire", f"le {date_fr(part.test_due)}"),
        ("Suivi", f"jusqu’au {date_fr(part.followed_until)}"),
        ("Protocole", part.protocol),
    ]


def _health(part: HealthPart) -> Facts:
    days = [
        ("Vaccination complète depuis le", part.vaccinated_on),
        ("Premiers symptômes", part.onset),
        ("Fin des symptômes", part.symptoms_ended_on),
        ("Guérison", part.recovered_on),
        ("Dernier test négatif", part.negative_on),
    ]
    return [(term, date_fr(day)) for term, day in days if day]


def _needs(codes: Sequence[str]) -> str:
    return ", ".join(SupportNeed(code).label for code in codes)


def _computed(part: DatesPart) -> str:
    told = [
        ("contagiosité depuis le", part.infectious_from),
        ("isolement jusqu’au", part.isolation_until),
        ("masque jusqu’au", part.mask_until),
        *(("test le", day) for day in part.tests),
    ]
    days = ", ".join(f"{what} {date_fr(day)}" for what, day in told if day)
    return f"{datetime_fr(part.computed_at)} : {days or 'aucune date'} (protocole {part.protocol})"


def _records(fiche: FichePart, today: date) -> dict[str, list[str]]:
    mets = [f"{date_fr(each.last_contact)}, {_where(each)}" for each in fiche.exposures]
    masks = [
        f"{_moment(each.recorded_at, each.corrected_at)} : "
        + (f"{each.quantity} masques le {_day(each.delivered_on)}" if each.delivered else "non délivrés")
        for each in fiche.masks
    ]
    stays = [
        f"{StayKind(each.kind).label}, du {date_fr(each.since)} au {date_fr(each.until)} : "
        + ", ".join(
            part for part in (each.name, each.group, each.street, each.postcode, each.commune, each.role) if part
        )
        for each in fiche.stays
    ]
    calls = [
        f"{datetime_fr(each.at)} : {Outcome(each.outcome).label.lower()}"
        + (" ; une note de l’agent vous est remise après relecture" if each.note else "")
        for each in fiche.calls
    ]
    messages = [
        f"{datetime_fr(each.at)} : {Template(each.template).label}, {Channel(each.channel).label.lower()}, "
        f"{MessageState(each.state).label.lower()}"
        for each in fiche.messages
    ]
    declared = [
        line
        for each in fiche.declarations
        for line in [
            f"Déclaration du {datetime_fr(each.declared_at)}, {Consent(each.consent).label.lower()}",
            *_facts(identity_facts(each.identity, each.department, today)),
            *([f"Besoins pendant l’isolement : {_needs(each.support_needs)}"] if each.support_needs else []),
        ]
    ]
    return {
        "Contacts à risque": mets,
        "Tests": [_test(each) for each in fiche.tests],
        "Masques": masks,
        "Dates calculées": [_computed(each) for each in fiche.dates],
        "Lieux fréquentés": stays,
        "Attestations d’isolement": [
            f"Remise le {datetime_fr(each.issued_at)}, à compter du {date_fr(each.since)}"
            + (f", jusqu’au {date_fr(each.until)}" if each.until else "")
            for each in fiche.certificates
        ],
        "Journal des symptômes": [_day_of(each) for each in fiche.diary],
        "Appels": calls,
        "Messages": messages,
        "Ce qu’un autre professionnel a déclaré": declared,
    }


def _day_of(part: DiaryPart) -> str:
    said = ", ".join(Symptom(each).label.lower() for each in part.symptoms) or "aucun symptôme"
    return f"{date_fr(part.day)} : {said}" + (f", {part.temperature} °C" if part.temperature else "")


def _where(part: ExposurePart) -> str:
    return "même foyer" if part.same_household else Circumstance(part.circumstance).label.lower()


def _test(part: TestPart) -> str:
    what = (
        f"{Kind(part.kind).label} du {_day(part.done_on)}, {Result(part.result).label.lower()}"
        + (f", {SamplingPlace(part.place).label.lower()}" if part.place else "")
        + (f", résultat du {date_fr(part.result_on)}" if part.result_on else "")
        if part.done
        else "non réalisé"
    )
    return f"{_moment(part.recorded_at, part.corrected_at)} : {what}"


def _day(day: date | None) -> str:
    return date_fr(day) if day else "date non connue"


def _moment(recorded: datetime, corrected: datetime | None) -> str:
    return f"Saisi le {datetime_fr(recorded)}" + (f", corrigé le {datetime_fr(corrected)}" if corrected else "")
