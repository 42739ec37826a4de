"""Messages to somebody whose data are erased."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from contact_covid.messaging.models import Message, Refusal


def erase_messages(fiches: Sequence[UUID], *messages: UUID) -> None:
    """What was sent or waits to be sent about these fiches is gone, and what was said of it, and other messages.

    One being sent is waited for. In the caller's transaction.
    """
    Refusal.objects.filter(fiche__in=fiches).delete()
    Message.objects.filter(Q(fiche__in=fiches) | Q(id__in=messages)).delete()
