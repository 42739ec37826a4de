"""What is told of second factors: a row of the journal, and a mail to the holder."""

from datetime import datetime
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.accounts.events import AccountEvent
from contact_covid.accounts.factors.enums import FactorChange
from contact_covid.accounts.models import Account
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.actions import mail
from contact_covid.messaging.rules.contents import FactorChanged


def note(actor: Actor, kind: AccountEvent, means: str, *, now: datetime) -> None:
    """Writes what happened into the journal. ``means``: code of the factor, or of what was tried."""
    record(Event.by(actor, kind, Purpose.SIGN_IN, Surface.PAGE, detail={"means": means}), now=now)


def mail_notice(account: UUID, change: FactorChange, *, now: datetime) -> None:
    """Tells the holder; whoever has no address is told by nothing but her last events."""
    holder = Account.objects.get(id=account)
    mail(to=holder.email, content=FactorChanged(name=holder.name, change=change.value), now=now)
