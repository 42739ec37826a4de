from django.db import models


class Channel(models.TextChoices):
    """The way a message goes; each has its folder under ``channels``."""

    EMAIL = "email", "Courriel"
    LETTER = "letter", "Courrier postal"


class Template(models.TextChoices):
    """What a message says; each has its folder under ``templates`` and its content in ``rules/contents.py``."""

    INSTRUCTIONS = "instructions", "Consignes après l’appel"
    CONFIRM_EMAIL = "confirm_email", "Validation de l’adresse e-mail unique"
    CONFIRM_CREATION = "confirm_creation", "Validation de l’adresse e-mail, création de compte"
    CONFIRM_CHANGE = "confirm_change", "Validation de la nouvelle adresse e-mail"
    RESET_PASSWORD = "reset_password", "Réinitialisation du mot de passe"
    SHARED_EMAIL = "shared_email", "Mot de passe oublié, adresse e-mail partagée"
    EMAIL_TAKEN = "email_taken", "Adresse e-mail d’un autre compte"
    PASSWORD_CHANGED = "password_changed", "Mot de passe modifié"
    LETTER_ASKED = "letter_asked", "Demande d’un mot de passe provisoire"
    PROVISIONAL_CODE = "provisional_code", "Mot de passe provisoire"
    LOGIN_CODE = "login_code", "Code de vérification"
    FACTOR_CHANGED = "factor_changed", "Modification de la seconde vérification"
    EMAIL_CHANGE = "email_change", "Avis de modification d’adresse e-mail"
    FUND_REPORT = "fund_report", "Erreur signalée à la caisse"
    INVITATION = "invitation", "Invitation"
    LOGIN_NOTICE = "login_notice", "Avis de connexion"
    RIGHTS_RECEIVED = "rights_received", "Accusé de réception d’une demande"
    RIGHTS_ACCESS = "rights_access", "Réponse à une demande d’accès"
    RIGHTS_RECTIFIED = "rights_rectified", "Réponse à une demande de rectification"
    RIGHTS_OPPOSED = "rights_opposed", "Réponse à une opposition"
    RIGHTS_REFUSED = "rights_refused", "Refus d’une demande"
    UNUSED_ACCOUNT = "unused_account", "Compte bientôt bloqué"


class Language(models.TextChoices):
    FRENCH = "fr", "Français"
    ENGLISH = "en", "Anglais"


class MessageState(models.TextChoices):
    QUEUED = "queued", "À envoyer"
    SENT = "sent", "Envoyé"
    FAILED = "failed", "Non remis"


class Failure(models.TextChoices):
    """Why a message could not be sent."""

    UNAVAILABLE = "unavailable", "Service d’envoi indisponible"
    REFUSED = "refused", "Destinataire refusé"
    UNREADABLE = "unreadable", "Contenu illisible : clé absente"
