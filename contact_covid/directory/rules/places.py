"""Names of communes as people type them, and the département a postcode says by itself."""

from contact_covid.core.rules.text import fold

_SAINTS = {"ST": "SAINT", "STE": "SAINTE"}
_BORROWED = {"97133": "977", "97150": "978"}


def fold_place(name: str) -> str:
    """The folded name of a place, « St » and « Ste » written out.

    >>> fold_place("st denis"), fold_place("L'Haÿ-les-Roses")
    ('SAINT DENIS', 'L HAY LES ROSES')
    """
    return " ".join(_SAINTS.get(word, word) for word in fold(name).split())


def department_by_prefix(postcode: str) -> str:
    """The code a five-digit postcode points at when no commune has it (CEDEX, for instance), existing or not.

    Corsica: 200xx and 201xx are 2A, the rest of 20xxx is 2B. Overseas: three digits, save Saint-Barthélemy (97133) and
    Saint-Martin (97150), which borrow Guadeloupe's. Source: La Poste's numbering.
    """
    if postcode in _BORROWED:
        return _BORROWED[postcode]
    if postcode.startswith(("97", "98")):
        return postcode[:3]
    if postcode.startswith("20"):
        return "2A" if postcode[2] in "01" else "2B"
    return postcode[:2]
