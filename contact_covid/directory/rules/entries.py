"""What the batch loaders of the directory take: one value a row, areas by their codes."""

from dataclasses import dataclass
from uuid import UUID

from contact_covid.directory.enums import Convention, OrganisationKind, Profession


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganisation:
    """``finess`` is the natural key, or kind, name and postcode when there is none. Areas are codes."""

    kind: OrganisationKind
    name: str
    finess: str = ""
    street: str = ""
    postcode: str = ""
    commune: str = ""
    department: str | None = None
    region: str | None = None
    fund: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return (self.finess,) if self.finess else (self.kind, self.name, self.postcode)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfessional:
    national_id: str
    last_name: str
    first_name: str
    profession: Profession
    title: str = ""
    specialty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPractice:
    """Natural key: the professional with the number, or with the organisation when there is no number."""

    professional: UUID | None
    organisation: UUID | None
    name: str
    number: str = ""
    street: str = ""
    postcode: str = ""
    commune: str = ""
    department: str | None = None
    fund: str | None = None
    convention: Convention = Convention.NONE
    radiology: bool = False

    @property
    def key(self) -> tuple[UUID | None, str | UUID | None]:
        return (self.professional, self.number or self.organisation)
