"""What the home page offers to each role."""

from collections.abc import Mapping

from contact_covid.access.enums import Permission, Role
from contact_covid.access.policy import POLICY

FIRST_SCREENS: Mapping[Role, str] = {
    Role.PHYSICIAN: "declare",
    Role.HOSPITAL: "declare",
    Role.SECRETARY: "declare",
    Role.PHARMACIST: "search",
    Role.BIOLOGIST: "search",
    Role.PLATFORM_AGENT: "calls",
    Role.PLATFORM_SUPERVISOR: "calls",
    Role.DELEGATED_TRACER: "calls",
    Role.ARS_AGENT: "agency",
    Role.SUPPORT_CELL: "support",
    Role.DPO: "journal",
}
"""Role → the page that the tile « Contact COVID » opens. A role without one has no tile."""

TILE_TEXTS: Mapping[Role, str] = {
    Role.PHYSICIAN: "Déclarer un patient zéro et ses contacts, suivre vos fiches",
    Role.HOSPITAL: "Déclarer un patient zéro et ses contacts, suivre vos fiches",
    Role.SECRETARY: "Déclarer un patient zéro et ses contacts pour le titulaire, suivre ses fiches",
    Role.PHARMACIST: "Rechercher une fiche et tracer la délivrance de masques",
    Role.BIOLOGIST: "Rechercher une fiche et tracer la réalisation d’un test",
    Role.PLATFORM_AGENT: "Appeler les patients zéro et leurs contacts, donner les consignes",
    Role.PLATFORM_SUPERVISOR: "Appeler les patients zéro et leurs contacts, suivre les appels de la caisse",
    Role.DELEGATED_TRACER: "Appeler les personnes que la plateforme confie à votre structure",
    Role.ARS_AGENT: "Suivre les clusters de la région, répondre aux transmissions des plateformes",
    Role.SUPPORT_CELL: "Répondre aux demandes d’aide des personnes qui s’isolent",
    Role.DPO: "Répondre aux demandes des personnes, consulter le journal des accès, suivre les alertes",
}

_MANAGING = (
    (
        Permission.DELEGATIONS_MANAGE,
        "Mes délégations",
        "Nommer un délégué, par exemple un remplaçant (carte CPS ou Pro Santé Connect)",
        "delegations",
    ),
    (
        Permission.HAND_OVER_ASK,
        "Transmissions à l’agence régionale",
        "Proposer une fiche par son numéro, suivre les réponses",
        "hand_overs",
    ),
    (
        Permission.CALL_DELEGATE,
        "Délégations",
        "Confier des fiches à une CPTS, une MSP, une PTA ou un centre Covid, les reprendre",
        "delegations_of_fund",
    ),
    (Permission.REQUESTS_FOLLOW, "Demandes de l’agence régionale", "Suivre les demandes et y répondre", "requests"),
    (Permission.AGENTS_MANAGE, "Comptes de la structure", "Inviter des personnes, terminer leur accès", "own_team"),
    (Permission.ACCOUNTS_MANAGE, "Comptes", "Rechercher, désactiver un compte ; ouvrir une structure", "accounts"),
    (
        Permission.MESSAGES_PREVIEW,
        "Modèles de messages",
        "Relire ce que le service écrit, par message et par langue",
        "previews",
    ),
)


def managing(role: Role, *, is_delegate: bool) -> list[tuple[str, str, str]]:
    """Title, text and view of what this role manages beside the services, however it has to identify itself.

    A delegate does not delegate; who manages all accounts finds an organisation there.
    """
    left_out = {Permission.DELEGATIONS_MANAGE} if is_delegate else set()
    if role in POLICY[Permission.ACCOUNTS_MANAGE]:
        left_out.add(Permission.AGENTS_MANAGE)
    return [each[1:] for each in _MANAGING if role in POLICY[each[0]] and each[0] not in left_out]
