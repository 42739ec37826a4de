"""Hours of the day at which people may be disturbed, by the clock of where they live."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def every_day(_day: date) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Hours:
    """From ``opens`` on and before ``closes``, on the days that ``is_open`` lets through (by default all)."""

    opens: time
    closes: time
    is_open: Callable[[date], bool] = every_day

    def open_at(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether ``moment`` (aware) is within; the closing itself is too late."""
        local = moment.astimezone(zone)
        return self.opens <= local.time() < self.closes and self.is_open(local.date())

    def window(self, moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The hours that ``moment`` is in, or the next ones."""
        local = moment.astimezone(zone)
        day = local.date() if local.time() < self.closes else local.date() + timedelta(days=1)
        while not self.is_open(day):
            day += timedelta(days=1)
        return self.of_day(day, zone)

    def next_opening(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """``moment`` itself when it is within, else when the hours next begin (UTC)."""
        return max(moment.astimezone(UTC), self.window(moment, zone)[0])

    def of_day(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Both ends in UTC: hours of one zone are not to be subtracted across a change of its clock."""
        opening, closing = (datetime.combine(day, at, tzinfo=zone) for at in (self.opens, self.closes))
        return opening.astimezone(UTC), closing.astimezone(UTC)
