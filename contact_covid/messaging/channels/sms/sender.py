"""By the HTTP gateway of SMS_GATEWAY_URL: one request a message, under the message's id at each try.

What is sent and what the answers mean is written for who runs a gateway in docs/operations.md.
"""

import httpx2
from django.conf import settings

from contact_covid.messaging.channels.parcel import ChannelUnavailable, Parcel, RecipientRefused

_TIMEOUT_SECONDS = 10
_TAKEN_OVER = frozenset({200, 201, 202, 204, 409})  # 409: it has this id already
_REFUSED = frozenset({410, 422})  # any other answer may be our own fault: an address or a secret to put right


def is_configured() -> bool:
    return bool(settings.SMS_GATEWAY_URL)


def send(parcel: Parcel) -> None:
    """Raises ``ChannelUnavailable``, ``RecipientRefused``; neither quotes the number or the text."""
    if not is_configured():
        raise ChannelUnavailable
    try:
        answer = httpx2.post(
            settings.SMS_GATEWAY_URL,
            json=request_of(parcel),
            headers={"Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}", "Idempotency-Key": str(parcel.id)},
            timeout=_TIMEOUT_SECONDS,
            follow_redirects=False,  # the token is for that address only
        )
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise ChannelUnavailable from None
    if answer.status_code in _REFUSED:
        raise RecipientRefused
    if answer.status_code not in _TAKEN_OVER:
        raise ChannelUnavailable


def request_of(parcel: Parcel) -> dict[str, str]:
    """The same at each try."""
    return {"id": str(parcel.id), "to": parcel.recipient, "from": settings.SMS_SENDER, "text": parcel.words.text}
