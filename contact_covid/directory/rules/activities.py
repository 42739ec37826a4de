"""Lines of the Annuaire Santé: « PS_LibreAcces_Personne_activite », one line for each activity of a professional.

Codes of the nomenclatures of the Agence du numérique en santé: TRE_G15 (profession), TRE_R02 (sector), TRE_R06 (section
of the order of pharmacists), TRE_R23 (way of working). Columns are found by their labels, which drift.
"""

from collections.abc import Callable
from typing import NamedTuple

from contact_covid.core.rules.professional_ids import parse_finess, parse_rpps
from contact_covid.core.rules.text import clean_line, fold
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.directory.rules.extracts import BadLine, LeftOut, LineProblem, Values, checked, columns, shortened
from contact_covid.directory.rules.numbers import parse_published_adeli

_PHYSICIAN, _PHARMACIST = "10", "21"
_NUMBERS = {"8": parse_rpps, "0": parse_published_adeli}
_SELF_EMPLOYED = "L"
_BIOLOGISTS, _HOSPITAL_PHARMACIES = "G", "H"
_OUT_OF_CARE = frozenset("BC")
_BIOLOGY = "BIOLOGIE MEDICALE"
_SECTORS = {
    **dict.fromkeys(("SA01", "SA02", "SA03", "SA04"), OrganisationKind.HOSPITAL),
    **dict.fromkeys(("SA07", "SA08", "SA09"), OrganisationKind.MEDICAL_PRACTICE),
    "SA33": OrganisationKind.PHARMACY,
}
_SECTOR_WORDS = {
    "LABORATOIRE": OrganisationKind.LABORATORY,
    "OFFICINE": OrganisationKind.PHARMACY,
    "HOPITAL": OrganisationKind.HOSPITAL,
}
_NUMBERED = frozenset((OrganisationKind.PHARMACY, OrganisationKind.LABORATORY))
_TITLES = {"DR": "Dr", "PR": "Pr", "M": "M.", "MME": "Mme", "MLLE": "Mme"}
_LONGEST_NAME, _LONGEST_PLACE, _LONGEST_TEXT, _LONGEST_KEY = 60, 60, 120, 40
_NEEDED = (
    *("TYPE IDENTIFIANT", "IDENTIFIANT", "NOM EXERCICE", "PRENOM EXERCICE", "CODE PROFESSION", "CODE MODE EXERCICE"),
    *("NUMERO FINESS SITE", "IDENTIFIANT TECHNIQUE", "RAISON SOCIALE SITE", "CODE POSTAL"),
)
_OTHERS = (
    *("CODE CIVILITE EXERCICE", "CODE CIVILITE", "LIBELLE SAVOIR FAIRE", "CODE SECTION TABLEAU PHARMACIENS"),
    *("CODE SECTEUR ACTIVITE", "LIBELLE SECTEUR ACTIVITE", "ENSEIGNE COMMERCIALE SITE", "NUMERO SIRET SITE"),
    *("NUMERO VOIE", "INDICE REPETITION VOIE", "CODE TYPE VOIE", "LIBELLE TYPE VOIE", "LIBELLE VOIE"),
    *("LIBELLE COMMUNE", "BUREAU CEDEX"),
)


class Activity(NamedTuple):
    """A professional at a place. ``place``: its FINESS, else the directory's own identifier of it.

    ``number``: the FINESS, for who holds a pharmacy or a laboratory; the AM number of the others is in no public file.
    """

    national_id: str
    title: str
    last_name: str
    first_name: str
    profession: Profession
    specialty: str
    place: str
    finess: str
    number: str
    kind: OrganisationKind
    name: str
    street: str
    postcode: str
    commune: str


class Activities:
    separator = "|"
    members = "*Personne_activite*"

    def width(self, head: Values) -> int:
        return len(head)

    def reader(self, head: Values) -> Callable[[Values], Activity | LeftOut]:
        at = columns(head, _NEEDED, _OTHERS)

        def read(values: Values) -> Activity | LeftOut:
            return _activity(lambda key: values[at[key]] if key in at else "")

        return read


Read = Callable[[str], str]


def _activity(of: Read) -> Activity | LeftOut:
    if reason := _unneeded(of):
        return reason
    section = of("CODE SECTION TABLEAU PHARMACIENS").strip()
    finess = of("NUMERO FINESS SITE").strip()
    finess = finess and checked(parse_finess, finess, LineProblem.PLACE)
    last_name, first_name = _name(of("NOM EXERCICE")), _name(of("PRENOM EXERCICE"))
    if not last_name:
        raise BadLine(LineProblem.NAME)
    specialty = shortened(of("LIBELLE SAVOIR FAIRE"), _LONGEST_PLACE)
    kind = _kind(of, section)
    return Activity(
        national_id=_national_id(of),
        title=_title(of),
        last_name=last_name,
        first_name=first_name,
        profession=_profession(of("CODE PROFESSION").strip(), section, specialty),
        specialty=specialty,
        place=finess or _own_identifier(of),
        finess=finess,
        number=finess if kind in _NUMBERED and of("CODE MODE EXERCICE").strip() == _SELF_EMPLOYED else "",
        kind=kind,
        name=_place_name(of, f"{first_name} {last_name}"),
        street=_street(of),
        postcode=postcode_in(of("CODE POSTAL")) or postcode_in(of("BUREAU CEDEX")),
        commune=_commune(of),
    )


def _unneeded(of: Read) -> LeftOut | None:
    profession = of("CODE PROFESSION").strip()
    if profession not in (_PHYSICIAN, _PHARMACIST):
        return LeftOut.PROFESSION
    if profession == _PHARMACIST and of("CODE SECTION TABLEAU PHARMACIENS").strip()[:1] in _OUT_OF_CARE:
        return LeftOut.SECTION
    return None if of("NUMERO FINESS SITE").strip() or _own_identifier(of) else LeftOut.NO_PLACE


def _own_identifier(of: Read) -> str:
    identifier = clean_line(of("IDENTIFIANT TECHNIQUE")) or clean_line(of("NUMERO SIRET SITE"))
    if len(identifier) > _LONGEST_KEY:
        raise BadLine(LineProblem.PLACE_TOO_LONG)
    return identifier


def _national_id(of: Read) -> str:
    kind = of("TYPE IDENTIFIANT").strip()
    if kind not in _NUMBERS:
        raise BadLine(LineProblem.IDENTIFIER)
    return kind + checked(_NUMBERS[kind], of("IDENTIFIANT"), LineProblem.IDENTIFIER)


def _name(text: str) -> str:
    name = clean_line(text)
    if len(name) > _LONGEST_NAME:
        raise BadLine(LineProblem.NAME_TOO_LONG)
    return name


def _profession(code: str, section: str, specialty: str) -> Profession:
    if section[:1] == _BIOLOGISTS or fold(specialty) == _BIOLOGY:
        return Profession.BIOLOGIST
    return Profession.PHYSICIAN if code == _PHYSICIAN else Profession.PHARMACIST


def _kind(of: Read, section: str) -> OrganisationKind:
    """What the place is when the directory of establishments does not know it."""
    words = fold(of("LIBELLE SECTEUR ACTIVITE")).split()
    named = next((kind for word, kind in _SECTOR_WORDS.items() if word in words), None)
    by_code = _SECTORS.get(of("CODE SECTEUR ACTIVITE").strip())
    if found := by_code or named:
        return found
    if section[:1] == _BIOLOGISTS:
        return OrganisationKind.LABORATORY
    return OrganisationKind.HOSPITAL if section[:1] == _HOSPITAL_PHARMACIES else OrganisationKind.MEDICAL_PRACTICE


def _title(of: Read) -> str:
    codes = (of("CODE CIVILITE EXERCICE"), of("CODE CIVILITE"))
    return next((_TITLES[code.strip().upper()] for code in codes if code.strip().upper() in _TITLES), "")


def _place_name(of: Read, holder: str) -> str:
    named = of("RAISON SOCIALE SITE").strip() or of("ENSEIGNE COMMERCIALE SITE").strip()
    return shortened(named or f"Cabinet {holder}", _LONGEST_TEXT)


def _street(of: Read) -> str:
    kind = of("LIBELLE TYPE VOIE") or of("CODE TYPE VOIE")
    return shortened(
        f"{of('NUMERO VOIE')} {of('INDICE REPETITION VOIE')} {kind} {of('LIBELLE VOIE')}".strip(), _LONGEST_TEXT
    )


def _commune(of: Read) -> str:
    return shortened(of("LIBELLE COMMUNE").strip() or without_postcode(of("BUREAU CEDEX")), _LONGEST_PLACE)


def postcode_in(text: str) -> str:
    """The five digits a text begins with, or "".

    >>> postcode_in("01440 VIRIAT"), postcode_in("1440")
    ('01440', '')
    """
    start = text.strip()[:5]
    return start if len(start) == 5 and start.isascii() and start.isdecimal() else ""


def without_postcode(text: str) -> str:
    """The commune of a last address line.

    >>> without_postcode("97306 CAYENNE CEDEX")
    'CAYENNE CEDEX'
    """
    line = text.strip()
    return line[5:].strip() if postcode_in(line) else line
