"""Reading the outbox: rows, and what a row says once opened."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from contact_covid.core.keyring import ring
from contact_covid.directory.queries import departments
from contact_covid.directory.rules.countries import ABROAD
from contact_covid.messaging.channels.parcel import Attachment, Parcel
from contact_covid.messaging.enums import Answer, Channel, Language, Template
from contact_covid.messaging.letters import letter
from contact_covid.messaging.models import LOST, Message, Refusal
from contact_covid.messaging.rules.content import Content
from contact_covid.messaging.rules.contents import from_bytes
from contact_covid.messaging.rules.person_contents import Instructions
from contact_covid.messaging.rules.rendering import Frame, words_of
from contact_covid.messaging.rules.rights import RightsLetter
from contact_covid.messaging.rules.translations import written_in


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


def last_to(fiche: UUID, limit: int) -> list[Message]:
    """The last messages about a fiche, newest first, unopened."""
    found = Message.objects.filter(fiche=fiche).order_by("-created_at", "-id")
    return list(found.defer("recipient", "content")[:limit])


def refused_channels(fiche: UUID) -> frozenset[Channel]:
    """The channels by which that person wants no more follow-up messages."""
    return refusals_of([fiche])[fiche]


def refusals_of(fiches: Collection[UUID]) -> dict[UUID, frozenset[Channel]]:
    """The same of each of them. One statement."""
    refused: dict[UUID, set[Channel]] = {fiche: set() for fiche in fiches}
    for fiche, channel in Refusal.objects.filter(fiche__in=fiches).values_list("fiche", "channel"):
        refused[fiche].add(Channel(channel))
    return {fiche: frozenset(channels) for fiche, channels in refused.items()}


def lost_channels(fiche: UUID) -> frozenset[Channel]:
    """The channels by which a message did not reach that person before."""
    lost = Message.objects.filter(fiche=fiche, state__in=LOST).values_list("channel", flat=True)
    return frozenset(map(Channel, lost))


def unanswered(most: int) -> list[Message]:
    """The oldest messages about a fiche that did not reach the person and that nobody has done anything about.

    Locked until the transaction ends; those that another one holds are left out.
    """
    lost = Message.objects.filter(state__in=LOST, answer="", fiche__isnull=False).order_by("created_at", "id")
    return list(lost.select_for_update(skip_locked=True).defer("recipient", "content")[:most])


def led_to_a_call(fiches: Collection[UUID]) -> dict[UUID, Message]:
    """By fiche, the message because of which the person was put back into the queue: it is done once."""
    found = Message.objects.filter(fiche__in=fiches, answer=Answer.CALL).order_by("answered_at", "id")
    return {message.fiche: message for message in found.defer("recipient", "content") if message.fiche}


def parcel(message: Message) -> Parcel | None:
    """The message as it goes out, the same bytes each time; None when it was wiped.

    For the sender and ``actions.read``. Raises ``KeyMissing``, ``KeyDamaged``, ``SealBroken``.
    """
    if message.recipient is None or message.content is None:
        return None
    places = contexts(message.id)
    recipient = ring().open(message.recipient, context=places.recipient).decode()
    content = from_bytes(Template(message.template), ring().open(message.content, context=places.content))
    channel, language, frame = Channel(message.channel), Language(message.language), frame_of_service()
    written = written_in(type(content), language, Channel.EMAIL if channel is Channel.LETTER else channel)
    return Parcel(
        id=message.id,
        recipient=recipient,
        languages=written.languages,
        unreviewed=written.unreviewed,
        created_at=message.created_at,
        words=words_of(content, written, channel, frame),
        attachments=_attachments(content, language, channel, frame, message.created_at),
    )


def frame_of_service() -> Frame:
    """What every message of this installation says."""
    return Frame(
        brand=settings.BRAND,
        helpline=settings.PUBLIC_HELPLINE,
        assistance=settings.HELPLINES["portal"]["number"],
        retention_months=settings.RETENTION_MONTHS,
        insurer=settings.INSURER,
        sms_stop=settings.SMS_STOP_NUMBER,
    )


def _attachments(
    content: Content, language: Language, channel: Channel, frame: Frame, now: datetime
) -> tuple[Attachment, ...]:
    if channel is not Channel.LETTER and not (channel is Channel.EMAIL and content.mails_its_letter):
        return ()
    written = written_in(type(content), language, Channel.LETTER)
    department = department_in_words(content.department) if isinstance(content, Instructions) else ""
    pdf = letter(content, written=written, frame=frame, department=department, now=now)
    return (Attachment(_file_name(content, written.languages[0]), "application/pdf", pdf),)


def _file_name(content: Content, language: Language) -> str:
    if content.template is Template.PROVISIONAL_CODE:
        return "mot-de-passe-provisoire.pdf"
    if isinstance(content, Instructions):
        return "isolation-letter.pdf" if language is Language.ENGLISH else "lettre-isolement.pdf"
    if isinstance(content, RightsLetter):
        return "courrier.pdf"
    return "letter.pdf" if language is Language.ENGLISH else "lettre.pdf"


def department_in_words(code: str) -> str:
    """« Martinique (972) »; the code alone where the reference geography is not loaded."""
    if code == ABROAD:
        return f"Étranger ({code})"
    known = departments().get(code)
    return f"{known.name} ({code})" if known else code
