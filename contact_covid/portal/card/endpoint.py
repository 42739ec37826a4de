"""The card endpoint: the one page of the host where cards are read. It proves the card and goes back to the portal.

The certificate comes from our own TLS, or from the header of a proxy that CARD_PROXIES names: no other peer is
believed.
"""

import re
from ssl import SSLSocket
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from contact_covid.accounts.actions.cards import read_card
from contact_covid.accounts.rules.certificates import CardErrorCode, CardRefused
from contact_covid.portal.access import PortalRequest, public
from contact_covid.portal.card.addresses import refusal_address, ticket_address

PROXY_HEADER = "HTTP_X_CLIENT_CERTIFICATE"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@public
def read(request: PortalRequest) -> HttpResponse:
    """``?defi=``: SHA-256 of the nonce of the browser that came from the portal, in hexadecimal."""
    challenge = request.GET.get("defi", "")
    if not _DIGEST.fullmatch(challenge):
        return HttpResponseRedirect(refusal_address(CardErrorCode.TICKET_OVER))
    try:
        ticket = read_card(certificate=certificate_of(request), nonce_digest=bytes.fromhex(challenge), now=request.now)
    except CardRefused as refused:
        return HttpResponseRedirect(refusal_address(refused.code))
    except (OperationalError, InterfaceError):  # this host has no pages of its own to say it
        return HttpResponseRedirect(refusal_address(CardErrorCode.UNAVAILABLE))
    return HttpResponseRedirect(ticket_address(ticket))


def certificate_of(request: HttpRequest) -> bytes | None:
    """The certificate (DER) of which the peer has just proved to hold the key, None without one.

    Raises ``CardRefused`` when it cannot be read.
    """
    if not settings.CARD_PROXIES:
        connection = request.META.get("gunicorn.socket")
        return connection.getpeercert(binary_form=True) if isinstance(connection, SSLSocket) else None
    if request.META.get("REMOTE_ADDR") not in settings.CARD_PROXIES:
        return None
    pem = unquote(request.META.get(PROXY_HEADER, ""))
    if not pem:
        return None
    try:
        return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    except ValueError:
        raise CardRefused(CardErrorCode.UNREADABLE) from None


@public
def elsewhere(_request: PortalRequest) -> HttpResponse:
    """Nothing else is on this host."""
    return HttpResponseRedirect(f"{settings.PUBLIC_URL}/")
