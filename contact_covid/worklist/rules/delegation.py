"""Until when a platform may let another organisation call. Arithmetic on days in Paris."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from contact_covid.core.errors import RuleError
from contact_covid.core.period import PARIS

LONGEST = timedelta(days=31)
"""(policy) Without a new decision of a supervisor nothing stays elsewhere for longer."""


class DelegationErrorCode(StrEnum):
    PAST = "delegation.past"
    TOO_LONG = "delegation.too_long"
    NO_ORGANISATION = "delegation.no_organisation"
    NO_AREA = "delegation.no_area"
    POSTCODE_ELSEWHERE = "delegation.postcode_elsewhere"
    NOBODY = "delegation.nobody"


class DelegationRefused(RuleError):
    """A delegation that may not be made."""


def end_of(last_day: date, now: datetime) -> datetime:
    """The first moment after the last day of a delegation made at ``now``. Raises ``DelegationRefused``."""
    today = now.astimezone(PARIS).date()
    if last_day < today:
        raise DelegationRefused(DelegationErrorCode.PAST)
    if last_day - today > LONGEST:
        raise DelegationRefused(DelegationErrorCode.TOO_LONG)
    return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=PARIS)


def lives_within(postcode: str, postcodes: Collection[str]) -> bool:
    """Whether an address is of the area; no postcodes: the whole département is."""
    return not postcodes or postcode in postcodes
