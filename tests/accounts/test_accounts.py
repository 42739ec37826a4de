"""Creating and ending accounts, and what the database itself refuses."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.access.policy import Denied
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts
from contact_covid.accounts.actions.closing import disable_account
from contact_covid.accounts.actions.sessions import end_sessions
from contact_covid.accounts.enums import EndReason
from contact_covid.accounts.models import Account, Post, Session
from contact_covid.accounts.queries import open_posts, session_for
from contact_covid.core.ids import new_id
from contact_covid.directory.enums import Profession
from contact_covid.directory.models import Professional
from contact_covid.journal.enums import Surface
from contact_covid.journal.models import Entry
from tests.accounts.conftest import LogIn, MakeAccount, MakePractice

pytestmark = pytest.mark.django_db

EMAIL = "helene@example.fr"


def test_many_accounts_are_few_statements(now: datetime, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    wanted = [
        NewAccount(
            last_name=f"N{n}", email=f"N{n}@Example.fr", posts=(NewPost(Role.PHARMACIST), NewPost(Role.BIOLOGIST))
        )
        for n in range(50)
    ]
    with django_assert_num_queries(5):  # accounts, posts, journal; the test's own transaction adds a savepoint's two
        made = create_accounts(actor=SYSTEM, accounts=wanted, surface=Surface.COMMAND, now=now)
    emails = dict(Account.objects.values_list("id", "email"))
    assert [emails[account] for account in made] == [f"n{n}@example.fr" for n in range(50)]
    assert Post.objects.count() == 100
    assert Entry.objects.filter(kind="accounts.created").count() == 50


def test_a_plain_password_is_never_stored(now: datetime) -> None:
    with pytest.raises(ValueError, match="algorithm"):
        create_accounts(
            actor=SYSTEM,
            accounts=[NewAccount(last_name="Marchand", posts=(), password="Vélo-Orange-42")],
            surface=Surface.COMMAND,
            now=now,
        )
    assert not Account.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.SYSTEM)])
def test_only_administrators_create_disable_and_end_other_people_s_sessions(
    role: Role, make_account: MakeAccount, now: datetime
) -> None:
    target = make_account(EMAIL)
    actor = Actor(account=new_id(now), session=None, role=role, assurance=Assurance.CARD)
    with pytest.raises(Denied):
        create_accounts(actor=actor, accounts=[], surface=Surface.PAGE, now=now)
    with pytest.raises(Denied):
        disable_account(actor=actor, account=target, now=now)
    with pytest.raises(Denied):
        end_sessions(actor=actor, account=target, reason=EndReason.ENDED_ELSEWHERE, surface=Surface.PAGE, now=now)


def test_the_holder_ends_all_her_sessions(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    account = make_account(EMAIL)
    make_account("other@example.fr")
    tokens = [enter(EMAIL).token for _ in range(3)]
    kept = enter("other@example.fr").token
    session = session_for(tokens[0], now)
    assert session
    ended = end_sessions(
        actor=session.actor, account=account, reason=EndReason.ENDED_ELSEWHERE, surface=Surface.PAGE, now=now
    )
    assert ended == 3
    assert [session_for(token, now) for token in tokens] == [None] * 3
    assert session_for(kept, now)


def test_who_disabled_an_account_is_in_the_journal(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    account = make_account(EMAIL)
    administrator = make_account("admin@example.fr", posts=(NewPost(Role.ADMINISTRATOR),))
    actor = enter("admin@example.fr").session.actor
    disable_account(actor=actor, account=account, now=now)
    disable_account(actor=actor, account=account, now=now)
    entry = Entry.objects.get(kind="accounts.disabled")
    assert (entry.account, entry.session, entry.detail) == (administrator, actor.session, {"account": str(account)})


def test_open_posts_are_those_of_the_moment(
    make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    places = [make_practice(f"93201234{n}") for n in range(4)]
    account = make_account(EMAIL, posts=tuple(NewPost(Role.PHARMACIST, place.id) for place in places))
    Post.objects.filter(practice=places[0]).update(ends_at=now)
    Post.objects.filter(practice=places[1]).update(starts_at=now + timedelta(days=1))
    places[2].active = False
    places[2].save()
    assert [post.practice for post in open_posts(account, now)] == [places[3]]


def test_one_account_a_professional(now: datetime) -> None:
    person = Professional.objects.create(
        id=new_id(now),
        national_id="810000000001",
        last_name="Marchand",
        first_name="Hélène",
        profession=Profession.PHARMACIST,
    )
    wanted = NewAccount(last_name="Marchand", professional=person.id, posts=())
    create_accounts(actor=SYSTEM, accounts=[wanted], surface=Surface.COMMAND, now=now)
    with pytest.raises(IntegrityError, match="accounts_account_one_a_professional"), transaction.atomic():
        create_accounts(actor=SYSTEM, accounts=[wanted], surface=Surface.COMMAND, now=now)


def test_the_database_refuses_what_no_action_should_write(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    practice = make_practice("932012345")
    make_account(EMAIL, practice)
    enter(EMAIL)
    post = Post.objects.get()
    again = Post(id=new_id(now), account_id=post.account_id, role=post.role, practice=practice, starts_at=now)
    refused: dict[str, Callable[[], object]] = {
        "accounts_account_email_lower_case": lambda: Account.objects.update(email="Helene@example.fr"),
        "accounts_post_held_once": again.save,
        "accounts_post_role_of_an_account": lambda: Post.objects.update(role=Role.SYSTEM),
        "accounts_post_ends_after_start": lambda: Post.objects.update(ends_at=now - timedelta(days=1)),
        "accounts_post_one_place_at_most": lambda: Post.objects.update(organisation=practice.organisation_id),
        "accounts_session_end_has_reason": lambda: Session.objects.update(ended_at=now),
    }
    for constraint, write in refused.items():
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            write()


def test_a_post_without_a_place_is_held_once_too(make_account: MakeAccount, now: datetime) -> None:
    account = make_account(EMAIL, posts=(NewPost(Role.DPO),))
    with pytest.raises(IntegrityError, match="accounts_post_held_once"), transaction.atomic():
        Post.objects.create(id=new_id(now), account_id=account, role=Role.DPO, starts_at=now)
    Post.objects.update(ends_at=now)
    Post.objects.create(id=new_id(now), account_id=account, role=Role.DPO, starts_at=now)
