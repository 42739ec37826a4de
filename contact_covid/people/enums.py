from django.db import models


class Sex(models.TextChoices):
    FEMALE = "F", "Féminin"
    MALE = "M", "Masculin"
    UNKNOWN = "U", "Non connu"


class NirHolder(models.TextChoices):
    """Whose number it is: a child is under a parent's."""

    OWN = "own", "Numéro propre"
    INSURED = "insured", "Numéro de l’assuré"


class Quality(models.TextChoices):
    """By what right a person is covered. Who has the state's medical aid (AME) has no carte Vitale, and often a
    provisional number."""

    INSURED = "insured", "Assuré"
    BENEFICIARY = "beneficiary", "Bénéficiaire"
    STATE_AID = "state_aid", "Bénéficiaire de l’aide médicale d’État"


class KeyKind(models.TextChoices):
    """What a search key is a digest of. The two that prove a person are compared and locked, never kept."""

    NIR = "nir", "NIR"
    PERSON_BY_NIR = "person_nir", "NIR, nom, prénom et date de naissance"
    PERSON_BY_PHONE = "person_phone", "Nom, prénom, date de naissance et téléphone"
    NAME_AND_BIRTH = "name_birth", "Nom, prénom et date de naissance"
    NAME_AND_NIR = "name_nir", "NIR, nom et prénom"
    NAME_AND_PHONE = "name_phone", "Nom, prénom et téléphone"
    PHONE = "phone", "Téléphone"
    NAME_TOKEN = "name_token", "Mot d’un nom ou d’un prénom"
    BIRTH_DATE = "birth_date", "Date de naissance"


class AlertKind(models.TextChoices):
    """What the data protection officer is told about look-ups."""

    MANY = "many", "Nombre de recherches inhabituel"
    STOPPED = "stopped", "Recherches arrêtées : plafond atteint"
    FLEET = "fleet", "Hausse simultanée sur plusieurs comptes"
    SUSPENDED = "suspended", "Recherches suspendues : trop de recherches sans résultat"
