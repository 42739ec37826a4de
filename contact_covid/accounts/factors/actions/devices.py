"""Devices that passed a second factor not long ago, and what a login by password asks for beside it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from django.core import signing

from contact_covid.access.enums import Assurance
from contact_covid.accounts.enums import Step
from contact_covid.accounts.factors.queries import factors_of, needs_factor, state_of
from contact_covid.accounts.factors.rules import Remembered, is_remembered, with_device


class Asked(NamedTuple):
    """How surely a right password identifies, what the session goes through next, and whether the device was what
    spared it the second factor."""

    assurance: Assurance
    steps: tuple[Step, ...]
    remembered: bool = False


def at_login(*, account: UUID, token: str | None, now: datetime) -> Asked:
    """What a right password is worth from this browser.

    A second factor is asked where her roles need one, and of whoever has set one up. ``token``: what ``remember`` gave
    this browser.
    """
    if not needs_factor(account, now) and not factors_of(account).exists():
        return Asked(Assurance.PASSWORD, ())
    if is_remembered(_devices(token).get(account), state=state_of(account), now=now):
        return Asked(Assurance.SECOND_FACTOR, (), remembered=True)
    return Asked(Assurance.PASSWORD, (Step.SECOND_FACTOR,))


def remember(*, account: UUID, token: str | None, now: datetime) -> str:
    """The token by which this browser is asked nothing for twelve hours; it keeps what ``token`` said of others."""
    known = with_device(_devices(token), account, Remembered(now, state_of(account)), now)
    return _signer().sign_object([[key.hex, int(each.since.timestamp()), each.state] for key, each in known.items()])


def _devices(token: str | None) -> Mapping[UUID, Remembered]:
    try:
        entries = _signer().unsign_object(token or "")
    except signing.BadSignature:
        return {}
    return {UUID(key): Remembered(datetime.fromtimestamp(since, UTC), state) for key, since, state in entries}


def _signer() -> signing.Signer:
    return signing.Signer(salt="accounts.proven")
