"""From a card that has no account to the form that creates one: the window of the guide, « Continuer »."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from contact_covid.accounts.creation_queries import holder_of_card, holder_of_practice
from contact_covid.accounts.enums import Route
from contact_covid.accounts.rules.certificates import Card, CardErrorCode
from contact_covid.core.rules.professional_ids import parse_national_id
from contact_covid.portal.access import PortalRequest, public
from contact_covid.portal.creation.progress import Progress, keep, progress_of

_WITHOUT_NUMBER = "carte"


def begin(request: PortalRequest, card: Card) -> HttpResponse:
    """Leads whoever showed the card to the window; directors, and those whom no place is known of, are told."""
    if card.is_of_director:
        return redirect("card_refused", reason=CardErrorCode.DIRECTOR.name.lower())
    holder = holder_of_card(parse_national_id(card.national_id))
    if holder is None:
        return redirect("card_refused", reason=CardErrorCode.NO_PLACE.name.lower())
    response = redirect("card_creation")
    proved = Progress(holder.place.number or _WITHOUT_NUMBER, Route.CARD, holder.place.practice)
    keep(response, proved, request.now)
    return response


@public
@require_safe
def invitation(request: PortalRequest) -> HttpResponse:
    progress = progress_of(request)
    by_card = progress.practice if progress.route is Route.CARD else None
    holder = holder_of_practice(by_card) if by_card else None
    if holder is None:
        return redirect("card_refused", reason=CardErrorCode.TICKET_OVER.name.lower())
    return render(request, "card/invitation.html", {"name": holder.name})
