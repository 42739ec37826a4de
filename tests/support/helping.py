"""A cell of the département, and what is asked of it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.core.idempotency import Submission, submission
from contact_covid.directory.models import Organisation
from contact_covid.support.actions.asking import SupportAsked, ask_support
from contact_covid.support.models import SupportRequest
from contact_covid.tracing.enums import SupportNeed
from tests.cast import PAUL, ident, professional
from tests.clock import NOW

CELL, OTHER_CELL = ident(3, 960), ident(3, 961)
FATOU: Actor = replace(professional(Role.SUPPORT_CELL, 50, practice=50), organisation=CELL)
ELSEWHERE: Actor = replace(professional(Role.SUPPORT_CELL, 51, practice=51), organisation=OTHER_CELL)
MEALS = SupportAsked([SupportNeed.MEALS, SupportNeed.CHILDREN], "zqnote: deux enfants", agreed=True)


def sent() -> Submission:
    return submission(str(uuid4()), {})


def cells() -> None:
    for id_, department in ((CELL, "93"), (OTHER_CELL, "972")):
        known = {"kind": "support_cell", "name": f"Cellule {department}", "department_id": department}
        Organisation.objects.get_or_create(id=id_, defaults=known)


def asked(fiche: UUID, *, by: Actor = PAUL, what: SupportAsked = MEALS, now: datetime = NOW) -> SupportRequest:
    made = ask_support(actor=by, fiche=fiche, asked=what, submission=sent(), now=now)
    return SupportRequest.objects.get(id=made)
