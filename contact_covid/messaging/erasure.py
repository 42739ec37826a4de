"""Messages to somebody whose data are erased."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from contact_covid.messaging.models import Message


def erase_messages(fiches: Sequence[UUID], *messages: UUID) -> None:
    """What was sent or waits to be sent about these fiches is gone, and other messages; one being sent is waited for.

    In the caller's transaction.
    """
    Message.objects.filter(Q(fiche__in=fiches) | Q(id__in=messages)).delete()
