"""Nobody leafs through the register: searches are counted, stopped, told to the data protection officer."""

import html
import re
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.people.rules.quotas import QUOTAS
from contact_covid.portal.errors import ERROR_PAGES, LOOKUPS_SUSPENDED
from tests.journeys.kinds import Visit
from tests.journeys.web import Answer, Visitor
from tests.journeys.world import CLAIRE, DPO, KARIM, RODRIGUE, SOPHIE, Patient, World, account_name, as_owner
from tests.server import Server


@pytest.fixture(scope="module")
def patient(world: World) -> Patient:
    return world.patient()


@pytest.fixture(autouse=True)
def _counted_from_zero(world: World) -> Iterator[None]:
    yield
    as_owner("DELETE FROM people_lookup_tally")
    as_owner("DELETE FROM people_alert")


def search(visitor: Visitor, patient: Patient, **typed: str) -> Answer:
    return visitor.post("/contact-covid/recherche/", patient.searched | typed)


def already_made(searcher: str, *, lookups: int, misses: int = 0, by_practice: bool = False) -> None:
    """As if that many searches had been made this hour."""
    column = "practice_id" if by_practice else "account_id"
    as_owner(
        "INSERT INTO people_lookup_tally (subject, slot, lookups, misses)"
        f" SELECT post.{column}, date_trunc('hour', now()), %s, %s FROM accounts_post post"
        " JOIN accounts_account account ON account.id = post.account_id WHERE account.email = %s",
        lookups,
        misses,
        searcher,
    )


def alerts(visitor: Visitor) -> list[list[str]]:
    """The rows of the officer's page as texts."""
    text = html.unescape(visitor.get("/contact-covid/alertes/").text)
    rows = re.findall(r"<tr>\s*(<td.*?)</tr>", text, re.DOTALL)
    cells = [re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<.*?>", " ", cell).split()) for cell in row] for row in cells]


def test_a_pharmacist_is_stopped_before_120_an_hour(visitor: Visit, patient: Patient) -> None:
    """Every search a real one; the page says what to do, the officer is told, others go on."""
    claire = visitor(CLAIRE)
    statuses = [search(claire, patient).status for _ in range(121)]
    stopped = search(claire, patient)

    assert statuses.count(302) < QUOTAS[Role.PHARMACIST].per_hour == 120
    assert statuses == sorted(statuses)
    assert statuses[-1] == stopped.status == 429
    assert ERROR_PAGES[429].title in stopped.text
    assert "Que faire" in stopped.text
    assert "assistance technique" in stopped.text
    assert [row[1] for row in alerts(visitor(DPO))] == [
        "Recherches arrêtées : plafond atteint",
        "Nombre de recherches inhabituel",
    ]
    assert all(account_name(CLAIRE) in row[2] and "Pharmacie des Trois-Îlets" in row[2] for row in alerts(visitor(DPO)))
    assert search(visitor(KARIM), patient).status == 302


def test_what_was_found_before_stays_open(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    result = search(claire, patient).location
    as_owner("UPDATE people_lookup_tally SET lookups = 500")

    assert search(claire, patient).status == 429
    assert claire.get(result).status == 200
    assert claire.get(patient.path).status == 200
    assert claire.get("/contact-covid/").status == 302


def test_a_search_that_is_refused_tells_nothing(visitor: Visit, patient: Patient) -> None:
    """The same page for a person who is known and one who is not."""
    already_made(CLAIRE, lookups=500)
    claire = visitor(CLAIRE)

    assert search(claire, patient).alike == search(claire, patient, first_name="Zoé").alike


def test_too_many_searches_for_nobody_are_suspended_and_the_officer_lifts_it(visitor: Visit, patient: Patient) -> None:
    claire, officer = visitor(CLAIRE), visitor(DPO)
    statuses = [search(claire, patient, first_name="Zoé").status for _ in range(22)]
    suspended = search(claire, patient)

    assert statuses.count(302) == 20
    assert suspended.status == 429
    assert LOOKUPS_SUSPENDED.title in suspended.text
    assert "délégué à la protection des données" in html.unescape(suspended.text)
    [row] = alerts(officer)
    assert row[1].startswith("Recherches suspendues")
    assert "dont 20 sans résultat" in row[3]

    page = officer.get("/contact-covid/alertes/").text
    lift = re.findall(r'action="(/contact-covid/alertes/[^"]*/lever/)"', page)
    assert claire.post(lift[0]).status == 403
    assert officer.post(lift[0]).location == "/contact-covid/alertes/"
    assert officer.post(lift[0]).location == "/contact-covid/alertes/"  # pressed twice
    assert search(claire, patient).status == 302
    assert alerts(officer)[0][4].startswith("Levée le")


def test_mistyping_now_and_then_suspends_nobody(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    statuses = {search(claire, patient, **({"first_name": "Zoé"} if n % 5 == 4 else {})).status for n in range(45)}

    assert statuses == {302}


def test_laboratories_are_counted_together(world: World, visitor: Visit, patient: Patient) -> None:
    """Two biologists of one laboratory share its limit, another laboratory has its own."""
    colleague = world.colleague(SOPHIE, last_name="Ravel", email="ravel@example.org")
    already_made(SOPHIE, lookups=398, by_practice=True)

    assert search(visitor(SOPHIE), patient).status == 302
    assert search(visitor(colleague), patient).status == 429
    assert search(visitor(SOPHIE), patient).status == 429
    assert search(visitor(RODRIGUE), patient).status == 302


def test_a_day_has_its_limit_too(visitor: Visit, patient: Patient) -> None:
    already_made(CLAIRE, lookups=398)
    as_owner("UPDATE people_lookup_tally SET slot = slot - interval '5 hours'")
    claire = visitor(CLAIRE)

    assert [search(claire, patient).status for _ in range(2)] == [302, 429]


def test_a_form_with_mistakes_is_no_search(visitor: Visit, patient: Patient) -> None:
    claire = visitor(CLAIRE)
    for _ in range(5):
        search(claire, patient, nir="1")

    assert as_owner("SELECT count(*) FROM people_lookup_tally") == [(0,)]


def test_observing_counts_without_stopping(
    world: World, server: Callable[..., Server], visitor: Visit, patient: Patient
) -> None:
    already_made(CLAIRE, lookups=500)
    with server(world.database, QUOTAS="observe") as observing:
        claire = Visitor(observing.url, world.token(CLAIRE))
        assert search(claire, patient).status == 302
    assert search(visitor(CLAIRE), patient).status == 429
    assert f"{timezone.now():%Y}" in alerts(visitor(DPO))[0][0]
