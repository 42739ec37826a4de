"""What the pages of mailed links and of new passwords share."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.accounts.actions.links import LinkErrorCode
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.wording import sentence

OVER = 410


def link_over(request: HttpRequest, again: str, page: str) -> HttpResponse:
    """The page of a link that does nothing any more; ``again``: the button to the named page that mails another."""
    context = {"text": sentence(LinkErrorCode.OVER), "again": again, "page": page}
    return render(request, "links/over.html", context, status=OVER)


def refuse_password(form: PortalForm, refused: PasswordRefused) -> None:
    """Puts every reason at the field of the password."""
    form.add_error("password", [ValidationError(fault, code=fault) for fault in refused.faults])
