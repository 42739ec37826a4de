"""Every error of the floors below has its sentence, and its page when no form shows it."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pytest

import contact_covid
from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.accounts.actions.guard import LoginErrorCode
from contact_covid.accounts.actions.login import FirstLogin
from contact_covid.core.errors import RuleError
from contact_covid.demo.replay.actions.crew import TooManyAgents
from contact_covid.demo.replay.actions.drive import ProcessStuck
from contact_covid.demo.replay.rules.world import WorldUnreadable
from contact_covid.demo.replay.worlds import NoCovasim
from contact_covid.directory.extract_actions import ShrunkExtract
from contact_covid.directory.rules.extract_files import UnreadableFile
from contact_covid.directory.rules.extracts import BadLine
from contact_covid.journal.rules.export import MalformedExport
from contact_covid.people.actions import NotSuspended
from contact_covid.portal.errors import ERROR_PAGES, STATUS_OF
from contact_covid.portal.wording import SENTENCES, sentence
from contact_covid.tracing.actions.calls import NotTheirCall
from contact_covid.tracing.actions.secure_links import LinkRefused
from contact_covid.worklist.actions.queue import AgentResting

T = TypeVar("T")

CODE_NAMES = ("ErrorCode", "Warning", "Fault")
DJANGO_CODES = {"required", "invalid", "invalid_choice"}
"""Raised by the fields of Django's forms."""

PORTAL = Path(contact_covid.__path__[0]) / "portal"


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(contact_covid.__path__, "contact_covid."):
        parts = found.name.split(".")
        if not {"portal", "management", "migrations"} & set(parts):
            yield importlib.import_module(found.name)


def defined(kind: type[T]) -> set[type[T]]:
    return {
        member
        for module in modules()
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, kind) and member.__module__.startswith("contact_covid.") and member is not kind
    }


def codes() -> set[str]:
    enums = {enum for enum in defined(StrEnum) if enum.__name__.endswith(CODE_NAMES)}
    return {code.value for enum in enums for code in enum}


def test_every_code_has_a_sentence() -> None:
    assert codes() - SENTENCES.keys() == set()


def test_every_sentence_is_said_somewhere() -> None:
    """By an error of the floors below, or by the portal's own forms."""
    sources = [path.read_text() for path in PORTAL.rglob("*.py") if path.name != "wording.py"]
    by_forms = {code for code in SENTENCES if any(f'"{code}"' in source for source in sources)}

    assert SENTENCES.keys() - codes() - by_forms - DJANGO_CODES == set()


def test_a_sentence_ends_and_starts_like_one() -> None:
    for code, text in SENTENCES.items():
        assert text[0].isupper(), code
        assert text[-1] in ".?" or text.endswith("{otherwise}"), code


def test_every_rule_error_names_its_codes() -> None:
    """So that the walk above misses none: an error without a table of codes beside it would have no sentence."""
    for error in defined(RuleError):
        assert any(name.endswith(CODE_NAMES) for name in vars(inspect.getmodule(error)) if name[0].isupper()), error


def test_errors_that_reach_the_frame_have_a_page() -> None:
    assert set(STATUS_OF.values()) <= ERROR_PAGES.keys()


def test_every_other_error_of_an_action_is_a_page_or_a_form_or_a_fault() -> None:
    """A new exception below the portal is decided here: a page, the form that caused it, or a fault of ours (500)."""
    # By who asks.
    handled = {PasswordRefused, NotSuspended, MalformedExport, NotTheirCall, FirstLogin, AgentResting, LinkRefused}
    handled |= {BadLine, ShrunkExtract, UnreadableFile}  # by the command that loads
    handled |= {NoCovasim, ProcessStuck, TooManyAgents, WorldUnreadable}  # by the command that replays
    faults = {
        "UnsealedValue",
        "KeyDamaged",
        "SealBroken",
        "NoProtocol",
        "NoPolicy",
        "NotACode",
        "ClusterReplaced",
        "AnchorContradicts",
        "UnreadableAnchor",
        "NoAuthor",
        "ChannelUnavailable",  # caught by the sender, as is RecipientRefused
        "RecipientRefused",
        "UnusableList",  # caught by the job that fetches
    }
    others = (
        {error for error in defined(Exception) if not issubclass(error, RuleError)}
        - STATUS_OF.keys()
        - handled
        - {RuleError}
    )

    assert {error.__name__ for error in others} - faults == set()


def test_the_blocked_login_says_how_long() -> None:
    assert sentence(LoginErrorCode.BLOCKED, minutes=12) == (
        "Votre compte est bloqué. Veuillez réessayer dans 12 min ou connectez-vous avec votre carte CPS."
    )


def test_an_unknown_code_is_a_fault() -> None:
    with pytest.raises(KeyError):
        sentence("no.such.code")
