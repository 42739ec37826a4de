"""What the tests of the platform's pages do: agents, people whose call is due now whatever the hour, and calls."""

import html
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from contact_covid.directory.queries import departments, zone_of
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.call_hours import open_at
from contact_covid.worklist.models import Attempt
from tests.journeys.world import Patient, World, as_owner

JULIEN, ISABELLE = "julien.moreau@example.org", "isabelle.fournier@example.org"
KETTY = "ketty.marie-rose@example.org"
START = "/contact-covid/appels/"
CARD = "/contact-covid/appels/<uuid:lease>/"
NEXT, FICHE, CALLER = f"{START}suivant/", f"{START}fiche/", f"{START}appelant/"
LEASE = re.compile(r"/contact-covid/appels/([0-9a-f-]{36})/")


def open_department() -> str:
    """One where people may be called now: somewhere between Nouméa and Martinique it is always between 8 and 19 h."""
    now = timezone.now()
    wanted = ("93", "972", "988", "974", "987")
    return next(code for code in (*wanted, *departments()) if open_at(now, zone_of(code)))


def empty_queue() -> None:
    """Nobody waits and nobody is being called."""
    as_owner("UPDATE tracing_fiche SET callable_from = NULL")
    as_owner("UPDATE worklist_lease SET ended_at = now(), ended = 'released' WHERE ended_at IS NULL")


def waiting(world: World, **changes: Any) -> Patient:
    """A contact whose turn it is; her patient zéro is called already."""
    patient = world.patient(**changes)
    done = "UPDATE tracing_fiche SET call = 'interviewed', state = 'interviewed', told_at = created_at WHERE id = %s"
    as_owner(done, patient.index_fiche)
    as_owner("UPDATE tracing_fiche SET department = %s WHERE id = %s", open_department(), patient.fiche)
    return patient


def waiting_index(world: World, **changes: Any) -> Patient:
    """The same of a patient zéro; her contact does not wait."""
    patient = world.patient(**changes)
    as_owner("UPDATE tracing_fiche SET callable_from = NULL WHERE id = %s", patient.fiche)
    as_owner("UPDATE tracing_fiche SET department = %s WHERE id = %s", open_department(), patient.index_fiche)
    return patient


def text(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def claimed(client: Client, fiche: UUID) -> str:
    """The address of the card of that very fiche."""
    answer = client.post(FICHE, {"fiche": str(fiche)})
    assert answer.status_code == 302, text(answer)
    return str(answer.headers["Location"])


def hidden(page: Any) -> dict[str, str]:
    """The key and the version of the outcome's form."""
    form = page.content.decode().partition('id="issue"')[2]
    return dict(re.findall(r'name="(idempotency_key|version)" value="([^"]*)"', form))


def said(client: Client, card: str, outcome: str, **more: str) -> Any:
    """The outcome sent as the card gave its form."""
    return client.post(card, hidden(client.get(card)) | {"outcome": outcome, "then": "stop"} | more)


def fiche_of(patient: Patient) -> Fiche:
    return Fiche.objects.get(id=patient.fiche)


def attempts(patient: Patient) -> list[tuple[str, bool]]:
    """(outcome, note only) of every call of the person, oldest first."""
    return list(Attempt.objects.filter(fiche=patient.fiche).order_by("at", "id").values_list("outcome", "second"))


def lease_in(location: str) -> str:
    found = LEASE.search(location)
    assert found, location
    return found[1]


def expire(card: str) -> None:
    """As if its page had been closed half an hour ago."""
    as_owner(
        "UPDATE worklist_lease SET taken_at = taken_at - interval '31 minutes',"
        " expires_at = expires_at - interval '31 minutes' WHERE id = %s",
        lease_in(card),
    )


def department_of(patient: Patient) -> str:
    """Where ``waiting`` put her: another département may be open a moment later."""
    return fiche_of(patient).department


def tomorrow(code: str, hour: int) -> str:
    """That hour of tomorrow on the clocks of the département, as an agent types it."""
    day: date = timezone.now().astimezone(zone_of(code)).date() + timedelta(days=1)
    return f"{day:%d/%m/%Y} {hour:02d}:30"
