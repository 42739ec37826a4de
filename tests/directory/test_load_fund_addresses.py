"""``manage.py load_fund_addresses``: whole or not at all, and every line that says nothing is told."""

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.access.policy import Denied
from contact_covid.directory.actions import load_fund_addresses
from contact_covid.directory.models import Fund
from contact_covid.journal.models import Entry

pytestmark = pytest.mark.usefixtures("rolled_back")
BOBIGNY = "signaler@931.example.org"


def loaded(folder: Path, text: str | bytes) -> str:
    path, out = folder / "adresses.csv", StringIO()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    call_command("load_fund_addresses", str(path), stdout=out)
    return out.getvalue()


def addresses() -> dict[str, str]:
    return dict(Fund.objects.exclude(email="").values_list("code", "email"))


def test_addresses_are_set_by_code_and_the_others_stay(tmp_path: Path) -> None:
    loaded(tmp_path, b"\xef\xbb\xbf" + f"code,email\r\n931, {BOBIGNY.upper()}\r\n751,a@751.example.org\r\n".encode())
    assert loaded(tmp_path, "email,code\nb@751.example.org,751\n") == "1 adresses chargées.\n"
    assert addresses() == {"931": BOBIGNY, "751": "b@751.example.org"}


def test_the_lines_of_no_known_fund_are_told(tmp_path: Path) -> None:
    said = loaded(tmp_path, f"code,email\n999,a@example.org\n931,{BOBIGNY}\n\n\0,b@example.org\n")
    assert said == "1 adresses chargées. Lignes ignorées, dont aucune caisse n’a le code : 2, 5.\n"
    assert addresses() == {"931": BOBIGNY}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "code,email.*virgule"),
        ("code;email\n931;a@example.org\n", "code,email.*virgule"),
        (b"code,email\n931,\xe9@example.org\n", "UTF-8"),
        ("code,email\n931,a@example.org\n751\n", "ligne 3 : .*virgule"),
        ("code,email\n931,a@example.org\n751,b@example.org,x\n", "ligne 3 : .*virgule"),
        ("code,email\n931,a@example.org\n751,b.example.org\n", "ligne 3 : .*adresse e-mail"),
        (f"code,email\n931,{'.'.join(['a' * 60] * 5)}@example.org\n", "ligne 2 : .*adresse e-mail"),
        ("code,email\n931,a@example.org\n931,b@example.org\n", "ligne 3 : .*déjà"),
        ("code,email\n931,a\n751\n", "ligne 2 : .*\n.*ligne 3 : "),
    ],
    ids=["empty", "semicolon", "CP1252", "no separator", "two separators", "no address", "long", "two", "all told"],
)
def test_a_faulty_file_changes_nothing_and_says_where_and_why(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        loaded(tmp_path, text)
    assert addresses() == {}


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="illisible"):
        call_command("load_fund_addresses", str(tmp_path / "absent.csv"))


def test_it_is_journalled_when_it_changes_something_and_only_the_service_may(tmp_path: Path, now: datetime) -> None:
    for _ in range(2):
        loaded(tmp_path, f"code,email\n931,{BOBIGNY}\n999,{BOBIGNY}\n")
    [row] = Entry.objects.filter(kind="directory.loaded")
    assert (row.role, row.surface, row.detail["source"]) == ("system", "command", "fund_addresses")
    assert (row.detail["rows"], row.detail["refused"], row.detail["updated"]) == (1, 1, {"funds": 1})
    assert "@" not in repr(row.detail)

    assert load_fund_addresses(actor=SYSTEM, addresses={"751": BOBIGNY}, now=now) == {"751"}
    with pytest.raises(Denied):
        load_fund_addresses(
            actor=Actor(None, None, Role.ADMINISTRATOR, assurance=Assurance.CARD), addresses={}, now=now
        )
