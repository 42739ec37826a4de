"""Who is already known: the open fiches of the people in a batch, from the database and from the batch itself."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from contact_covid.core.rules.arrays import array
from contact_covid.people.queries import fiches_by_value, lock_people
from contact_covid.people.rules.identity import Identity
from contact_covid.people.rules.keys import KeyValue, person_values
from contact_covid.tracing.doubles_queries import survivors
from contact_covid.tracing.enums import Closure, ClosureReason, FicheKind
from contact_covid.tracing.models import Contact, Fiche, Health

# One array: the text, and so the plan, is the same for whatever number of fiches.
_OPEN = """SELECT * FROM tracing_fiche WHERE id = ANY(%s::uuid[])
AND (closure = 'open' OR closure = 'closed' AND closure_reason = ANY(%s::text[])) ORDER BY id"""
_CONTACTS = """SELECT contact.*, EXISTS (
    SELECT FROM tracing_exposure exposure JOIN tracing_fiche index_fiche ON index_fiche.id = exposure.index_fiche_id
    WHERE exposure.contact_fiche_id = contact.fiche_id AND index_fiche.closure <> 'cancelled') AS exposed
FROM tracing_contact contact WHERE contact.fiche_id = ANY(%s::uuid[])"""
_HEALTH = "SELECT * FROM tracing_health WHERE fiche_id = ANY(%s::uuid[])"
# A person who is met again in the same episode keeps her fiche though it is closed: nobody calls who has refused.
_ENDED = (
    *(ClosureReason.FOLLOWED, ClosureReason.BECAME_CASE, ClosureReason.HANDED_OVER),
    *(ClosureReason.REFUSED, ClosureReason.DECEASED),
)


class KnownFiches:
    """Finds the open fiches of people in a batch: ``lock`` them, then ``read``.

    Whom a merged fiche was of is known by the fiche it was merged into.
    """

    def __init__(self, people: Iterable[Identity]) -> None:
        self._people = {person: person_values(person) for person in people}
        self._same: dict[tuple[str, str, str, KeyValue], Fiche] = {}
        self._alike: set[tuple[str, KeyValue]] = set()
        self._contacts: dict[UUID, Contact] = {}
        self._health: dict[UUID, Health] = {}

    def lock(self, now: datetime) -> None:
        """Keeps others from registering these people until the transaction ends."""
        lock_people([value for values in self._people.values() for value in values.same], now)

    def read(self, now: datetime, *, but: UUID | None = None) -> None:
        """The open fiches, locked, of these people and of people like them, and those closed when all was done.

        ``but``: a fiche that the caller holds; it is left out, and the others are only read: to lock them after it
        would be out of order.
        """
        everyone = self._people.values()
        found = fiches_by_value([value for values in everyone for value in values.alike], now)
        if not found:
            return
        ids = {fiche for fiches in found.values() for fiche in fiches} - {but}
        open_ = _OPEN if but else f"{_OPEN} FOR UPDATE"
        fiches = {fiche.id: fiche for fiche in Fiche.objects.raw(open_, [array(ids), array(_ENDED)])}
        led = survivors(ids - fiches.keys()) if ids - fiches.keys() else {}
        if led:
            given = [array({*ids, *led.values()} - {but}), array(_ENDED)]
            fiches = {fiche.id: fiche for fiche in Fiche.objects.raw(open_, given)}
            found = {value: [led.get(fiche, fiche) for fiche in ids_] for value, ids_ in found.items()}
        carriers = {value: carrying for value, ids in found.items() if (carrying := fiches.keys() & set(ids))}
        for values in everyone:
            for value, (number, born) in values.same.items():
                proved = [fiches[id_] for id_ in carriers.get(number, set()) & carriers.get(born, set())]
                for fiche in sorted(proved, key=lambda fiche: (fiche.created_at, fiche.id), reverse=True):
                    self._same.setdefault((_standing(fiche), fiche.disease, fiche.kind, value), fiche)
        still_open = {fiche.id: fiche.disease for fiche in fiches.values() if _standing(fiche) == Closure.OPEN}
        self._alike = {(still_open[id_], value) for value, ids in carriers.items() for id_ in ids & still_open.keys()}
        self._contacts = {contact.fiche_id: contact for contact in Contact.objects.raw(_CONTACTS, [array(fiches)])}
        if self._contacts:
            self._health = {health.fiche_id: health for health in Health.objects.raw(_HEALTH, [array(self._contacts)])}

    def find(self, disease: str, kind: FicheKind, identity: Identity) -> Fiche | None:
        """The newest open fiche of that disease and kind that is proved to be this person's."""
        return self._find(Closure.OPEN, disease, kind, identity)

    def kept(self, disease: str, kind: FicheKind, identity: Identity) -> Fiche | None:
        """The same, else the newest that is closed and still hers in its episode: see ``_ENDED``."""
        return self.find(disease, kind, identity) or self._find(Closure.CLOSED, disease, kind, identity)

    def _find(self, closure: Closure, disease: str, kind: FicheKind, identity: Identity) -> Fiche | None:
        values = self._people[identity].same
        return next((fiche for value in values if (fiche := self._same.get((closure, disease, kind, value)))), None)

    def resembles(self, disease: str, identity: Identity) -> bool:
        """Whether an open fiche may be this person's, though nothing proves it: for the platform to look at."""
        if any(self.find(disease, kind, identity) for kind in FicheKind):
            return False
        return not self._alike.isdisjoint((disease, value) for value in self._people[identity].alike)

    def doubts(self, disease: str, kind: FicheKind, identity: Identity) -> bool:
        """The same of a fiche that exists: it is not attached any more, even to one that is proved to be hers."""
        return self.find(disease, kind, identity) is not None or self.resembles(disease, identity)

    def contact(self, fiche: Fiche) -> Contact | None:
        """What the database knows of a contact."""
        return self._contacts.get(fiche.id)

    def exposed(self, fiche: Fiche) -> bool:
        """Whether what the database knows of a contact follows from somebody who was not declared in error."""
        return bool(getattr(self.contact(fiche), "exposed", False))

    def health(self, fiche: Fiche) -> Health | None:
        """What the database knows of a contact's health."""
        return self._health.get(fiche.id)

    def add(self, fiche: Fiche, identity: Identity) -> None:
        """A fiche made in this batch."""
        for value in self._people[identity].same:
            self._same[fiche.closure, fiche.disease, fiche.kind, value] = fiche
        self._alike.update((fiche.disease, value) for value in self._people[identity].alike)


def _standing(fiche: Fiche) -> str:
    """What an agency has taken over is closed for the platform only: the person still has her fiche."""
    return Closure.OPEN if fiche.closure_reason == ClosureReason.HANDED_OVER else fiche.closure
