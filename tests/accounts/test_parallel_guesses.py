"""A hundred guesses at once, from as many connections as a server would have."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connections

from contact_covid.accounts.actions.guard import LoginBlocked
from contact_covid.accounts.actions.login import LoginRefused, log_in
from tests.accounts.conftest import LogIn, MakeAccount, MakePractice
from tests.hashers import CountingHasher

AT_ONCE = 50
GUESSES = 100


@pytest.mark.usefixtures("fresh_database")
@pytest.mark.parametrize(
    "logins",
    [("helene@example.fr", "932012345"), ("nobody@example.fr", "nobody@example.fr")],
    ids=["two logins of one account", "of nobody"],
)
def test_at_most_three_of_a_hundred_parallel_guesses_are_evaluated(
    logins: tuple[str, str], make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    make_account("helene@example.fr", make_practice("932012345"))
    CountingHasher.runs = 0
    told = all_at_once(logins, None, now)
    assert CountingHasher.runs == 3
    assert told == {"refused": 2, "blocked": GUESSES - 2}


@pytest.mark.usefixtures("fresh_database")
def test_a_stolen_cookie_adds_three_and_no_more(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account("helene@example.fr")
    device = enter("helene@example.fr").device_token
    CountingHasher.runs = 0
    for token in (None, device):
        all_at_once(("helene@example.fr", "helene@example.fr"), token, now)
    assert CountingHasher.runs == 6


def all_at_once(logins: tuple[str, str], device_token: str | None, now: datetime) -> dict[str, int]:
    """How many guesses got which answer. Every thread has its own connection; they start together."""
    together = Barrier(AT_ONCE)

    def guess(number: int) -> str:
        together.wait(timeout=30)
        try:
            log_in(login=logins[number % 2], password=f"Guess-{number}", device_token=device_token, now=now)
        except LoginBlocked:
            return "blocked"
        except LoginRefused:
            return "refused"
        finally:
            connections.close_all()
        return "in"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(guess, range(GUESSES)))
    return {answer: told.count(answer) for answer in sorted(set(told), reverse=True)}
