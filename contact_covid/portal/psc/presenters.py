"""Why Pro Santé Connect led nowhere, as the page says it."""

from collections.abc import Mapping
from dataclasses import dataclass

from contact_covid.accounts.actions.guard import LoginErrorCode
from contact_covid.accounts.psc import PscErrorCode
from contact_covid.portal.wording import sentence


@dataclass(frozen=True, slots=True)
class Stop:
    """``again``: whether trying again can help; ``creates``: whether an account is to be created first."""

    title: str
    text: str
    status: int
    again: bool = False
    creates: bool = False


STOPS: Mapping[str, Stop] = {
    PscErrorCode.REFUSED: Stop("Identification refusée", sentence(PscErrorCode.REFUSED), 403, again=True),
    PscErrorCode.UNAVAILABLE: Stop(
        "Pro Santé Connect indisponible", sentence(PscErrorCode.UNAVAILABLE), 503, again=True
    ),
    PscErrorCode.CANCELLED: Stop("Identification interrompue", sentence(PscErrorCode.CANCELLED), 200, again=True),
    PscErrorCode.NO_ACCOUNT: Stop("Aucun compte à votre nom", sentence(PscErrorCode.NO_ACCOUNT), 403, creates=True),
    PscErrorCode.NO_PRACTICE: Stop("Aucun lieu d’exercice à votre nom", sentence(PscErrorCode.NO_PRACTICE), 403),
    LoginErrorCode.NO_OPEN_POST: Stop("Compte sans structure ouverte", sentence(LoginErrorCode.NO_OPEN_POST), 403),
}
