"""What the pages of mailed links share."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contact_covid.accounts.actions.links import LinkErrorCode
from contact_covid.portal.wording import sentence

OVER = 410


def link_over(request: HttpRequest, again: str, page: str) -> HttpResponse:
    """The page of a link that does nothing any more; ``again``: the button to the named page that mails another."""
    context = {"text": sentence(LinkErrorCode.OVER), "again": again, "page": page}
    return render(request, "links/over.html", context, status=OVER)
