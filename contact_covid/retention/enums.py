from django.db import models


class RequestKind(models.TextChoices):
    """What a person asks for (GDPR art. 15, 16, 21; decree 2020-551)."""

    ACCESS = "access", "Accès aux données"
    RECTIFICATION = "rectification", "Rectification"
    OPPOSITION = "opposition", "Opposition au traitement"
    ONWARD = "onward", "Opposition à la transmission ultérieure"


class Channel(models.TextChoices):
    """How the request came."""

    POST = "post", "Courrier postal"
    EMAIL = "email", "Courriel"
    TELEPHONE = "telephone", "Téléphone"
    DESK = "desk", "Accueil d’une caisse"
    LINK = "link", "Lien personnel"


class Proof(models.TextChoices):
    """By what it was checked that the request is the person's own."""

    ID_COPY = "id_copy", "Copie d’une pièce d’identité"
    DESK = "desk", "Pièce d’identité vue à l’accueil"
    REPRESENTATIVE = "representative", "Pièce d’identité du représentant et preuve de sa qualité"
    LINK = "link", "Lien personnel et date de naissance"


class RequestState(models.TextChoices):
    RECEIVED = "received", "Identité à vérifier"
    CHECKED = "checked", "Identité vérifiée"
    ANSWERED = "answered", "Satisfaite"
    REFUSED = "refused", "Refusée"


class RefusalReason(models.TextChoices):
    """Why the law lets a request be refused."""

    UNPROVEN = "unproven", "Identité non prouvée (RGPD, art. 12, § 6)"
    NOT_FOUND = "not_found", "Aucune donnée trouvée"
    EXCESSIVE = "excessive", "Demande infondée ou excessive (RGPD, art. 12, § 5)"
    ACCURATE = "accurate", "Données exactes (RGPD, art. 16)"
    PUBLIC_HEALTH = "public_health", "Intérêt public supérieur de santé publique (RGPD, art. 21, § 1)"
    INDEX_CASE = "index_case", "Patient zéro : seule la transmission ultérieure peut être refusée (décret 2020-551)"


class Clock(models.TextChoices):
    """How the month for the answer runs."""

    RUNNING = "running", "Dans les délais"
    SOON = "soon", "Bientôt échue"
    LATE = "late", "En retard"
    STOPPED = "stopped", "Répondue"
