"""The demo professionals: named people for every role, one practice of each trade a département, and any number more.

All numbers have valid keys and belong to nobody: FINESS and AM numbers whose third digit is 9, RPPS in 199, SIREN in
99900. All addresses are at example.org.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from contact_covid.access.enums import Role
from contact_covid.core.rules.text import fold
from contact_covid.demo.rules.names import shipped_names
from contact_covid.demo.rules.places import france
from contact_covid.demo.rules.professional_numbers import practice_number, rpps, siret
from contact_covid.directory.enums import Convention, OrganisationKind, Profession
from contact_covid.directory.rules.entries import NewOrganisation, NewProfessional
from contact_covid.directory.rules.reference import shipped

MAIL_DOMAIN = "example.org"


@dataclass(frozen=True, slots=True)
class CastPlace:
    """Where a member works: the address is the organisation's; ``number`` is typed at login, empty for staff."""

    organisation: NewOrganisation
    number: str = ""
    convention: Convention = Convention.NONE
    radiology: bool = False


@dataclass(frozen=True, slots=True)
class CastMember:
    """A demo professional; the first place is the main one. Agencies have no fund, national roles no region either."""

    role: Role
    professional: NewProfessional
    email: str
    places: tuple[CastPlace, ...]

    @property
    def name(self) -> str:
        who = self.professional
        return f"{who.title} {who.first_name} {who.last_name}".strip()

    @property
    def organisation(self) -> NewOrganisation:
        return self.places[0].organisation

    @property
    def number(self) -> str:
        return self.places[0].number

    @property
    def fund(self) -> str | None:
        return self.organisation.fund

    @property
    def region(self) -> str | None:
        return self.organisation.region


@dataclass(frozen=True, slots=True)
class _Trade:
    """What a role works in. ``base``: where its numbers start among the 10,000 of a département, if it has any."""

    kind: OrganisationKind
    profession: Profession
    title: str
    name: str
    base: int | None = None
    specialty: str = ""


_TRADES = {
    Role.PHARMACIST: _Trade(OrganisationKind.PHARMACY, Profession.PHARMACIST, "", "Pharmacie {}", 0),
    Role.BIOLOGIST: _Trade(OrganisationKind.LABORATORY, Profession.BIOLOGIST, "Dr", "Laboratoire {}", 2_500),
    Role.HOSPITAL: _Trade(
        OrganisationKind.HOSPITAL, Profession.PHYSICIAN, "Dr", "Clinique {}", 5_000, "Médecine interne"
    ),
    Role.PHYSICIAN: _Trade(
        OrganisationKind.MEDICAL_PRACTICE, Profession.PHYSICIAN, "Dr", "Cabinet {}", 7_500, "Médecine générale"
    ),
    Role.SECRETARY: _Trade(OrganisationKind.MEDICAL_PRACTICE, Profession.SECRETARY, "", "Cabinet {}"),
    Role.PLATFORM_AGENT: _Trade(OrganisationKind.PLATFORM, Profession.HEALTH_FUND_STAFF, "", "Plateforme"),
    Role.PLATFORM_SUPERVISOR: _Trade(OrganisationKind.PLATFORM, Profession.HEALTH_FUND_STAFF, "", "Plateforme"),
    Role.DELEGATED_TRACER: _Trade(OrganisationKind.DELEGATED, Profession.NURSE, "", "CPTS"),
    Role.ARS_AGENT: _Trade(OrganisationKind.ARS, Profession.AGENCY_STAFF, "", "ARS"),
    Role.EPIDEMIOLOGIST: _Trade(OrganisationKind.NATIONAL, Profession.AGENCY_STAFF, "", "Santé publique France"),
    Role.DPO: _Trade(OrganisationKind.NATIONAL, Profession.HEALTH_FUND_STAFF, "", "Caisse nationale"),
    Role.ADMINISTRATOR: _Trade(OrganisationKind.NATIONAL, Profession.HEALTH_FUND_STAFF, "", "Caisse nationale"),
    Role.SUPPORT_CELL: _Trade(OrganisationKind.SUPPORT_CELL, Profession.AGENCY_STAFF, "", "Cellule d’appui"),
}
ROLES = tuple(_TRADES)
_RPPS_HOLDERS = (Profession.PHYSICIAN, Profession.PHARMACIST, Profession.BIOLOGIST, Profession.NURSE)
_OF_NAME = ("des Lilas", "du Marché", "de la Gare", "des Halles", "du Parc", "Saint-Martin", "de l’Horloge", "du Pont")
_FIRST_EXTRA, _FIRST_LOCAL, _UNREGISTERED = 100_000, 1_000, 900
_MOST_EXTRAS = 2_300
_CAST = (  # role, first name, last name, sex, département, postcode, commune, name of the organisation
    (Role.PHARMACIST, "Claire", "Vasseur", "F", "972", "97229", "Les Trois-Îlets", "Pharmacie des Trois-Îlets"),
    (Role.PHARMACIST, "Karim", "Benali", "M", "93", "93100", "Montreuil", "Pharmacie de la Croix de Chavaux"),
    (Role.BIOLOGIST, "Sophie", "Lambert", "F", "93", "93500", "Pantin", "Laboratoire du Canal"),
    (Role.BIOLOGIST, "Rodrigue", "Célestine", "M", "972", "97200", "Fort-de-France", "Laboratoire de la Savane"),
    (Role.PHYSICIAN, "Hélène", "Marchand", "F", "93", "93100", "Montreuil", "Cabinet du docteur Marchand"),
    (Role.PHYSICIAN, "Patrick", "Louis-Joseph", "M", "972", "97232", "Le Lamentin", "Cabinet du docteur Louis-Joseph"),
    (Role.HOSPITAL, "Samir", "Haddad", "M", "93", "93300", "Aubervilliers", "Hôpital des Coteaux"),
    (Role.HOSPITAL, "Marlène", "Grondin", "F", "972", "97200", "Fort-de-France", "Hôpital des Balisiers"),
    (Role.SECRETARY, "Nadia", "Colin", "F", "93", "93100", "Montreuil", "Cabinet du docteur Marchand"),
    (Role.SECRETARY, "Josiane", "Édouard", "F", "972", "97232", "Le Lamentin", "Cabinet du docteur Louis-Joseph"),
    (Role.PLATFORM_AGENT, "Julien", "Moreau", "M", "93", "", "", ""),
    (Role.PLATFORM_AGENT, "Ketty", "Marie-Rose", "F", "972", "", "", ""),
    (Role.PLATFORM_SUPERVISOR, "Isabelle", "Fournier", "F", "93", "", "", ""),
    (Role.PLATFORM_SUPERVISOR, "Thierry", "Sainte-Rose", "M", "972", "", "", ""),
    (Role.DELEGATED_TRACER, "Amandine", "Leroy", "F", "93", "", "", ""),
    (Role.DELEGATED_TRACER, "Steeve", "Valère", "M", "972", "", "", ""),
    (Role.ARS_AGENT, "Mathilde", "Roussel", "F", "93", "", "", ""),
    (Role.ARS_AGENT, "Yannick", "Zobda", "M", "972", "", "", ""),
    (Role.EPIDEMIOLOGIST, "Antoine", "Kervella", "M", "", "94410", "Saint-Maurice", "Santé publique France"),
    (Role.DPO, "Catherine", "Ollivier", "F", "", "75020", "Paris", "Caisse nationale de l’Assurance Maladie"),
    (Role.ADMINISTRATOR, "Laurent", "Dumas", "M", "", "75020", "Paris", "Caisse nationale de l’Assurance Maladie"),
    (Role.SUPPORT_CELL, "Fatou", "Diarra", "F", "93", "", "", ""),
    (Role.SUPPORT_CELL, "Maryse", "Cadignan", "F", "972", "", "", ""),
)


def named_cast() -> tuple[CastMember, ...]:
    """The people of the demo, two funds for every role that has one. Dr Marchand has a second practice."""
    return tuple(_named(serial, *row) for serial, row in enumerate(_CAST))


def newcomer() -> CastMember:
    """A physician of two practices who has never logged in: no address yet, the number of a practice is her login."""
    first = _organisation(
        Role.PHYSICIAN, "93", "93260", "Les Lilas", "Cabinet du docteur Renard", "4 rue de la Demande", 3
    )
    second = _organisation(
        Role.PHYSICIAN, "94", "94120", "Fontenay-sous-Bois", "Cabinet des Rigollots", "8 rue Dalayrac", 4
    )
    member = _member(Role.PHYSICIAN, "Odile", "Renard", "F", first, len(_CAST), 3, email="")
    place = CastPlace(second, practice_number("94", 7_504), Convention.SECTOR_1)
    return replace(member, email="", places=(*member.places, place))


def unregistered() -> CastMember:
    """A self-employed physician whom the directory knows and who has no account: creating one is tried as her."""
    organisation = _organisation(
        Role.PHYSICIAN, "93", "93100", "Montreuil", "Cabinet du docteur Delorme", "5 rue Neuve", 5
    )
    return _member(Role.PHYSICIAN, "Inès", "Delorme", "F", organisation, _UNREGISTERED, 5, email="ines.delorme")


def local_cast(role: Role) -> dict[str, CastMember]:
    """One member of a trade with a number for each inhabited département, the named one where there is one."""
    named = {m.organisation.department: m for m in named_cast() if m.role == role}
    members = {}
    for place, department in enumerate(france().communes):
        serial = _FIRST_LOCAL + ROLES.index(role) * 200 + place
        members[department] = named.get(department) or _invented(role, department, serial, number=50)
    return members


def registrars() -> dict[str, CastMember]:
    """Who registers the index cases of a département."""
    return local_cast(Role.PHYSICIAN)


def pharmacies() -> dict[str, CastMember]:
    """Who hands masks out in a département."""
    return local_cast(Role.PHARMACIST)


def laboratories() -> dict[str, CastMember]:
    """Who tests in a département."""
    return local_cast(Role.BIOLOGIST)


def extra(role: Role, count: int) -> Iterator[CastMember]:
    """Up to 2,300 more members of a role, all over the country, the same ones every time. ``count``: how many."""
    return islice(_endless(role), count)


def _endless(role: Role) -> Iterator[CastMember]:
    for n in range(_MOST_EXTRAS):
        department = france().spread(n)
        yield _invented(role, department, _FIRST_EXTRA * (1 + ROLES.index(role)) + n, number=100 + n)


def _invented(role: Role, department: str, serial: int, *, number: int) -> CastMember:
    """A member with a drawn name. ``serial``: unique among people; ``number``: in the trade and département."""
    dice = Random(f"cast/{serial}")  # noqa: S311 - reproducible people, not a secret
    sex = dice.choice("FM")
    first, last = shipped_names().first_names(sex, 40, dice).split()[0], shipped_names().surname(dice)
    home = france().home(department, dice)
    name = _TRADES[role].name.format(dice.choice(_OF_NAME))
    organisation = _organisation(role, department, home.postcode, home.commune, name, home.street, number)
    return _member(role, first, last, sex, organisation, serial, number, email=f"{_local(first, last)}.{serial}")


def _named(
    serial: int, role: Role, first: str, last: str, sex: str, department: str, postcode: str, commune: str, name: str
) -> CastMember:
    organisation = _organisation(role, department, postcode, commune, name, "12 rue de la Demande", 1)
    member = _member(role, first, last, sex, organisation, serial, 1, email=_local(first, last))
    if (role, department) != (Role.PHYSICIAN, "93"):
        return member
    second = _organisation(role, "94", "94300", "Vincennes", "Cabinet du Château", "3 rue du Midi", 2)
    number = practice_number("94", 7_502)
    return CastMember(
        role, member.professional, member.email, (*member.places, CastPlace(second, number, Convention.SECTOR_2))
    )


def _member(
    role: Role, first: str, last: str, sex: str, organisation: NewOrganisation, serial: int, number: int, *, email: str
) -> CastMember:
    trade = _TRADES[role]
    holder = trade.profession in _RPPS_HOLDERS
    professional = NewProfessional(
        national_id=f"8{rpps(serial)}" if holder else f"5{siret(organisation.fund or '000')}{serial:07d}",
        title=trade.title or ("Mme" if sex == "F" else "M."),
        last_name=last,
        first_name=first,
        profession=trade.profession,
        specialty=trade.specialty,
    )
    typed = practice_number(organisation.department or "75", trade.base + number) if trade.base is not None else ""
    convention = Convention.SECTOR_1 if role == Role.PHYSICIAN else Convention.NONE
    return CastMember(role, professional, f"{email}@{MAIL_DOMAIN}", (CastPlace(organisation, typed, convention),))


def _organisation(
    role: Role, department: str, postcode: str, commune: str, name: str, street: str, number: int
) -> NewOrganisation:
    """The place a member works in. Platforms, delegates and cells: one a fund, at its address; agencies: a region."""
    trade = _TRADES[role]
    if trade.kind == OrganisationKind.NATIONAL:
        names = {each[0]: each for each in _CAST}
        _, _, _, _, _, postcode, commune, name = names[role]
        return NewOrganisation(kind=trade.kind, name=name, street=street, postcode=postcode, commune=commune)
    region = france().regions[department]
    if trade.kind == OrganisationKind.ARS:
        return NewOrganisation(kind=trade.kind, name=f"Agence régionale de santé {_region_name(region)}", region=region)
    fund = next(fund for fund in shipped().funds if department in fund.areas)
    area = {
        OrganisationKind.PLATFORM: f"Plateforme Contact COVID, {fund.seat_name}",
        OrganisationKind.DELEGATED: f"Communauté professionnelle de santé, {fund.commune}",
        OrganisationKind.SUPPORT_CELL: f"Cellule d’appui à l’isolement, {fund.commune}",
    }.get(trade.kind)
    finess = trade.base is not None and role != Role.PHYSICIAN
    return NewOrganisation(
        kind=trade.kind,
        name=area or name,
        finess=practice_number(department, (trade.base or 0) + number) if finess else "",
        street=fund.street if area else street,
        postcode=fund.postcode if area else postcode,
        commune=fund.commune if area else commune,
        department=department,
        region=region,
        fund=fund.code,
    )


def _region_name(code: str) -> str:
    return next(region.name for region in shipped().geography.regions if region.code == code)


def _local(first: str, last: str) -> str:
    return f"{fold(first)}.{fold(last)}".lower().replace(" ", "-")
