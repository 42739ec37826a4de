"""Every form for every role: whoever may send it is told what is missing, nobody else learns even that."""

import pytest

from contact_covid.access.enums import Permission, Role
from tests.journeys.address_parts import ROUTES, may, path_of
from tests.journeys.addresses import FORMS_ONLY, MARKS, PAGES_AND_FORMS, REACHED
from tests.journeys.kinds import SignedIn
from tests.journeys.world import LOGINS, World


def sent(role: Role | None, route: str, permission: Permission | None) -> set[int]:
    """The statuses of an empty form that the policy and the route ask for."""
    if permission and role is None:
        return {302}
    if not may(role, permission):
        return {403}
    if route in REACHED:
        return {REACHED[route][1]}
    return {200, 302} if route in FORMS_ONLY | PAGES_AND_FORMS else {405}


@pytest.mark.parametrize("role", [None, *LOGINS])
def test_each_form_answers_as_the_policy_says(world: World, signed_in: SignedIn, role: Role | None) -> None:
    client, patient = signed_in(LOGINS[role] if role else ""), world.patient()
    # Logging out would end the session that the other tests share.
    answers = {
        route: client.post(path_of(world, patient, route, client), {}).status_code
        for route in MARKS
        if route != "/deconnexion/"
    }
    asked_for = {route: sent(role, route, permission) for route, permission in ROUTES}
    assert {route: status for route, status in answers.items() if status not in asked_for[route]} == {}
