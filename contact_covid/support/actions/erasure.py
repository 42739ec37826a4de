"""Requests for help of somebody whose data are erased go with them."""

from collections.abc import Collection
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.support.models import SupportRequest


def forget_support(*, actor: Actor, fiches: Collection[UUID]) -> None:
    """In the caller's transaction. Raises ``Denied``."""
    check(actor, Permission.RIGHTS_MANAGE)
    SupportRequest.objects.filter(fiche__in=fiches).delete()
