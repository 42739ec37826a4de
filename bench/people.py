"""Invented people as they are typed into the forms of a declaration: no two alike, numbers that belong to nobody."""

from datetime import date, timedelta
from string import ascii_uppercase

from contact_covid.core.rules.nir import Nir

_FIRST_BIRTH = date(1940, 1, 1)
_BIRTHDAYS = 20_000
_LETTERS = 26


def typed(number: int) -> dict[str, str]:
    """Names, birth date, telephone and address of the person of that number."""
    born = _FIRST_BIRTH + timedelta(days=number % _BIRTHDAYS)
    return {
        "birth_name": f"Banc {_word(number)}",
        "first_names": "Camille",
        "birth_date": f"{born:%d/%m/%Y}",
        "sex": "F",
        "phone": f"06 39 98 {number // 100 % 100:02d} {number % 100:02d}",
        "street": f"{number % 300 + 1} rue du Banc",
        "postcode": "93100",
        "commune": "Montreuil",
        "nir": Nir(f"2{born:%y%m}93999{number % 999 + 1:03d}").number,
        "nir_holder": "own",
    }


def index_form(number: int, today: date) -> dict[str, str]:
    """The first step of a declaration."""
    days = {"onset": 3, "sampled_on": 2, "result_on": 1}
    answers = {name: f"{today - timedelta(days=before):%d/%m/%Y}" for name, before in days.items()}
    return typed(number) | answers | {"test_kind": "pcr", "consent": "agrees"}


def contact_form(number: int, today: date, *, last: bool) -> dict[str, str]:
    """A contact named by the patient zéro, outside her household."""
    then = "done" if last else "add"
    answers = {"last_contact": f"{today - timedelta(days=2):%d/%m/%Y}", "circumstance": "face_to_face", "then": then}
    return typed(number) | answers | {"consent": "not_asked"}


def stay_form(today: date) -> dict[str, str]:
    """A place where a patient zéro was two days ago."""
    day = f"{today - timedelta(days=2):%d/%m/%Y}"
    where = {"name": "École du Banc", "group": "CM2", "postcode": "93100", "commune": "Montreuil"}
    return where | {"kind": "school", "since": day, "until": day, "then": "add"}


def _word(number: int) -> str:
    """A word for each number: names are letters."""
    letters = ""
    for _ in range(6):
        number, place = divmod(number, _LETTERS)
        letters = ascii_uppercase[place] + letters
    return letters.capitalize()
