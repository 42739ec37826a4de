import pytest

from contact_covid.directory.rules.places import department_by_prefix, fold_place


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Saint-Denis", "SAINT DENIS"),
        ("st denis", "SAINT DENIS"),
        ("Ste-Luce", "SAINTE LUCE"),
        ("L’Haÿ-les-Roses", "L HAY LES ROSES"),
        ("Bœurs-en-Othe", "BOEURS EN OTHE"),
        ("Estaing", "ESTAING"),
    ],
)
def test_places_are_compared_folded(typed: str, folded: str) -> None:
    assert fold_place(typed) == folded


@pytest.mark.parametrize(
    ("postcode", "department"),
    [
        ("93017", "93"),
        ("20090", "2A"),
        ("20192", "2A"),
        ("20200", "2B"),
        ("20620", "2B"),
        ("97133", "977"),
        ("97150", "978"),
        ("97110", "971"),
        ("98735", "987"),
    ],
)
def test_first_digits_say_the_department(postcode: str, department: str) -> None:
    assert department_by_prefix(postcode) == department
