"""By SMTP (EMAIL_HOST…): text and HTML alternatives with their attachments."""

import smtplib
from email.utils import format_datetime, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from contact_covid.messaging.channels.parcel import ChannelUnavailable, Parcel, RecipientRefused
from contact_covid.messaging.rules.bounces import return_path

_FOR_EVER = range(500, 600)


def is_configured() -> bool:
    return bool(settings.EMAIL_HOST)


def send(parcel: Parcel) -> None:
    """Raises ``ChannelUnavailable``, ``RecipientRefused``."""
    if not is_configured():
        raise ChannelUnavailable
    try:
        EmailBackend().send_messages([compose(parcel)])
    except smtplib.SMTPRecipientsRefused as refused:
        if all(code in _FOR_EVER for code, _ in refused.recipients.values()):
            raise RecipientRefused from None  # the cause quotes the address
        raise ChannelUnavailable from None
    except smtplib.SMTPDataError as refused:
        raise (RecipientRefused if refused.smtp_code in _FOR_EVER else ChannelUnavailable) from None
    except (OSError, smtplib.SMTPException):
        raise ChannelUnavailable from None


def compose(parcel: Parcel) -> EmailMultiAlternatives:
    """The same headers at each try; nobody is meant to answer, and no machine does (RFC 3834). What cannot be delivered
    comes back to an address of this message alone (BOUNCE_ADDRESS)."""
    back = settings.BOUNCE_ADDRESS
    mail = EmailMultiAlternatives(
        subject=parcel.words.subject,
        body=parcel.words.text,
        from_email=return_path(parcel.id, back) if back else settings.DEFAULT_FROM_EMAIL,
        to=[parcel.recipient],
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": message_id(parcel.id),
            "Date": format_datetime(parcel.created_at),
            "Auto-Submitted": "auto-generated",
            "Content-Language": ", ".join(parcel.languages),
        },
    )
    mail.attach_alternative(parcel.words.html, "text/html")
    for attachment in parcel.attachments:
        mail.attach(attachment.name, attachment.content, attachment.media_type)
    return mail


def message_id(message: UUID) -> str:
    """The Message-ID of that message: of its id and the sender's domain only."""
    return f"<{message.hex}@{domain()}>"


def domain() -> str:
    """Of who writes: the part of a Message-ID that says whose it is."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
