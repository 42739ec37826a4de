"""Whose account may be created: the professional or the structure that a number means, and where it would act."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from contact_covid.access.enums import Role
from contact_covid.accounts.models import Account, Post
from contact_covid.accounts.rules.posts import STRUCTURES, is_self_employed, role_at
from contact_covid.core.rules.professional_ids import NationalId, NationalIdKind
from contact_covid.core.rules.text import displayed
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.directory.models import Practice, Professional
from contact_covid.directory.queries import practices_by_number, practices_of

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Workplace:
    """A place of practice and the role there. ``self_employed``: a security key may exist for it."""

    practice: UUID
    number: str
    role: Role
    self_employed: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom an account would belong to: a professional with all her places, or a structure (no professional) with its
    one. The place she comes from is the first."""

    professional: UUID | None
    title: str
    last_name: str
    first_name: str
    places: tuple[Workplace, ...]

    @property
    def place(self) -> Workplace:
        return self.places[0]

    @property
    def name(self) -> str:
        """« Dr Hélène MARCHAND », or the name of the structure as it is written."""
        if self.professional is None:
            return self.last_name
        return displayed(self.title, self.first_name, self.last_name)


def holder_of_number(number: str) -> Holder | None:
    """The one holder of an AM or FINESS number; None for a number that nobody has, several have, or that belongs to
    somebody who creates no account herself.

    A structure's own number means the structure, whoever works there.
    """
    found = list(practices_by_number(number))
    own = [place for place in found if place.professional_id is None] or found
    return _coming_from(own[0]) if len(own) == 1 else None


def holder_of_practice(practice: UUID) -> Holder | None:
    """The holder who comes from that place of practice; None when it is closed, or gives no account."""
    place = Practice.objects.filter(id=practice, active=True).select_related("professional", "organisation").first()
    return _coming_from(place) if place else None


def holder_of_card(national_id: NationalId) -> Holder | None:
    """Whom the holder of a card may create an account for: herself with all her places, the oldest first, or the
    structure whose personnel she belongs to; None when the directory knows no place that gives an account."""
    professional = Professional.objects.filter(national_id=str(national_id)).first()
    if professional:
        return _holder(list(practices_of(professional.id)))
    found = holder_of_number(national_id.number) if national_id.kind is NationalIdKind.FINESS else None
    return found if found and found.professional is None else None


def has_account(holder: Holder) -> bool:
    """Whether an account exists already, open or disabled: of the professional, or posted at the structure."""
    if holder.professional is not None:
        return Account.objects.filter(professional=holder.professional).exists()
    posts = Post.objects.filter(practice=holder.place.practice, ends_at=None)
    return posts.exclude(role=Role.SECRETARY).exists()


def with_account(professionals: Set[UUID]) -> Set[UUID]:
    """Those of the professionals who have an account, open or disabled."""
    found = Account.objects.filter(professional__in=professionals).values_list("professional", flat=True)
    return {professional for professional in found if professional}


def is_structure(number: str) -> bool:
    """Whether a number is known to be that of a structure, which has no security key: published knowledge."""
    return practices_by_number(number).filter(organisation__kind__in=STRUCTURES).exists()


def _coming_from(place: Practice) -> Holder | None:
    own = list(practices_of(place.professional_id)) if place.professional_id else []
    holder = _holder([place, *(other for other in own if other.id != place.id)])
    return holder if holder and holder.place.practice == place.id else None


def _holder(places: Sequence[Practice]) -> Holder | None:
    workplaces = tuple(found for place in places if (found := _workplace(place)))
    if not workplaces:
        return None
    who = places[0].professional
    if who is None:
        return Holder(None, "", places[0].name[:_LONGEST_NAME], "", workplaces)
    return Holder(who.id, who.title, who.last_name, who.first_name, workplaces)


def _workplace(place: Practice) -> Workplace | None:
    kind = OrganisationKind(place.organisation.kind) if place.organisation else None
    profession = Profession(place.professional.profession) if place.professional else None
    role = role_at(kind, profession)
    if role is None:
        return None
    return Workplace(place.id, place.number, role, is_self_employed(kind, profession))
