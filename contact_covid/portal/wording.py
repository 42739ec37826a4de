"""The French sentence of every error of the floors below, by its code. A test proves the table total."""

from collections.abc import Mapping
from enum import StrEnum

SENTENCES: Mapping[str, str] = {
    # Fields in general
    "required": "Le champ est requis.",
    "invalid": "La valeur saisie n’est pas valide.",
    "invalid_choice": "Choisissez une des réponses proposées.",
    "too_long": "Le texte saisi est trop long.",
    "number.invalid": "Saisissez un nombre entier.",
    "date.invalid": "La date saisie est invalide.",
    "date.format": "Format attendu : JJ/MM/AAAA",
    "email.invalid": "Le format de l’adresse e-mail n’est pas valide.",
    # core
    "nir.invalid": "Le numéro de sécurité sociale est invalide.",
    "nir.key": "La clé de contrôle est invalide.",
    "nir.sex_differs": "Le numéro de sécurité sociale ne correspond pas au sexe indiqué. Confirmez-vous ?",
    "nir.birth_year_differs": "Le numéro de sécurité sociale ne correspond pas à l’année de naissance. Confirmez-vous ?",
    "nir.birth_month_differs": "Le numéro de sécurité sociale ne correspond pas au mois de naissance. Confirmez-vous ?",
    "nir.place_unusual": "Le lieu de naissance contenu dans le numéro de sécurité sociale est inhabituel. Confirmez-vous ?",
    "phone.invalid": "Le numéro de téléphone doit contenir 10 chiffres.",
    "rpps.invalid": "Le numéro RPPS est invalide.",
    "adeli.invalid": "Le numéro ADELI est invalide.",
    "finess.invalid": "Le numéro FINESS est invalide.",
    "siret.invalid": "Le numéro SIRET est invalide.",
    "am_number.invalid": "Le numéro d’Assurance Maladie est invalide.",
    "national_id.invalid": "L’identifiant national du professionnel est invalide.",
    "iban.invalid": "Les 4 derniers caractères de l’IBAN sont invalides.",
    "record_number.invalid": "Le numéro de fiche est invalide.",
}


def sentence(code: str | StrEnum) -> str:
    """The French sentence of an error code. Raises ``KeyError``: a code without sentence is a fault of ours."""
    return SENTENCES[str(code)]
