from enum import StrEnum

from django.db import models


class Outcome(models.TextChoices):
    """How a call ended."""

    INFORMED = "informed", "Personne informée"
    NO_ANSWER = "no_answer", "Pas de réponse"
    CALL_BACK = "call_back", "À rappeler"
    WRONG_NUMBER = "wrong_number", "Faux numéro"
    REFUSED = "refused", "Refus de répondre"
    INTERPRETER = "interpreter", "Interprète nécessaire"
    MINOR = "minor", "Mineur"
    DECEASED = "deceased", "Personne décédée"


class CallKind(models.TextChoices):
    """What a call is for; agents may be skilled for some only. Who was told already is followed up."""

    INDEX = "index", "Patients zéro"
    CONTACT = "contact", "Patients contacts"
    FOLLOW_UP = "follow_up", "Suivi"


class WorkOn(models.TextChoices):
    """What the work of a team is told by."""

    DEPARTMENT = "department", "Département"
    KIND = "kind", "Fiches"
    LANGUAGE = "language", "Langue"


class PauseReason(models.TextChoices):
    """Why a queue is not called."""

    TELEPHONY = "telephony", "Panne de téléphonie"
    STAFF = "staff", "Effectif insuffisant"
    INSTRUCTION = "instruction", "Consigne nationale ou de l’ARS"


class LeaseEnd(models.TextChoices):
    """How a lease ended."""

    RECORDED = "recorded", "Appel enregistré"
    RELEASED = "released", "Rendue"
    TAKEN = "taken", "Reprise après expiration"
    MOVED = "moved", "Réattribuée par un superviseur"
    RETURNED = "returned", "Rendue à la plateforme"


class BulkAct(models.TextChoices):
    """What is done with many fiches at once."""

    ASSIGN = "assign", "Attribuer à un agent"
    ASSIGN_TEAM = "assign_team", "Répartir dans une équipe"
    DELEGATE = "delegate", "Confier à une structure"
    CLOSE_FOLLOWED = "close_followed", "Clôturer : fin du suivi"
    CLOSE_UNREACHABLE = "close_unreachable", "Clôturer : personne injoignable"
    ASK_TO_CALL = "ask_to_call", "Envoyer « Nous cherchons à vous joindre »"
    INSTRUCTIONS = "instructions", "Envoyer de nouveau les consignes"


GIVES = (BulkAct.ASSIGN, BulkAct.ASSIGN_TEAM, BulkAct.DELEGATE)
"""The acts that give fiches to somebody to call."""


class JobState(models.TextChoices):
    PREVIEW = "preview", "À confirmer"
    RUNNING = "running", "En cours"
    DONE = "done", "Terminé"
    STOPPED = "stopped", "Arrêté"
    UNDOING = "undoing", "Annulation en cours"
    UNDONE = "undone", "Annulé"


class ItemState(models.TextChoices):
    WAITING = "waiting", "À faire"
    DONE = "done", "Fait"
    REFUSED = "refused", "Laissée de côté"
    UNDONE = "undone", "Annulé"


class ItemRefusal(models.TextChoices):
    """Why a fiche is left out of an act on many."""

    CLOSED = "closed", "déjà clôturée ou annulée"
    HELD = "held", "quelqu’un l’appelle en ce moment"
    DELEGATED = "delegated", "confiée à une autre structure"
    MOVED = "moved", "d’une autre caisse désormais"
    OTHER_STATE = "other_state", "son état ne s’y prête pas"
    NO_WAY = "no_way", "aucune adresse, refus des messages, ou isolement terminé"
    CHANGED = "changed", "modifiée depuis"


class OverflowErrorCode(StrEnum):
    NO_PLATFORM = "overflow.no_platform"


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
