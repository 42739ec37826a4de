"""Puts the demo professionals in the directory. Their accounts and passwords are made by the caller."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contact_covid.demo.rules.cast import CastMember
from contact_covid.directory.actions import load_organisations, load_practices, load_professionals
from contact_covid.directory.rules.entries import NewPractice


@dataclass(frozen=True, slots=True)
class PlacedMember:
    """A member with the ids of their directory rows; ``organisations`` and ``practices`` in the order of the places."""

    member: CastMember
    professional: UUID
    organisations: tuple[UUID, ...]
    practices: tuple[UUID, ...]


@transaction.atomic
def load_cast(*, members: Iterable[CastMember], now: datetime) -> list[PlacedMember]:
    """Creates or updates the directory rows of the members, in three batches; the reference must be loaded."""
    cast = list(members)
    places = [(member, place) for member in cast for place in member.places]
    organisations = load_organisations(organisations=[place.organisation for _, place in places], now=now)
    professionals = load_professionals(professionals=[member.professional for member in cast], now=now)
    id_of = {member.professional.national_id: id_ for member, id_ in zip(cast, professionals, strict=True)}
    practices = load_practices(
        practices=[
            NewPractice(
                professional=id_of[member.professional.national_id],
                organisation=organisation,
                name=place.organisation.name,
                number=place.number,
                street=place.organisation.street,
                postcode=place.organisation.postcode,
                commune=place.organisation.commune,
                department=place.organisation.department,
                fund=place.organisation.fund,
                convention=place.convention,
                radiology=place.radiology,
            )
            for (member, place), organisation in zip(places, organisations, strict=True)
        ],
        now=now,
    )
    rows = iter(zip(organisations, practices, strict=True))
    placed = []
    for member, professional in zip(cast, professionals, strict=True):
        own = [next(rows) for _ in member.places]
        placed.append(PlacedMember(member, professional, tuple(o for o, _ in own), tuple(p for _, p in own)))
    return placed
