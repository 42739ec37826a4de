"""What is kept of the returns from Pro Santé Connect, and for how long."""

from datetime import datetime, timedelta

import pytest

from contact_covid.accounts.models import PscLogin
from contact_covid.accounts.tasks import purge_sessions
from contact_covid.core.ids import new_id

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_vain_returns_are_forgotten_after_a_day_long_after_their_cookie(now: datetime) -> None:
    for digest, came_back_at in {b"old": now - DAY - timedelta(seconds=1), b"recent": now - DAY}.items():
        PscLogin.objects.create(id=new_id(now), digest=digest, came_back_at=came_back_at)
    purge_sessions(int(now.timestamp()))

    assert [bytes(digest) for digest in PscLogin.objects.values_list("digest", flat=True)] == [b"recent"]
