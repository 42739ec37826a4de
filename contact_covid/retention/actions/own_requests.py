"""What a person asks of her data on her own pages: a request like any other, for the officer to answer."""

from datetime import date, datetime

from django.db import transaction

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.core.dates import day_of
from contact_covid.core.ids import new_id
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.messaging.enums import Channel as Way
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.models import SealedIdentity
from contact_covid.people.queries import open_identity
from contact_covid.retention.actions.person import link_all
from contact_covid.retention.actions.requests import Received, tell, write_down
from contact_covid.retention.enums import Channel, RequestKind
from contact_covid.retention.events import RetentionEvent
from contact_covid.retention.models import RightsRequest
from contact_covid.retention.rules.requests import CLOSED, Details, RightsError, RightsErrorCode, open_to
from contact_covid.tracing.actions.person_acts import own
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules.links import addressee, ways_to


def ask(*, actor: Actor, kind: RequestKind, now: datetime) -> RightsRequest:
    """The request of the person behind a secure link, with all her fiches, acknowledged by letter when there is an
    address. The officer still checks who she is: a link and a birth date may be proof, and may be a relative.

    One that waits for its answer is not asked twice: it is returned. Raises ``Denied``, ``FicheNotFound``,
    ``RightsError``, ``KeyMissing``.
    """
    with transaction.atomic():
        fiche = own(actor)
        if kind not in open_to(FicheKind(fiche.kind)):
            raise RightsError(RightsErrorCode.OTHER_KIND)
        asked = RightsRequest.objects.filter(author_account=fiche.id, kind=kind).exclude(state__in=CLOSED).first()
        if asked:
            return asked
        today = day_of(now)
        sealed = Sealed(fiche.id, fiche.number, SealedIdentity.objects.get(fiche=fiche.id).value)
        person = open_identity(fiche.id, sealed.value)
        received = Received(kind, Channel.LINK, today, _details(sealed, today, now))
        request = write_down(actor, received, new_id(now), now)
        link_all(request, {fiche.id: person}, now)
        tell(actor, RetentionEvent.REQUEST_RECEIVED, request, now)
    return request


def _details(sealed: Sealed, today: date, now: datetime) -> Details:
    """How she is answered, as the service knows it: of a minor by post, to her representative."""
    known = reveal(SYSTEM, [sealed], purpose=Purpose.RIGHTS, now=now, surface=Surface.PAGE)[sealed.fiche]
    return Details(
        name=addressee(known, today),
        email=ways_to(known, today=today, sms=False).get(Way.EMAIL, ""),
        street=known.street,
        postcode=known.postcode,
        commune=known.commune,
    )
