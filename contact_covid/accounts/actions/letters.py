"""The letter with a provisional code: asked for by anybody, sent to the place that the directory knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.contrib.auth import hashers
from django.db import connection, transaction

from contact_covid.access.enums import Role
from contact_covid.accounts.actions import guard
from contact_covid.accounts.creation_queries import Holder, has_account, holder_of_number
from contact_covid.accounts.enums import Route
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Enrolment, LetterCode
from contact_covid.accounts.rules import letter_codes
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS
from contact_covid.directory.models import Practice
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import Outgoing, send
from contact_covid.messaging.channels.registry import is_open
from contact_covid.messaging.enums import Channel, Language, MessageState
from contact_covid.messaging.rules.contents import LetterAsked, ProvisionalCode

ONE_NOTICE_IN = timedelta(days=1)


class LetterErrorCode(StrEnum):
    UNAVAILABLE = "letter.unavailable"


class LettersUnavailable(RuleError):
    """No letter goes by post from this installation. Said of every number alike."""

    def __init__(self) -> None:
        super().__init__(LetterErrorCode.UNAVAILABLE)


# One statement whether or not there is such a place: a place that had a letter lately, or none, gets no row. A letter
# that the outbox gave up was none.
_KEEP = """
INSERT INTO accounts_letter_code AS kept (practice_id, code, tries, created_at, expires_at, closed_at)
SELECT id, %(code)s, 0, %(now)s, %(end)s, NULL FROM directory_practice WHERE id = %(practice)s
ON CONFLICT (practice_id) DO UPDATE
SET code = excluded.code, tries = 0, created_at = excluded.created_at, expires_at = excluded.expires_at,
    closed_at = NULL, message = NULL
WHERE kept.created_at <= %(lately)s OR (kept.tries >= %(most)s AND kept.created_at <= %(spent)s)
   OR EXISTS (SELECT FROM messaging_message WHERE id = kept.message AND state = %(failed)s)
RETURNING practice_id
"""
# The row lock puts simultaneous tries in line: each is counted before its code is looked at.
_TRY = """
UPDATE accounts_letter_code AS kept SET tries = tries + 1
FROM directory_practice AS place
WHERE place.id = kept.practice_id AND place.number = %(number)s AND place.active
  AND kept.closed_at IS NULL AND kept.expires_at > %(now)s AND kept.tries < %(most)s
RETURNING kept.practice_id, kept.code
"""


def request_letter(*, number: str, email: str, login_page: str, now: datetime) -> None:
    """Sends the letter of the number's holder; says nothing of it. None to who has an account or had a letter in the
    last 30 days (7, once its tries are spent). The address gets a notice, the same for every number, one a day, and is
    otherwise of no use.

    ``number``: AM or FINESS, as stored. ``login_page``: where the letter says to go. Raises ``LettersUnavailable``,
    ``KeyMissing``.
    """
    if not are_sent():
        raise LettersUnavailable
    code = letter_codes.new_code()
    encoded = hashers.make_password(code)
    holder = holder_of_number(number)
    if holder and has_account(holder):
        holder = None
    with transaction.atomic():
        messages = [] if _was_told(email, now) else [Outgoing(Channel.EMAIL, Language.FRENCH, email, LetterAsked())]
        practice = holder.place.practice if holder else None
        Enrolment.objects.create(id=new_id(now), route=Route.LETTER, practice_id=practice, email=email, created_at=now)
        kept = None
        if _keep(practice, encoded, now) and holder:
            kept, content = practice, _letter(holder, code, login_page, now)
            messages.append(Outgoing(Channel.LETTER, Language.FRENCH, content.name, content))
        sent = send(messages=messages, now=now)
        letter = sent[-1] if kept else None
        LetterCode.objects.filter(practice=kept or new_id(now)).update(message=letter)  # the same for every number
        detail = {"login_digest": guard.key_of(b"letter:" + number.encode()).hex()}
        event = Event(AccountEvent.LETTER_REQUESTED, Role.SYSTEM, Purpose.SIGN_IN, Surface.PAGE, detail=detail)
        record(event, now=now)


def are_sent() -> bool:
    """Whether this installation sends letters by post."""
    return is_open(Channel.LETTER)


def _was_told(email: str, now: datetime) -> bool:
    asked = Enrolment.objects.filter(route=Route.LETTER, email=email, created_at__gt=now - ONE_NOTICE_IN)
    return asked.exists()


def _keep(practice: UUID | None, encoded: str, now: datetime) -> bool:
    values = {
        "practice": practice,
        "code": encoded,
        "now": now,
        "end": now + letter_codes.VALID_FOR,
        "lately": now - letter_codes.ONE_LETTER_IN,
        "most": letter_codes.MOST_TRIES,
        "spent": now - letter_codes.AGAIN_AFTER,
        "failed": MessageState.FAILED.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
        return cursor.fetchone() is not None


def _letter(holder: Holder, code: str, login_page: str, now: datetime) -> ProvisionalCode:
    place = Practice.objects.get(id=holder.place.practice)
    return ProvisionalCode(
        name=holder.name,
        place="" if holder.professional is None else place.name,
        street=place.street,
        postcode=place.postcode,
        commune=place.commune,
        number=place.number,
        code=letter_codes.shown(code),
        valid_until=(now + letter_codes.VALID_FOR).astimezone(PARIS).date(),
        page=login_page,
    )


@dataclass(frozen=True, slots=True)
class CodeTry:
    """A try of a code, counted. ``encoded``: the hash to compare with."""

    practice: UUID
    encoded: str


def take_try(*, number: str, now: datetime) -> CodeTry | None:
    """Counts one try of the code that was sent to that number, for good; None when there is none that still serves."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_TRY, {"number": number, "now": now, "most": letter_codes.MOST_TRIES})
        found = cursor.fetchall()
    return CodeTry(*found[0]) if len(found) == 1 else None


def was_right(practice: UUID) -> None:
    """The right code was typed: the wrong ones before count no more. It goes on serving until the account exists."""
    LetterCode.objects.filter(practice=practice).update(tries=0)
