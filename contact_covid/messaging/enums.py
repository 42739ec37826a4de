from django.db import models

from contact_covid.messaging.rules.languages import languages


class Channel(models.TextChoices):
    """The way a message goes; each has its folder under ``channels``."""

    EMAIL = "email", "Courriel"
    LETTER = "letter", "Courrier postal"
    SMS = "sms", "SMS"


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
    HAND_OVER = "hand_over", "Fiche transmise à l’agence régionale"
    RIGHTS_RECEIVED = "rights_received", "Accusé de réception d’une demande"
    RIGHTS_ACCESS = "rights_access", "Réponse à une demande d’accès"
    RIGHTS_RECTIFIED = "rights_rectified", "Réponse à une demande de rectification"
    RIGHTS_OPPOSED = "rights_opposed", "Réponse à une opposition"
    RIGHTS_REFUSED = "rights_refused", "Refus d’une demande"
    UNUSED_ACCOUNT = "unused_account", "Compte bientôt bloqué"
    UNREACHABLE = "unreachable", "Demande de rappeler"
    LINK = "link", "Lien personnel"
    CALLBACK = "callback", "Rappel d’un rendez-vous téléphonique"
    END_OF_ISOLATION = "end_of_isolation", "Fin de l’isolement"


class Language(models.TextChoices):
    """What messages are written in. The two that the code speaks by name; each other is a file of ``languages``."""

    _ignore_ = "members language"
    FRENCH = "fr", languages()["fr"].label
    ENGLISH = "en", languages()["en"].label
    members = vars()
    for language in languages().values():
        if language.code not in {"fr", "en"}:
            members[language.code.upper()] = language.code, language.label


class MessageState(models.TextChoices):
    QUEUED = "queued", "À envoyer"
    SENT = "sent", "Envoyé"
    FAILED = "failed", "Non envoyé"
    DELIVERED = "delivered", "Remis"
    UNDELIVERED = "undelivered", "Non remis"


class Failure(models.TextChoices):
    """Why a message could not be sent."""

    UNAVAILABLE = "unavailable", "Service d’envoi indisponible"
    REFUSED = "refused", "Destinataire refusé"
    UNREADABLE = "unreadable", "Contenu illisible : clé absente"
    OPTED_OUT = "opted_out", "Refusé par la personne"


class Receipt(models.TextChoices):
    """What a gateway, or the mail server that gave up, says of a message taken over before."""

    DELIVERED = "delivered", "Remis"
    UNDELIVERED = "undelivered", "Non remis"
    DELAYED = "delayed", "Retardé"
    STOPPED = "stopped", "Ne veut plus de SMS"


class Answer(models.TextChoices):
    """What was done about a message that did not reach the person."""

    CALL = "call", "Remise dans la file d’appels"
    NONE = "none", "Sans suite"
