"""The file of a person on paper: everything that is held about her, in words."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from contact_covid.access.enums import Role
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.diseases import disease
from contact_covid.core.period import PARIS
from contact_covid.journal.enums import Purpose
from contact_covid.messaging.letters import FONTS
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.health.presenters import mask_in_words
from contact_covid.portal.oversight.kinds import kind_label
from contact_covid.portal.oversight.presenters import label_of
from contact_covid.portal.person.presenters import Facts, department_name, identity_facts
from contact_covid.portal.rights.records import needs, records, told
from contact_covid.retention.rules.file import (
    ContactPart,
    FichePart,
    HealthPart,
    IndexPart,
    PersonFile,
)
from contact_covid.tracing.enums import (
    ClosureReason,
    Consent,
    FicheKind,
    Spoken,
    State,
)
from contact_covid.tracing.enums import TestKind as Kind
from contact_covid.tracing.rules.urgency import Factor, rules

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
    head.append(("Maladie", disease(fiche.disease).label))
    head.append(("Langue", Spoken(fiche.language).label))
    if fiche.support_needs:
        head.append(("Besoins pendant l’isolement", needs(fiche.support_needs)))
    if fiche.urgency:
        head.append(("Appelée en priorité", _factors_in_words(fiche)))
    if fiche.closure_reason:
        head.append(("Motif", ClosureReason(fiche.closure_reason).label))
    yield Section(f"Fiche {fiche.number} – {FicheKind(fiche.kind).label.lower()}", told(head))
    yield Section("Votre identité", _identity(fiche.identity, fiche.department, today))
    if fiche.index_case:
        yield Section("Votre test positif", told(_index(fiche.index_case)))
    if fiche.contact:
        yield Section("Votre suivi", told(_contact(fiche.contact)))
    if fiche.health:
        yield Section("Votre santé", told(_health(fiche.health)))
    for title, lines in records(fiche, today):
        yield Section(title, lines)


def _identity(identity: Identity | None, department: str, today: date) -> list[str]:
    return told(identity_facts(identity, department, today)) if identity else ["Effacée."]


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


def _factors_in_words(fiche: FichePart) -> str:
    bonuses = rules(fiche.disease).bonuses
    return ", ".join(bonuses[Factor(each)].label for each in fiche.urgency)


def _contact(part: ContactPart) -> Facts:
    return [
        ("Dernier contact", date_fr(part.last_contact)),
        ("Même foyer", "oui" if part.same_household else "non"),
        ("Consignes comptées depuis le", date_fr(part.told_on)),
        ("Isolement", f"jusqu’au {date_fr(part.isolation_until)}" if part.isolation_until else "aucun"),
        ("Masque", mask_in_words(part.mask_until)),
        ("Test à faire", f"le {date_fr(part.test_due)}" if part.test_due else "aucun"),
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
