"""Second factors: what a login asks, what proves more than a password, who may change them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections
from pytest_django import Settings

from contact_covid.access.enums import Assurance, Permission, Role
from contact_covid.access.policy import asks_second_factor
from contact_covid.accounts.actions.accounts import NewPost
from contact_covid.accounts.actions.login import log_in
from contact_covid.accounts.actions.notices import tell_of_login
from contact_covid.accounts.enums import Step
from contact_covid.accounts.factors.actions import enrolment, proof
from contact_covid.accounts.factors.actions.devices import remember
from contact_covid.accounts.factors.actions.enrolment import FactorErrorCode, FactorRefused, NotProven
from contact_covid.accounts.factors.actions.proof import NoAddress, ProofBlocked, ProofRefused, mail_code, prove_by_code
from contact_covid.accounts.factors.models import Challenge, Factor, RecoveryCode
from contact_covid.accounts.factors.queries import FactorNotFound, factors_of, methods_of
from contact_covid.accounts.models import Account
from contact_covid.accounts.queries import OpenSession, session_for
from contact_covid.core import account_keys
from contact_covid.core.account_keys import AccountKeys
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import SealBroken
from contact_covid.journal.models import Entry
from tests.accounts.conftest import PASSWORD, MakeAccount, MakePractice
from tests.accounts.factors import ADDRESS, code_of, enter, mailed_code, session_of, with_totp, wrong
from tests.accounts.links import last_mail

pytestmark = pytest.mark.usefixtures("fresh_database")
STEP = timedelta(seconds=30)
STRICT = frozenset({Permission.FICHE_SEARCH})


@pytest.fixture
def strict(settings: Settings) -> None:
    settings.SECOND_FACTOR_FOR = STRICT


@pytest.fixture
def account(make_account: MakeAccount) -> UUID:
    return make_account(ADDRESS)


def proven_by_mail(now: datetime) -> OpenSession:
    session = enter(now)
    mail_code(session=session, now=now)
    return session_of(prove_by_code(session=session, typed=mailed_code(), now=now), now)


def kinds() -> list[str]:
    return list(Entry.objects.filter(kind__startswith="accounts.factor").order_by("id").values_list("kind", flat=True))


# --- What a login asks ---------------------------------------------------------------------------------------------


def test_a_password_is_enough_where_the_policy_asks_no_more(account: UUID, now: datetime) -> None:
    session = enter(now)
    assert (session.steps, session.actor.assurance) == ((), Assurance.PASSWORD)


@pytest.mark.usefixtures("strict")
def test_a_role_that_needs_more_meets_it_at_the_login(account: UUID, now: datetime) -> None:
    assert enter(now).steps == (Step.SECOND_FACTOR,)
    session = proven_by_mail(now)
    assert (session.steps, session.actor.assurance) == ((), Assurance.SECOND_FACTOR)


def test_whoever_has_set_a_factor_up_is_asked_for_it(account: UUID, now: datetime) -> None:
    with_totp(proven_by_mail(now), now)
    assert enter(now).steps == (Step.SECOND_FACTOR,)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize(("hours", "asked"), [(11.99, False), (12, True), (13, True)])
def test_a_device_is_remembered_for_twelve_hours_and_no_longer(
    account: UUID, now: datetime, settings: Settings, hours: float, asked: bool
) -> None:
    device = remember(account=account, token=None, now=now)
    session = enter(now + timedelta(hours=hours), proven_token=device)
    assert session.steps == ((Step.SECOND_FACTOR,) if asked else ())
    assert session.actor.assurance is (Assurance.PASSWORD if asked else Assurance.SECOND_FACTOR)
    [login] = Entry.objects.filter(kind="accounts.logged_in")
    assert login.detail == {"way": "password" if asked else "remembered"}
    settings.LOGIN_NOTICE = True
    tell_of_login(session=session, user_agent="", now=now)
    assert ("appareil mémorisé" in last_mail()) is not asked


@pytest.mark.usefixtures("strict")
def test_a_device_is_forgotten_with_the_password_or_a_factor(account: UUID, now: datetime) -> None:
    session, _ = with_totp(proven_by_mail(now), now)
    device = remember(account=account, token=None, now=now)
    assert enter(now, proven_token=device).steps == ()

    enrolment.remove(actor=session.actor, factor=factors_of(account)[0].id, now=now)
    assert enter(now, proven_token=device).steps == (Step.SECOND_FACTOR,)

    device = remember(account=account, token=device, now=now)
    assert enter(now, proven_token=device).steps == ()
    Account.objects.filter(id=account).update(email="autre@example.fr")
    assert enter(now, login="autre@example.fr", proven_token=device).steps == (Step.SECOND_FACTOR,)
    Account.objects.filter(id=account).update(email=ADDRESS)
    assert enter(now, proven_token=device).steps == ()
    Account.objects.filter(id=account).update(password=make_password("Autre-Vélo-43"))
    assert enter(now, password="Autre-Vélo-43", proven_token=device).steps == (Step.SECOND_FACTOR,)


@pytest.mark.usefixtures("strict")
def test_a_cookie_of_another_account_or_of_nobody_remembers_nothing(
    account: UUID, make_account: MakeAccount, now: datetime
) -> None:
    other = make_account("autre@example.fr")
    for token in (
        remember(account=other, token=None, now=now),
        "forged",
        remember(account=account, token=None, now=now) + "x",
    ):
        assert enter(now, proven_token=token).steps == (Step.SECOND_FACTOR,)


# --- Codes by mail -------------------------------------------------------------------------------------------------


def test_a_mailed_code_is_good_once_for_ten_minutes_and_for_its_session(account: UUID, now: datetime) -> None:
    asked, other = enter(now), enter(now)
    mail_code(session=asked, now=now)
    code = mailed_code()
    with pytest.raises(ProofRefused):
        prove_by_code(session=other, typed=code, now=now)
    with pytest.raises(ProofRefused):
        prove_by_code(session=asked, typed=code, now=now + timedelta(minutes=10))
    session = session_of(prove_by_code(session=asked, typed=code, now=now + timedelta(minutes=9)), now)
    with pytest.raises(ProofRefused):
        prove_by_code(session=session, typed=code, now=now + timedelta(minutes=9))


def test_the_token_of_before_the_proof_opens_nothing(account: UUID, now: datetime) -> None:
    before = log_in(login=ADDRESS, password=PASSWORD, device_token=None, now=now).token
    session = session_of(before, now)
    mail_code(session=session, now=now)
    after = prove_by_code(session=session, typed=mailed_code(), now=now)
    assert session_for(before, now) is None
    assert session_of(after, now).id == session.id


def test_a_second_mail_voids_the_first(account: UUID, now: datetime) -> None:
    session = enter(now)
    mail_code(session=session, now=now)
    first, later = mailed_code(), now + timedelta(minutes=1)
    mail_code(session=session, now=later)
    assert mailed_code() != first
    with pytest.raises(ProofRefused):
        prove_by_code(session=session, typed=first, now=later)
    assert prove_by_code(session=session, typed=mailed_code(), now=later)


def test_five_mails_and_then_a_wait(account: UUID, now: datetime) -> None:
    session = enter(now)
    for _ in range(proof.MAILS):
        mail_code(session=session, now=now)
    with pytest.raises(ProofBlocked) as told:
        mail_code(session=session, now=now)
    assert told.value.minutes == 15


def test_a_shared_address_proves_nobody(
    account: UUID, make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    make_account(ADDRESS, make_practice("932012345"))
    assert methods_of(account).email == ""
    with pytest.raises(NoAddress):
        mail_code(session=enter(now, "932012345"), now=now)


# --- Guesses -------------------------------------------------------------------------------------------------------


def test_the_fifth_wrong_code_blocks_and_the_right_one_waits(account: UUID, now: datetime) -> None:
    session, secret = with_totp(proven_by_mail(now), now)
    later = now + 4 * STEP
    mail_code(session=session, now=later)
    right = code_of(secret, later)
    for _ in range(4):
        with pytest.raises(ProofRefused):
            prove_by_code(session=session, typed=wrong(right), now=later)
    for code in (wrong(right), right, mailed_code()):
        with pytest.raises(ProofBlocked) as told:
            prove_by_code(session=session, typed=code, now=later)
        assert told.value.minutes == 15
    after = later + timedelta(minutes=15)
    assert not Challenge.objects.exists()  # the mailed code is void
    assert prove_by_code(session=session, typed=code_of(secret, after), now=after)
    assert kinds().count("accounts.factor_failed") == 5
    assert kinds().count("accounts.factor_blocked") == 1


def test_of_fifty_parallel_guesses_five_are_looked_at(account: UUID, now: datetime) -> None:
    session = enter(now)
    mail_code(session=session, now=now)
    code = wrong(mailed_code())
    told = at_once(50, lambda: prove_by_code(session=session, typed=code, now=now))
    assert told == {"ProofBlocked": 46, "ProofRefused": 4}
    assert kinds().count("accounts.factor_failed") == 5


def test_one_code_sent_from_many_tabs_at_once_is_taken_once(account: UUID, now: datetime) -> None:
    session, secret = with_totp(proven_by_mail(now), now)
    later = now + 4 * STEP
    code = code_of(secret, later)
    told = at_once(5, lambda: prove_by_code(session=session, typed=code, now=later))
    assert told["taken"] == 1


def at_once(times: int, act: Callable[[], object]) -> dict[str, int]:
    """How often it went how; every thread has its own connection, and all start together."""
    together = Barrier(times)

    def one(_: int) -> str:
        together.wait(timeout=30)
        try:
            act()
        except (ProofBlocked, ProofRefused) as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "taken"

    with ThreadPoolExecutor(times) as pool:
        told = list(pool.map(one, range(times)))
    return {answer: told.count(answer) for answer in sorted(set(told))}


# --- Applications and recovery codes -------------------------------------------------------------------------------


def test_a_code_of_the_application_is_taken_once(account: UUID, now: datetime) -> None:
    session, secret = with_totp(proven_by_mail(now), now)
    with pytest.raises(ProofRefused):  # the one that confirmed the application
        prove_by_code(session=session, typed=code_of(secret, now), now=now)
    later = now + 3 * STEP
    assert prove_by_code(session=session, typed=code_of(secret, later), now=later)
    for at in (later, later - STEP):
        with pytest.raises(ProofRefused):
            prove_by_code(session=session, typed=code_of(secret, at), now=later)
    assert prove_by_code(session=session, typed=code_of(secret, later + STEP), now=later)


def test_a_wrong_code_adds_no_application_and_the_same_square_stays(account: UUID, now: datetime) -> None:
    session = proven_by_mail(now)
    enrolment.begin_totp(session=session, now=now)
    secret = enrolment.pending_totp(session, now)
    assert secret is not None
    with pytest.raises(FactorRefused) as told:
        enrolment.add_totp(session=session, name="x", code=wrong(code_of(secret, now)), now=now)
    assert told.value.code is FactorErrorCode.WRONG_CODE
    enrolment.begin_totp(session=session, now=now)
    assert enrolment.pending_totp(session, now) == secret
    assert enrolment.add_totp(session=session, name="x", code=code_of(secret, now), now=now)
    with pytest.raises(FactorRefused) as told:  # the other tab
        enrolment.add_totp(session=session, name="x", code=code_of(secret, now), now=now)
    assert told.value.code is FactorErrorCode.OVER
    assert enrolment.pending_totp(session, now + timedelta(minutes=30)) is None


def test_recovery_codes_are_good_once_and_replace_those_before(account: UUID, now: datetime) -> None:
    session, _ = with_totp(proven_by_mail(now), now)
    [old, *_] = enrolment.make_recovery_codes(actor=session.actor, instead_of="", now=now)
    shown = methods_of(account).recovery_set
    first, second, *_ = enrolment.make_recovery_codes(actor=session.actor, instead_of=shown, now=now)
    for sent_again in ("", shown):  # a reload, a second click, another tab
        with pytest.raises(FactorRefused) as told:
            enrolment.make_recovery_codes(actor=session.actor, instead_of=sent_again, now=now)
        assert told.value.code is FactorErrorCode.RECOVERY_MADE
    assert {first, second}.isdisjoint(RecoveryCode.objects.values_list("code", flat=True))
    with pytest.raises(ProofRefused):
        prove_by_code(session=session, typed=old, now=now)
    later = now + timedelta(minutes=1)
    assert prove_by_code(session=session, typed=f"{first[:5]}-{first[5:]}".lower(), now=later)
    assert "Un code de secours de votre compte a servi" in last_mail()
    with pytest.raises(ProofRefused):
        prove_by_code(session=session, typed=first, now=now)
    assert prove_by_code(session=session, typed=second, now=now)
    assert methods_of(account).recovery == 8


# --- Who may change them -------------------------------------------------------------------------------------------


def test_a_password_alone_changes_no_factor(account: UUID, now: datetime) -> None:
    with_totp(proven_by_mail(now), now)
    thief, factor = enter(now), factors_of(account)[0].id
    attempts: list[Callable[[], object]] = [
        lambda: enrolment.begin_totp(session=thief, now=now),
        lambda: enrolment.add_totp(session=thief, name="x", code="123456", now=now),
        lambda: enrolment.rename(actor=thief.actor, factor=factor, name="x", now=now),
        lambda: enrolment.remove(actor=thief.actor, factor=factor, now=now),
        lambda: enrolment.make_recovery_codes(actor=thief.actor, instead_of="", now=now),
    ]
    for attempt in attempts:
        with pytest.raises(NotProven):
            attempt()


def test_nobody_reaches_a_factor_of_another_account(account: UUID, make_account: MakeAccount, now: datetime) -> None:
    with_totp(proven_by_mail(now), now)
    factor = factors_of(account)[0].id
    make_account("autre@example.fr")
    now += timedelta(minutes=1)
    other = enter(now, "autre@example.fr")
    mail_code(session=other, now=now)
    actor = session_of(prove_by_code(session=other, typed=mailed_code(), now=now), now).actor
    with pytest.raises(FactorNotFound):
        enrolment.rename(actor=actor, factor=factor, name="x", now=now)
    with pytest.raises(FactorNotFound):
        enrolment.remove(actor=actor, factor=factor, now=now)


@pytest.mark.usefixtures("strict")
def test_the_last_means_stays_while_the_role_needs_one(
    make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    account = make_account("", make_practice("932012345"))
    session, _ = with_totp(enter(now, "932012345"), now)  # nothing to prove with: the first one may be added
    factor = factors_of(account)[0].id
    with pytest.raises(FactorRefused) as told:
        enrolment.remove(actor=session.actor, factor=factor, now=now)
    assert told.value.code is FactorErrorCode.LAST
    session, _ = with_totp(session, now, "Tablette")
    enrolment.remove(actor=session.actor, factor=factor, now=now)
    assert [each.name for each in factors_of(account)] == ["Tablette"]


@pytest.mark.usefixtures("strict")
def test_the_last_means_stays_while_a_role_elsewhere_needs_one(
    make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    """The login asks for the roles of all her places: at none of them may she be without."""
    places = make_practice("932012345"), make_practice("932012346")
    posts = (NewPost(Role.HOSPITAL, places[0].id), NewPost(Role.PHARMACIST, places[1].id))
    assert [asks_second_factor(post.role) for post in posts] == [False, True]
    account = make_account("", posts=posts)
    session, _ = with_totp(enter(now, "932012345"), now)
    assert session.actor.role is Role.HOSPITAL
    with pytest.raises(FactorRefused) as told:
        enrolment.remove(actor=session.actor, factor=factors_of(account)[0].id, now=now)
    assert told.value.code is FactorErrorCode.LAST


def test_every_change_is_in_the_journal_and_in_the_mail(account: UUID, now: datetime) -> None:
    session, _ = with_totp(proven_by_mail(now), now)
    factor, actor, at = factors_of(account)[0].id, session.actor, (now + timedelta(minutes=n) for n in range(1, 9))
    changes: dict[str, Callable[[], object]] = {
        "a changé de nom": lambda: enrolment.rename(actor=actor, factor=factor, name="Tablette", now=next(at)),
        "De nouveaux codes de secours": lambda: enrolment.make_recovery_codes(actor=actor, instead_of="", now=next(at)),
        "a été supprimé": lambda: enrolment.remove(actor=actor, factor=factor, now=next(at)),
        "a été ajouté": lambda: with_totp(session, next(at)),
    }
    for sentence, change in changes.items():
        change()
        assert sentence in last_mail()
    assert not RecoveryCode.objects.exists()
    assert kinds() == [
        *("accounts.factor_code_mailed", "accounts.factor_passed", "accounts.factor_added", "accounts.factor_renamed"),
        *("accounts.factor_removed", "accounts.factor_added"),
    ]
    assert Entry.objects.filter(kind="accounts.recovery_codes_made").count() == 1


# --- At rest -------------------------------------------------------------------------------------------------------


@pytest.fixture
def rotated(settings: Settings) -> Iterator[None]:
    account_keys._keys_of.cache_clear()
    settings.ACCOUNT_KEYS = ("n" * 32, *settings.ACCOUNT_KEYS)
    yield
    account_keys._keys_of.cache_clear()


def test_a_new_key_seals_and_the_old_one_may_leave(
    account: UUID, now: datetime, request: pytest.FixtureRequest, settings: Settings
) -> None:
    session, secret = with_totp(proven_by_mail(now), now)
    assert secret not in bytes(Factor.objects.get().secret)
    request.getfixturevalue("rotated")
    later = now + 3 * STEP
    assert prove_by_code(session=session, typed=code_of(secret, later), now=later)
    lost = Factor.objects.create(
        id=new_id(now), account_id=account, kind="totp", name="x", secret=b"of no key at all", created_at=now
    )
    assert [enrolment.seal_again(), enrolment.seal_again()] == [(1, 1), (0, 1)], "on past what opens no more"
    lost.delete()
    assert enrolment.seal_again() == (0, 0)
    settings.ACCOUNT_KEYS = settings.ACCOUNT_KEYS[:1]
    later += 3 * STEP
    assert prove_by_code(session=session, typed=code_of(secret, later), now=later)


def test_a_secret_opens_in_its_place_and_with_its_key_only() -> None:
    keys = AccountKeys(["a" * 32])
    sealed = keys.seal(b"plain", context="here")
    assert keys.open(sealed, context="here") == b"plain"
    for ring, value, place in (
        (keys, sealed, "there"),
        (AccountKeys(["b" * 32]), sealed, "here"),
        (keys, sealed[:-1] + bytes([sealed[-1] ^ 1]), "here"),
        (keys, sealed[:9], "here"),
        (keys, b"", "here"),
    ):
        with pytest.raises(SealBroken):
            ring.open(value, context=place)
