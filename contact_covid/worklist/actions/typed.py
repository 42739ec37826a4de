"""What an agent had typed of an outcome when she left the card: kept, sealed, with the lease until the call is over."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Value
from django.db.models.functions import Coalesce

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.worklist.actions.queue import LEASE
from contact_covid.worklist.models import Lease
from contact_covid.worklist.queries import lease_of, refuse_ended
from contact_covid.worklist.rules.ladder import LONGEST_NOTE, CallError, CallErrorCode

TYPED_CONTEXT = "worklist.Lease.typed:"
_LONGEST_ANSWER = 100

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(dict[str, str])


def keep_typed(*, actor: Actor, lease: UUID, typed: Mapping[str, str], now: datetime, edits: bool = False) -> None:
    """Keeps what stands in the form of the outcome, field → text, over what was kept before, and the fiche for another
    while. ``edits``: she leaves the card to change the fiche, which others are told. Of an answer that is no note, 100
    characters are kept.

    Raises ``Denied``, ``LeaseNotFound``, ``LeaseEnded``, ``LeaseTakenOver``, ``KeyMissing``; ``CallError`` for a note
    that is too long.
    """
    check(actor, Permission.CALL_RECORD)
    if len(typed.get("note", "")) > LONGEST_NOTE:
        raise CallError(CallErrorCode.NOTE_TOO_LONG)
    kept = {name: text if name == "note" else text[:_LONGEST_ANSWER] for name, text in typed.items()}
    sealed = ring().seal(_encoder.encode(kept), period=period_of(now), context=f"{TYPED_CONTEXT}{lease}")
    held = Lease.objects.filter(id=lease, account=actor.author.account, ended_at=None)
    changing = Coalesce("editing_since", Value(now)) if edits else None
    if not held.update(typed=sealed, expires_at=now + LEASE, editing_since=changing):
        refuse_ended(lease_of(actor, lease, now))


def typed_so_far(lease: Lease) -> dict[str, str]:
    """What was kept, field → text; nothing when nothing was. Raises ``KeyMissing``, ``SealBroken``."""
    if lease.typed is None:
        return {}
    return _decoder.decode(ring().open(lease.typed, context=f"{TYPED_CONTEXT}{lease.id}"))
