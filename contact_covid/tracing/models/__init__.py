"""The tables of tracing, by what they are about."""

from contact_covid.tracing.models.answers import Answers
from contact_covid.tracing.models.certificates import Certificate
from contact_covid.tracing.models.declarations import Declaration, Draft
from contact_covid.tracing.models.exposures import Exposure
from contact_covid.tracing.models.fiches import Contact, Fiche, IndexCase
from contact_covid.tracing.models.health import DatesComputed, Health
from contact_covid.tracing.models.merging import Distinct, Merge
from contact_covid.tracing.models.reaches import Reach
from contact_covid.tracing.models.records import MaskDelivery, Test
from contact_covid.tracing.models.secure_links import DiaryEntry, PersonSession, SecureLink
from contact_covid.tracing.models.stays import Stay

__all__ = ["Answers", "Certificate", "Contact", "DatesComputed", "Declaration", "DiaryEntry", "Distinct", "Draft"]
__all__ += ["Exposure", "Fiche", "Health", "IndexCase", "MaskDelivery", "Merge", "PersonSession", "Reach", "SecureLink"]
__all__ += ["Stay", "Test"]
