"""Where the SMS gateway says what became of messages. No session: each request is signed (docs/operations.md)."""

from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from contact_covid.messaging.enums import Channel, Receipt
from contact_covid.messaging.receipt_actions import Told, record_receipts
from contact_covid.messaging.rules.signatures import is_signed
from contact_covid.portal import errors
from contact_covid.portal.access import PortalRequest, public, sent_only

_STATUSES = {receipt.value: receipt for receipt in Receipt}


class _Item(msgspec.Struct):
    id: str
    status: str


class _Body(msgspec.Struct):
    receipts: list[_Item]


_decoder = msgspec.json.Decoder(_Body)


@public
@csrf_exempt
@sent_only
def receipts(request: PortalRequest) -> HttpResponse:
    """Answers alike whether the messages are known, were told of before, or have a status that says nothing here."""
    if not settings.SMS_RECEIPT_SECRETS:
        return errors.page(request, 404)
    body = request.body
    signed = is_signed(
        body,
        timestamp=request.headers.get("Receipt-Timestamp", ""),
        signature=request.headers.get("Receipt-Signature", ""),
        secrets=settings.SMS_RECEIPT_SECRETS,
        now=request.now,
    )
    if not signed:
        return HttpResponse(status=403)
    try:
        items = _decoder.decode(body).receipts
    except (msgspec.DecodeError, UnicodeDecodeError):
        return HttpResponse(status=400)
    told = [each for each in map(_told, items) if each]
    record_receipts(channel=Channel.SMS, receipts=told, now=request.now)
    return HttpResponse(status=204)


def _told(item: _Item) -> Told | None:
    """None for an id or a status of somebody else's making."""
    receipt = _STATUSES.get(item.status)
    try:
        return Told(UUID(item.id), receipt) if receipt else None
    except ValueError:
        return None
