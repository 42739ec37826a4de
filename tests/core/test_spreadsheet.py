"""What a spreadsheet would run, it shows."""

import pytest

from contact_covid.core.rules.spreadsheet import safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+33612", "-2", "@SUM(A1)", "\tx", "\rx", "\n=1", '=HYPERLINK("http://x")'])
def test_a_formula_becomes_a_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Pharmacie du Port", "a=b", "13/05/2020", "K7M4-2QXD", "'=1"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert safe_cell(text) == text
