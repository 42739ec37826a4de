"""The rules in force today: of whatever is dated, one choice."""

from datetime import date, datetime

from django.conf import settings

from contact_covid.core.dates import day_of
from contact_covid.tracing.rules import masks, protocol
from contact_covid.tracing.rules.masks import MaskRules
from contact_covid.tracing.rules.protocol import Protocol, in_force


def day_of_rules(now: datetime) -> date:
    """The day whose rules hold: today in Paris, or the day that the settings put the service in."""
    as_of: date | None = settings.PROTOCOL_AS_OF
    return as_of or day_of(now)


def rules_in_force(disease: str, now: datetime) -> Protocol:
    """Raises ``NoProtocol``."""
    return in_force(protocol.of_disease(disease), day_of_rules(now))


def mask_rules(disease: str, now: datetime) -> MaskRules:
    """The entitlement to masks. Raises ``NoProtocol``."""
    return in_force(masks.of_disease(disease), day_of_rules(now))
