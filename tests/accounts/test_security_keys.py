"""Security keys: the funds' file, and what the comparison gives away."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.access.policy import Denied
from contact_covid.accounts.actions.enrolments import create_account, enrol
from contact_covid.accounts.actions.security_keys import Kept, KeyBlocked, KeyRefused, load, prove
from contact_covid.accounts.creation_queries import holder_of_number
from contact_covid.accounts.enums import Route
from contact_covid.accounts.models import SecurityKey
from contact_covid.accounts.rules.security_keys import NewKey
from contact_covid.core.rules import nir
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.journal.models import Entry
from tests.accounts.conftest import PASSWORD, MakeAccount
from tests.accounts.links import PAGE, last_token
from tests.accounts.newcomers import IBAN_END, NIR, give_key, professional, structure
from tests.hashers import CountingHasher

HERS, OTHERS = "939970011", "939970022"
HEADER = "am_number;nir;iban_last4\n"
GOOD = f"{HERS};{NIR.number};{IBAN_END}\n"

pytestmark = pytest.mark.usefixtures("fresh_database")


def load_file(path: Path, text: str | bytes, **options: object) -> tuple[str, str]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    out, err = StringIO(), StringIO()
    call_command("load_security_keys", str(path), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_the_file_of_the_funds_is_loaded_and_rejects_can_be_corrected_and_sent_again(
    tmp_path: Path, now: datetime
) -> None:
    professional(HERS, now=now)
    structure(OrganisationKind.PHARMACY, "930097033", now)
    bad = [
        "12;269059999900180;5189",
        f"{HERS};123456789012244;5189",
        f"{HERS};{NIR.number};51",
        f"{OTHERS};{NIR.number};5189",
        f"930097033;{NIR.number};5189",
        "only;two",
        f"{HERS};{'9' * 5_000};5189",
    ]
    out, err = load_file(tmp_path / "cles.csv", HEADER + GOOD + "\n" + "\r\n".join(bad) + "\r\n")
    assert out.startswith("1 clés chargées ; 7 lignes refusées")
    rejects = (tmp_path / "cles.csv.rejets.csv").read_text().splitlines()
    assert rejects[0] == "am_number;nir;iban_last4;ligne;colonne;motif"
    assert [line.split(";")[3:5] for line in rejects[1:]] == [
        ["4", "am_number"],
        ["5", "nir"],
        ["6", "iban_last4"],
        ["7", "am_number"],
        ["8", "am_number"],
        ["9", ""],
        ["10", ""],
    ]
    assert (tmp_path / "cles.csv.rejets.csv").stat().st_mode & 0o077 == 0
    for secret in (NIR.body, IBAN_END, HERS):
        assert secret not in out + err

    corrected = "\n".join([rejects[0], rejects[3].replace(";51;", f";{IBAN_END};")])
    assert load_file(tmp_path / "encore.csv", corrected)[0] == "1 clés chargées.\n"


def test_a_second_load_takes_the_place_of_the_first(tmp_path: Path, now: datetime) -> None:
    professional(HERS, now=now)
    load_file(tmp_path / "cles.csv", b"\xef\xbb\xbf" + (HEADER + GOOD).encode())
    load_file(tmp_path / "cles.csv", HEADER + f"{HERS};{NIR.display()};6042")
    assert SecurityKey.objects.count() == 1
    with pytest.raises(KeyRefused):
        prove(number=HERS, nir=NIR, iban_end=IBAN_END, now=now)
    assert prove(number=HERS, nir=NIR, iban_end="6042", now=now).name == "Dr Inès ZQMARCHAL"


@pytest.mark.parametrize("text", ["", "am;nir;iban\n", "\0\xff"])
def test_another_file_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(CommandError, match="première ligne"):
        load_file(tmp_path / "autre.csv", text)
    with pytest.raises(CommandError) as told:
        call_command("load_security_keys", str(tmp_path / "absent.csv"))
    assert "illisible" in str(told.value)
    assert "No such file" not in str(told.value)


def test_only_one_hash_is_kept_and_only_the_service_loads(now: datetime) -> None:
    professional(HERS, now=now)
    give_key(HERS, now)
    kept = SecurityKey.objects.get()
    assert kept.key.startswith("argon2")
    for part in (HERS, NIR.body, NIR.number, IBAN_END):
        assert part not in kept.key
    assert repr(NewKey(HERS, NIR, IBAN_END)).startswith("<")
    assert Entry.objects.get(kind="accounts.keys_loaded").count == 1
    with pytest.raises(Denied):
        load(actor=Actor(None, None, Role.PHYSICIAN, assurance=Assurance.CARD), keys=[], now=now)


def test_a_key_goes_once_the_account_exists_and_none_comes_after(now: datetime) -> None:
    professional(HERS, OTHERS, now=now)
    give_key(HERS, now)
    give_key(OTHERS, now)
    holder = holder_of_number(HERS)
    assert holder is not None
    enrol(route=Route.SECURITY_KEY, holder=holder, email="z@cabinet.example", password=PASSWORD, page=PAGE, now=now)
    assert SecurityKey.objects.count() == 2
    create_account(token=last_token(), now=now)
    assert not SecurityKey.objects.exists()
    assert load(actor=SYSTEM, keys=[NewKey(HERS, NIR, IBAN_END)], now=now) == [Kept.NEEDLESS]  # no error of the file
    assert not SecurityKey.objects.exists()


def test_each_try_costs_one_hash_whoever_has_the_number(
    now: datetime, make_account: MakeAccount, cheap_hashes: type[CountingHasher]
) -> None:
    professional(HERS, now=now)
    give_key(HERS, now)
    professional(OTHERS, now=now)
    pharmacy = structure(OrganisationKind.PHARMACY, "930097033", now)
    make_account("p@cabinet.example", pharmacy)
    for number in (HERS, OTHERS, "939970099", "930097033"):
        outcomes = []
        for _ in range(4):
            cheap_hashes.runs = 0
            with pytest.raises((KeyRefused, KeyBlocked)) as caught:
                prove(number=number, nir=NIR, iban_end="0000", now=now)
            outcomes.append((caught.type, cheap_hashes.runs))
        assert outcomes == [(KeyRefused, 1), (KeyRefused, 1), (KeyBlocked, 1), (KeyBlocked, 0)], number


def test_the_block_ends_with_its_time_and_the_right_key_forgets_the_wrong_ones(now: datetime) -> None:
    professional(HERS, now=now)
    give_key(HERS, now)
    for _ in range(3):
        with pytest.raises((KeyRefused, KeyBlocked)):
            prove(number=HERS, nir=NIR, iban_end="0000", now=now)
    with pytest.raises(KeyBlocked) as blocked:
        prove(number=HERS, nir=NIR, iban_end=IBAN_END, now=now + timedelta(minutes=1))
    assert blocked.value.minutes == 14
    later = now + timedelta(minutes=15)
    assert prove(number=HERS, nir=NIR, iban_end=IBAN_END, now=later).place.number == HERS
    for _ in range(2):
        with pytest.raises(KeyRefused):
            prove(number=HERS, nir=nir.parse("1 69 05 99 999 001"), iban_end=IBAN_END, now=later)


def test_no_key_for_who_is_not_self_employed_or_shares_the_number(now: datetime) -> None:
    keys = [NewKey(number, NIR, IBAN_END) for number in ("939970101", "939970102", "939970103", "939970104")]
    professional("939970101", now=now, kind=OrganisationKind.HOSPITAL)
    professional("939970102", now=now)
    professional("939970102", now=now)
    professional("939970103", now=now, kind=OrganisationKind.MEDICAL_PRACTICE, profession=Profession.SECRETARY)
    professional("939970104", now=now, kind=OrganisationKind.MEDICAL_PRACTICE)
    assert load(actor=SYSTEM, keys=keys, now=now) == [Kept.NOBODYS] * 3 + [Kept.YES]
    assert SecurityKey.objects.count() == 1
