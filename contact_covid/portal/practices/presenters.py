"""A place to choose, as the page shows it."""

from dataclasses import dataclass
from uuid import UUID

from contact_covid.access.enums import Role
from contact_covid.accounts.models import Post
from contact_covid.portal.shell import role_line


@dataclass(frozen=True, slots=True)
class Place:
    post: str
    name: str
    address: str
    role: str
    is_current: bool


def place(post: Post, current: UUID) -> Place:
    where = post.practice or post.organisation
    role = Role(post.role)
    number = post.practice.number if post.practice else ""
    address = f"{where.street}, {where.postcode} {where.commune}".strip(", ") if where else ""
    line = role_line(role, number, post.delegated_by.name if post.delegated_by else "")
    return Place(str(post.id), where.name if where else role.label, address, line, post.id == current)
