"""The first login of who works in several places: one address and one password for all of them."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from contact_covid.access.enums import Role
from contact_covid.access.policy import Denied
from contact_covid.accounts.actions.accounts import NewPost, PasswordRefused
from contact_covid.accounts.actions.links import LinkOver
from contact_covid.accounts.actions.login import LoginRefused
from contact_covid.accounts.actions.one_login import MailsSpent, OneLoginPages, choose, confirm, mail_again
from contact_covid.accounts.enums import LinkPurpose, Step
from contact_covid.accounts.models import Account
from contact_covid.accounts.queries import OpenSession, session_for, waiting_address
from contact_covid.messaging.models import Message
from tests.accounts.conftest import PASSWORD, LogIn, MakeAccount, MakePractice
from tests.accounts.links import PAGE
from tests.mails import last_mail, last_token

DOOR = "https://portail.example/connexion/"
pytestmark = pytest.mark.django_db
PAGES = OneLoginPages(link=PAGE, forgotten="https://portail.example/oublie/")
NEW = "Bateau-Jaune-77"
MINE = "h.marchand@cabinet.example"
HERE, THERE = "939000018", "939000026"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def two_places(make_account: MakeAccount, make_practice: MakePractice) -> UUID:
    posts = tuple(NewPost(Role.PHYSICIAN, make_practice(number).id) for number in (HERE, THERE))
    return make_account("", posts=posts)


@pytest.fixture
def session(two_places: UUID, enter: LogIn) -> OpenSession:
    return enter(HERE).session


def steps(token: str, now: datetime) -> tuple[Step, ...]:
    session = session_for(token, now)
    assert session is not None
    return session.steps


def test_the_step_is_for_who_works_in_several_places(
    two_places: UUID, make_account: MakeAccount, make_practice: MakePractice, enter: LogIn
) -> None:
    assert enter(HERE).session.steps == (Step.ONE_LOGIN,)
    one = make_practice("939000034")
    make_account("une@cabinet.example", one)
    twice = (NewPost(Role.PHYSICIAN, one.id), NewPost(Role.HOSPITAL, one.id))
    make_account("deux-titres@cabinet.example", posts=twice)
    delegate = tuple(NewPost(Role.SECRETARY, make_practice(n).id) for n in ("939000042", "939000059"))
    make_account("secretaire@cabinet.example", posts=delegate)
    for login in ("une", "deux-titres", "secretaire"):
        assert enter(f"{login}@cabinet.example").session.steps == ()


def test_one_address_and_one_password_are_good_for_all_places(
    two_places: UUID, session: OpenSession, enter: LogIn, now: datetime
) -> None:
    elsewhere, here = enter(THERE), enter(HERE)
    choose(session=here.session, email=MINE, password=NEW, pages=PAGES, now=now)
    assert session_for(elsewhere.token, now) is None
    assert steps(here.token, now) == (Step.ONE_LOGIN,)
    assert waiting_address(two_places, LinkPurpose.ONE_LOGIN, now) == MINE
    with pytest.raises(LoginRefused):
        enter(MINE, NEW)

    confirm(token=last_token(), door=DOOR, now=now)
    assert steps(here.token, now) == ()
    for login in (MINE, HERE, THERE):
        assert enter(login, NEW).session.steps == ()
    with pytest.raises(LoginRefused):
        enter(HERE, PASSWORD)
    assert Account.objects.get(id=two_places).one_login_at == now


def test_the_address_is_corrected_and_the_mail_sent_again(session: OpenSession, enter: LogIn, now: datetime) -> None:
    choose(session=session, email="h.marchant@cabinet.example", password=NEW, pages=PAGES, now=now)
    wrong = last_token()
    mail_again(session=session, email=MINE, pages=PAGES, now=now + MINUTE)
    with pytest.raises(LinkOver):
        confirm(token=wrong, door=DOOR, now=now + MINUTE)
    confirm(token=last_token(), door=DOOR, now=now + MINUTE)
    enter(MINE, NEW, at=now + MINUTE)


def test_the_address_of_another_is_told_by_its_mail_alone(
    two_places: UUID, session: OpenSession, make_account: MakeAccount, now: datetime
) -> None:
    make_account(MINE)
    choose(session=session, email=MINE, password=NEW, pages=PAGES, now=now)
    assert "Elle appartient déjà à un autre compte" in last_mail()
    assert PAGE not in last_mail()
    assert waiting_address(two_places, LinkPurpose.ONE_LOGIN, now) == MINE  # the page that waits is the same


def test_an_address_taken_meanwhile_is_not_confirmed(
    two_places: UUID, session: OpenSession, make_account: MakeAccount, now: datetime
) -> None:
    choose(session=session, email=MINE, password=NEW, pages=PAGES, now=now)
    make_account(MINE)
    with pytest.raises(LinkOver):
        confirm(token=last_token(), door=DOOR, now=now)
    assert Account.objects.get(id=two_places).email == ""


def test_three_mails_an_hour(session: OpenSession, now: datetime) -> None:
    choose(session=session, email=MINE, password=NEW, pages=PAGES, now=now)
    for _ in range(2):
        mail_again(session=session, email=MINE, pages=PAGES, now=now)
    with pytest.raises(MailsSpent) as spent:
        mail_again(session=session, email=MINE, pages=PAGES, now=now + 10 * MINUTE)
    assert spent.value.minutes == 50
    assert Message.objects.count() == 3


def test_a_refused_password_changes_and_mails_nothing(session: OpenSession, enter: LogIn, now: datetime) -> None:
    with pytest.raises(PasswordRefused):
        choose(session=session, email=MINE, password="Marchand-2020", pages=PAGES, now=now)
    assert Message.objects.count() == 0
    enter(HERE, PASSWORD)


def test_no_other_session_sets_a_password_this_way(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(MINE)
    session = enter(MINE).session
    with pytest.raises(Denied):
        choose(session=session, email=MINE, password=NEW, pages=PAGES, now=now)
    with pytest.raises(Denied):
        mail_again(session=session, email=MINE, pages=PAGES, now=now)
