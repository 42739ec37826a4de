"""Reading the outbox: rows, and what a row says once opened."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from contact_covid.core.keyring import ring
from contact_covid.directory.queries import departments
from contact_covid.messaging.channels.parcel import Attachment, Parcel
from contact_covid.messaging.enums import Language, Template
from contact_covid.messaging.letters import isolation, provisional_code, rights
from contact_covid.messaging.models import Message
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.contents import Instructions, ProvisionalCode, from_bytes
from contact_covid.messaging.rules.rendering import Frame, render
from contact_covid.messaging.rules.rights import RightsLetter

_LETTER_NAMES = {Language.FRENCH: "lettre-isolement.pdf", Language.ENGLISH: "isolation-letter.pdf"}


@dataclass(frozen=True, slots=True)
class Contexts:
    """Where the sealed values of a message belong."""

    recipient: str
    content: str


def contexts(message: UUID) -> Contexts:
    return Contexts(f"messaging.Message.recipient:{message}", f"messaging.Message.content:{message}")


def latest(limit: int) -> list[Message]:
    """The last messages, newest first, unopened."""
    return list(Message.objects.order_by("-id").defer("recipient", "content")[:limit])


def parcel(message: Message) -> Parcel | None:
    """The message as it goes out, the same bytes each time; None when it was wiped.

    For the sender and ``actions.read``. Raises ``KeyMissing``, ``KeyDamaged``, ``SealBroken``.
    """
    if message.recipient is None or message.content is None:
        return None
    places, language = contexts(message.id), Language(message.language)
    recipient = ring().open(message.recipient, context=places.recipient).decode()
    content = from_bytes(Template(message.template), ring().open(message.content, context=places.content))
    assistance = settings.HELPLINES["portal"]["number"]
    frame = Frame(settings.BRAND, settings.PUBLIC_HELPLINE, assistance, settings.RETENTION_MONTHS)
    return Parcel(
        id=message.id,
        recipient=recipient,
        language=language,
        created_at=message.created_at,
        words=render(content, language, frame),
        attachments=_attachments(content, language, frame, message.created_at),
    )


def _attachments(content: Content, language: Language, frame: Frame, now: datetime) -> tuple[Attachment, ...]:
    if isinstance(content, Instructions):
        department = _department(content.department)
        letter = isolation(content, language=language, frame=frame, department=department, now=now)
        return (Attachment(_LETTER_NAMES[language], "application/pdf", letter),)
    if isinstance(content, ProvisionalCode):
        letter = provisional_code(content, language=language, frame=frame, now=now)
        return (Attachment("mot-de-passe-provisoire.pdf", "application/pdf", letter),)
    if isinstance(content, RightsLetter):
        return (
            Attachment("courrier.pdf", "application/pdf", rights(content, language=language, frame=frame, now=now)),
        )
    return ()


def _department(code: str) -> str:
    """« Martinique (972) »; the code alone where the reference geography is not loaded."""
    known = departments().get(code)
    return f"{known.name} ({code})" if known else code
