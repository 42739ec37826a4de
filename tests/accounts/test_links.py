"""Mailed links: one use, for a day at most, void after a later one or a change."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from contact_covid.accounts.actions.links import GOOD_FOR, LinkOver, mail_with, new_link, use_link, void_links
from contact_covid.accounts.enums import LinkPurpose
from contact_covid.accounts.models import Account, MailedLink
from contact_covid.accounts.queries import open_link
from contact_covid.messaging.actions import mail
from contact_covid.messaging.models import Message
from tests.accounts.conftest import MakeAccount
from tests.accounts.links import PAGE
from tests.mails import last_mail, last_token

pytestmark = pytest.mark.django_db
ADDRESS = "h.marchand@cabinet.example"
RESET, CHANGE = LinkPurpose.RESET_PASSWORD, LinkPurpose.CHANGE_EMAIL


@pytest.fixture
def account(make_account: MakeAccount) -> Account:
    return Account.objects.get(id=make_account(ADDRESS))


def mailed(account: Account, now: datetime, purpose: LinkPurpose = RESET) -> str:
    token = new_link(purpose=purpose, of=account, email=ADDRESS, now=now)
    mail(to=ADDRESS, content=mail_with(token, purpose, name="Mme MARCHAND", page=PAGE), now=now)
    return last_token()


def test_a_link_is_used_once_and_looking_uses_nothing(account: Account, now: datetime) -> None:
    token = mailed(account, now)
    assert PAGE + token in last_mail()
    for _ in range(3):
        seen = open_link(token, now)
        assert seen is not None
        assert (seen.account, seen.email) == (account.id, ADDRESS)
    used = use_link(token=token, purposes=[RESET], now=now)
    assert used.account == account.id
    with pytest.raises(LinkOver):
        use_link(token=token, purposes=[RESET], now=now)
    assert open_link(token, now) is None


def test_a_link_is_good_for_a_day(account: Account, now: datetime) -> None:
    token = mailed(account, now)
    assert open_link(token, now + GOOD_FOR - timedelta(seconds=1))
    with pytest.raises(LinkOver):
        use_link(token=token, purposes=[RESET], now=now + GOOD_FOR)
    assert timedelta(hours=24) >= GOOD_FOR


def test_the_next_link_and_a_change_make_the_former_void(account: Account, now: datetime) -> None:
    later = [now + timedelta(seconds=seconds) for seconds in range(3)]
    first, other, second = (mailed(account, at, kind) for at, kind in zip(later, (RESET, CHANGE, RESET), strict=True))
    assert open_link(first, now) is None
    assert open_link(other, now)
    void_links(account=account.id, now=now)
    assert open_link(other, now) is None
    assert open_link(second, now) is None


def test_a_link_serves_its_purpose_only_and_what_fails_leaves_it_whole(account: Account, now: datetime) -> None:
    token = mailed(account, now)
    for wrong in (token[:-1], "", "x" * 43):
        with pytest.raises(LinkOver):
            use_link(token=wrong, purposes=list(LinkPurpose), now=now)
    with pytest.raises(LinkOver):
        use_link(token=token, purposes=[CHANGE], now=now)
    with transaction.atomic():
        use_link(token=token, purposes=[RESET], now=now)
        transaction.set_rollback(True)
    assert open_link(token, now)


def test_the_token_stands_in_the_mail_alone(account: Account, now: datetime) -> None:
    token = mailed(account, now)
    assert token.encode() not in bytes(MailedLink.objects.get().token_digest)
    message = Message.objects.get()
    assert token.encode() not in bytes(message.content or b"") + bytes(message.recipient or b"")
