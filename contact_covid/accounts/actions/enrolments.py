"""From who has proved who she is to an account: address and password are kept until the address is confirmed."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts, password_hash
from contact_covid.accounts.actions.links import LinkOver, hold_address, mail_with, new_link, use_link
from contact_covid.accounts.creation_queries import Holder, has_account, holder_of_practice
from contact_covid.accounts.enums import LinkPurpose, Route
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, Enrolment, LetterCode, MailedLink, SecurityKey
from contact_covid.accounts.queries import is_only_login, open_link
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.directory.models import Practice, Professional
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import mail

MAILS_AN_HOUR = 5
_CREATE = LinkPurpose.CREATE_ACCOUNT


class EnrolmentErrorCode(StrEnum):
    TOO_MANY = "enrolment.too_many"
    ACCOUNT_EXISTS = "enrolment.account_exists"
    ADDRESS_TAKEN = "enrolment.address_taken"


class TooManyMails(RuleError):
    """This professional was sent enough mails for an hour."""

    def __init__(self) -> None:
        super().__init__(EnrolmentErrorCode.TOO_MANY)


class AccountExists(RuleError):
    """Somebody created the account meanwhile, or the place was closed. Said to who has proved who she is only."""

    def __init__(self) -> None:
        super().__init__(EnrolmentErrorCode.ACCOUNT_EXISTS)


class AddressTaken(RuleError):
    """The address is the only login of somebody else. Said to who reads its mail only."""

    def __init__(self) -> None:
        super().__init__(EnrolmentErrorCode.ADDRESS_TAKEN)


def enrol(*, route: Route, holder: Holder, email: str, password: str, page: str, now: datetime) -> UUID:
    """Mails « Valider adresse e-mail » to the address typed by who has proved to be ``holder``; those mailed to her
    before are void. ``page``: whole address of the page that the link leads to, which calls ``create_account``.

    Raises ``PasswordRefused``, ``AccountExists``, ``TooManyMails``, ``KeyMissing``.
    """
    encoded = password_hash(password, last_name=holder.last_name, first_name=holder.first_name, email=email)
    with transaction.atomic():
        _stand_in_line(holder)
        if has_account(holder):
            raise AccountExists
        earlier = _enrolments_of(holder)
        if earlier.filter(created_at__gt=now - timedelta(hours=1)).count() >= MAILS_AN_HOUR:
            raise TooManyMails
        MailedLink.objects.filter(enrolment__in=earlier, closed_at=None).update(closed_at=now)
        enrolment = Enrolment.objects.create(
            id=new_id(now),
            route=route,
            professional_id=holder.professional,
            practice_id=holder.place.practice,
            email=email,
            password=encoded,
            created_at=now,
        )
        # Nobody knows yet whose address this is: the mail names no one.
        token = new_link(purpose=_CREATE, of=enrolment, email=email, now=now)
        mail(to=email, content=mail_with(token, _CREATE, name="", page=page), now=now)
        detail = {"enrolment": str(enrolment.id), "route": route.value}
        record(Event(AccountEvent.ENROLLED, Role.SYSTEM, Purpose.SIGN_IN, Surface.PAGE, detail=detail), now=now)
    return enrolment.id


def create_account(*, token: str, now: datetime) -> UUID:
    """The account of whoever follows the mailed link, posted at every place the directory knows; returns its id.

    The code of a letter to the place serves no more, and her security keys are gone. Raises ``LinkOver``,
    ``AccountExists``, ``AddressTaken``.
    """
    with transaction.atomic():
        enrolment = _enrolment_of(token, now)
        holder = holder_of_practice(enrolment.practice_id) if enrolment.practice_id else None
        if holder is None:
            raise AccountExists
        _stand_in_line(holder)  # before the link is used: who mails another one stands there too
        use_link(token=token, purposes=[_CREATE], now=now)
        if has_account(holder):
            raise AccountExists
        hold_address(enrolment.email)
        if is_only_login(enrolment.email, now):
            raise AddressTaken
        new = _account_of(holder, enrolment)
        [account] = create_accounts(actor=SYSTEM, accounts=[new], surface=Surface.PAGE, now=now)
        Account.objects.filter(id=account).update(one_login_at=now, password_changed_at=now)
        places = [place.practice for place in holder.places]
        LetterCode.objects.filter(practice__in=places, closed_at=None).update(closed_at=now)
        # Made of a NIR, and nothing is left for them to prove, wherever she practised.
        hers = Q(practice__professional=holder.professional) if holder.professional else Q(practice__in=places)
        SecurityKey.objects.filter(hers).delete()
        _enrolments_of(holder).delete()
    return account


def _enrolment_of(token: str, now: datetime) -> Enrolment:
    link = open_link(token, now)
    found = Enrolment.objects.filter(id=link.enrolment).first() if link and link.enrolment else None
    if found is None:
        raise LinkOver
    return found


def _account_of(holder: Holder, enrolment: Enrolment) -> NewAccount:
    return NewAccount(
        title=holder.title,
        last_name=holder.last_name,
        first_name=holder.first_name,
        email=enrolment.email,
        professional=holder.professional,
        password=enrolment.password,
        posts=tuple(NewPost(place.role, place.practice) for place in holder.places),
    )


def _enrolments_of(holder: Holder) -> QuerySet[Enrolment]:
    """Those that were mailed a link; a request of a letter keeps no password."""
    hers = Q(professional=holder.professional) if holder.professional else Q(practice=holder.place.practice)
    return Enrolment.objects.filter(hers).exclude(password="")


def _stand_in_line(holder: Holder) -> None:
    """One creation of an account of the same holder at a time, whichever ways she uses."""
    if holder.professional:
        Professional.objects.select_for_update().get(id=holder.professional)
    else:
        Practice.objects.select_for_update().get(id=holder.place.practice)
