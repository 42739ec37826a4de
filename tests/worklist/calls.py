"""What the tests of the platform do: agents of two funds, people to call, and calls."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Role
from contact_covid.accounts.models import Account, Post
from contact_covid.directory.models import Organisation
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.enums import Spoken
from contact_covid.tracing.models import Fiche
from contact_covid.worklist.actions.outcomes import Recorded, record_outcome
from contact_covid.worklist.actions.queue import LeaseTaken, claim_next
from contact_covid.worklist.actions.skills import set_skills
from contact_covid.worklist.enums import CallKind, Outcome
from tests.cast import contact, ident, person, professional
from tests.clock import NOW


def agent(number: int, *, fund: str = "931", role: Role = Role.PLATFORM_AGENT) -> Actor:
    """An agent of the platform of a fund; a number of 20 and more is nobody else's in the tests."""
    someone = professional(role, number, practice=number)
    return replace(someone, practice=None, organisation=ident(3, 900), fund=fund)


JULIEN = agent(20)
ISABELLE = agent(21, role=Role.PLATFORM_SUPERVISOR)
KETTY = agent(22, fund="972")
LATER = NOW + timedelta(minutes=30)


ELSEWHERE = replace(agent(23, fund="941"), organisation=ident(3, 901))
"""An agent of the platform next door."""


CPTS = ident(3, 950)
AMANDINE = replace(agent(26, role=Role.DELEGATED_TRACER), organisation=CPTS, fund=None)
STEEVE = replace(agent(27, role=Role.DELEGATED_TRACER), organisation=ident(3, 951), fund=None)
"""Who calls for another organisation: Amandine's may be delegated fiches by the platform, Steeve's is elsewhere."""


def hired(*agents: Actor) -> None:
    """Gives each an account and a post at her platform, as only those have who can be given fiches or have skills."""
    for each in agents:
        assert each.account
        assert each.organisation
        known = {"kind": "platform", "name": f"Plateforme {each.organisation}"}
        if each.role is Role.DELEGATED_TRACER:
            fund = "931" if each.organisation == CPTS else "972"
            known = {"kind": "delegated", "name": f"CPTS {each.organisation}", "fund_id": fund}
        place = Organisation.objects.get_or_create(id=each.organisation, defaults=known)[0]
        account = Account.objects.create(id=each.account, last_name=f"Agent {each.account}"[-30:], created_at=NOW)
        Post.objects.create(id=each.account, account=account, role=each.role, organisation=place, starts_at=NOW)


def skilled(actor: Actor, *languages: Spoken, kinds: Collection[CallKind] = ()) -> None:
    """What her supervisor says of her."""
    organisation, post = (actor.organisation, actor.account)
    assert organisation
    assert post
    head = replace(ISABELLE, organisation=organisation, fund=actor.fund)
    set_skills(actor=head, organisation=organisation, post=post, languages=languages, kinds=kinds, now=NOW)


def people(count: int, *, start: int = 1, **changes: Any) -> list[Fiche]:
    """The fiches of so many contacts, each of another patient zéro who is called already."""
    fiches = [contact(person(start + n), index=50_000 + start + n, **changes) for n in range(count)]
    indexes = Fiche.objects.filter(kind="index", call="to_call")
    indexes.update(told_at=NOW, call="interviewed", state="interviewed")
    return fiches


def someone(identity: Identity | None = None, **changes: Any) -> Fiche:
    fiche = contact(identity or person(), index=50_000, **changes)
    Fiche.objects.filter(kind="index").update(told_at=NOW, call="interviewed", state="interviewed")
    return fiche


def claimed(by: Actor = JULIEN, now: datetime = NOW) -> LeaseTaken:
    taken = claim_next(actor=by, now=now)
    assert taken is not None
    return taken


def told(
    lease: LeaseTaken | UUID, outcome: Outcome, *, by: Actor = JULIEN, now: datetime = LATER, **said: Any
) -> Recorded:
    id_ = lease.id if isinstance(lease, LeaseTaken) else lease
    return record_outcome(actor=by, lease=id_, outcome=outcome, now=now, **said)


def now_of(fiche: Fiche | UUID) -> Fiche:
    return Fiche.objects.get(id=fiche.id if isinstance(fiche, Fiche) else fiche)
