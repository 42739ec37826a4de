"""What the home page offers to each role."""

from collections.abc import Mapping

from contact_covid.access.enums import Role

FIRST_SCREENS: Mapping[Role, str] = {
    Role.PHYSICIAN: "declare",
    Role.HOSPITAL: "declare",
    Role.PHARMACIST: "search",
    Role.BIOLOGIST: "search",
    Role.PLATFORM_AGENT: "calls",
    Role.PLATFORM_SUPERVISOR: "calls",
    Role.DPO: "journal",
}
"""Role → the page that the tile « Contact COVID » opens. A role without one has no tile."""

TILE_TEXTS: Mapping[Role, str] = {
    Role.PHYSICIAN: "Déclarer un patient zéro et ses contacts, suivre vos fiches",
    Role.HOSPITAL: "Déclarer un patient zéro et ses contacts, suivre vos fiches",
    Role.PHARMACIST: "Rechercher une fiche et tracer la délivrance de masques",
    Role.BIOLOGIST: "Rechercher une fiche et tracer la réalisation d’un test",
    Role.PLATFORM_AGENT: "Appeler les patients zéro et leurs contacts, donner les consignes",
    Role.PLATFORM_SUPERVISOR: "Appeler les patients zéro et leurs contacts, suivre les appels de la caisse",
    Role.DPO: "Consulter le journal des accès et suivre les alertes",
}
