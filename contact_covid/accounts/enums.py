from django.db import models


class EndReason(models.TextChoices):
    """Why a session was ended before its time."""

    LOGGED_OUT = "logged_out", "Déconnexion"
    ENDED_ELSEWHERE = "ended_elsewhere", "Déconnexion à distance"
    PASSWORD_CHANGED = "password_changed", "Mot de passe modifié"
    DISABLED = "disabled", "Compte désactivé"
