"""Passkeys against a key made of software: what is taken, and every falsification that is not."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from contact_covid.access.enums import Assurance
from contact_covid.accounts.factors.actions.passkeys import (
    PasskeyRefused,
    add_passkey,
    ask_passkey,
    begin_passkey,
    prove_by_passkey,
)
from contact_covid.accounts.factors.actions.proof import mail_code, prove_by_code
from contact_covid.accounts.factors.models import Factor
from contact_covid.accounts.queries import OpenSession
from contact_covid.journal.models import Entry
from tests.accounts.conftest import MakeAccount
from tests.accounts.factors import ADDRESS, Authenticator, enter, mailed_code, session_of

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def account(make_account: MakeAccount) -> UUID:
    return make_account(ADDRESS)


@pytest.fixture
def proven(account: UUID, now: datetime) -> OpenSession:
    session = enter(now)
    mail_code(session=session, now=now)
    return session_of(prove_by_code(session=session, typed=mailed_code(), now=now), now)


@pytest.fixture
def key(proven: OpenSession, now: datetime) -> Authenticator:
    """A passkey of the account."""
    made = Authenticator()
    credential = made.make(begin_passkey(session=proven, now=now))
    add_passkey(session=proven, name="Ma clé", credential=credential, now=now)
    return made


def prove(key: Authenticator, session: OpenSession, now: datetime, grow: int = 1) -> OpenSession:
    credential = key.sign(ask_passkey(session=session, now=now), grow)
    return session_of(prove_by_passkey(session=session, credential=credential, now=now), now)


def test_a_passkey_proves_and_counts(key: Authenticator, now: datetime) -> None:
    session = enter(now)
    assert session.actor.assurance is Assurance.PASSWORD
    proven = prove(key, session, now)
    assert (proven.actor.assurance, proven.steps) == (Assurance.SECOND_FACTOR, ())
    assert Factor.objects.get().counter == 1
    assert prove(key, enter(now), now)


def test_a_passkey_without_a_counter_is_taken_each_time(key: Authenticator, now: datetime) -> None:
    for _ in range(3):
        assert prove(key, enter(now), now, grow=0)


@pytest.mark.parametrize("falsify", [0, -1, -5], ids=["same", "one less", "far less"])
def test_a_copy_is_told_by_its_counter(key: Authenticator, now: datetime, falsify: int) -> None:
    prove(key, enter(now), now, grow=6)
    with pytest.raises(PasskeyRefused):
        prove(key, enter(now), now, grow=falsify)
    last = Entry.objects.latest("id")
    assert (last.kind, last.detail) == ("accounts.factor_failed", {"means": "passkey"})


FALSE: dict[str, Callable[[Authenticator], Authenticator]] = {
    "another page": lambda key: Authenticator("https://mal.exemple", "localhost", 0, key.key, key.credential),
    "another port": lambda key: Authenticator("http://localhost:1", "localhost", 0, key.key, key.credential),
    "another site": lambda key: Authenticator(key.origin, "mal.exemple", 0, key.key, key.credential),
    "another key": lambda key: Authenticator(key.origin, "localhost", 0, credential=key.credential),
    "an unknown key": lambda _: Authenticator(),
}


@pytest.mark.parametrize("kind", FALSE)
def test_a_signature_from_elsewhere_is_refused(key: Authenticator, now: datetime, kind: str) -> None:
    with pytest.raises(PasskeyRefused):
        prove(FALSE[kind](key), enter(now), now)
    assert prove(key, enter(now), now)


@pytest.mark.parametrize("kind", ["another page", "another site"])
def test_a_passkey_made_elsewhere_is_refused(key: Authenticator, proven: OpenSession, now: datetime, kind: str) -> None:
    made = FALSE[kind](Authenticator())
    with pytest.raises(PasskeyRefused):
        add_passkey(session=proven, name="x", credential=made.make(begin_passkey(session=proven, now=now)), now=now)


def test_what_was_asked_for_a_new_passkey_serves_one_answer_also_a_refused_one(
    proven: OpenSession, now: datetime
) -> None:
    options, good = begin_passkey(session=proven, now=now), Authenticator()
    for sent in ("{}", good.make(options)):
        with pytest.raises(PasskeyRefused):
            add_passkey(session=proven, name="x", credential=sent, now=now)
    add_passkey(session=proven, name="x", credential=good.make(begin_passkey(session=proven, now=now)), now=now)


def test_what_was_signed_is_good_once_for_its_session_and_for_five_minutes(key: Authenticator, now: datetime) -> None:
    session, other = enter(now), enter(now)
    sent = key.sign(ask_passkey(session=session, now=now), grow=0)  # no counter tells it apart
    ask_passkey(session=other, now=now)
    with pytest.raises(PasskeyRefused):
        prove_by_passkey(session=other, credential=sent, now=now)
    with pytest.raises(PasskeyRefused):
        prove_by_passkey(session=session, credential=sent, now=now + timedelta(minutes=5))
    assert prove_by_passkey(session=session, credential=sent, now=now + timedelta(minutes=4))
    with pytest.raises(PasskeyRefused):
        prove_by_passkey(session=session, credential=sent, now=now + timedelta(minutes=4))


def test_two_tabs_are_asked_the_same(key: Authenticator, now: datetime) -> None:
    session = enter(now)
    first, second = ask_passkey(session=session, now=now), ask_passkey(session=session, now=now)
    assert first == second
    assert prove_by_passkey(session=session, credential=key.sign(first), now=now)


def test_one_key_is_added_once(key: Authenticator, proven: OpenSession, now: datetime) -> None:
    options = begin_passkey(session=proven, now=now)
    assert [each["id"] for each in options["publicKey"]["excludeCredentials"]]
    with pytest.raises(PasskeyRefused):
        add_passkey(session=proven, name="x", credential=key.make(options), now=now)


@pytest.mark.parametrize("sent", ["", "null", "[]", "{}", "1", '{"id": "AA"}', "x" * 100, json.dumps({"response": {}})])
def test_anything_else_is_refused_like_a_wrong_key(
    key: Authenticator, proven: OpenSession, now: datetime, sent: str
) -> None:
    session = enter(now)
    ask_passkey(session=session, now=now)
    with pytest.raises(PasskeyRefused):
        prove_by_passkey(session=session, credential=sent, now=now)
    begin_passkey(session=proven, now=now)
    with pytest.raises(PasskeyRefused):
        add_passkey(session=proven, name="x", credential=sent, now=now)


def test_an_account_without_passkey_is_asked_for_none(account: UUID, now: datetime) -> None:
    with pytest.raises(PasskeyRefused):
        ask_passkey(session=enter(now), now=now)
