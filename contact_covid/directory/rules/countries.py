"""Countries by their French names: ISO 3166-1 codes with the names of the Unicode CLDR. The French territories that
have a code of their own there (GP, RE…) are left out: here they are départements."""

import csv
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from contact_covid.core.rules.text import fold

ABROAD = "99"
"""The département of who lives abroad, as in the number of who was born there."""
HOME = "France"
_DATA = files("contact_covid.directory") / "data" / "countries.csv"
# As they are typed, beside the names of the list.
_ALSO = {"Angleterre": "GB", "Écosse": "GB", "Grande-Bretagne": "GB", "USA": "US", "Hollande": "NL", "Birmanie": "MM"}
_ALSO |= {"Congo Brazzaville": "CG", "Congo Kinshasa": "CD", "République tchèque": "CZ"}


@cache
def countries() -> Mapping[str, str]:
    """The French name of each country but France by its two letters."""
    rows = csv.DictReader(io.StringIO(_DATA.read_text(encoding="utf-8")))
    return MappingProxyType({row["code"]: row["name"] for row in rows})


def country_of(text: str) -> str | None:
    """The code of a country typed by its name or its code, "" for France; None when none is meant."""
    typed = fold(text)
    return "" if typed in ("", "FR", fold(HOME)) else _by_name().get(typed)


@cache
def _by_name() -> Mapping[str, str]:
    named = {fold(name): code for code, name in countries().items()}
    return {code: code for code in countries()} | {fold(name): code for name, code in _ALSO.items()} | named
