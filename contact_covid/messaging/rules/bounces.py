"""What a mail that came back says (RFC 3464): of which message, and whether it is over."""

import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import NamedTuple
from uuid import UUID

from contact_covid.messaging.enums import Receipt

_HEX = r"[0-9a-f]{32}"
_ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
# "relayed" and "expanded" say that nobody knows.
_ACTIONS: Mapping[str, Receipt] = {
    "failed": Receipt.UNDELIVERED,
    "delayed": Receipt.DELAYED,
    "delivered": Receipt.DELIVERED,
}


class Bounce(NamedTuple):
    message: UUID
    receipt: Receipt


def read_bounce(mail: bytes, *, domain: str, bounce_address: str) -> Bounce | None:
    """What came back and what became of it; None for anything else than a report on a message of ours.

    ``domain``: what follows the @ in our Message-IDs. ``bounce_address``: as ``return_path`` takes it, or empty. A
    server that gave up after days of temporary failures says "failed" too: the person has not read it.
    """
    parsed = message_from_bytes(mail, policy=compat32)
    if parsed.get_content_type() != "multipart/report":
        return None
    message, receipt = _message(parsed, domain, bounce_address), _receipt(parsed)
    return Bounce(message, receipt) if message and receipt else None


def return_path(message: UUID, bounce_address: str) -> str:
    """Where a message comes back to: « retours+0190…@example.org » says which one it was whatever the report says."""
    local, _, domain = bounce_address.rpartition("@")
    return f"{local}+{message.hex}@{domain}"


def _receipt(mail: Message) -> Receipt | None:
    """The worst that the report says of a recipient: ours have one."""
    found = {str(part.get("Action", "")).strip().lower() for part in _recipients(mail)}
    return next((receipt for action, receipt in _ACTIONS.items() if action in found), None)


def _recipients(mail: Message) -> Iterator[Message]:
    for part in mail.walk():
        blocks = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks, list):
            yield from (block for block in blocks if isinstance(block, Message))


def _message(mail: Message, domain: str, bounce_address: str) -> UUID | None:
    if bounce_address:
        local, _, host = bounce_address.rpartition("@")
        verp = re.compile(rf"{re.escape(local)}\+({_HEX})@{re.escape(host)}", re.IGNORECASE)
        addressed = " ".join(str(value) for name in _ADDRESSED for value in mail.get_all(name, []))
        if back := verp.search(addressed):
            return UUID(back[1])
    ours = re.compile(rf"<({_HEX})@{re.escape(domain)}>", re.IGNORECASE)
    for text in _originals(mail):
        if found := ours.search(text):
            return UUID(found[1])
    return None


def _originals(mail: Message) -> Iterator[str]:
    """The Message-ID lines of what came back: whole, or its headers only."""
    for part in mail.walk():
        inside = part.get_payload()
        if part.get_content_type() == "text/rfc822-headers" and isinstance(inside, str):
            yield from re.findall(r"(?im)^message-id:.*(?:\r?\n[ \t].*)*", inside)
        elif part.get_content_type() == "message/rfc822" and isinstance(inside, list):
            yield from (str(each.get("Message-ID", "")) for each in inside if isinstance(each, Message))
