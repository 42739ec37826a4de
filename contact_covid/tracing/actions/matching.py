"""Who is already known: the open fiches of the people in a batch, from the database and from the batch itself."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contact_covid.people.queries import fiches_by_value
from contact_covid.people.rules.identity import Identity
from contact_covid.people.rules.keys import KeyValue, perhaps_same_values, same_person_values
from contact_covid.tracing.enums import Closure, FicheKind
from contact_covid.tracing.models import Contact, Fiche


class KnownFiches:
    """Finds the open fiche of a person. Make it under ``lock_people``, so that nobody registers her meanwhile."""

    def __init__(self) -> None:
        self._same: dict[tuple[str, KeyValue], Fiche] = {}
        self._alike: set[KeyValue] = set()
        self._contacts: dict[UUID, Contact] = {}

    @classmethod
    def of(cls, people: Sequence[Identity], now: datetime, *, but: UUID | None = None) -> "KnownFiches":
        """The open fiches, locked, of these people and of people like them.

        ``but``: a fiche that the caller holds; it is left out, and the others are only read: to lock them after it
        would be out of order.
        """
        known = cls()
        same = [value for person in people for value in same_person_values(person)]
        alike = [value for person in people for value in perhaps_same_values(person)]
        found = fiches_by_value([*same, *alike], now)
        ids = sorted({fiche for fiches in found.values() for fiche in fiches} - {but})
        open_ = Fiche.objects.filter(id__in=ids, closure=Closure.OPEN).order_by("id")
        fiches = {fiche.id: fiche for fiche in (open_ if but else open_.select_for_update())}
        newest_first = sorted(fiches.values(), key=lambda fiche: fiche.created_at, reverse=True)
        for value in same:
            carriers = set(found.get(value, ()))
            for fiche in newest_first:
                if fiche.id in carriers:
                    known._same.setdefault((fiche.kind, value), fiche)
        known._alike = {value for value in alike if set(found.get(value, ())) & fiches.keys()}
        known._contacts = {contact.fiche_id: contact for contact in Contact.objects.filter(fiche__in=list(fiches))}
        return known

    def find(self, kind: FicheKind, identity: Identity) -> Fiche | None:
        """The newest open fiche of that kind that is proved to be this person's."""
        values = same_person_values(identity)
        return next((fiche for value in values if (fiche := self._same.get((kind, value)))), None)

    def resembles(self, identity: Identity) -> bool:
        """Whether an open fiche may be this person's, though nothing proves it: for the platform to look at."""
        if any(self.find(kind, identity) for kind in FicheKind):
            return False
        return any(value in self._alike for value in perhaps_same_values(identity))

    def doubts(self, kind: FicheKind, identity: Identity) -> bool:
        """The same of a fiche that exists: it is not attached any more, even to one that is proved to be hers."""
        return self.find(kind, identity) is not None or self.resembles(identity)

    def contact(self, fiche: Fiche) -> Contact | None:
        """What the database knows of a contact."""
        return self._contacts.get(fiche.id)

    def add(self, fiche: Fiche, identity: Identity) -> None:
        """A fiche made in this batch."""
        for value in same_person_values(identity):
            self._same[fiche.kind, value] = fiche
        self._alike.update(perhaps_same_values(identity))
