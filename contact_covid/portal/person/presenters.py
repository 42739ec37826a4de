"""Who a person is, as strings ready to show."""

from collections.abc import Collection, Iterable
from datetime import date

from contact_covid.core.dates import age, date_fr
from contact_covid.core.rules import phone
from contact_covid.core.rules.nir import Nir
from contact_covid.directory.queries import departments, funds, schemes
from contact_covid.directory.rules.countries import ABROAD, countries
from contact_covid.people.enums import NirHolder, Quality
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.person.forms import MAJORITY, PHONES
from contact_covid.portal.wording import sentence
from contact_covid.tracing.enums import SupportNeed
from contact_covid.tracing.rules.drafts import nir_warnings

UNKNOWN = "non connu"
NO_NIR = (
    "Sans numéro de sécurité sociale, une pharmacie ou un laboratoire ne peut pas retrouver sa fiche tant que la"
    " plateforme n’a pas ajouté le numéro."
)
STATE_AID = (
    "Aide médicale d’État : cette personne n’a pas de carte Vitale ; elle présente sa carte AME en pharmacie et au"
    " laboratoire."
)
LIVES_ABROAD = "Adresse à l’étranger : la plateforme de votre caisse appelle cette personne, aux heures de Paris."
Facts = list[tuple[str, str]]


def identity_facts(identity: Identity, department: str, today: date) -> Facts:
    """Every trait that was typed; what was not is « non connu », what does not concern the person is left out."""
    names = f"{identity.birth_name.upper()}, {identity.first_names}"
    facts = [("Nom de naissance, prénoms", names)]
    facts += [("Nom d’usage", identity.used_name.upper())] if identity.used_name else []
    facts += [
        ("Date de naissance", born(identity.birth_date, today)),
        ("Sexe", identity.sex.label),
        ("N° de sécurité sociale", nir(identity)),
        ("Téléphone", ", ".join(map(phone.display, identity.telephones)) or UNKNOWN),
        ("E-mail", identity.email or UNKNOWN),
        ("Adresse", address(identity)),
        ("Département", department_name(department)),
        ("Affiliation", affiliation(identity)),
    ]
    return facts + representative(identity)


def representative(identity: Identity) -> Facts:
    if not (identity.representative or identity.representative_phone):
        return []
    number = phone.display(identity.representative_phone) if identity.representative_phone else ""
    return [("Représentant légal", ", ".join(part for part in (identity.representative, number) if part))]


def nir(identity: Identity) -> str:
    if not identity.nir:
        return UNKNOWN
    number = Nir(identity.nir)
    told = [] if identity.nir_holder is NirHolder.OWN else ["numéro de l’assuré"]
    told += ["provisoire"] if number.provisional else []
    return number.display() + (f" ({', '.join(told)})" if told else "")


def born(birth_date: date | None, today: date) -> str:
    return f"{date_fr(birth_date)} ({age(birth_date, today)} ans)" if birth_date else UNKNOWN


def address(identity: Identity) -> str:
    town = f"{identity.postcode} {identity.commune}".strip()
    where = countries().get(identity.country, "")
    return ", ".join(part for part in (identity.street, town, where) if part) or UNKNOWN


def department_name(code: str) -> str:
    if code == ABROAD:
        return f"{code} – Étranger"
    known = departments().get(code)
    return f"{code} – {known.name}" if known else code


def affiliation(identity: Identity) -> str:
    known = funds().get(identity.fund)
    parts = [Quality.STATE_AID.label] if identity.quality is Quality.STATE_AID else []
    parts += [schemes().get(identity.scheme, ""), known.name if known else identity.fund]
    parts += [f"centre {identity.centre}" if identity.centre else ""]
    return ", ".join(part for part in parts if part) or UNKNOWN


def warnings(identity: Identity, today: date) -> list[str]:
    found = [sentence(code) for code in nir_warnings(identity)]
    if is_minor(identity, today) and not identity.representative:
        found.append("Cette personne est mineure et son représentant légal n’est pas renseigné.")
    if not (identity.telephones or identity.email or identity.representative_phone):
        found.append("Ni téléphone ni e-mail : la plateforme ne pourra la joindre que par courrier.")
    return found


def consequences(identity: Identity) -> list[str]:
    """What follows for a person without number, with the state's medical aid, or abroad: for whoever declares her."""
    found = [] if identity.nir else [NO_NIR]
    found += [STATE_AID] if identity.quality is Quality.STATE_AID else []
    return found + ([LIVES_ABROAD] if identity.country else [])


def support(needs: Iterable[SupportNeed]) -> tuple[str, str]:
    return "Accompagnement social", ", ".join(need.label for need in needs) or "non"


def need_values(needs: Collection[SupportNeed]) -> dict[str, str]:
    return {f"need_{need.value}": "on" if need in needs else "" for need in SupportNeed}


def is_minor(identity: Identity, today: date) -> bool:
    return identity.birth_date is not None and age(identity.birth_date, today) < MAJORITY


def is_adult(identity: Identity, today: date) -> bool:
    """As far as is known."""
    return identity.birth_date is not None and not is_minor(identity, today)


def identity_values(identity: Identity, department: str, today: date) -> dict[str, str]:
    """The fields of ``IdentityForm`` as they stand before anything is typed."""
    names = ("birth_name", "used_name", "first_names", "email", "street", "commune", "scheme", "fund", "centre")
    return {name: getattr(identity, name) for name in names} | {
        "nir": Nir(identity.nir).display() if identity.nir else "",
        "nir_holder": identity.nir_holder,
        "birth_date": date_fr(identity.birth_date) if identity.birth_date else "",
        "sex": identity.sex,
        "coverage": Quality.STATE_AID.value if identity.quality is Quality.STATE_AID else "",
        "country": countries().get(identity.country, ""),
        **dict.fromkeys(PHONES, ""),
        **dict(zip(PHONES, map(phone.display, identity.telephones), strict=False)),
        "representative": identity.representative,
        "representative_unknown": "on" if is_minor(identity, today) and not identity.representative else "",
        "representative_phone": phone.display(identity.representative_phone) if identity.representative_phone else "",
        "postcode": identity.postcode or ("" if identity.country else department),
    }
