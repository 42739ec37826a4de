from enum import StrEnum

from django.db import models


class FicheKind(models.TextChoices):
    INDEX = "index", "Patient zéro"
    CONTACT = "contact", "Patient contact"


class Call(models.TextChoices):
    """Where the call stands."""

    TO_CALL = "to_call", "À appeler"
    CALL_BACK = "call_back", "À rappeler"
    UNREACHABLE = "unreachable", "Injoignable"
    INFORMED = "informed", "Consignes données"
    INTERVIEWED = "interviewed", "Contacts recensés"


class TestFact(models.TextChoices):
    """What is known of the person's tests."""

    NONE = "none", "Aucun test"
    SAMPLED = "sampled", "Test réalisé"
    NEGATIVE = "negative", "Test négatif"
    POSITIVE = "positive", "Testé positif"


class Closure(models.TextChoices):
    OPEN = "open", "Ouverte"
    CLOSED = "closed", "Clôturée"
    CANCELLED = "cancelled", "Annulée"


class CallReason(models.TextChoices):
    """Why nobody is called any more though the person was not reached."""

    LADDER = "ladder", "Toutes les tentatives sont faites"
    WRONG_NUMBER = "wrong_number", "Faux numéro"


class ClosureReason(models.TextChoices):
    """Why a fiche was closed or cancelled."""

    REFUSED = "refused", "Refus de la personne"
    ERROR = "error", "Enregistrée par erreur"
    DUPLICATE = "duplicate", "Déjà enregistrée sous une autre fiche"
    OPPOSITION = "opposition", "Opposition de la personne"


class State(models.TextChoices):
    """The « État » of a fiche: derived from the three facts, stored with its date."""

    TO_CALL = "to_call", "À appeler"
    CALL_BACK = "call_back", "À rappeler"
    UNREACHABLE = "unreachable", "Injoignable"
    INFORMED = "informed", "Consignes données"
    INTERVIEWED = "interviewed", "Contacts recensés"
    TESTED = "tested", "Test réalisé"
    NEGATIVE = "negative", "Test négatif"
    POSITIVE = "positive", "Testé positif"
    CLOSED = "closed", "Clôturée"
    CANCELLED = "cancelled", "Annulée"


class Consent(models.TextChoices):
    """May this person's identity be told to others?"""

    AGREES = "agrees", "Accepte la communication de son identité"
    REFUSES = "refuses", "Refuse la communication de son identité"
    NOT_ASKED = "not_asked", "Communication de son identité non demandée"


class TestKind(models.TextChoices):
    PCR = "pcr", "RT-PCR"
    ANTIGEN = "antigen", "Antigénique"


class TestResult(models.TextChoices):
    PENDING = "pending", "En attente"
    NEGATIVE = "negative", "Négatif"
    POSITIVE = "positive", "Positif"


class Circumstance(models.TextChoices):
    """How the contact happened (protocol of domain § 6)."""

    HOUSEHOLD = "household", "Même domicile"
    FACE_TO_FACE = "face_to_face", "Face à face à moins d’un mètre"
    CLOSED_SPACE = "closed_space", "Espace confiné 15 minutes ou plus"
    CARE = "care", "Soins donnés ou reçus"
    CLASS = "class", "Même classe"


class StayKind(models.TextChoices):
    """What kind of place a person was at in the look-back."""

    WORK = "work", "Travail"
    SCHOOL = "school", "École, crèche ou université"
    CARE = "care", "Établissement de santé ou médico-social"
    COLLECTIVE = "collective", "Foyer ou hébergement collectif"
    GATHERING = "gathering", "Rassemblement, fête ou cérémonie"
    TRANSPORT = "transport", "Transport"
    TRAVEL = "travel", "Voyage"
    OTHER = "other", "Autre lieu"


class Notice(StrEnum):
    """What became of the instructions to a contact after her call; ``NO_ADDRESS``: neither e-mail nor street."""

    EMAIL = "email"
    LETTER = "letter"
    NO_ADDRESS = "no_address"
    ISOLATION_OVER = "isolation_over"
