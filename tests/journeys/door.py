"""What the door answers to wrong passwords."""

import re

from django.conf import settings

from tests.journeys.web import Visitor

REFUSED = (
    "Identifiant ou mot de passe incorrect. Si vous partagez cette adresse e-mail, "
    "utilisez votre numéro d’Assurance Maladie ou FINESS."
)
BLOCKED = "Votre compte est bloqué. Veuillez réessayer dans {} min ou connectez-vous avec votre carte CPS."
MINUTES = int(settings.LOGIN_LOCK.total_seconds() // 60)


def wrong_steps(visitor: Visitor, login: str, times: int = 4) -> list[tuple[int, str]]:
    """What the door answers to wrong passwords in a row, the login itself left out."""
    answers = [visitor.log_in(login, "Mauvais-Mot-1") for _ in range(times)]
    return [(answer.status, re.sub(r'(?<=name="login" value=")[^"]*', "…", answer.alike[1])) for answer in answers]
