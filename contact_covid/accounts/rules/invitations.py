"""Who may be invited as what, for how long, and where an invitation stands. Arithmetic on aware datetimes."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from contact_covid.access.enums import Role
from contact_covid.accounts.enums import Delegation, InvitationState
from contact_covid.core.errors import RuleError
from contact_covid.core.period import PARIS
from contact_covid.directory.enums import OrganisationKind

LONGEST = timedelta(days=366)


class InvitationErrorCode(StrEnum):
    PAST = "invitation.past"
    REVERSED = "invitation.reversed"
    TOO_LONG = "invitation.too_long"
    NOT_OFFERED = "invitation.not_offered"
    HERSELF = "invitation.herself"
    OWN_ADDRESS = "invitation.own_address"
    ADDRESS_TAKEN = "invitation.address_taken"
    OWN_ACCESS = "invitation.own_access"


class InvitationRefused(RuleError):
    """An invitation that may not be sent, or not be accepted this way."""


_REPLACED = (Role.PHYSICIAN, Role.HOSPITAL, Role.PHARMACIST, Role.BIOLOGIST)
_WITH_SECRETARY = (Role.PHYSICIAN, Role.HOSPITAL)


def role_of_delegate(kind: Delegation, holder: Role) -> Role:
    """The role of the post that a delegate gets: never more than the holder's own.

    A secretary registers patients, so only who registers has one. Raises ``InvitationRefused``.
    """
    if kind is Delegation.REPLACEMENT and holder in _REPLACED:
        return holder
    if kind is Delegation.SECRETARY and holder in _WITH_SECRETARY:
        return Role.SECRETARY
    if kind is Delegation.ACCOUNTANT and holder in _REPLACED:
        return Role.ACCOUNTANT
    raise InvitationRefused(InvitationErrorCode.NOT_OFFERED)


def delegations_of(holder: Role) -> tuple[Delegation, ...]:
    """What a holder of that role may delegate."""
    secretary = (Delegation.SECRETARY,) if holder in _WITH_SECRETARY else ()
    return (*secretary, Delegation.REPLACEMENT, Delegation.ACCOUNTANT) if holder in _REPLACED else ()


TEAM_ROLES: Mapping[OrganisationKind, tuple[Role, ...]] = {
    OrganisationKind.PLATFORM: (Role.PLATFORM_AGENT, Role.PLATFORM_SUPERVISOR),
    OrganisationKind.ARS: (Role.ARS_AGENT, Role.EPIDEMIOLOGIST),
    OrganisationKind.DELEGATED: (Role.DELEGATED_TRACER,),
    OrganisationKind.COVID_CENTRE: (Role.DELEGATED_TRACER,),
    OrganisationKind.SUPPORT_CELL: (Role.SUPPORT_CELL,),
    OrganisationKind.NATIONAL: (Role.EPIDEMIOLOGIST, Role.DPO, Role.ADMINISTRATOR),
}
"""The roles of the agents of an organisation; a kind that is not here has none."""


def period(since: date, until: date, today: date) -> tuple[datetime, datetime]:
    """From the first moment of ``since`` to the last of ``until``, in Paris. Raises ``InvitationRefused``."""
    if since < today:
        raise InvitationRefused(InvitationErrorCode.PAST)
    if until < since:
        raise InvitationRefused(InvitationErrorCode.REVERSED)
    if until - since > LONGEST:
        raise InvitationRefused(InvitationErrorCode.TOO_LONG)
    return _midnight(since), _midnight(until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=PARIS)


def state(
    *,
    accepted: bool,
    closed: bool,
    sent_at: datetime,
    good_for: timedelta,
    starts_at: datetime | None,
    ends_at: datetime | None,
    now: datetime,
) -> InvitationState:
    """Where an invitation stands at ``now``. ``ends_at``: of the post once there is one."""
    if closed or (ends_at and ends_at <= now):
        return InvitationState.ENDED
    if not accepted:
        return InvitationState.SENT if now < sent_at + good_for else InvitationState.LAPSED
    return InvitationState.TO_COME if starts_at and starts_at > now else InvitationState.ACTIVE
