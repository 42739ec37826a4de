"""The account as its three pages show it: every value is a string ready for the screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contact_covid.access.enums import Assurance
from contact_covid.accounts.actions.entrance import REMEMBERED
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, Session
from contact_covid.core.dates import datetime_fr
from contact_covid.core.rules import phone
from contact_covid.directory.enums import Convention
from contact_covid.directory.models import Fund, Practice
from contact_covid.journal.queries import Act

PARTS = (
    ("account", "Informations professionnelles"),
    ("account_security", "Connexion et sécurité"),
    ("account_preferences", "Paramètres de compte"),
)
"""The three parts of « Gestion de compte »: view name, title."""

UNKNOWN = "non connu"
_WAYS: Mapping[str, str] = {
    Assurance.SECOND_FACTOR.name.lower(): "Connexion par identifiant, mot de passe et seconde vérification",
    Assurance.PRO_SANTE_CONNECT.name.lower(): "Connexion par Pro Santé Connect",
    Assurance.CARD.name.lower(): "Connexion par carte CPS",
    REMEMBERED: "Connexion par identifiant, mot de passe et appareil mémorisé",
}
_BY_PASSWORD = "Connexion par identifiant et mot de passe"  # noqa: S105 - words
OWN_EVENTS: Mapping[str, str] = {
    AccountEvent.LOGGED_IN: _BY_PASSWORD,
    AccountEvent.LOGIN_FAILED: "Échec de connexion",
    AccountEvent.BLOCKED: "Blocage de compte",
    AccountEvent.LOGGED_OUT: "Déconnexion",
    AccountEvent.POST_SWITCHED: "Changement de structure",
    AccountEvent.PASSWORD_CHANGED: "Modification de mot de passe",
    AccountEvent.EMAIL_ASKED: "Demande de modification d’adresse e-mail",
    AccountEvent.EMAIL_CHANGED: "Modification d’adresse e-mail",
    AccountEvent.SESSION_CLOSED: "Déconnexion à distance",
    AccountEvent.FUND_TOLD: "Signalement d’une erreur à la caisse",
    AccountEvent.PASSWORD_RESET: "Réinitialisation de mot de passe",
    AccountEvent.RESET_ASKED: "Demande de réinitialisation de mot de passe",
    AccountEvent.ONE_LOGIN: "Validation de l’adresse e-mail unique",
    AccountEvent.FACTOR_PASSED: "Seconde vérification",
    AccountEvent.FACTOR_FAILED: "Échec de la seconde vérification",
    AccountEvent.FACTOR_BLOCKED: "Blocage de la seconde vérification",
    AccountEvent.FACTOR_ADDED: "Ajout d’un moyen de vérification",
    AccountEvent.FACTOR_REMOVED: "Suppression d’un moyen de vérification",
    AccountEvent.RECOVERY_CODES_MADE: "Création de codes de secours",
}
"""What « Mes derniers évènements » tells, in the guide's words; acts of others on the account are not hers."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of practice. ``facts`` and ``fund`` are (term, value) pairs; ``summary`` is what shows when folded."""

    id: str
    summary: str
    facts: list[tuple[str, str]]
    fund: list[tuple[str, str]]
    can_be_told: bool


@dataclass(frozen=True, slots=True)
class OpenSessionLine:
    id: str
    place: str
    since: str
    seen: str
    here: bool


def place_of(practice: Practice) -> Place:
    where = f"{practice.street} à {practice.commune}" if practice.street and practice.commune else practice.commune
    return Place(
        id=str(practice.id),
        summary=" | ".join(filter(None, (practice.name, where))),
        facts=[
            ("Nom", practice.name),
            ("N° Assurance Maladie ou FINESS", practice.number or UNKNOWN),
            ("Adresse", practice.street or UNKNOWN),
            ("Code Postal", practice.postcode or UNKNOWN),
            ("Ville", practice.commune or UNKNOWN),
        ],
        fund=_fund(practice.fund) if practice.fund else [],
        can_be_told=bool(practice.fund and practice.fund.email),
    )


def _fund(fund: Fund) -> list[tuple[str, str]]:
    return [
        ("CPAM", f"{fund.code} {fund.seat_name}"),
        ("Adresse", fund.street or UNKNOWN),
        ("Code Postal", fund.postcode),
        ("Ville", fund.commune),
        ("Téléphone", phone.display(fund.phone) if fund.phone.startswith("+") else fund.phone or UNKNOWN),
    ]


def identity(name: str, role: str, practice: Practice | None, holder: Account) -> list[tuple[str, str]]:
    """The head of « Informations professionnelles ». What only some professions have is left out for the others, and
    what is said of the practice's professional for who only works there."""
    facts = [("Civilité, nom et prénom, ou raison sociale", name)]
    professional = practice.professional if practice else None
    if professional and professional.id != holder.professional_id:
        practice = professional = None
    facts.append(("Spécialité(s)", (professional.specialty if professional else "") or role))
    if practice and practice.convention != Convention.NONE:
        facts.append(("Situation conventionnelle", Convention(practice.convention).label))
        facts.append(("Agrément radio", "OUI" if practice.radiology else "NON"))
    return facts


def session_line(row: Session, here: UUID) -> OpenSessionLine:
    place = row.post.practice or row.post.organisation
    return OpenSessionLine(
        id=str(row.id),
        place=place.name if place else "Sans structure",
        since=datetime_fr(row.created_at),
        seen=datetime_fr(row.seen_at),
        here=row.id == here,
    )


def event_lines(acts: Sequence[Act]) -> list[tuple[str, str]]:
    """(« 27/12/2018 - 12:15 », « Connexion par carte CPS ») of each."""
    return [(datetime_fr(act.at).replace(" ", " - "), _event(act)) for act in acts]


def _event(act: Act) -> str:
    return _WAYS.get(act.way, OWN_EVENTS[act.kind]) if act.kind == AccountEvent.LOGGED_IN else OWN_EVENTS[act.kind]
