"""The sessions of accounts: opened after a login, used, switched, ended, forgotten."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Func, Q, Value
from django.db.models.functions import Greatest

from contact_covid.access import policy
from contact_covid.access.actor import Actor
from contact_covid.access.enums import Assurance, Permission
from contact_covid.accounts.actions.guard import LoginErrorCode
from contact_covid.accounts.enums import EndReason, Step
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import CardReading, Enrolment, LoginGuard, MailedLink, Post, PscLogin, Session
from contact_covid.accounts.queries import OpenSession, open_posts, session_for
from contact_covid.accounts.rules import guard, sessions
from contact_covid.accounts.rules.steps import in_order
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.core.rules.tokens import digest_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface

_TOKEN_BYTES = 32
_KEPT_AFTER_END = timedelta(days=1)


class NoOpenPost(RuleError):
    """She has proved who she is, but her account acts nowhere (any more), or not from the post asked for."""

    def __init__(self) -> None:
        super().__init__(LoginErrorCode.NO_OPEN_POST)


def open_session(
    account: UUID, post: UUID, assurance: Assurance, steps: Iterable[Step], now: datetime, *, remembered: bool = False
) -> str:
    """Opens a session and returns its token: for who has proved who she is. ``steps``: those she must go through;
    ``remembered``: her device spared her the second factor."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    Session.objects.create(
        id=new_id(now),
        token_digest=digest_of(token),
        account_id=account,
        post_id=post,
        assurance=assurance,
        steps=in_order(steps),
        remembered=remembered,
        created_at=now,
        seen_at=now,
    )
    Post.objects.filter(id=post).update(used_at=now)
    return token


def touch(*, session: OpenSession, now: datetime) -> OpenSession:
    """Notes that the session was used, at most once a minute; returns it with the expiry that results.

    For the one place that reads the session of a request; a question about the time left must not call it.
    """
    if not sessions.seen_is_due(seen_at=session.seen_at, now=now, idle=settings.SESSION_IDLE):
        return session
    Session.objects.filter(id=session.id, ended_at=None, seen_at__lt=now).update(seen_at=now)
    return session.seen(now)


def step_done(session: UUID, step: Step) -> None:
    """Takes the step off the session; the next page is that of the following one."""
    Session.objects.filter(id=session).update(steps=Func("steps", Value(step.value), function="array_remove"))


def step_done_everywhere(account: UUID, step: Step) -> None:
    """The same for every open session of an account: what was done counts wherever she is logged in."""
    done = Func("steps", Value(step.value), function="array_remove")
    Session.objects.filter(account=account, ended_at=None).update(steps=done)


def raise_assurance(*, session: OpenSession, now: datetime) -> str:
    """Notes that the holder has passed a second factor; returns the new token, the old one opens nothing.

    Belongs to the transaction of the proof. A session that was ended meanwhile stays so.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    Session.objects.filter(id=session.id, ended_at=None).update(
        token_digest=digest_of(token),
        assurance=Greatest("assurance", Value(Assurance.SECOND_FACTOR.value)),
        remembered=False,
        steps=Func("steps", Value(Step.SECOND_FACTOR.value), function="array_remove"),
        seen_at=now,
    )
    return token


def log_out(*, session: OpenSession, now: datetime) -> None:
    """Ends the session at once. A session that has ended already stays as it is."""
    with transaction.atomic():
        if Session.objects.filter(id=session.id, ended_at=None).update(ended_at=now, ended_reason=EndReason.LOGGED_OUT):
            record(Event.by(session.actor, AccountEvent.LOGGED_OUT, Purpose.SIGN_IN, Surface.PAGE), now=now)


def switch_post(*, session: OpenSession, post: UUID, now: datetime) -> str:
    """Goes on acting from another post of the same account; returns the new token, the old one opens nothing any more.

    The time in all keeps running from the login. Raises ``NoOpenPost`` when the post is not open or not this account's.
    """
    account = session.actor.account
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        if account is None or not open_posts(account, now).filter(id=post).exists():
            raise NoOpenPost
        Session.objects.filter(id=session.id, ended_at=None).update(
            post=post, token_digest=digest_of(token), seen_at=now
        )
        Post.objects.filter(id=post).update(used_at=now)
        switched = session_for(token, now)
        if switched is None:
            raise NoOpenPost
        record(Event.by(switched.actor, AccountEvent.POST_SWITCHED, Purpose.SIGN_IN, Surface.PAGE), now=now)
    return token


def end_sessions(
    *, actor: Actor, account: UUID, reason: EndReason, surface: Surface, now: datetime, but: UUID | None = None
) -> int:
    """Ends every open session of an account, for its holder or for an administrator. Returns how many there were.

    ``but``: the session that stays, of the holder who is at work.
    """
    if actor.account != account:
        policy.check(actor, Permission.ACCOUNTS_MANAGE)
    with transaction.atomic():
        others = Session.objects.filter(~Q(id=but) if but else Q(), account=account, ended_at=None)
        ended = others.update(ended_at=now, ended_reason=reason)
        detail = {"account": str(account), "reason": reason.value}
        record(Event.by(actor, AccountEvent.SESSIONS_ENDED, Purpose.ADMINISTRATION, surface, detail=detail), now=now)
    return ended


def purge(*, now: datetime) -> None:
    """Deletes the sessions over for a day, links, unfinished creations and vain returns from Pro Santé Connect that are
    as old, and the counts of wrong passwords that are forgotten."""
    over = now - _KEPT_AFTER_END
    MailedLink.objects.filter(expires_at__lt=over).delete()
    CardReading.objects.filter(expires_at__lt=now).delete()
    Enrolment.objects.filter(links=None, created_at__lt=over).delete()
    PscLogin.objects.filter(session=None, came_back_at__lt=over).delete()
    Session.objects.filter(Q(ended_at__lt=over) | Q(created_at__lt=over - settings.SESSION_TOTAL)).delete()
    LoginGuard.objects.filter(
        Q(blocked_until=None) | Q(blocked_until__lte=now), last_at__lte=now - guard.FORGET_AFTER
    ).delete()
