"""The moment at which tests take place unless they say otherwise: the day the contact tracing began, at ten."""

from datetime import datetime
from zoneinfo import ZoneInfo

NOW = datetime(2020, 5, 13, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))
