"""The demonstration's cards: issued by a command, proved like any other, revoked when they are lost."""

import json
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from contact_covid.accounts.actions.cards import read_card, redeem
from contact_covid.accounts.rules.certificates import CardRefused
from contact_covid.core.rules.tokens import digest_of
from contact_covid.demo.actions.cards import prepare_cards
from contact_covid.demo.actions.cast import load_members
from contact_covid.demo.models import Load, LoadedDay
from contact_covid.demo.rules.cast import named_cast

NONCE = "of this browser"


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.DEMO = True
    settings.CONTACT_HOME = tmp_path
    settings.CARD_ROOTS = tmp_path / "cards" / "authorities"
    settings.CARD_SERVER_CERTIFICATE = tmp_path / "cards" / "server.pem"
    return tmp_path


@pytest.fixture(autouse=True)
def cast(rolled_back: None) -> None:
    """The named people, as when an outbreak is being loaded."""
    now = timezone.now()
    load_members(members=named_cast(), now=now)
    load = Load.objects.create(size="small", day=now.date(), started_at=now)
    LoadedDay.objects.create(load=load, block=0, day=now.date(), done_at=now, skipped=0)


def issue(home: Path, *options: str) -> bytes:
    """The certificate of a new card of a pharmacist, DER, opened by the password that the command printed."""
    printed = StringIO()
    call_command("issue_demo_card", "--role", "pharmacist", "--out", str(home / "card"), *options, stdout=printed)
    password = json.loads(printed.getvalue())["password"].encode()
    key, certificate, others = pkcs12.load_key_and_certificates((home / "card" / "card.p12").read_bytes(), password)
    assert key is not None
    assert certificate is not None
    assert len(others) == 1
    assert b"PRIVATE" not in (home / "card" / "ca.pem").read_bytes()
    return certificate.public_bytes(Encoding.DER)


def is_known(certificate: bytes) -> bool:
    now = timezone.now()
    ticket = read_card(certificate=certificate, nonce_digest=digest_of(NONCE), now=now)
    return bool(redeem(ticket=ticket, nonce=NONCE, now=now).token)


def test_a_card_opens_the_account_of_its_holder_or_the_creation_of_one(home: Path) -> None:
    assert is_known(issue(home)) is True
    assert is_known(issue(home, "--without-account")) is False


def test_a_lost_card_opens_nothing_any_more_and_the_next_one_does(home: Path) -> None:
    lost = issue(home)
    new = issue(home, "--lost")
    with pytest.raises(CardRefused, match=r"card\.revoked"):
        is_known(lost)
    assert is_known(new)


def test_the_authority_is_kept_from_one_start_to_the_next(home: Path) -> None:
    certificate = issue(home)
    prepare_cards(now=timezone.now())
    assert is_known(certificate)
    keys = [file for file in (home / "cards").glob("*.pem") if b"PRIVATE" in file.read_bytes()]
    assert len(keys) == 3
    assert all(file.stat().st_mode & 0o077 == 0 for file in keys)


def test_only_a_demonstration_issues_cards(home: Path, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="démonstrations"):
        issue(home)
