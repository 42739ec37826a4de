"""Accounts that professionals create for themselves: asked for, then confirmed by the mailed link."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import NewAccount, NewPost, create_accounts
from contact_covid.accounts.actions.links import mail_link, use_link
from contact_covid.accounts.enums import LinkPurpose, Route
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.models import Account, Enrolment
from contact_covid.accounts.rules.posts import role_at
from contact_covid.core.errors import RuleError
from contact_covid.core.ids import new_id
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.directory.models import Professional
from contact_covid.directory.queries import practices_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface


class EnrolmentErrorCode(StrEnum):
    DIRECTOR = "enrolment.director"
    NO_PLACE = "enrolment.no_place"
    EXISTS = "enrolment.exists"
    EMAIL_TAKEN = "enrolment.email_taken"


class EnrolmentRefused(RuleError):
    """An account that cannot be created, or not in this way."""

    code: EnrolmentErrorCode

    def __init__(self, code: EnrolmentErrorCode) -> None:
        super().__init__(code)


def check_may_enrol(professional: Professional | None) -> Professional:
    """Whether she has no account yet and a place that the service knows a role for. Raises ``EnrolmentRefused``."""
    if professional is None or not _posts_of(professional):
        raise EnrolmentRefused(EnrolmentErrorCode.NO_PLACE)
    if Account.objects.filter(professional=professional).exists():
        raise EnrolmentRefused(EnrolmentErrorCode.EXISTS)
    return professional


def enrol(*, route: Route, professional: Professional, email: str, password: str, page: str, now: datetime) -> None:
    """Asks for an account: it is created when the link mailed to ``email`` is followed; an earlier request is void.

    Whether another account goes by that address is told to who reads its mail only, by ``confirm_enrolment``.
    ``password``: a hash; ``page``: whole address of the confirmation. Raises ``EnrolmentRefused``, ``KeyMissing``.
    """
    check_may_enrol(professional)
    with transaction.atomic():
        Enrolment.objects.filter(professional=professional).delete()
        enrolment = Enrolment.objects.create(
            id=new_id(now),
            route=route,
            professional=professional,
            email=email.lower(),
            password=password,
            created_at=now,
        )
        name = professional.display_name
        mail_link(purpose=LinkPurpose.CREATE_ACCOUNT, of=enrolment, email=email, name=name, page=page, now=now)
        detail = {"route": route.value, "professional": str(professional.id)}
        record(Event(AccountEvent.ENROLLED, Role.SYSTEM, Purpose.ADMINISTRATION, Surface.PAGE, detail=detail), now=now)


def confirm_enrolment(*, token: str, now: datetime) -> None:
    """Creates the account with a post at each of its holder's places. Raises ``LinkOver``, ``EnrolmentRefused``."""
    with transaction.atomic():
        link = use_link(token=token, purposes=[LinkPurpose.CREATE_ACCOUNT], now=now)
        # One creation of a professional at a time: the loser finds the account there.
        enrolment = Enrolment.objects.get(links=link.id)
        its_holder = Enrolment.objects.filter(id=enrolment.id).values("professional")
        holder = Professional.objects.select_for_update().filter(id__in=its_holder).first()
        professional = check_may_enrol(holder)
        if Account.objects.filter(email=enrolment.email, is_active=True).exists():
            raise EnrolmentRefused(EnrolmentErrorCode.EMAIL_TAKEN)
        new = NewAccount(
            title=professional.title,
            last_name=professional.last_name,
            first_name=professional.first_name,
            email=enrolment.email,
            professional=professional.id,
            password=enrolment.password,
            posts=_posts_of(professional),
        )
        [account] = create_accounts(actor=SYSTEM, accounts=[new], surface=Surface.PAGE, now=now)
        # The address and the password are good for all her places from the start.
        Account.objects.filter(id=account).update(one_login_at=now, password_changed_at=now)
        Enrolment.objects.filter(id=enrolment.id).update(password="")


def _posts_of(professional: Professional) -> tuple[NewPost, ...]:
    found = []
    for practice in practices_of(professional.id):
        kind = OrganisationKind(practice.organisation.kind) if practice.organisation else None
        role = role_at(Profession(professional.profession), kind)
        if role:
            found.append(NewPost(role, practice.id))
    return tuple(found)
