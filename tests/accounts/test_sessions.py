"""How long a session opens pages, and everything that ends it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewPost
from contact_covid.accounts.actions.closing import disable_account
from contact_covid.accounts.actions.sessions import NoOpenPost, log_out, purge, switch_post, touch
from contact_covid.accounts.enums import EndReason
from contact_covid.accounts.models import Account, LoginGuard, Post, Session
from contact_covid.accounts.queries import OpenSession, session_for
from contact_covid.accounts.tasks import purge_sessions
from contact_covid.core.ids import new_id
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.models import Organisation, Practice
from contact_covid.journal.models import Entry
from tests.accounts.conftest import LogIn, MakeAccount, MakePractice

pytestmark = pytest.mark.django_db

EMAIL = "helene@example.fr"
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)


def kinds_of(account: UUID) -> list[str]:
    return list(Entry.objects.filter(account=account).order_by("id").values_list("kind", flat=True))


def use_every(step: timedelta, token: str, start: datetime, until: datetime) -> OpenSession | None:
    """The session after pages opened at every ``step``."""
    session, moment = session_for(token, start), start
    while session and moment < until:
        moment += step
        session = session_for(token, moment)
        session = touch(session=session, now=moment) if session else None
    return session


def test_reading_the_session_of_a_request_is_one_statement(
    make_account: MakeAccount,
    make_practice: MakePractice,
    enter: LogIn,
    now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    practice = make_practice("932012345")
    account = make_account(EMAIL, practice)
    token = enter(EMAIL).token
    with django_assert_num_queries(1):
        session = session_for(token, now)
    assert session
    assert (session.actor.account, session.actor.session, session.actor.practice) == (account, session.id, practice.id)
    assert session.actor.organisation == practice.organisation_id
    assert session.profile.name == "Mme Hélène MARCHAND"
    assert (session.profile.place, session.profile.commune) == ("Pharmacie du Marché", "Saint-Denis")
    assert (session.profile.number, session.profile.role_label) == ("932012345", "Pharmacien")


def test_an_agent_without_a_practice_has_her_organisation(
    make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    platform = Organisation.objects.create(id=new_id(now), kind=OrganisationKind.PLATFORM, name="Plateforme du Rhône")
    make_account(EMAIL, posts=(NewPost(Role.PLATFORM_AGENT, organisation=platform.id),))
    session = enter(EMAIL).session
    assert (session.actor.practice, session.actor.organisation) == (None, platform.id)
    assert (session.profile.place, session.profile.number) == ("Plateforme du Rhône", "")


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "\ud800", "a\x00b"])
def test_a_token_that_was_never_given_opens_nothing(
    token: str, make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    make_account(EMAIL)
    enter(EMAIL)
    assert session_for(token, now) is None


def test_an_unused_session_ends_after_an_hour(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(EMAIL)
    entered = enter(EMAIL)
    assert entered.session.expires_at == now + 60 * MINUTE
    assert entered.session.warns_at == now + 58 * MINUTE
    assert session_for(entered.token, now + 60 * MINUTE - INSTANT)
    assert session_for(entered.token, now + 60 * MINUTE) is None


def test_a_used_session_ends_after_four_hours(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(EMAIL)
    entered = enter(EMAIL)
    session = use_every(20 * MINUTE, entered.token, now, now + 220 * MINUTE)
    assert session
    assert session.expires_at == session.ends_at == now + 240 * MINUTE
    assert session_for(entered.token, now + 240 * MINUTE - INSTANT)
    assert session_for(entered.token, now + 240 * MINUTE) is None


def test_both_times_are_settings(make_account: MakeAccount, enter: LogIn, now: datetime, settings: Settings) -> None:
    settings.SESSION_IDLE, settings.SESSION_TOTAL = 5 * MINUTE, 10 * MINUTE
    make_account(EMAIL)
    token = enter(EMAIL).token
    assert session_for(token, now + 5 * MINUTE) is None
    assert use_every(MINUTE, token, now, now + 9 * MINUTE)
    assert use_every(MINUTE, token, now, now + 10 * MINUTE) is None


def test_use_is_written_once_a_minute(
    make_account: MakeAccount, enter: LogIn, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_account(EMAIL)
    session = enter(EMAIL).session
    with django_assert_num_queries(0):
        assert touch(session=session, now=now + timedelta(seconds=59)) == session
    with django_assert_num_queries(1):
        assert touch(session=session, now=now + MINUTE).expires_at == now + 61 * MINUTE
    assert Session.objects.get().seen_at == now + MINUTE


def test_a_late_request_neither_shortens_nor_revives_a_session(
    make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    make_account(EMAIL)
    session = enter(EMAIL).session
    touch(session=session, now=now + 10 * MINUTE)
    touch(session=session, now=now + 5 * MINUTE)
    assert Session.objects.get().seen_at == now + 10 * MINUTE
    log_out(session=session, now=now + 11 * MINUTE)
    touch(session=session, now=now + 12 * MINUTE)
    assert Session.objects.get().seen_at == now + 10 * MINUTE


def test_logging_out_ends_this_session_only_and_once(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    account = make_account(EMAIL)
    left, other = enter(EMAIL), enter(EMAIL)
    log_out(session=left.session, now=now)
    log_out(session=left.session, now=now + MINUTE)
    assert session_for(left.token, now) is None
    assert session_for(other.token, now)
    assert kinds_of(account) == ["accounts.logged_in", "accounts.logged_in", "accounts.logged_out"]


def test_disabling_an_account_acts_on_its_next_page(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    account = make_account(EMAIL)
    token = enter(EMAIL).token
    disable_account(actor=SYSTEM, account=account, now=now)
    assert session_for(token, now) is None
    Account.objects.update(is_active=True)
    assert session_for(token, now) is None, "enabling it again must not bring old sessions back"


@pytest.mark.parametrize(
    "change",
    [
        lambda now: Account.objects.update(is_active=False),
        lambda now: Post.objects.update(ends_at=now),
        lambda now: Post.objects.update(starts_at=now + MINUTE),
        lambda now: Practice.objects.update(active=False),
        lambda now: Session.objects.update(ended_at=now, ended_reason=EndReason.ENDED_ELSEWHERE),
        lambda now: Account.objects.all().delete(),
    ],
    ids=["account", "post over", "post to come", "place closed", "ended", "deleted"],
)
def test_whatever_closes_the_way_in_acts_on_the_next_page(
    change: object, make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    make_account(EMAIL, make_practice("932012345"))
    token = enter(EMAIL).token
    assert session_for(token, now)
    assert callable(change)
    change(now)
    assert session_for(token, now) is None


def test_a_role_change_acts_on_the_next_page(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(EMAIL)
    token = enter(EMAIL).token
    Post.objects.update(role=Role.BIOLOGIST)
    session = session_for(token, now)
    assert session
    assert (session.actor.role, session.profile.role_label) == (Role.BIOLOGIST, "Biologiste")


def test_a_post_ends_at_its_date(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(EMAIL, posts=(NewPost(Role.SECRETARY, ends_at=now + 10 * MINUTE),))
    token = enter(EMAIL).token
    assert session_for(token, now + 10 * MINUTE - INSTANT)
    assert session_for(token, now + 10 * MINUTE) is None


def test_switching_the_post_changes_the_actor_and_the_token(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    market, station = make_practice("932012345"), make_practice("932054321", "Laboratoire de la Gare")
    account = make_account(EMAIL, posts=(NewPost(Role.PHARMACIST, market.id), NewPost(Role.BIOLOGIST, station.id)))
    entered = enter("932012345")
    other = Post.objects.get(practice=station).id
    token = switch_post(session=entered.session, post=other, now=now + MINUTE)
    assert session_for(entered.token, now + MINUTE) is None
    switched = session_for(token, now + MINUTE)
    assert switched
    assert (switched.actor.role, switched.actor.practice, switched.post) == (Role.BIOLOGIST, station.id, other)
    assert (switched.id, switched.ends_at) == (entered.session.id, entered.session.ends_at)
    assert kinds_of(account)[-1] == "accounts.post_switched"


def test_nobody_switches_to_a_post_that_is_not_hers_or_is_over(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    hers, gone = make_practice("932012345"), make_practice("932054321")
    account = make_account(EMAIL, posts=(NewPost(Role.PHARMACIST, hers.id), NewPost(Role.PHARMACIST, gone.id)))
    stranger = make_account("other@example.fr")
    Post.objects.filter(practice=gone).update(ends_at=now)
    entered = enter(EMAIL)
    refused = [Post.objects.get(practice=gone).id, Post.objects.get(account=stranger).id, new_id(now)]
    for post in refused:
        with pytest.raises(NoOpenPost):
            switch_post(session=entered.session, post=post, now=now)
    assert session_for(entered.token, now) == entered.session
    assert "accounts.post_switched" not in kinds_of(account)


def test_an_ended_session_is_not_revived_by_switching(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(EMAIL)
    entered = enter(EMAIL)
    log_out(session=entered.session, now=now)
    with pytest.raises(NoOpenPost):
        switch_post(session=entered.session, post=entered.session.post, now=now)


def test_what_is_over_is_purged_and_what_counts_is_kept(make_account: MakeAccount, enter: LogIn, now: datetime) -> None:
    make_account(EMAIL)
    day = timedelta(days=1)
    ended, expired, _ = enter(EMAIL), enter(EMAIL, at=now), enter(EMAIL, at=now + day)
    log_out(session=ended.session, now=now)
    guards = {
        b"stale": (now, None),
        b"fresh": (now + MINUTE, None),
        b"blocked": (now, now + day + 5 * MINUTE),
    }
    for key, (last_at, blocked_until) in guards.items():
        LoginGuard.objects.create(key=key, tries=3, last_at=last_at, blocked_until=blocked_until)
    purge_sessions(int((now + day + timedelta(seconds=1)).timestamp()))
    assert {bytes(key) for key in LoginGuard.objects.values_list("key", flat=True)} == {b"fresh", b"blocked"}
    assert expired.session.id in Session.objects.values_list("id", flat=True)
    assert ended.session.id not in Session.objects.values_list("id", flat=True)
    purge_sessions(int((now + day + timedelta(hours=4, seconds=1)).timestamp()))
    assert Session.objects.count() == 1


def test_the_place_used_last_is_remembered_when_its_sessions_are_gone(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    first, second = make_practice("939000018"), make_practice("939000026")
    account = make_account(EMAIL, posts=(NewPost(Role.PHARMACIST, first.id), NewPost(Role.PHARMACIST, second.id)))
    Account.objects.filter(id=account).update(one_login_at=now)
    session = enter(EMAIL).session
    assert session.actor.practice == first.id
    switch_post(session=session, post=Post.objects.get(practice=second).id, now=now + MINUTE)
    purge(now=now + timedelta(days=3))
    assert not Session.objects.exists()
    assert enter(EMAIL, at=now + timedelta(days=3)).session.actor.practice == second.id
