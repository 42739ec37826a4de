"""Names: folding, matching at the counter, cleaning of what is typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.core.rules import email
from contact_covid.core.rules.text import clean_line, clean_text, fold, given_matches, name_tokens, surname_matches


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Durand", "DURAND"),
        ("  Lefèvre  ", "LEFEVRE"),
        ("LEFE\u0300VRE", "LEFEVRE"),
        ("Cœur", "COEUR"),
        ("Ægidius", "AEGIDIUS"),
        ("Strauß", "STRAUSS"),
        ("GROẞ", "GROSS"),
        ("Le\N{NO-BREAK SPACE}Goff", "LE GOFF"),
        ("Jean-Pierre", "JEAN PIERRE"),
        ("Jean\N{NON-BREAKING HYPHEN}Pierre", "JEAN PIERRE"),
        ("Jean \N{EN DASH} Pierre", "JEAN PIERRE"),
        ("Jean\N{MINUS SIGN}Pierre", "JEAN PIERRE"),
        ("D'Almeida", "D ALMEIDA"),
        ("D\N{RIGHT SINGLE QUOTATION MARK}Almeida", "D ALMEIDA"),
        ("D\N{MODIFIER LETTER APOSTROPHE}Almeida", "D ALMEIDA"),
        ("D\N{ACUTE ACCENT}Almeida", "D ALMEIDA"),
        ("D`Almeida", "D ALMEIDA"),
        ("D\N{PRIME}Almeida", "D ALMEIDA"),
        ("Nuñez y Peña", "NUNEZ Y PENA"),
        ("Øystein Łukasz Đorđe Þór Ħal", "OYSTEIN LUKASZ DORDE THOR HAL"),
        ("Iğdır", "IGDIR"),
        ("Nguyễn", "NGUYEN"),
        ("ＤＵＲＡＮＤ", "DURAND"),
        ("Du\u200brand", "DURAND"),
        ("Du\u00adrand", "DURAND"),
        ("\u202eDurand\u202c", "DURAND"),
        ("Du\ufe0frand", "DURAND"),
        ("Du\x00rand", "DURAND"),
        ("Le\tGoff\r\n", "LE GOFF"),
        ("ST. LOUIS", "ST LOUIS"),
        ("Louis XIV 2", "LOUIS XIV 2"),
        ("Иванов", ""),
        ("\ud800", ""),
        ("", ""),
        ("-'", ""),
    ],
    ids=range(35),
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert name_tokens(text) == tuple(folded.split())


@given(st.text())
def test_a_fold_is_ascii_words_and_folding_again_changes_nothing(text: str) -> None:
    folded = fold(text)
    assert re.fullmatch(r"([A-Z0-9]+( [A-Z0-9]+)*)?", folded)
    assert fold(folded) == folded


@given(st.text("abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæ '-"))
def test_case_does_not_matter(text: str) -> None:
    assert fold(text) == fold(text.upper()) == fold(text.title())


@pytest.mark.parametrize(
    ("typed", "stored", "matches"),
    [
        ("Jean", "Jean Pierre Marie", True),
        ("JEAN PIERRE", "Jean Pierre Marie", True),
        ("jean-pierre", "Jean Pierre Marie", True),
        ("Jean Pierre Marie", "Jean, Pierre, Marie", True),
        ("jean", "Jean,Pierre", True),
        ("Pierre", "Jean Pierre Marie", False),
        ("Jean Marie", "Jean Pierre Marie", False),
        ("Jea", "Jean", False),
        ("Jeanne", "Jean", False),
        ("Jean", "Jean-Pierre", False),
        ("jean pierre", "Jean-Pierre", True),
        ("Jean-Pierre", "Jean-Pierre Marie", True),
        ("jeanpierre", "Jean-Pierre", False),
        ("Jean", "Jean - Pierre", False),
        ("Jean", "Jean\N{NON-BREAKING HYPHEN}Pierre", False),
        ("jean pierre", "Jean\N{EN DASH}Pierre Marie", True),
        ("Zoe", "Zoé", True),
        ("n golo", "N'Golo", True),
        ("N", "N'Golo", False),
        ("", "Jean", False),
        ("", "", False),
        ("-", "Jean", False),
        ("Иван", "Олег", False),
    ],
    ids=range(23),
)
def test_given_names(typed: str, stored: str, matches: bool) -> None:
    assert given_matches(typed, stored) is matches


@given(st.lists(st.sampled_from(["Jean", "Anne-Marie", "Zoé", "D'Arc", "Éloïse"]), min_size=1, max_size=4))
def test_the_first_names_on_file_match_however_many_are_typed(names: list[str]) -> None:
    for count in range(1, len(names) + 1):
        assert given_matches(" ".join(names[:count]).lower(), ", ".join(names))


@pytest.mark.parametrize(
    ("typed", "birth_name", "used_name", "matches"),
    [
        ("durand", "Durand", "Martin", True),
        ("MARTIN", "Durand", "Martin", True),
        ("Durand Martin", "Durand", "Martin", False),
        ("Duran", "Durand", "", False),
        ("le goff", "Le-Goff", "", True),
        ("", "Durand", "", False),
        ("'", "Durand", "", False),
    ],
    ids=range(7),
)
def test_surnames(typed: str, birth_name: str, used_name: str, matches: bool) -> None:
    assert surname_matches(typed, birth_name, used_name) is matches


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Zoé \t Le\N{NO-BREAK SPACE}Goff\r\n", "Zoé Le Goff"),
        ("Zoe\u0301", "Zoé"),
        ("a\x00b\u200bc\u202ed\ufeffe\ud800f\ufe0f", "abcdef"),
        ("a\u2028b", "a b"),
        ("12, rue de l’Église", "12, rue de l’Église"),
    ],
    ids=["spaces", "composed", "invisible", "line separator", "kept"],
)
def test_clean_line(text: str, cleaned: str) -> None:
    assert clean_line(text) == cleaned


@given(st.text())
def test_a_cleaned_line_is_stable_and_can_be_stored(text: str) -> None:
    cleaned = clean_line(text)
    assert clean_line(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode()


def test_email_addresses_are_compared_in_lower_case() -> None:
    assert email.normalise(" Zoé@Example.ORG\u200b ") == "zoé@example.org"


def test_a_text_keeps_its_lines_and_loses_what_nobody_can_see() -> None:
    assert clean_text("\r\n un \x00 \t deux\u202e\r\n\r\ntrois\n\n") == "un deux\n\ntrois"
    assert clean_text("\n \n") == ""
