from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from contact_covid.access.enums import Assurance, Role


class NoAuthor(Exception):
    """A writing needs an account and a place of its own to be kept under."""


class Author(NamedTuple):
    """The account and the place that a writing is kept under: a practice, or the organisation of its agent."""

    account: UUID
    practice: UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as which role, from where, how surely identified. Built only by ``accounts.queries``, by
    ``tracing.link_queries`` for a person with a secure link, and by the worker.

    ``fund`` is a fund code ("931"), ``region`` an INSEE region code ("84"); both bound what area roles see. ``fiche``
    bounds what a person sees: her own.
    """

    account: UUID | None
    session: UUID | None
    role: Role
    practice: UUID | None = None
    organisation: UUID | None = None
    fund: str | None = None
    region: str | None = None
    assurance: Assurance = Assurance.NONE
    fiche: UUID | None = None

    @property
    def author(self) -> Author:
        """A person writes under her own fiche, which is no account and no place of anybody.

        Raises ``NoAuthor`` for who acts without account or place.
        """
        if self.fiche:
            return Author(self.fiche, self.fiche)
        place = self.practice or self.organisation
        if self.account is None or place is None:
            raise NoAuthor
        return Author(self.account, place)

    def on_behalf_of(self, author: Author | None) -> "Actor":
        """This actor writing for ``author`` (None: for herself). Only the service relays what others did.

        Raises ``NoAuthor``.
        """
        if author is None:
            return self
        if self.role is not Role.SYSTEM:
            raise NoAuthor
        return replace(self, account=author.account, practice=author.practice)


SYSTEM = Actor(account=None, session=None, role=Role.SYSTEM)
