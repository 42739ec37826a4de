"""Who is known by an ADELI and by an RPPS number becomes one, and her account stays hers whichever it hangs on."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts
from contact_covid.accounts.models import Account
from contact_covid.accounts.queries import open_posts
from contact_covid.demo.rules.professional_numbers import rpps
from contact_covid.directory.models import FormerNumber, Practice, Professional
from contact_covid.journal.enums import Surface
from tests.directory.extracts import CABINET, activity, load, written

pytestmark = pytest.mark.usefixtures("rolled_back")
ADELI, OTHER_ADELI = "939999997", "939999989"
OLD, NEW = f"0{ADELI}", f"8{rpps(1)}"


def both_known(folder: Path) -> None:
    """By the old number a place that the new one has too, and R2; by the new one also R3."""
    old = {"kind": "0", "rpps": ADELI}
    lines = [activity(1, **old), activity(1, place="R2", **old), activity(1), activity(1, place="R3")]
    load(annuaire=written(folder / "annuaire.txt", lines))


def paired(folder: Path, *adeli: str) -> dict[str, Any]:
    lines = [f"{number};{rpps(1)}" for number in adeli or (ADELI,)]
    told: dict[str, Any] = load(adeli=written(folder / "adeli.csv", lines, header="N° ADELI;N° RPPS"))["adeli"]
    return told


def account_of(national_id: str, now: datetime) -> UUID:
    """The account of who is known by that number, with a post at each of her places."""
    who = Professional.objects.get(national_id=national_id)
    posts = tuple(NewPost(Role.PHYSICIAN, place) for place in place_ids(national_id).values())
    new = NewAccount("Zqnom1", posts, professional=who.id)
    [account] = create_accounts(actor=SYSTEM, accounts=[new], surface=Surface.COMMAND, now=now)
    return account


def place_ids(national_id: str) -> dict[str, UUID]:
    hers = Practice.objects.filter(professional__national_id=national_id, active=True)
    return {place.place: place.id for place in hers}


def holder(account: UUID) -> str:
    professional = Account.objects.get(id=account).professional
    return professional.national_id if professional else ""


@pytest.mark.parametrize("number", [OLD, NEW], ids=["old", "new"])
def test_the_account_goes_by_the_rpps_number_from_its_own_places(tmp_path: Path, now: datetime, number: str) -> None:
    both_known(tmp_path)
    account, its_own = account_of(number, now), place_ids(number)

    told = paired(tmp_path)

    assert holder(account) == NEW
    mine = place_ids(NEW)
    assert set(mine) == {f"{CABINET}1", "R2", "R3"}
    assert its_own.items() <= mine.items()
    assert {post.practice_id for post in open_posts(account, now)} >= set(its_own.values())
    assert (told["updated"]["practices"], told["ended"], place_ids(OLD)) == (1, 1, {})


def test_of_two_accounts_the_one_of_the_rpps_number_keeps_it(tmp_path: Path, now: datetime) -> None:
    both_known(tmp_path)
    old, new = account_of(OLD, now), account_of(NEW, now)
    paired(tmp_path)
    assert (holder(old), holder(new)) == (OLD, NEW)


def test_of_two_adeli_numbers_the_account_s_place_is_kept(tmp_path: Path, now: datetime) -> None:
    lines = [activity(1, kind="0", rpps=OTHER_ADELI), activity(1, kind="0", rpps=ADELI)]
    for count in (1, 2):  # the other one is known for longer
        load(annuaire=written(tmp_path / "annuaire.txt", lines[:count]))
    account = account_of(OLD, now)
    paired(tmp_path, ADELI, OTHER_ADELI)
    assert holder(account) == NEW
    assert [post.practice_id for post in open_posts(account, now)] == list(place_ids(NEW).values())


def test_who_was_left_behind_by_an_earlier_load_is_found_again(tmp_path: Path, now: datetime) -> None:
    both_known(tmp_path)
    account = account_of(OLD, now)
    new = Professional.objects.get(national_id=NEW)
    FormerNumber.objects.create(adeli=ADELI, rpps=rpps(1))  # her places went to the other, or ended
    Practice.objects.filter(professional__national_id=OLD, place="R2").update(professional=new)
    Practice.objects.filter(professional__national_id=OLD).update(active=False)

    paired(tmp_path)

    assert holder(account) == NEW
    assert set(place_ids(NEW)) == {f"{CABINET}1", "R2", "R3"}
    places = {post.practice.place for post in open_posts(account, now) if post.practice}
    assert places >= {f"{CABINET}1", "R2"}


def test_the_place_that_is_kept_takes_what_the_funds_said_of_the_other(tmp_path: Path, now: datetime) -> None:
    both_known(tmp_path)
    account = account_of(OLD, now)
    number = Practice.objects.filter(professional__national_id=NEW, place=f"{CABINET}1")
    number.update(number="931000001", fund="751", convention="sector_2", radiology=True)

    paired(tmp_path)

    kept = Practice.objects.get(professional__national_id=NEW, place=f"{CABINET}1", active=True)
    assert (kept.number, kept.fund_id, kept.convention, kept.radiology) == ("931000001", "751", "sector_2", True)
    assert open_posts(account, now).filter(practice=kept).exists()


def test_a_place_that_is_open_by_one_of_the_numbers_stays_open(tmp_path: Path) -> None:
    both_known(tmp_path)
    Practice.objects.filter(professional__national_id=NEW, place=f"{CABINET}1").update(active=False)
    paired(tmp_path)
    assert set(place_ids(NEW)) == {f"{CABINET}1", "R2", "R3"}
