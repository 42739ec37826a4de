"""What the frame of a page shows: who is there, in which practice, which service, until when."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from contact_covid.access.enums import Role
from contact_covid.accounts.queries import OpenSession
from contact_covid.portal.kept import Seal, seal_of

SERVICES = {"contact_covid": "Contact COVID"}
"""Services of the portal: code (also the key of its helpline in settings.HELPLINES) → name in the service bar."""

AGENTS = frozenset(
    {
        Role.PLATFORM_AGENT,
        Role.PLATFORM_SUPERVISOR,
        Role.DELEGATED_TRACER,
        Role.ARS_AGENT,
        Role.SUPPORT_CELL,
        Role.EPIDEMIOLOGIST,
        Role.DPO,
        Role.ADMINISTRATOR,
    }
)

FINESS_ROLES = frozenset({Role.PHARMACIST, Role.BIOLOGIST, Role.HOSPITAL})
"""Their place is known by its FINESS number, the others' by the professional's AM number."""


@dataclass(frozen=True, slots=True)
class Shell:
    """The signed-in person as the header shows her; ``ends_in`` is in seconds, ``seal`` of what waits on the device."""

    name: str
    place: str
    role: str
    theme: str
    ends_in: int
    seal: Seal | None


def shell_of(request: HttpRequest) -> Shell | None:
    """The header's values when the middleware has found who is there; None on public and error pages. No query."""
    session: OpenSession | None = getattr(request, "session_info", None)
    now: datetime | None = getattr(request, "now", None)
    if session is None or now is None:
        return None
    profile = session.profile
    return Shell(
        name=profile.name,
        place=profile.place,
        role=role_line(session.actor.role, profile.number, profile.holder),
        theme="pa" if session.actor.role in AGENTS else "",
        ends_in=int((session.expires_at - now).total_seconds()),
        seal=seal_of(request, session.actor),
    )


def role_line(role: Role, number: str, holder: str) -> str:
    """« Pharmacien – FINESS 939 000 018 », for a delegate « Médecin pour Dr Hélène MARCHAND ».

    ``number``: of the place, empty for staff; ``holder``: in whose name she acts, empty for her own.
    """
    if holder:
        return f"{role.label} pour {holder}"
    if not number:
        return role.label
    kind = "FINESS" if role in FINESS_ROLES else "n° AM"
    grouped = "\N{NO-BREAK SPACE}".join(number[start : start + 3] for start in range(0, len(number), 3))
    return f"{role.label} – {kind} {grouped}"
