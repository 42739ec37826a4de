"""Reading stays: what they say once opened, and the digests by which two of them are at one place."""

from collections.abc import Sequence
from datetime import datetime

from contact_covid.core.keyring import ring
from contact_covid.core.period import following, period_of
from contact_covid.tracing.models import Stay
from contact_covid.tracing.rules.stays import StayDetails, from_bytes, place_values

STAY_CONTEXT = "tracing.Stay.value:"
_PLACE = "place"


def open_stays(stays: Sequence[Stay]) -> list[StayDetails]:
    """What is said of each, in the same order; the caller answers for who reads it.

    Raises ``KeyMissing``, ``SealBroken``.
    """
    return [from_bytes(plain) for plain in ring().open_all((stay.value, f"{STAY_CONTEXT}{stay.id}") for stay in stays)]


def place_digests(details: StayDetails, now: datetime) -> list[bytes]:
    """The column ``places``: the place and, when there is one, the group in it, first under the key of this month, then
    under that of the next. With a group there are four, the second and the last of the group. Raises ``KeyMissing``.
    """
    values = [(_PLACE, value) for value in place_values(details)]
    month = period_of(now)
    return [digest for period in (month, following(month)) for digest in ring().digests(period, values)]
