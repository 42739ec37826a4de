"""Two acts on the same link at the same moment: one waits for the other, and none is thrown out by the database."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.actions import delegations
from contact_covid.accounts.actions.accounts import NewPost
from contact_covid.accounts.actions.closing import disable_account
from contact_covid.accounts.actions.enrolments import AccountExists, create_account, enrol
from contact_covid.accounts.actions.forgotten import ResetPages, ask_reset, reset_password
from contact_covid.accounts.actions.invitations import accept_as_new
from contact_covid.accounts.actions.links import LinkOver, void_invitation, void_links
from contact_covid.accounts.creation_queries import holder_of_number
from contact_covid.accounts.enums import Delegation, Route
from contact_covid.accounts.models import Account, Invitation, MailedLink, Post
from contact_covid.accounts.rules.logins import Login
from contact_covid.core.idempotency import submission
from contact_covid.core.period import PARIS
from contact_covid.directory.models import Professional
from tests.accounts.conftest import PASSWORD, MakeAccount, MakePractice
from tests.accounts.links import PAGE, last_token
from tests.accounts.newcomers import professional
from tests.server import wait_until

pytestmark = pytest.mark.usefixtures("fresh_database")
NUMBER, EMAIL, NEW = "939960011", "h.marchand@cabinet.example", "Bateau-Jaune-77"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def beside(act: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Begins ``act`` in another connection; the list holds what it returned or raised once it is through."""
    ended: list[object] = []

    def run() -> None:
        try:
            ended.append(act())
        except Exception as error:  # whatever it is, it is what the test wants to know
            ended.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, ended


def test_a_link_is_followed_while_another_is_mailed(now: datetime) -> None:
    professional(NUMBER, now=now)
    holder = holder_of_number(NUMBER)
    assert holder is not None
    assert holder.professional is not None
    enrol(route=Route.SECURITY_KEY, holder=holder, email=EMAIL, password=PASSWORD, page=PAGE, now=now)
    token = last_token()
    with transaction.atomic():  # as ``enrol`` does
        Professional.objects.select_for_update().get(id=holder.professional)
        thread, ended = beside(lambda: create_account(token=token, now=now))
        wait_until(somebody_waits, seconds=20)
        MailedLink.objects.filter(closed_at=None).update(closed_at=now)
    thread.join()
    assert isinstance(ended[0], LinkOver | AccountExists)


def test_a_password_is_reset_while_it_is_changed(make_account: MakeAccount, now: datetime) -> None:
    account = make_account(EMAIL)
    ask_reset(login=Login(EMAIL, is_email=True), pages=ResetPages(link=PAGE, by_number=PAGE), now=now)
    token = last_token()
    with transaction.atomic():  # as ``passwords.replace`` does
        Account.objects.filter(id=account).update(password_changed_at=now)
        thread, ended = beside(lambda: reset_password(token=token, password=NEW, forgotten_page=PAGE, now=now))
        wait_until(somebody_waits, seconds=20)
        void_links(account=account, now=now)
    thread.join()
    assert isinstance(ended[0], LinkOver)


@pytest.fixture
def invited(make_account: MakeAccount, make_practice: MakePractice, now: datetime) -> Invitation:
    """A delegation that waits to be accepted."""
    place = make_practice(NUMBER)
    account = make_account(EMAIL, posts=(NewPost(Role.PHARMACIST, place.id),))
    today = now.astimezone(PARIS).date()
    delegations.delegate(
        actor=Actor(account, None, Role.PHARMACIST, practice=place.id, assurance=Assurance.CARD),
        email="delegue@cabinet.example", kind=Delegation.REPLACEMENT, since=today, until=today + timedelta(days=30),
        sent=submission("form", {}), page=PAGE, now=now,
    )  # fmt: skip
    return Invitation.objects.get()


def accepted(token: str, now: datetime) -> object:
    return accept_as_new(token=token, last_name="Petit", first_name="Anne", password=PASSWORD, now=now)


def test_an_invitation_is_accepted_while_it_is_withdrawn(invited: Invitation, now: datetime) -> None:
    token = last_token()
    with transaction.atomic():  # as ``withdraw`` does
        Invitation.objects.filter(id=invited.id).update(closed_at=now)
        thread, ended = beside(lambda: accepted(token, now))
        wait_until(somebody_waits, seconds=20)
        void_invitation(invitation=invited.id, now=now)
    thread.join()
    assert isinstance(ended[0], LinkOver)


def test_what_is_accepted_while_its_holder_is_closed_ends_with_her(invited: Invitation, now: datetime) -> None:
    token = last_token()
    with transaction.atomic():
        accepted(token, now)
        thread, ended = beside(lambda: disable_account(actor=SYSTEM, account=invited.invited_by_id, now=now))
        wait_until(somebody_waits, seconds=20)
    thread.join()
    assert ended == [None]
    [post] = Post.objects.filter(delegated_by=invited.invited_by_id)
    assert post.ends_at == now
