"""Denied unless written: the expectations stand here by hand, the policy table must agree with every cell."""

from itertools import product

import pytest
from pytest_django import Settings

from contact_covid.access.actor import SYSTEM, Actor, Author, NoAuthor
from contact_covid.access.enums import Assurance, Permission, Role, Scope
from contact_covid.access.fields import FIELDS
from contact_covid.access.policy import (
    POLICY,
    Denied,
    Grant,
    allows,
    asks_second_factor,
    check,
    grant_for,
    second_factor_opens,
)
from tests.cast import BEATRICE, CLAIRE, PAUL, ident, professional

AT_THE_DESK = [role for role in Role if role not in (Role.PERSON, Role.SYSTEM)]
REGISTRANTS = dict.fromkeys((Role.PHYSICIAN, Role.HOSPITAL, Role.SECRETARY), Scope.OWN)
HOLDERS = (Role.PHYSICIAN, Role.HOSPITAL, Role.PHARMACIST, Role.BIOLOGIST)
PLATFORM = {Role.PLATFORM_AGENT: Scope.FUND, Role.PLATFORM_SUPERVISOR: Scope.FUND}
CALLERS = PLATFORM | {Role.DELEGATED_TRACER: Scope.ASSIGNED}
PERSON = {Role.PERSON: Scope.SELF}
AGENCY = {Role.ARS_AGENT: Scope.REGION}
ALLOWED: dict[Permission, dict[Role, Scope]] = {
    Permission.PORTAL_USE: dict.fromkeys(AT_THE_DESK, Scope.NO_FICHE),
    Permission.FICHE_SEARCH: {Role.PHARMACIST: Scope.ONE_FOUND, Role.BIOLOGIST: Scope.ONE_FOUND},
    Permission.FICHE_READ: {
        Role.PHARMACIST: Scope.ONE_FOUND,
        Role.BIOLOGIST: Scope.ONE_FOUND,
        **CALLERS,
        **REGISTRANTS,
        **AGENCY,
        **PERSON,
    },
    Permission.FICHE_UPDATE: {
        Role.PHARMACIST: Scope.ONE_FOUND,
        Role.BIOLOGIST: Scope.ONE_FOUND,
        Role.SYSTEM: Scope.NATIONAL,
    },
    Permission.MASKS_RECORD: {Role.PHARMACIST: Scope.ONE_FOUND, Role.SYSTEM: Scope.NATIONAL},
    Permission.MASKS_CORRECT: {Role.PHARMACIST: Scope.SERVED_TODAY},
    Permission.TEST_RECORD: {Role.BIOLOGIST: Scope.ONE_FOUND, Role.SYSTEM: Scope.NATIONAL},
    Permission.FICHE_REGISTER: REGISTRANTS | {Role.SYSTEM: Scope.NATIONAL},
    Permission.CONTACTS_NAME: REGISTRANTS | CALLERS | AGENCY | PERSON,
    Permission.LINK_USE: PERSON,
    Permission.DOUBLES_MERGE: PLATFORM,
    Permission.CASE_DECLARE: {
        **REGISTRANTS,
        **CALLERS,
        Role.BIOLOGIST: Scope.ONE_FOUND,
        Role.SYSTEM: Scope.NATIONAL,
    },
    Permission.HEALTH_RECORD: REGISTRANTS | CALLERS,
    Permission.CALL_CLAIM: CALLERS,
    Permission.CALL_RECORD: CALLERS | {Role.SYSTEM: Scope.NATIONAL},
    Permission.CALL_CORRECT: CALLERS,
    Permission.CALL_FIND: CALLERS,
    Permission.CALL_OWN: REGISTRANTS,
    Permission.HAND_OVER_ASK: {Role.PLATFORM_SUPERVISOR: Scope.FUND},
    Permission.HAND_OVER_ANSWER: AGENCY,
    Permission.CLUSTERS_MANAGE: AGENCY,
    Permission.SIGNALS_PROPOSE: {Role.SYSTEM: Scope.NATIONAL},
    Permission.REQUESTS_SEND: AGENCY,
    Permission.SUPPORT_ASK: REGISTRANTS | CALLERS | PERSON,
    Permission.SUPPORT_ANSWER: {Role.SUPPORT_CELL: Scope.REQUEST},
    Permission.REQUESTS_FOLLOW: AGENCY | {Role.PLATFORM_SUPERVISOR: Scope.FUND},
    Permission.CALL_ASSIGN: {Role.PLATFORM_SUPERVISOR: Scope.FUND},
    Permission.TEAMS_MANAGE: {Role.PLATFORM_SUPERVISOR: Scope.NO_FICHE},
    Permission.CALL_SUPERVISE: {Role.PLATFORM_SUPERVISOR: Scope.FUND, Role.SYSTEM: Scope.NATIONAL},
    Permission.CALL_CLOSE: {Role.PLATFORM_SUPERVISOR: Scope.FUND},
    Permission.CALL_MESSAGE: {Role.PLATFORM_SUPERVISOR: Scope.FUND},
    Permission.CALL_DELEGATE: {Role.PLATFORM_SUPERVISOR: Scope.FUND, Role.SYSTEM: Scope.NATIONAL},
    Permission.FICHE_CORRECT: REGISTRANTS,
    Permission.STAYS_NAME: REGISTRANTS | CALLERS | PERSON,
    Permission.CERTIFICATE_ISSUE: REGISTRANTS,
    Permission.FICHE_CANCEL: REGISTRANTS,
    Permission.ALERTS_READ: {Role.DPO: Scope.NO_FICHE},
    Permission.JOURNAL_READ: {Role.DPO: Scope.NO_FICHE},
    Permission.RIGHTS_MANAGE: {Role.DPO: Scope.REQUEST},
    Permission.SUSPENSION_LIFT: {Role.DPO: Scope.NO_FICHE},
    Permission.DELEGATIONS_MANAGE: dict.fromkeys(HOLDERS, Scope.NO_FICHE),
    Permission.AGENTS_MANAGE: dict.fromkeys((Role.PLATFORM_SUPERVISOR, Role.ADMINISTRATOR), Scope.NO_FICHE),
    Permission.ACCOUNTS_MANAGE: {Role.ADMINISTRATOR: Scope.NO_FICHE, Role.SYSTEM: Scope.NO_FICHE},
    Permission.DIRECTORY_LOAD: {Role.SYSTEM: Scope.NO_FICHE},
    Permission.MESSAGES_PREVIEW: dict.fromkeys((Role.PLATFORM_SUPERVISOR, Role.ADMINISTRATOR), Scope.NO_FICHE),
}


def holder(role: Role, assurance: Assurance) -> Actor:
    return professional(role, 50, practice=50, assurance=assurance)


def test_every_permission_has_its_row() -> None:
    assert set(POLICY) == set(Permission) == set(ALLOWED)


@pytest.mark.parametrize(("permission", "role"), list(product(Permission, Role)))
def test_every_cell_is_as_decided(permission: Permission, role: Role) -> None:
    actor = holder(role, Assurance.CARD)
    wanted = ALLOWED[permission].get(role)
    assert allows(actor, permission) is (wanted is not None)
    if wanted is None:
        with pytest.raises(Denied) as told:
            check(actor, permission)
        assert told.value.permission is permission
    else:
        assert check(actor, permission).scope is wanted


@pytest.mark.parametrize(("permission", "role"), list(product(Permission, AT_THE_DESK)))
def test_nobody_unidentified_is_allowed_anything(permission: Permission, role: Role) -> None:
    assert not allows(holder(role, Assurance.NONE), permission)


def test_a_weaker_identification_than_asked_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = {Role.PHARMACIST: Grant(Scope.ONE_FOUND, Assurance.SECOND_FACTOR)}
    monkeypatch.setitem(POLICY, Permission.FICHE_SEARCH, strict)
    held = [assurance for assurance in Assurance if allows(holder(Role.PHARMACIST, assurance), Permission.FICHE_SEARCH)]
    assert held == [Assurance.SECOND_FACTOR, Assurance.PRO_SANTE_CONNECT, Assurance.CARD]
    assert grant_for(holder(Role.PHARMACIST, Assurance.PASSWORD), Permission.FICHE_SEARCH) is None


def test_the_setting_asks_more_than_the_table_and_leaves_the_rest(settings: Settings) -> None:
    settings.SECOND_FACTOR_FOR = frozenset({Permission.FICHE_SEARCH, Permission.FICHE_UPDATE})
    weak, strong = holder(Role.PHARMACIST, Assurance.PASSWORD), holder(Role.PHARMACIST, Assurance.SECOND_FACTOR)
    assert not allows(weak, Permission.FICHE_SEARCH)
    assert all(allows(actor, Permission.FICHE_READ) for actor in (weak, strong))
    assert allows(strong, Permission.FICHE_SEARCH)
    assert allows(SYSTEM, Permission.FICHE_UPDATE)  # nobody logs in as the service
    assert second_factor_opens(weak, Permission.FICHE_SEARCH)
    assert not second_factor_opens(strong, Permission.FICHE_SEARCH)
    assert not second_factor_opens(holder(Role.PHYSICIAN, Assurance.PASSWORD), Permission.FICHE_SEARCH)
    asked = {role for role in Role if asks_second_factor(role)}
    assert asked == {Role.PHARMACIST, Role.BIOLOGIST, Role.SYSTEM}


def test_a_second_factor_does_not_open_what_asks_for_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICY, Permission.FICHE_SEARCH, {Role.PHARMACIST: Grant(Scope.ONE_FOUND, Assurance.CARD)})
    assert not second_factor_opens(holder(Role.PHARMACIST, Assurance.PASSWORD), Permission.FICHE_SEARCH)


def test_the_service_itself_cannot_look_anybody_up() -> None:
    assert {permission for permission in Permission if allows(SYSTEM, permission)} == {
        Permission.CALL_DELEGATE,
        Permission.CALL_SUPERVISE,
        Permission.FICHE_UPDATE,
        Permission.MASKS_RECORD,
        Permission.TEST_RECORD,
        Permission.FICHE_REGISTER,
        Permission.CASE_DECLARE,
        Permission.CALL_RECORD,
        Permission.SIGNALS_PROPOSE,
        Permission.ACCOUNTS_MANAGE,
        Permission.DIRECTORY_LOAD,
    }


@pytest.mark.parametrize("role", HOLDERS)
def test_a_password_alone_names_no_delegate(role: Role) -> None:
    held = [level for level in Assurance if allows(holder(role, level), Permission.DELEGATIONS_MANAGE)]
    assert held == [Assurance.PRO_SANTE_CONNECT, Assurance.CARD]


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.ADMINISTRATOR])
def test_who_manages_accounts_or_books_reaches_no_patient(role: Role) -> None:
    """Not even as surely identified as can be; no field of a person either."""
    held = {permission: grant_for(holder(role, Assurance.CARD), permission) for permission in Permission}
    assert {grant.scope for grant in held.values() if grant} == {Scope.NO_FICHE}
    assert not any(role in roles for fields in FIELDS.values() for roles in fields.values())
    assert (role is Role.ACCOUNTANT) <= ([name for name, grant in held.items() if grant] == [Permission.PORTAL_USE])


def test_an_author_needs_an_account_and_a_practice() -> None:
    assert CLAIRE.author == Author(ident(1, 1), ident(3, 1))
    for actor in (SYSTEM, Actor(ident(1, 1), None, Role.DPO), Actor(None, None, Role.PHARMACIST, practice=ident(3, 1))):
        with pytest.raises(NoAuthor):
            _ = actor.author


def test_only_the_service_writes_in_the_name_of_others() -> None:
    assert SYSTEM.on_behalf_of(CLAIRE.author).author == CLAIRE.author
    assert PAUL.on_behalf_of(None) is PAUL
    for author in (CLAIRE.author, BEATRICE.author):
        with pytest.raises(NoAuthor):
            BEATRICE.on_behalf_of(author)
