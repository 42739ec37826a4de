"""An account acts from every place that the directory gives its professional, those that came after it included."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.access.policy import Denied
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts
from contact_covid.accounts.actions.closing import disable_account, enable_account
from contact_covid.accounts.actions.posts import open_missing_posts
from contact_covid.accounts.creation_queries import holder_of_practice
from contact_covid.accounts.models import Post
from contact_covid.accounts.queries import open_posts, post_to_begin_with
from contact_covid.accounts.rules.posts import role_at
from contact_covid.core.ids import new_id
from contact_covid.demo.rules.professional_numbers import rpps
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.directory.models import Practice, Professional
from contact_covid.journal.enums import Surface
from contact_covid.journal.models import Entry
from tests.accounts.newcomers import add_place, professional
from tests.directory.extracts import CABINET, activity, load, written

pytestmark = pytest.mark.usefixtures("rolled_back")
MINUTE = timedelta(minutes=1)


def account_of(who: Professional, now: datetime, *posts: NewPost) -> UUID:
    new = NewAccount("Zqmarchal", posts, professional=who.id)
    return create_accounts(actor=SYSTEM, accounts=[new], surface=Surface.COMMAND, now=now)[0]


def opened(now: datetime) -> int:
    return open_missing_posts(actor=SYSTEM, surface=Surface.COMMAND, now=now)


def held(account: UUID, now: datetime) -> dict[str, str]:
    """Role at the number of each place."""
    return {post.practice.number: post.role for post in open_posts(account, now) if post.practice}


def annuaire(folder: Path, *lines: str) -> int:
    """How many posts a load of the Annuaire Santé opened."""
    told: int = load(annuaire=written(folder / "annuaire.txt", lines))["annuaire"]["posts"]
    return told


def registered(folder: Path, now: datetime) -> UUID:
    """The account of the physician of the Annuaire, created while she had one place."""
    assert annuaire(folder, activity(1), activity(2)) == 0
    who = Professional.objects.get(national_id=f"8{rpps(1)}")
    return account_of(who, now, NewPost(Role.PHYSICIAN, Practice.objects.get(professional=who).id))


def places(account: UUID, now: datetime) -> list[str]:
    return [post.practice.place for post in open_posts(account, now) if post.practice]


def test_who_moves_acts_from_her_new_place(tmp_path: Path, now: datetime) -> None:
    account = registered(tmp_path, now)
    assert annuaire(tmp_path, activity(1, place="R7"), activity(2)) == 1
    later = Post.objects.latest("starts_at").starts_at
    assert places(account, later) == ["R7"]
    assert post_to_begin_with(account, later)


def test_a_second_place_is_added_to_the_first_once(tmp_path: Path, now: datetime) -> None:
    account = registered(tmp_path, now)
    told = [annuaire(tmp_path, activity(1), activity(1, place="R7"), activity(2)) for _ in range(2)]
    assert told == [1, 0]
    assert places(account, Post.objects.latest("starts_at").starts_at) == [f"{CABINET}1", "R7"]
    row = Entry.objects.get(kind="accounts.posts_opened")
    assert (row.role, row.surface, row.detail["account"]) == ("system", "command", str(account))
    assert row.detail["practices"] == [str(Practice.objects.get(place="R7").id)]


def test_who_comes_by_the_rpps_number_acts_from_its_places_too(tmp_path: Path, now: datetime) -> None:
    annuaire(tmp_path, activity(1, kind="0", rpps="939999997"), activity(1, place="R7"))
    who = Professional.objects.get(national_id="0939999997")
    account = account_of(who, now, NewPost(Role.PHYSICIAN, Practice.objects.get(professional=who).id))
    path = written(tmp_path / "adeli.csv", [f"939999997;{rpps(1)}"], header="N° ADELI;N° RPPS")
    assert load(adeli=path)["adeli"]["posts"] == 1
    assert places(account, Post.objects.latest("starts_at").starts_at) == [f"{CABINET}1", "R7"]


def test_the_command_says_how_many_posts_it_opened(tmp_path: Path, now: datetime) -> None:
    registered(tmp_path, now)
    out = StringIO()
    path = written(tmp_path / "a.txt", [activity(1, place="R7"), activity(2)])
    call_command("load_directory", annuaire=path, stdout=out, stderr=StringIO())
    assert "1 lieux ajoutés à des comptes existants" in out.getvalue()


@pytest.mark.parametrize("kind", [None, *OrganisationKind])
def test_the_role_is_the_one_of_a_creation(kind: OrganisationKind | None, now: datetime) -> None:
    wanted, found = {}, {}
    for number, profession in enumerate(Profession):
        who = professional(f"9310000{number:02}", now=now, profession=profession, kind=kind)
        account = account_of(who, now)
        holder = holder_of_practice(Practice.objects.get(professional=who).id)
        assert (holder is None) == (role_at(kind, profession) is None)
        wanted[profession] = [holder.place.role] if holder else []
        found[profession] = account
    opened(now)
    assert {profession: list(held(account, now).values()) for profession, account in found.items()} == wanted


def test_a_disabled_account_gets_none_until_it_is_opened_again(now: datetime) -> None:
    account = account_of(professional("93100001", now=now), now)
    disable_account(actor=SYSTEM, account=account, now=now)
    assert opened(now) == 0
    enable_account(actor=SYSTEM, account=account, now=now)
    assert held(account, now) == {"93100001": "physician"}


def test_enabling_one_account_opens_nothing_to_others(now: datetime) -> None:
    one, other = (account_of(professional(number, now=now), now) for number in ("93100001", "93100002"))
    disable_account(actor=SYSTEM, account=one, now=now)
    enable_account(actor=SYSTEM, account=one, now=now)
    assert (len(held(one, now)), held(other, now)) == (1, {})


def test_a_place_that_is_closed_and_one_of_somebody_else_give_nothing(now: datetime) -> None:
    who = professional("93100001", "93100002", now=now)
    Practice.objects.filter(number="93100002").update(active=False)
    professional("93100003", now=now)  # has no account
    account = account_of(who, now)
    assert opened(now) == 1
    assert (held(account, now), Post.objects.count()) == ({"93100001": "physician"}, 1)


def test_what_she_holds_for_others_or_held_before_is_no_post_of_her_own(now: datetime) -> None:
    who, colleague = professional("93100001", now=now), professional("93100002", now=now)
    mine, theirs = Practice.objects.get(number="93100001"), Practice.objects.get(number="93100002")
    account, other = account_of(who, now), account_of(colleague, now, NewPost(Role.PHYSICIAN, theirs.id))
    over = {"account_id": account, "role": Role.PHYSICIAN, "practice": mine, "starts_at": now - 2 * MINUTE}
    Post.objects.create(id=new_id(now), ends_at=now - MINUTE, **over)
    Post.objects.create(id=new_id(now), ends_at=now + MINUTE, delegated_by_id=other, **over)
    Post.objects.create(
        id=new_id(now), account_id=other, role=Role.SECRETARY, practice=mine, starts_at=now, delegated_by_id=account
    )
    assert opened(now) == 1
    assert open_posts(account, now).filter(delegated_by=None, practice=mine).count() == 1
    assert open_posts(other, now).filter(practice=mine).count() == 1


def test_a_post_that_she_has_already_stays_as_it_is(now: datetime) -> None:
    who = professional("93100001", now=now)
    place = Practice.objects.get(number="93100001")
    account = account_of(who, now, NewPost(Role.BIOLOGIST, place.id))  # as another profession, before
    assert opened(now) == 0
    assert held(account, now) == {"93100001": "biologist"}


def test_a_whole_directory_is_a_few_statements(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for serial in range(30):
        who = professional(f"931000{serial:02}", now=now)
        add_place(who, f"932000{serial:02}", kind=None, now=now + MINUTE)
        account_of(who, now)
    with django_assert_num_queries(7):  # one at a time, places, posts, keys, journal; a savepoint's two
        assert opened(now) == 60
    assert Entry.objects.filter(kind="accounts.posts_opened").count() == 30
    for account in Post.objects.values_list("account", flat=True).distinct():
        assert [place[:3] for place in held(account, now)] == ["931", "932"]  # the oldest place first


def test_only_who_manages_accounts_may(now: datetime) -> None:
    with pytest.raises(Denied):
        open_missing_posts(
            actor=Actor(None, None, Role.PHYSICIAN, assurance=Assurance.CARD), surface=Surface.PAGE, now=now
        )
