"""Who may do what: one table. Denied unless written here. Enforced by the mark on each view, by ``visible_to`` in
queries, and by ``check`` at the head of each action; ``docs/access-matrix.md`` is made from it."""

from dataclasses import replace
from typing import NamedTuple

from django.conf import settings

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Assurance, Permission, Role, Scope


class Grant(NamedTuple):
    """How far a permission reaches and how surely its holder must be identified."""

    scope: Scope
    assurance: Assurance = Assurance.PASSWORD


class Denied(Exception):
    """The actor's role, or the way she identified herself, does not allow this."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.value)
        self.permission = permission


PROFESSIONALS = tuple(role for role in Role if role not in (Role.PERSON, Role.SYSTEM))
COUNTER = (Role.PHARMACIST, Role.BIOLOGIST)
PLATFORM = {role: Grant(Scope.FUND) for role in (Role.PLATFORM_AGENT, Role.PLATFORM_SUPERVISOR)}
# An organisation to which a platform has delegated fiches: those, until the end that was set, and no other.
DELEGATED = {Role.DELEGATED_TRACER: Grant(Scope.ASSIGNED)}
CALLERS = PLATFORM | DELEGATED
# A secretary registers under the authority of the holder who named her. An accountant appears in PORTAL_USE only.
REGISTRANTS = {role: Grant(Scope.OWN) for role in (Role.PHYSICIAN, Role.HOSPITAL, Role.SECRETARY)}
HOLDERS = (Role.PHYSICIAN, Role.HOSPITAL, *COUNTER)
AGENCY = {Role.ARS_AGENT: Grant(Scope.REGION)}
SUPERVISOR = {Role.PLATFORM_SUPERVISOR: Grant(Scope.FUND)}
# A person with a secure link: her token and her birth date have said who she is before there is an actor.
PERSON = {Role.PERSON: Grant(Scope.SELF, Assurance.NONE)}
# What the service itself relays from elsewhere; nobody can log in as it.
FEED = {Role.SYSTEM: Grant(Scope.NATIONAL, Assurance.NONE)}

POLICY: dict[Permission, dict[Role, Grant]] = {
    Permission.PORTAL_USE: {role: Grant(Scope.NO_FICHE) for role in PROFESSIONALS},
    Permission.FICHE_SEARCH: {role: Grant(Scope.ONE_FOUND) for role in COUNTER},
    Permission.FICHE_READ: {role: Grant(Scope.ONE_FOUND) for role in COUNTER} | CALLERS | REGISTRANTS | AGENCY | PERSON,
    Permission.FICHE_UPDATE: {role: Grant(Scope.ONE_FOUND) for role in COUNTER} | FEED,
    Permission.MASKS_RECORD: {Role.PHARMACIST: Grant(Scope.ONE_FOUND)} | FEED,
    Permission.MASKS_CORRECT: {Role.PHARMACIST: Grant(Scope.SERVED_TODAY)},
    Permission.TEST_RECORD: {Role.BIOLOGIST: Grant(Scope.ONE_FOUND)} | FEED,
    Permission.FICHE_REGISTER: REGISTRANTS | FEED,
    Permission.FICHE_CORRECT: REGISTRANTS,
    Permission.CONTACTS_NAME: REGISTRANTS | CALLERS | AGENCY | PERSON,
    Permission.STAYS_NAME: REGISTRANTS | CALLERS | PERSON,
    Permission.CERTIFICATE_ISSUE: REGISTRANTS,
    Permission.FICHE_CANCEL: REGISTRANTS,
    # A positive test of a contact, found or heard of, makes a patient zéro of her.
    Permission.CASE_DECLARE: {Role.BIOLOGIST: Grant(Scope.ONE_FOUND)} | REGISTRANTS | CALLERS | FEED,
    Permission.HEALTH_RECORD: REGISTRANTS | CALLERS,
    Permission.DOUBLES_MERGE: PLATFORM,
    Permission.CALL_CLAIM: CALLERS,
    Permission.CALL_RECORD: CALLERS | FEED,
    Permission.CALL_CORRECT: CALLERS,
    Permission.CALL_FIND: CALLERS,
    Permission.CALL_OWN: REGISTRANTS,
    # What a person does on her own pages, beside her contacts and places.
    Permission.LINK_USE: PERSON,
    Permission.HAND_OVER_ASK: SUPERVISOR,
    Permission.HAND_OVER_ANSWER: AGENCY,
    Permission.CLUSTERS_MANAGE: AGENCY,
    Permission.SIGNALS_PROPOSE: FEED,
    # Meals, lodging, child care: asked by whoever knows the person, answered by the cell of her département.
    Permission.SUPPORT_ASK: REGISTRANTS | CALLERS | PERSON,
    Permission.SUPPORT_ANSWER: {Role.SUPPORT_CELL: Grant(Scope.REQUEST)},
    Permission.REQUESTS_SEND: AGENCY,
    Permission.REQUESTS_FOLLOW: AGENCY | SUPERVISOR,
    Permission.CALL_ASSIGN: {Role.PLATFORM_SUPERVISOR: Grant(Scope.FUND)},
    Permission.CALL_CLOSE: SUPERVISOR,
    Permission.CALL_MESSAGE: SUPERVISOR,
    # The service itself gives what comes of a delegated area, and takes everything back at the end.
    Permission.CALL_DELEGATE: SUPERVISOR | FEED,
    Permission.TEAMS_MANAGE: {Role.PLATFORM_SUPERVISOR: Grant(Scope.NO_FICHE)},
    # The service itself weighs the queues and asks another platform for help.
    Permission.CALL_SUPERVISE: {Role.PLATFORM_SUPERVISOR: Grant(Scope.FUND)} | FEED,
    Permission.ALERTS_READ: {Role.DPO: Grant(Scope.NO_FICHE)},
    Permission.JOURNAL_READ: {Role.DPO: Grant(Scope.NO_FICHE)},
    # Only the fiches of a request that the person made, and only while it is open.
    Permission.RIGHTS_MANAGE: {Role.DPO: Grant(Scope.REQUEST)},
    Permission.SUSPENSION_LIFT: {Role.DPO: Grant(Scope.NO_FICHE)},
    # Whoever lets others act in her name proves by more than a password that she is there.
    Permission.DELEGATIONS_MANAGE: {role: Grant(Scope.NO_FICHE, Assurance.PRO_SANTE_CONNECT) for role in HOLDERS},
    Permission.AGENTS_MANAGE: {
        Role.PLATFORM_SUPERVISOR: Grant(Scope.NO_FICHE),
        Role.ADMINISTRATOR: Grant(Scope.NO_FICHE),
    },
    Permission.ACCOUNTS_MANAGE: {
        Role.ADMINISTRATOR: Grant(Scope.NO_FICHE),
        Role.SYSTEM: Grant(Scope.NO_FICHE, Assurance.NONE),
    },
    Permission.DIRECTORY_LOAD: {Role.SYSTEM: Grant(Scope.NO_FICHE, Assurance.NONE)},
    Permission.MESSAGES_PREVIEW: {
        Role.PLATFORM_SUPERVISOR: Grant(Scope.NO_FICHE),
        Role.ADMINISTRATOR: Grant(Scope.NO_FICHE),
    },
}


def grant_for(actor: Actor, permission: Permission) -> Grant | None:
    """The grant this actor holds, or None when the role has none or the identification is too weak.

    ``settings.SECOND_FACTOR_FOR`` asks more than the table of whoever must say who she is at all.
    """
    grant = POLICY[permission].get(actor.role)
    if grant is None:
        return None
    asked = grant.assurance > Assurance.NONE and permission in settings.SECOND_FACTOR_FOR
    least = max(grant.assurance, Assurance.SECOND_FACTOR) if asked else grant.assurance
    return grant if actor.assurance >= least else None


def second_factor_opens(actor: Actor, permission: Permission) -> bool:
    """Whether what is denied to this actor would be allowed after a second factor."""
    proven = replace(actor, assurance=max(actor.assurance, Assurance.SECOND_FACTOR))
    return not allows(actor, permission) and allows(proven, permission)


def asks_second_factor(role: Role) -> bool:
    """Whether this role holds something that needs more than a password."""
    return any(role in POLICY[permission] for permission in settings.SECOND_FACTOR_FOR)


def allows(actor: Actor, permission: Permission) -> bool:
    return grant_for(actor, permission) is not None


def check(actor: Actor, permission: Permission) -> Grant:
    """The grant this actor holds. Raises ``Denied``."""
    grant = grant_for(actor, permission)
    if grant is None:
        raise Denied(permission)
    return grant
