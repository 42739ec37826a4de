"""What a patient zéro declares on her own pages: whom she met, where she was."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponseBase, HttpResponseRedirect

from contact_covid.core.idempotency import AlreadyRecorded
from contact_covid.portal.access import PortalRequest
from contact_covid.portal.follow.forms import ContactForm, PersonForm, PlaceForm
from contact_covid.portal.follow.here import of_person, page
from contact_covid.portal.follow.presenters import is_case
from contact_covid.portal.follow.texts import Words
from contact_covid.portal.paths import to
from contact_covid.tracing.actions.person_acts import say_none
from contact_covid.tracing.actions.registration import name_contacts
from contact_covid.tracing.actions.stays import name_stays
from contact_covid.tracing.enums import Circumstance, StayKind
from contact_covid.tracing.link_queries import PersonHere, declared_by
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.registration import RegistrationError
from contact_covid.tracing.rules.stays import StayError
from contact_covid.tracing.stay_queries import seen

MOST = 50
"""People, or places, that somebody declares without talking to us: each of the people is sent something."""


@of_person("GET", "HEAD", "POST")
def contacts(request: PortalRequest, here: PersonHere) -> HttpResponseBase:
    """Somebody she met; one at a time."""
    words, since = _case(here)
    form, declared = ContactForm(request.POST if request.method == "POST" else None), declared_by(here.fiche.id)

    def write() -> None:
        named = form.named(here.fiche.department)
        sent = form.submission(str(here.fiche.id))
        name_contacts(actor=here.actor, index=here.fiche.id, contacts=[named], submission=sent, now=request.now)

    if form.is_bound and _written(form, write, declared.people):
        return to("follow_contacts", "contact")
    labels = {name: words(f"contact_{name}") for name in form.fields}
    context = _context(form, words, labels) | {
        "lead": words.medical("contacts_lead", since=since),
        "circumstances": [(each.value, words(f"circumstance_{each.value}")) for each in Circumstance],
        "declared": declared.people,
        "said": words("said_contact") if "contact" in request.GET else "",
    }
    return page(request, "follow/contacts.html", words, context, status=form.status)


@of_person("POST")
def nobody(request: PortalRequest, here: PersonHere) -> HttpResponseRedirect:
    """« Personne à déclarer »."""
    say_none(actor=here.actor, now=request.now)
    return to("follow", "none")


@of_person("GET", "HEAD", "POST")
def places(request: PortalRequest, here: PersonHere) -> HttpResponseBase:
    """Where she was; one place at a time, with those she has declared already."""
    words, since = _case(here)
    form, stays = PlaceForm(request.POST if request.method == "POST" else None), declared_by(here.fiche.id).stays

    def write() -> None:
        sent = form.submission(str(here.fiche.id))
        name_stays(actor=here.actor, index=here.fiche.id, stays=[form.named()], submission=sent, now=request.now)

    if form.is_bound and _written(form, write, len(stays)):
        return to("follow_places", "place")
    labels = {name: words(f"place_{name}") for name in form.fields}
    context = _context(form, words, labels) | {
        "lead": words("places_lead", since=since),
        "kinds": [("", "—"), *((kind.value, words(f"kind_{kind.value}")) for kind in StayKind)],
        "places": [
            (each.named.details.name, words("place_dates", since=each.named.since, until=each.named.until))
            for each in map(seen, stays)
        ],
        "said": words("said_place") if "place" in request.GET else "",
    }
    return page(request, "follow/places.html", words, context, status=form.status)


def _case(here: PersonHere) -> tuple[Words, date]:
    """Her language, and the first day of her look-back. Raises ``FicheNotFound`` for a contact."""
    if not is_case(here):
        raise FicheNotFound
    return Words(here.language, here.fiche.disease), here.fiche.index_case.window_start


def _written(form: PersonForm, write: Callable[[], None], before: int) -> bool:
    """Whether what was typed is written, now or before; else the form says why not. ``before``: how many there are."""
    if not form.is_valid():
        return False
    if before >= MOST:
        form.add_error(None, ValidationError("too many", code="person.too_many"))
        return False
    try:
        write()
    except (RegistrationError, StayError) as error:
        form.refuse(error.field, error)
        return False
    except AlreadyRecorded as used:
        if not used.same:
            form.refuse_other_content()
        return used.same
    return True


def _context(form: PersonForm, words: Words, labels: dict[str, str]) -> dict[str, Any]:
    told = form.told_in(words, labels) if form.is_bound else {"errors": [], "by_field": {}}
    return {"values": form.said(), "labels": labels, "idempotency_key": form.key(), **told}
