"""What no way in may undo of another: who invites, whose number, whose address, what still proves somebody."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Permission, Role
from contact_covid.accounts.actions import delegations, teams
from contact_covid.accounts.actions.accounts import NewPost, PasswordRefused
from contact_covid.accounts.actions.cards import read_card, redeem
from contact_covid.accounts.actions.closing import OnlyLoginTaken, disable_account, enable_account
from contact_covid.accounts.actions.forgotten import ResetPages, ask_reset, reset_password
from contact_covid.accounts.actions.invitations import InvitationNotFound, accept_as_new, offer_again
from contact_covid.accounts.actions.letters import request_letter
from contact_covid.accounts.actions.links import LinkOver
from contact_covid.accounts.actions.login import FirstLogin, LoginRefused, log_in
from contact_covid.accounts.actions.own_account import ChangeRefused, EmailPages, ask_email
from contact_covid.accounts.enums import Delegation, Step
from contact_covid.accounts.models import Account, Invitation, LetterCode, Post
from contact_covid.accounts.queries import session_for
from contact_covid.accounts.rules.certificates import CardRefused
from contact_covid.accounts.rules.letter_codes import AGAIN_AFTER
from contact_covid.accounts.rules.logins import Login
from contact_covid.core.idempotency import submission
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS
from contact_covid.core.rules.tokens import digest_of
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.models import Organisation
from contact_covid.messaging.models import Message
from tests.accounts.conftest import PASSWORD, LogIn, MakeAccount, MakePractice
from tests.accounts.igc import Igc, der
from tests.accounts.links import PAGE
from tests.accounts.newcomers import professional
from tests.accounts.test_cards import igc
from tests.mails import last_mail, last_token

__all__ = ["igc"]

pytestmark = pytest.mark.django_db
EMAIL, NUMBER, NEW = "helene@cabinet.example", "939000018", "Bateau-Jaune-77"
OTHER_NUMBER, DAY = "939000026", timedelta(days=1)
PAGES = EmailPages(link=PAGE, door=PAGE, forgotten=PAGE)


# --- Invitations ---------------------------------------------------------------------------------------------------


@pytest.fixture
def holder(make_account: MakeAccount, make_practice: MakePractice) -> Actor:
    """By card, who may name a delegate."""
    place = make_practice(NUMBER)
    account = make_account(EMAIL, posts=(NewPost(Role.PHARMACIST, place.id),))
    return Actor(account, None, Role.PHARMACIST, practice=place.id, assurance=Assurance.CARD)


def invited(holder: Actor, now: datetime, email: str = "delegue@cabinet.example") -> str:
    today = now.astimezone(PARIS).date()
    delegations.delegate(
        actor=holder,
        email=email,
        kind=Delegation.REPLACEMENT,
        since=today,
        until=today + 30 * DAY,
        sent=submission(email, {}),
        page=PAGE,
        now=now,
    )
    return last_token()


def accepted(token: str, now: datetime) -> UUID:
    return accept_as_new(token=token, last_name="Petit", first_name="Anne", password=PASSWORD, now=now)


def test_an_invitation_that_was_accepted_meanwhile_is_not_sent_again(holder: Actor, now: datetime) -> None:
    token = invited(holder, now)
    read_before = Invitation.objects.get()
    post = accepted(token, now)
    with pytest.raises(InvitationNotFound):
        offer_again(actor=holder, invitation=read_before, page=PAGE, now=now)
    delegations.end(actor=holder, invitation=read_before.id, now=now)
    assert Post.objects.get(id=post).ends_at == now


def test_what_a_disabled_holder_offered_opens_nothing(holder: Actor, now: datetime) -> None:
    token = invited(holder, now)
    assert holder.account is not None
    disable_account(actor=SYSTEM, account=holder.account, now=now)
    assert Invitation.objects.get().closed_at == now
    with pytest.raises(LinkOver):
        accepted(token, now)


def test_who_no_longer_holds_the_practice_lets_nobody_in(holder: Actor, now: datetime) -> None:
    token = invited(holder, now)
    Post.objects.filter(account=holder.account).update(ends_at=now)
    with pytest.raises(LinkOver):
        accepted(token, now)


def test_what_a_supervisor_offered_ends_with_her_access(make_account: MakeAccount, now: datetime) -> None:
    team = Organisation.objects.create(id=new_id(now), kind=OrganisationKind.PLATFORM, name="Plateforme")
    boss, other = (
        make_account(f"{name}@plateforme.example", posts=(NewPost(Role.PLATFORM_SUPERVISOR, organisation=team.id),))
        for name in ("boss", "other")
    )
    teams.invite(
        actor=Actor(boss, None, Role.PLATFORM_SUPERVISOR, organisation=team.id, assurance=Assurance.PASSWORD),
        organisation=team.id, email="prive@example.org", role=Role.PLATFORM_SUPERVISOR,
        sent=submission("form", {}), page=PAGE, now=now,
    )  # fmt: skip
    token = last_token()
    teams.end_post(
        actor=Actor(other, None, Role.PLATFORM_SUPERVISOR, organisation=team.id, assurance=Assurance.PASSWORD),
        organisation=team.id, post=Post.objects.get(account=boss).id, now=now,
    )  # fmt: skip
    assert Invitation.objects.get().closed_at == now
    with pytest.raises(LinkOver):
        accepted(token, now)


def test_a_delegate_of_two_holders_keeps_her_address_and_password(
    holder: Actor, make_practice: MakePractice, make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    accepted(invited(holder, now), now)
    place = make_practice("939000026")
    second = make_account("autre@cabinet.example", posts=(NewPost(Role.PHARMACIST, place.id),))
    account = Account.objects.get(email="delegue@cabinet.example")
    Account.objects.filter(id=account.id).update(one_login_at=None)
    Post.objects.create(
        id=new_id(now), account=account, role=Role.PHARMACIST, practice=place, delegated_by_id=second, starts_at=now
    )
    assert enter("delegue@cabinet.example").session.steps == ()


# --- Numbers -------------------------------------------------------------------------------------------------------


def test_the_number_of_a_structure_means_the_structure(
    make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    place = make_practice(NUMBER)
    hers = professional("939000091", now=now)
    titular = make_account("titulaire@cabinet.example", place)
    Account.objects.filter(id=titular).update(professional=hers)
    structure = make_account("officine@cabinet.example", posts=(NewPost(Role.PHARMACIST, place.id),), password=NEW)
    opened = log_in(login=NUMBER, password=NEW, device_token=None, now=now)
    assert opened.session.actor.account == structure


def letter(place: UUID, now: datetime, code: str = "K7M42QXD9T3F") -> LetterCode:
    return LetterCode.objects.create(
        practice_id=place, code=make_password(code), created_at=now, expires_at=now + 30 * DAY
    )


def test_a_letter_serves_where_somebody_else_has_an_account(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    place = make_practice(NUMBER)
    make_account("titulaire@cabinet.example", place)
    kept = letter(place.id, now)
    with pytest.raises(FirstLogin) as first:
        enter(NUMBER, "k7m4-2qxd-9t3f")
    assert first.value.practice == place.id
    assert enter(NUMBER).token, "her own password goes on"
    kept.refresh_from_db()
    assert kept.tries == 0


def test_wrong_passwords_use_up_no_letter(make_practice: MakePractice, enter: LogIn, now: datetime) -> None:
    kept = letter(make_practice(NUMBER).id, now)
    for _ in range(2):
        with pytest.raises(LoginRefused):
            enter(NUMBER, "Mauvais-Mot-1")
    kept.refresh_from_db()
    assert kept.tries == 0


@pytest.mark.parametrize(
    ("tries", "after", "letters"), [(4, AGAIN_AFTER, 0), (5, AGAIN_AFTER - DAY, 0), (5, AGAIN_AFTER, 1)]
)
def test_a_letter_whose_tries_were_spent_is_replaced_after_a_week(
    now: datetime, settings: Settings, tmp_path: Path, tries: int, after: timedelta, letters: int
) -> None:
    place = professional(NUMBER, now=now).practices.get()
    LetterCode.objects.filter(practice=letter(place.id, now).practice).update(tries=tries)
    settings.LETTERS_DIR = tmp_path
    request_letter(number=NUMBER, email="demande@cabinet.example", login_page=PAGE, now=now + after)
    assert Message.objects.filter(channel="letter").count() == letters


# --- Addresses -----------------------------------------------------------------------------------------------------


def test_an_address_is_changed_by_who_knows_the_password(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    """Whoever has the address has the account: a session left open is not enough."""
    make_account(EMAIL, make_practice(NUMBER))
    session = enter(EMAIL).session
    sent = submission("k" * 32, {"email": "autre@example.org"})

    def ask(current: str) -> None:
        ask_email(session=session, email="autre@example.org", current=current, pages=PAGES, sent=sent, now=now)

    for _ in range(3):
        with pytest.raises(ChangeRefused):
            ask("Mauvais-Mot-1")
    with pytest.raises(ChangeRefused):
        ask(PASSWORD)
    assert not Message.objects.exists()


@pytest.mark.parametrize(("number", "kept"), [(OTHER_NUMBER, EMAIL), ("", "")], ids=["shares it", "its only login"])
def test_who_comes_back_leaves_the_address_that_is_another_s_only_login(
    make_account: MakeAccount, make_practice: MakePractice, now: datetime, number: str, kept: str
) -> None:
    first = make_account(EMAIL, make_practice(NUMBER))
    disable_account(actor=SYSTEM, account=first, now=now)
    make_account(EMAIL, *([make_practice(number)] if number else []))
    enable_account(actor=SYSTEM, account=first, now=now)
    back = Account.objects.get(id=first)
    assert (back.is_active, back.email) == (True, kept)


def test_who_would_come_back_without_any_login_stays_out(make_account: MakeAccount, now: datetime) -> None:
    first = make_account(EMAIL)
    disable_account(actor=SYSTEM, account=first, now=now)
    make_account(EMAIL)
    with pytest.raises(OnlyLoginTaken):
        enable_account(actor=SYSTEM, account=first, now=now)
    assert not Account.objects.get(id=first).is_active


def test_nobody_acts_in_the_name_of_a_closed_account(
    make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    """Not even from a post that was opened while it was being closed."""
    place = make_practice(NUMBER)
    holder = make_account(EMAIL, place)
    delegate = make_account("delegue@cabinet.example", posts=(NewPost(Role.PHARMACIST, place.id),))
    Post.objects.filter(account=delegate).update(delegated_by=holder, ends_at=now + 30 * DAY)
    token = enter("delegue@cabinet.example").token
    assert session_for(token, now)
    Account.objects.filter(id=holder).update(is_active=False)
    assert session_for(token, now) is None


def test_without_logins_by_address_who_has_no_number_any_more_keeps_hers(
    settings: Settings, make_account: MakeAccount, make_practice: MakePractice, enter: LogIn, now: datetime
) -> None:
    settings.EMAIL_LOGIN = False
    team = Organisation.objects.create(id=new_id(now), kind=OrganisationKind.PLATFORM, name="Plateforme")
    posts = (NewPost(Role.PHARMACIST, make_practice(NUMBER).id), NewPost(Role.PLATFORM_AGENT, organisation=team.id))
    account = make_account(EMAIL, posts=posts)
    with pytest.raises(LoginRefused):
        enter(EMAIL)
    Post.objects.filter(account=account, role=Role.PHARMACIST).update(ends_at=now)
    assert enter(EMAIL).token


# --- Proofs --------------------------------------------------------------------------------------------------------


def test_a_ticket_of_a_browser_that_asked_for_nothing_opens_nothing(igc: Igc, now: datetime) -> None:
    """Planted by somebody whose card was read for the nonce of nobody."""
    ticket = read_card(certificate=der(igc.card()), nonce_digest=digest_of(""), now=now)
    with pytest.raises(CardRefused, match=r"card\.ticket_over"):
        redeem(ticket=ticket, nonce="", now=now)


def test_where_passwords_grow_old_the_same_again_is_refused(
    settings: Settings, make_account: MakeAccount, now: datetime
) -> None:
    settings.PASSWORD_MAX_AGE = 183 * DAY
    make_account(EMAIL)
    ask_reset(login=Login(EMAIL, is_email=True), pages=ResetPages(link=PAGE, by_number=PAGE), now=now)
    token = last_token()
    with pytest.raises(PasswordRefused):
        reset_password(token=token, password=PASSWORD, forgotten_page=PAGE, now=now)
    reset_password(token=token, password=NEW, forgotten_page=PAGE, now=now + DAY / 2)
    assert "a été modifié" in last_mail()


def test_a_second_factor_is_asked_for_any_place_of_hers(
    settings: Settings, make_account: MakeAccount, make_practice: MakePractice, enter: LogIn
) -> None:
    """Not only for the one she begins with: a switch would pass by it."""
    settings.SECOND_FACTOR_FOR = frozenset({Permission.FICHE_SEARCH})
    posts = (NewPost(Role.PHYSICIAN, make_practice(NUMBER).id), NewPost(Role.BIOLOGIST, make_practice("939000026").id))
    make_account(EMAIL, posts=posts)
    assert Step.SECOND_FACTOR in enter(NUMBER).session.steps


def test_who_is_warned_late_has_the_whole_time(
    settings: Settings, make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    settings.UNUSED_AFTER = 183 * DAY
    make_account(EMAIL, at=now - 400 * DAY)
    Account.objects.update(last_login=now - 200 * DAY, unused_warned_at=now - 14 * DAY)
    assert enter(EMAIL).token
    Account.objects.update(last_login=now - 200 * DAY, unused_warned_at=now - 15 * DAY)
    with pytest.raises(LoginRefused):
        enter(EMAIL)
