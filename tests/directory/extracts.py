"""Small extracts of the national directories, invented, in the shape they are published in."""

import json
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from contact_covid.demo.rules.professional_numbers import practice_number, rpps

HEADER = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Code civilité d'exercice|"
    "Libellé civilité d'exercice|Code civilité|Libellé civilité|Nom d'exercice|Prénom d'exercice|Code profession|"
    "Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle|Code type savoir-faire|"
    "Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire|Code mode exercice|Libellé mode exercice|"
    "Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|Numéro FINESS établissement juridique|"
    "Identifiant technique de la structure|Raison sociale site|Enseigne commerciale site|"
    "Complément destinataire (coord. structure)|Complément point géographique (coord. structure)|"
    "Numéro Voie (coord. structure)|Indice répétition voie (coord. structure)|Code type de voie (coord. structure)|"
    "Libellé type de voie (coord. structure)|Libellé Voie (coord. structure)|"
    "Mention distribution (coord. structure)|Bureau cedex (coord. structure)|Code postal (coord. structure)|"
    "Code commune (coord. structure)|Libellé commune (coord. structure)|Code pays (coord. structure)|"
    "Libellé pays (coord. structure)|Téléphone (coord. structure)|Téléphone 2 (coord. structure)|"
    "Télécopie (coord. structure)|Adresse e-mail (coord. structure)|Code Département (structure)|"
    "Libellé Département (structure)|Ancien identifiant de la structure|Autorité d'enregistrement|"
    "Code secteur d'activité|Libellé secteur d'activité|Code section tableau pharmaciens|"
    "Libellé section tableau pharmaciens|Code rôle|Libellé rôle|Code genre activité|Libellé genre activité|"
)
_NAMES = HEADER.split("|")[:-1]
_AT = {name: place for place, name in enumerate(_NAMES)}

PHARMACY, LABORATORY, HOSPITAL = (practice_number("93", serial) for serial in (7001, 7002, 7003))
CABINET = "R93000000001"
FINESS_HEADER = "finess;etalab;111;2026-05-12"


def activity(serial: int, **said: str) -> str:
    """A physician who works alone in Saint-Denis, unless ``said`` otherwise."""
    number = said.pop("rpps", rpps(serial))
    kind = said.pop("kind", "8")
    values = {
        "Type d'identifiant PP": kind,
        "Identifiant PP": number,
        "Identification nationale PP": f"{kind}{number}",
        "Code civilité d'exercice": said.pop("title", "DR"),
        "Nom d'exercice": said.pop("last_name", f"Zqnom{serial}"),
        "Prénom d'exercice": said.pop("first_name", "Zoé"),
        "Code profession": said.pop("profession", "10"),
        "Libellé savoir-faire": said.pop("specialty", ""),
        "Code mode exercice": said.pop("mode", "L"),
        "Numéro FINESS site": said.pop("finess", ""),
        "Identifiant technique de la structure": said.pop("place", f"{CABINET}{serial}"),
        "Raison sociale site": said.pop("name", "CABINET DU DR ZQNOM"),
        "Numéro Voie (coord. structure)": "12",
        "Libellé type de voie (coord. structure)": "Rue",
        "Libellé Voie (coord. structure)": said.pop("street", "de la République"),
        "Bureau cedex (coord. structure)": "93200 SAINT DENIS",
        "Code postal (coord. structure)": said.pop("postcode", "93200"),
        "Libellé commune (coord. structure)": said.pop("commune", "Saint-Denis"),
        "Code secteur d'activité": said.pop("sector", "SA07"),
        "Libellé secteur d'activité": said.pop("sector_label", ""),
        "Code section tableau pharmaciens": said.pop("section", ""),
    }
    assert not said, said
    row = [""] * len(_NAMES)
    for name, value in values.items():
        row[_AT[name]] = value
    return "|".join(row) + "|"


def pharmacist(serial: int, **said: str) -> str:
    values = {"profession": "21", "section": "A", "finess": PHARMACY, "sector": "SA33", "title": "MME"}
    return activity(serial, **{**values, "name": "PHARMACIE DU PARC", **said})


def establishment(finess: str, category: str, aggregate: str, **said: str) -> str:
    values = [""] * 32
    values[0], values[1], values[3], values[4] = "structureet", finess, said.pop("name", "PARC"), said.pop("long", "")
    values[7:10] = ["3", "AV", "DU PARC"]
    values[13], values[15] = "93", said.pop("line", "93200 SAINT DENIS")
    values[18], values[20] = category, aggregate
    assert not said, said
    return ";".join(f'"{value}"' if ";" in value else value for value in values)


def written(path: Path, lines: Iterable[str], *, header: str = HEADER) -> Path:
    path.write_text("".join(f"{line}\n" for line in (header, *lines)), encoding="utf-8", newline="")
    return path


def load(**options: Any) -> dict[str, Any]:
    """What the command says of each file it loaded."""
    out, err = StringIO(), StringIO()
    call_command("load_directory", json=True, stdout=out, stderr=err, **options)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told
