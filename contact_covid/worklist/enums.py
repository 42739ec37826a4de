from enum import StrEnum

from django.db import models


class Outcome(models.TextChoices):
    """How a call ended."""

    INFORMED = "informed", "Personne informée"
    NO_ANSWER = "no_answer", "Pas de réponse"
    CALL_BACK = "call_back", "À rappeler"
    WRONG_NUMBER = "wrong_number", "Faux numéro"
    REFUSED = "refused", "Refus de répondre"


class LeaseEnd(models.TextChoices):
    """How a lease ended."""

    RECORDED = "recorded", "Appel enregistré"
    RELEASED = "released", "Rendue"
    TAKEN = "taken", "Reprise après expiration"


class Sort(StrEnum):
    """The order of an area's list: most urgent, newest, or last changed first. Never by name."""

    URGENCY = "urgency"
    CREATION = "creation"
    STATE = "state"

    @property
    def label(self) -> str:
        return _SORT_LABELS[self]


_SORT_LABELS = {
    Sort.URGENCY: "Urgence",
    Sort.CREATION: "Date de création",
    Sort.STATE: "Date de l’état",
}
