"""The whole addresses between the portal and the host where cards are read."""

import hashlib

from django.conf import settings

from contact_covid.accounts.rules.certificates import CardErrorCode

# The paths are those of ``urls``, which the endpoint, another application, does not serve.
RETURN = "connexion/carte/retour/"
REFUSAL = "connexion/carte/refus/"


def endpoint_address(nonce: str) -> str:
    """Where the browser of this nonce shows its card."""
    return f"{settings.CARD_URL}/?defi={hashlib.sha256(nonce.encode()).hexdigest()}"


def ticket_address(ticket: str) -> str:
    return f"{settings.PUBLIC_URL}/{RETURN}{ticket}/"


def refusal_address(code: CardErrorCode) -> str:
    """The page that says why and what to do; the reason is all it carries."""
    return f"{settings.PUBLIC_URL}/{REFUSAL}{code.name.lower()}/"
