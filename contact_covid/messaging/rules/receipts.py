"""What a receipt makes of a message, whatever was known of it before."""

from collections.abc import Mapping

from contact_covid.messaging.enums import MessageState, Receipt

# A delivery is the end. A message that waits or was given up has left all the same when its receiver speaks of it: the
# sender was killed before it could write so.
_DELIVERED_FROM = frozenset(MessageState) - {MessageState.DELIVERED}
_UNDELIVERED_FROM = frozenset({MessageState.QUEUED, MessageState.SENT})
_STATES: Mapping[Receipt, tuple[MessageState, frozenset[MessageState]]] = {
    Receipt.DELIVERED: (MessageState.DELIVERED, _DELIVERED_FROM),
    Receipt.UNDELIVERED: (MessageState.UNDELIVERED, _UNDELIVERED_FROM),
}


def after(state: MessageState, receipt: Receipt) -> MessageState:
    """The state after a receipt; the same when it changes nothing: repeats and latecomers do no harm."""
    target, sources = _STATES.get(receipt, (state, frozenset()))
    return target if state in sources else state
