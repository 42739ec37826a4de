from django.db import models


class Step(models.TextChoices):
    """What a session goes through before it opens pages, in this order."""

    SECOND_FACTOR = "second_factor", "Seconde vérification"
    NEW_PASSWORD = "new_password", "Nouveau mot de passe"
    ONE_LOGIN = "one_login", "Adresse e-mail et mot de passe uniques"


class Route(models.TextChoices):
    """How an account is being created."""

    CARD = "card", "Carte CPS"
    SECURITY_KEY = "security_key", "Clé de sécurité"
    LETTER = "letter", "Courrier postal"


class LinkPurpose(models.TextChoices):
    """What following a mailed link does."""

    CREATE_ACCOUNT = "create_account", "Création de compte"
    ONE_LOGIN = "one_login", "Adresse e-mail unique"
    CHANGE_EMAIL = "change_email", "Modification d’adresse e-mail"
    RESET_PASSWORD = "reset_password", "Réinitialisation de mot de passe"
    ACCEPT_INVITATION = "accept_invitation", "Invitation"


class EndReason(models.TextChoices):
    """Why a session was ended before its time."""

    LOGGED_OUT = "logged_out", "Déconnexion"
    ENDED_ELSEWHERE = "ended_elsewhere", "Déconnexion à distance"
    PASSWORD_CHANGED = "password_changed", "Mot de passe modifié"
    DISABLED = "disabled", "Compte désactivé"


class Delegation(models.TextChoices):
    """What a holder lets somebody do in her place."""

    SECRETARY = "secretary", "Secrétaire"
    REPLACEMENT = "replacement", "Remplaçant"
    ACCOUNTANT = "accountant", "Comptable"


class InvitationState(models.TextChoices):
    """Where an invitation stands; derived from its dates, never stored."""

    SENT = "sent", "Invitation envoyée"
    LAPSED = "lapsed", "Invitation expirée"
    TO_COME = "to_come", "À venir"
    ACTIVE = "active", "En cours"
    ENDED = "ended", "Terminée"
