"""Who acts at the third level, and stays as another floor will write them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.core.idempotency import Submission, submission
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.core.period import period_of
from contact_covid.tracing.enums import StayKind
from contact_covid.tracing.models import Fiche, Stay
from contact_covid.tracing.rules.stays import StayDetails, to_bytes
from contact_covid.tracing.stay_queries import STAY_CONTEXT, place_digests
from tests.cast import TODAY, dossier, enter, ident, named, person, professional
from tests.clock import NOW

ISABELLE = replace(professional(Role.PLATFORM_SUPERVISOR, 30, practice=30), fund="931")
JULIEN = replace(professional(Role.PLATFORM_AGENT, 31, practice=30), fund="931")
THIERRY = replace(professional(Role.PLATFORM_SUPERVISOR, 32, practice=31), fund="972")
MATHILDE = replace(professional(Role.ARS_AGENT, 33, practice=33), region="11")
YANNICK = replace(professional(Role.ARS_AGENT, 34, practice=34), region="02")
JAURES = StayDetails(name="École Jean-Jaurès", postcode="93100", commune="Montreuil")


def once(key: str = "once", **said: object) -> Submission:
    return submission(key, said)


def index(number: int, *, on: date = TODAY, contacts: Sequence[int] = (), now: datetime = NOW) -> Fiche:
    """The patient zéro of that number, who fell ill that day."""
    exposed = [named(person(each)) for each in contacts]
    given = dossier(person(number), *exposed, onset=on, sampled_on=max(on, TODAY - timedelta(days=60)))
    [registered] = enter(given, now=now)
    return registered.index


def stay(
    fiche: Fiche,
    details: StayDetails,
    *,
    since: date = TODAY - timedelta(days=3),
    until: date | None = None,
    kind: StayKind = StayKind.SCHOOL,
    now: datetime = NOW,
) -> Stay:
    """A place that this person was at, with the digests by which stays are compared."""
    id_, period = new_id(now), period_of(now)
    made = Stay(
        id=id_,
        fiche=fiche,
        kind=kind,
        since=since,
        until=until or since,
        department=fiche.department,
        period=period,
        value=ring().seal(to_bytes(details), period=period, context=f"{STAY_CONTEXT}{id_}"),
        places=place_digests(details, period_of(now)),
        created_at=now,
        author_account=ident(1, 30),
        author_practice=ident(3, 30),
    )
    made.save(force_insert=True)
    return made


def of_region(region: str) -> Actor:
    return replace(MATHILDE, region=region)
