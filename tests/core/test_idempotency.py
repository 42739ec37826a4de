from datetime import timedelta
from uuid import UUID

import pytest
from pytest_django import Settings

from contact_covid.core.idempotency import AlreadyRecorded, Submission, forget, refuse_reuse, submission, use_up
from contact_covid.core.models import IdempotencyKey
from tests.cast import CLAIRE, DENIS
from tests.clock import NOW

TARGET = UUID(int=7)
SAID = {"masks_delivered": "yes", "masks_quantity": 14, "street": "rue Zqaaab", "same_household": None}


def used(given: Submission, account: UUID) -> None:
    IdempotencyKey.objects.create(account=account, key=given.key, body=given.body, target=TARGET, at=NOW)


def reuse(given: Submission, account: UUID) -> AlreadyRecorded:
    with pytest.raises(AlreadyRecorded) as told:
        refuse_reuse(account, given)
    return told.value


def test_equal_content_is_equal_whatever_its_order() -> None:
    assert submission("k", SAID) == submission("k", dict(reversed(SAID.items())))


@pytest.mark.parametrize(
    "other", [SAID | {"masks_quantity": 15}, SAID | {"masks_quantity": "14"}, SAID | {"new": ""}, {}]
)
def test_other_content_is_not_equal(other: dict[str, object]) -> None:
    assert submission("k", SAID).body != submission("k", other).body


def test_the_body_says_nothing_without_the_secret(settings: Settings) -> None:
    before = submission("k", SAID).body
    settings.SECRET_KEY = "another secret of the service, fifty characters long"
    assert submission("k", SAID).body != before
    assert len(before) == 16


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["k" * 65, "k" * 10_000, "nul\0", "é", "\ud800", "line\nfeed", "k" * 64, ""])
def test_any_key_a_browser_can_send_is_one_the_database_takes(key: str) -> None:
    given = submission(key, SAID)
    used(given, DENIS.author.account)
    assert given == submission(key, SAID)
    assert given != submission(f"{key}x", SAID)
    assert reuse(given, DENIS.author.account).same


@pytest.mark.django_db
def test_a_used_key_tells_what_was_written_and_whether_by_the_same_content() -> None:
    account = CLAIRE.author.account
    used(submission("k", SAID), account)
    assert (reuse(submission("k", SAID), account).same, reuse(submission("k", SAID), account).target) == (True, TARGET)
    changed = reuse(submission("k", SAID | {"masks_quantity": 15}), account)
    assert (changed.same, changed.target) == (False, TARGET)
    assert "Zqaaab" not in f"{changed!r}{changed}"


@pytest.mark.django_db
def test_keys_belong_to_an_account() -> None:
    hers, other = submission("k", SAID), UUID(int=8)
    used(hers, CLAIRE.author.account)
    refuse_reuse(DENIS.author.account, hers)
    refuse_reuse(CLAIRE.author.account, submission("other", SAID))
    use_up(DENIS.author.account, hers, target=other, now=NOW)
    assert [reuse(hers, each.author.account).target for each in (CLAIRE, DENIS)] == [TARGET, other]


@pytest.mark.django_db
def test_old_keys_are_forgotten() -> None:
    used(submission("k", SAID), CLAIRE.author.account)
    assert forget(before=NOW) == 0
    assert reuse(submission("k", SAID), CLAIRE.author.account).same
    assert forget(before=NOW + timedelta(seconds=1)) == 1
    refuse_reuse(CLAIRE.author.account, submission("k", SAID))
