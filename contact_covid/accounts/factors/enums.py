from django.db import models


class FactorKind(models.TextChoices):
    """What a second factor of one's own is."""

    TOTP = "totp", "Application d’authentification"
    PASSKEY = "passkey", "Clé d’accès"


class ChallengeKind(models.TextChoices):
    """What a session is being asked."""

    EMAIL_CODE = "email_code", "Code par e-mail"
    PASSKEY = "passkey", "Signature d’une clé d’accès"
    NEW_TOTP = "new_totp", "Application à ajouter"
    NEW_PASSKEY = "new_passkey", "Clé d’accès à ajouter"


class FactorChange(models.TextChoices):
    """What the holder is told by mail."""

    ADDED = "added", "Ajout"
    RENAMED = "renamed", "Changement de nom"
    REMOVED = "removed", "Suppression"
    RECOVERY_CODES = "recovery_codes", "Nouveaux codes de secours"
    RECOVERY_CODE_USED = "recovery_code_used", "Code de secours utilisé"
