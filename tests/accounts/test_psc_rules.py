"""What travels of an attempt at Pro Santé Connect, and how it is known again."""

from hypothesis import given
from hypothesis import strategies as st

from contact_covid.accounts.rules.psc import Attempt, returning

ATTEMPTS = st.builds(Attempt, st.text(min_size=1), st.just("/accueil/"))


@given(ATTEMPTS)
def test_what_travels_is_three_different_values_that_do_not_tell_the_secret(attempt: Attempt) -> None:
    travels = [attempt.state, attempt.nonce, attempt.verifier]

    assert len({*travels, attempt.secret}) == 4
    assert all(len(value) == 43 and value.isascii() for value in travels)


@given(st.lists(ATTEMPTS, max_size=4, unique=True), st.text())
def test_only_the_state_of_an_attempt_is_known_again(attempts: list[Attempt], other: str) -> None:
    assert [returning(attempts, each.state) for each in attempts] == attempts
    assert returning(attempts, other) is None
    assert returning([], Attempt("s", "/").state) is None
