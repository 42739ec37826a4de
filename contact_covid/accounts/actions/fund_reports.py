"""« Signaler une erreur à ma caisse »: what a professional finds wrong in her record goes to the fund by mail."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from contact_covid.access import policy
from contact_covid.access.enums import Permission
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.queries import OpenSession, acting_account, places_of
from contact_covid.core.errors import RuleError
from contact_covid.core.idempotency import Submission, use_up
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import mail
from contact_covid.messaging.rules.contents import FundReport

LONGEST_REPORT = 2000


class FundReportErrorCode(StrEnum):
    PLACE_UNKNOWN = "fund_report.place_unknown"
    TOO_LONG = "fund_report.too_long"


class ReportRefused(RuleError):
    """No place of hers whose fund can be written to, or a text of more than ``LONGEST_REPORT`` characters."""


def tell_fund(*, session: OpenSession, practice: UUID, text: str, sent: Submission, now: datetime) -> None:
    """Mails the managing fund of that place what is wrong with it. The journal keeps that it was told, not what.

    ``text``: as ``clean_text`` makes it. Raises ``ReportRefused``, ``AlreadyRecorded`` for the form sent twice,
    ``KeyMissing``.
    """
    policy.check(session.actor, Permission.PORTAL_USE)
    holder = acting_account(session.actor)
    place = places_of(holder, now).filter(id=practice).first()
    if place is None or place.fund is None or not place.fund.email:
        raise ReportRefused(FundReportErrorCode.PLACE_UNKNOWN)
    if len(text) > LONGEST_REPORT:
        raise ReportRefused(FundReportErrorCode.TOO_LONG)
    content = FundReport(
        name=session.profile.name,
        number=place.number,
        place=place.name,
        address=f"{place.street}, {place.postcode} {place.commune}".strip(" ,"),
        text=text,
        reply_to=holder.email,
    )
    detail = {"fund": place.fund.code, "place": str(place.id)}
    with transaction.atomic():
        use_up(holder.id, sent, target=place.id, now=now)
        mail(to=place.fund.email, content=content, now=now)
        told = Event.by(session.actor, AccountEvent.FUND_TOLD, Purpose.ADMINISTRATION, Surface.PAGE, detail=detail)
        record(told, now=now)
