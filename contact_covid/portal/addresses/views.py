"""What helps typing an address."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from contact_covid.access.enums import Permission
from contact_covid.directory.queries import communes_of
from contact_covid.portal.access import SignedInRequest, requires


@requires(Permission.PORTAL_USE)
@require_safe
def communes(request: SignedInRequest, postcode: str) -> HttpResponse:  # noqa: ARG001 - alike for everybody signed in
    """The names of the communes of a postcode, offered while the address is typed; none for an unknown one."""
    return JsonResponse({"communes": [commune.name for commune in communes_of(postcode)]})
