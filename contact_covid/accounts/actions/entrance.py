"""What every way in ends with: a session at a place, for whoever has proved who she is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.access.enums import Assurance
from contact_covid.accounts.actions.sessions import NoOpenPost, open_session
from contact_covid.accounts.enums import Step
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, Post
from contact_covid.accounts.queries import OpenSession, session_for, steps_due
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.rules.details import Detail

REMEMBERED = "remembered"
"""How the journal calls a login by password from a device that passed a second factor not long ago."""


@dataclass(frozen=True, slots=True)
class Entered:
    """``token`` is for the session cookie and is not stored here."""

    token: str
    session: OpenSession


def let_in(
    *,
    account: UUID,
    post: Post | None,
    assurance: Assurance,
    now: datetime,
    steps: Iterable[Step] = (),
    remembered: bool = False,
    detail: dict[str, Detail] | None = None,
) -> Entered:
    """Opens the session of a proved account at ``post``. ``steps``: those of this way in, before the account's own.

    ``remembered``: a device stood for the second factor, which the journal says in the place of it. ``detail``: what
    the journal keeps of the proof beside its kind. Raises ``NoOpenPost``, also for an account that was disabled
    meanwhile.
    """
    if post is None:
        raise NoOpenPost
    with transaction.atomic():
        Account.objects.filter(id=account).update(last_login=now)  # the account before the post, as by a password
        due = [*steps, *steps_due(account, now)]
        token = open_session(account, post.id, assurance, due, now, remembered=remembered)
        session = session_for(token, now)
        if session is None:
            raise NoOpenPost
        said = {"way": REMEMBERED if remembered else assurance.name.lower(), **(detail or {})}
        event = Event.by(session.actor, AccountEvent.LOGGED_IN, Purpose.SIGN_IN, Surface.PAGE, detail=said)
        record(event, now=now)
    return Entered(token, session)
