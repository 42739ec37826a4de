"""Two fiches of one person in the world of a journey."""

from contact_covid.people.rules.identity import Identity
from tests.journeys.world import Patient, World

DOUBLES = "/contact-covid/doublons/"


def doubles(world: World, **changes: object) -> tuple[Patient, Patient]:
    """A woman, and herself as another practice wrote her down: another telephone and street, no number."""
    first = world.patient()
    known: Identity = first.identity
    names = ("birth_name", "first_names", "birth_date")
    other = {name: getattr(known, name) for name in names} | {"nir": "", "phone": "+33639980042"}
    second = world.patient(identity=other | {"street": "9 quai Zqother"} | changes)
    return first, second
