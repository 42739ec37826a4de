"""Two fiches of one person, and her requests about her data, in the world of a journey."""

from uuid import uuid4

from contact_covid.core.records import new_number
from contact_covid.people.rules.identity import Identity
from tests.journeys.world import Patient, World, as_owner

DOUBLES = "/contact-covid/doublons/"


def doubles(world: World, **changes: object) -> tuple[Patient, Patient]:
    """A woman, and herself as another practice wrote her down: another telephone and street, no number."""
    first = world.patient()
    known: Identity = first.identity
    names = ("birth_name", "first_names", "birth_date")
    other = {name: getattr(known, name) for name in names} | {"nir": "", "phone": "+33639980042"}
    second = world.patient(identity=other | {"street": "9 quai Zqother"} | changes)
    return first, second


def of_rights_and_doubles(route: str, world: World) -> dict[str, str]:
    """What the addresses of these pages are made of: people of their own, each reading is a line of their journal."""
    parts = {}
    if "/droits/<" in route:
        asking = world.patient()
        parts = {"asked": a_request(asking), "fiche": str(asking.fiche)}
    if "<uuid:second>" in route:
        parts |= {"first": str(world.patient().fiche), "second": str(world.patient().fiche)}
    if "/fusion/" in route:
        parts |= merged(world.patient(), world.patient())
    return parts


def a_request(patient: Patient) -> str:
    """A request for rectification of that patient, whose identity was checked."""
    asked = uuid4()
    as_owner(
        "INSERT INTO retention_request (id, reference, kind, channel, received_on, due_on, state, state_at, proof,"
        " reason, rectified, searches, period, created_at, author_account, version)"
        " VALUES (%s, %s, 'rectification', 'post', '2020-05-13', '2020-06-13', 'checked', now(), 'desk',"
        " '', '{}', 0, '2020-05', now(), %s, 1)",
        asked, new_number(), asked,
    )  # fmt: skip
    as_owner("INSERT INTO retention_request_fiche (request_id, fiche_id) VALUES (%s, %s)", asked, patient.fiche)
    return str(asked)


def merged(first: Patient, second: Patient) -> dict[str, str]:
    """Two fiches and a merge of them."""
    as_owner(
        "INSERT INTO tracing_merge (id, survivor_id, loser_id, at, account, place)"
        " VALUES (%s, %s, %s, now(), %s, %s) ON CONFLICT DO NOTHING",
        merge := uuid4(), first.fiche, second.fiche, first.fiche, first.fiche,
    )  # fmt: skip
    return {"first": str(first.fiche), "second": str(second.fiche), "merge": str(merge)}
