from django.db.models import TextChoices


class OrganisationKind(TextChoices):
    PHARMACY = "pharmacy", "Pharmacie"
    LABORATORY = "laboratory", "Laboratoire"
    HOSPITAL = "hospital", "Établissement de santé"
    MEDICAL_PRACTICE = "medical_practice", "Cabinet"
    PLATFORM = "platform", "Plateforme de l’Assurance Maladie"
    ARS = "ars", "Agence régionale de santé"
    DELEGATED = "delegated", "Organisation délégataire"
    COVID_CENTRE = "covid_centre", "Centre Covid"
    SUPPORT_CELL = "support_cell", "Cellule d’appui à l’isolement"
    NATIONAL = "national", "Organisme national"


class Profession(TextChoices):
    """What a professional is. The health professions are those of the national directory."""

    PHYSICIAN = "physician", "Médecin"
    PHARMACIST = "pharmacist", "Pharmacien"
    BIOLOGIST = "biologist", "Biologiste"
    NURSE = "nurse", "Infirmier"
    SECRETARY = "secretary", "Secrétaire"
    HEALTH_FUND_STAFF = "health_fund_staff", "Agent de l’Assurance Maladie"
    AGENCY_STAFF = "agency_staff", "Agent d’une agence"


class Convention(TextChoices):
    """« Situation conventionnelle » of the account page."""

    NONE = "none", "Sans objet"
    SECTOR_1 = "sector_1", "CONVENTIONNE"
    SECTOR_2 = "sector_2", "CONVENTIONNE HONO. LIBRES"
    OUT = "out", "NON CONVENTIONNE"
