"""The professionals of a replay: physicians, laboratories, pharmacies of its départements, and the agents asked for."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice

from contact_covid.access.enums import Role
from contact_covid.demo.actions.cast import load_members
from contact_covid.demo.replay.actions.adapter import Crew, Desk
from contact_covid.demo.replay.rules.plan import DEPARTMENTS
from contact_covid.demo.rules.cast import CastMember, extra, local_cast

_MOST_EXTRAS = 2_300
_OF_A_TRADE = {Role.PHYSICIAN: 12, Role.BIOLOGIST: 4, Role.PHARMACIST: 6}


class TooManyAgents(Exception):
    """There are no more accounts of agents for a département; ``most``: in all."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


def shares(agents: int) -> dict[str, int]:
    """How many agents call for each département: as many of three as live there, one at least."""
    whole = sum(DEPARTMENTS.values())
    least = min(DEPARTMENTS, key=lambda code: DEPARTMENTS[code])
    found = {code: max(1, agents * weight // whole) for code, weight in DEPARTMENTS.items() if code != least}
    return found | {least: max(1, agents - sum(found.values()))}


def load_crew(*, agents: int, now: datetime) -> Mapping[str, Crew]:
    """Gives them places and accounts. The reference must be loaded. Raises ``TooManyAgents``."""
    wanted = {
        code: {role: list(islice(_members(role, code), count)) for role, count in _OF_A_TRADE.items()}
        | {Role.PLATFORM_AGENT: list(islice(_members(Role.PLATFORM_AGENT, code), share))}
        for code, share in shares(agents).items()
    }
    found = sum(len(of[Role.PLATFORM_AGENT]) for of in wanted.values())
    if found < agents:
        raise TooManyAgents(found)
    everyone = [member for of in wanted.values() for members in of.values() for member in members]
    authors = load_members(members=everyone, now=now)

    def desks(members: list[CastMember]) -> tuple[Desk, ...]:
        return tuple(Desk(authors[member.professional.national_id]) for member in members)

    return {
        code: Crew(
            physicians=desks(of[Role.PHYSICIAN]),
            laboratories=desks(of[Role.BIOLOGIST]),
            pharmacies=desks(of[Role.PHARMACIST]),
            agents=desks(of[Role.PLATFORM_AGENT]),
        )
        for code, of in wanted.items()
    }


def _members(role: Role, department: str) -> Iterator[CastMember]:
    yield local_cast(role)[department]
    yield from (member for member in extra(role, _MOST_EXTRAS) if member.organisation.department == department)
