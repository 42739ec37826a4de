"""Help to stay at home, which a person asks for on her own pages."""

from django.http import HttpResponseBase, HttpResponseRedirect

from contact_covid.core.idempotency import AlreadyRecorded
from contact_covid.portal.access import PortalRequest
from contact_covid.portal.follow.forms import NeedsForm
from contact_covid.portal.follow.here import of_person, page
from contact_covid.portal.follow.texts import Words
from contact_covid.portal.paths import to
from contact_covid.support.actions.asking import SupportAsked, ask_support, withdraw_support
from contact_covid.support.models import OPEN
from contact_covid.support.queries import last_request
from contact_covid.support.rules.asking import SupportError
from contact_covid.tracing.enums import SupportNeed
from contact_covid.tracing.link_queries import PersonHere


@of_person("GET", "HEAD", "POST")
def ask(request: PortalRequest, here: PersonHere) -> HttpResponseBase:
    """What she needs, and where her last request stands."""
    words = Words(here.language, here.fiche.disease)
    form = NeedsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _asked(here, form, request):
        return to("follow_support", "sent")
    last = last_request(here.fiche.id)
    needs = {need.value: words(f"need_{need.value}") for need in SupportNeed}
    context = {
        "needs": [(f"need_{code}", text) for code, text in needs.items()],
        "values": form.said(),
        "idempotency_key": form.key(),
        "is_open": last is not None and last.state in OPEN,
        "last": words(
            "support_since",
            needs=", ".join(needs[code] for code in last.needs),
            state=words(f"support_state_{last.state}"),
            day=last.state_at.date(),
        )
        if last
        else "",
        "said": next((words(text) for word, text in _SAID.items() if word in request.GET), ""),
        **form.told_in(words, {"need_meals": words("support_needs")}),
    }
    return page(request, "follow/support.html", words, context, status=form.status)


_SAID = {"sent": "said_support", "back": "said_support_back"}


def _asked(here: PersonHere, form: NeedsForm, request: PortalRequest) -> bool:
    """Whether it is asked for, now or before; else the form says why not."""
    asked, sent = SupportAsked(form.needs(), "", agreed=True), form.submission(str(here.fiche.id))
    try:
        ask_support(actor=here.actor, fiche=here.fiche.id, asked=asked, submission=sent, now=request.now)
    except SupportError as error:
        form.refuse(error.field or None, error)
        return False
    except AlreadyRecorded as used:
        if not used.same:
            form.refuse_other_content()
        return used.same
    return True


@of_person("POST")
def take_back(request: PortalRequest, here: PersonHere) -> HttpResponseRedirect:
    withdraw_support(actor=here.actor, fiche=here.fiche.id, now=request.now)
    return to("follow_support", "back")
