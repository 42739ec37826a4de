"""Who is there behind a secure link, and what she has said so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.core.rules.tokens import digest_of
from contact_covid.messaging.enums import Language
from contact_covid.tracing.enums import ClosureReason
from contact_covid.tracing.models import DiaryEntry, Exposure, Fiche, PersonSession, SecureLink, Stay
from contact_covid.tracing.queries import followed
from contact_covid.tracing.rules.languages import written_for

MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class PersonHere:
    """An open session: as whom she acts, her link with its fiche."""

    actor: Actor
    session: PersonSession

    @property
    def link(self) -> SecureLink:
        return self.session.link

    @property
    def fiche(self) -> Fiche:
        return self.session.link.fiche

    @property
    def language(self) -> Language:
        """What her pages speak to her."""
        return written_for(self.fiche.language)

    @property
    def is_with_agency(self) -> bool:
        """Whether an agency follows her instead of the platform."""
        return self.fiche.closure_reason == ClosureReason.HANDED_OVER


def actor_for_link(token: str, now: datetime) -> PersonHere | None:
    """Who is there by the token of her session; None: unknown, ended, idle too long, its link or her fiche over.

    One statement.
    """
    found = (
        PersonSession.objects.select_related("link__fiche__contact", "link__fiche__index_case")
        .filter(
            followed("link__fiche__"),
            token_digest=digest_of(token),
            ended_at=None,
            seen_at__gt=now - settings.PERSON_SESSION_IDLE,
            link__revoked_at=None,
            link__expires_at__gt=now,
        )
        .first()
    )
    if found is None:
        return None
    return PersonHere(Actor(None, found.id, Role.PERSON, fiche=found.link.fiche_id), found)


def diary_of(fiche: UUID) -> list[DiaryEntry]:
    """What she has written, the last day first."""
    return list(DiaryEntry.objects.filter(fiche=fiche).order_by("-day")[:MOST_SHOWN])


def entry_of(fiche: UUID, day: date) -> DiaryEntry | None:
    """What she has written of that day."""
    return DiaryEntry.objects.filter(fiche=fiche, day=day).first()


def link_of(fiche: UUID) -> SecureLink | None:
    """The last link of a person."""
    return SecureLink.objects.filter(fiche=fiche).order_by("-issued_at", "-id").first()


@dataclass(frozen=True, slots=True)
class Declared:
    """What a patient zéro has declared on her pages: how many people, and her places unopened."""

    people: int
    stays: Sequence[Stay]


def declared_by(fiche: UUID) -> Declared:
    named = Exposure.objects.filter(index_fiche=fiche, author_practice=fiche)
    stays = Stay.objects.filter(fiche=fiche, author_practice=fiche).order_by("since", "id")
    return Declared(named.count(), list(stays))
