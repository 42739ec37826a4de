"""The documents made from the tables of the code: pure text, the same for the same tables."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from operator import itemgetter
from typing import NamedTuple, TypeVar

from contact_covid.access.enums import Assurance, Permission, Role, Scope
from contact_covid.access.fields import FIELDS
from contact_covid.access.policy import POLICY, Grant
from contact_covid.clusters.enums import ClusterState, HandOverState, RequestState
from contact_covid.clusters.rules.transitions import (
    CLUSTER_TRANSITIONS,
    HAND_OVER_TRANSITIONS,
    REQUEST_TRANSITIONS,
)
from contact_covid.support.enums import SupportState
from contact_covid.support.rules.asking import TRANSITIONS
from contact_covid.tracing.enums import Call, Closure, ClosureReason, State, TestFact
from contact_covid.tracing.rules.states import (
    CALL_TRANSITIONS,
    CLOSURE_TRANSITIONS,
    TEST_TRANSITIONS,
    Facts,
    derive,
    without_result,
)

_NOTICE = "<!-- Écrit par « manage.py build_docs » : ne pas modifier à la main. -->"
_YES, _NO = "●", ""
_SCOPES: Mapping[Scope, str] = {
    Scope.OWN: "ce que sa structure a enregistré",
    Scope.FUND: "sa caisse",
    Scope.REGION: "sa région",
    Scope.ASSIGNED: "confiées à sa structure",
    Scope.NATIONAL: "tout",
    Scope.ONE_FOUND: "la fiche trouvée, 30 min",
    Scope.SERVED_TODAY: "qui a reçu des masques de sa structure, ce jour",
    Scope.SELF: "soi-même",
    Scope.REQUEST: "les fiches d’une demande de la personne",
    Scope.NO_FICHE: "aucune fiche",
}
_ASSURANCES: Mapping[Assurance, str] = {
    Assurance.NONE: "sans connexion",
    Assurance.PASSWORD: "mot de passe",
    Assurance.SECOND_FACTOR: "second facteur",
    Assurance.PRO_SANTE_CONNECT: "Pro Santé Connect",
    Assurance.CARD: "carte CPS",
}
_ENTITIES: Mapping[str, str] = {
    "identity": "Identité",
    "fiche": "Fiche",
    "index_case": "Patient zéro",
    "contact": "Patient contact",
    "exposure": "Exposition",
    "test": "Test",
    "mask_delivery": "Délivrance de masques",
    "hand_over": "Transmission à l’agence",
    "signal": "Signalement",
    "cluster": "Cluster",
    "cluster_member": "Membre d’un cluster",
    "answers": "Questions sur la maladie",
    "support_request": "Demande d’aide",
    "cluster_measure": "Mesure",
    "cluster_note": "Note d’un cluster",
    "closing_report": "Rapport de clôture",
    "platform_request": "Demande à une plateforme",
    "request_note": "Message d’une demande",
    "stay": "Lieu fréquenté",
    "certificate": "Lettre d’isolement délivrée",
    "health": "Santé",
    "secure_link": "Lien personnel",
    "person_session": "Session d’une personne",
    "diary_entry": "Symptômes du jour",
    "dates_computed": "Dates calculées",
}


Fact = TypeVar("Fact", Call, TestFact, Closure, HandOverState, ClusterState, RequestState, SupportState)


class Route(NamedTuple):
    """An address of the portal and the permission it asks for, None when it is open to everybody."""

    path: str
    permission: Permission | None


def documents(routes: Sequence[Route]) -> dict[str, str]:
    """Every generated document by its file name in ``docs/``."""
    return {"access-matrix.md": access_matrix(routes), "states.md": states()}


def access_matrix(routes: Sequence[Route]) -> str:
    """Permission × role, address → permission, role × field."""
    parts = [
        "# Qui peut quoi, qui voit quoi",
        _NOTICE,
        "Une case vide est un refus. Tables : `access/policy.py`, `access/fields.py`, marques des vues.",
        "## Permissions",
        *(_permission(permission) for permission in Permission),
        "## Adresses",
        "Une vue sans marque ne démarre pas. Une fiche hors de portée répond comme une fiche absente (404).",
        _table(["Adresse", "Permission"], (_route(route) for route in sorted(routes, key=itemgetter(0)))),
        "## Champs",
        "Un champ absent de la table n’est montré à personne ; les rôles absents d’un tableau n’y voient rien.",
        *(_fields(entity, fields) for entity, fields in FIELDS.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _permission(permission: Permission) -> str:
    grants = POLICY[permission]
    rows = [(role.label, *_grant(grants[role])) for role in Role if role in grants]
    return f"### `{permission.value}`\n\n" + _table(["Rôle", "Portée", "Identification au moins par"], rows)


def _grant(grant: Grant) -> tuple[str, str]:
    return _SCOPES[grant.scope], _ASSURANCES[grant.assurance]


def _route(route: Route) -> tuple[str, str]:
    asks = f"`{route.permission.value}`" if route.permission else "ouverte à tous"
    return f"`{route.path}`", asks


def _fields(entity: str, fields: Mapping[str, frozenset[Role]]) -> str:
    seers = [role for role in Role if any(role in roles for roles in fields.values())]
    rows = [(f"`{name}`", *(_YES if role in roles else _NO for role in seers)) for name, roles in fields.items()]
    head = f"### {_ENTITIES[entity]}"
    if not seers:
        names = ", ".join(f"`{name}`" for name in fields)
        return f"{head}\n\nAucun champ n’est montré à quiconque : {names}."
    return f"{head}\n\n" + _table(["Champ", *(role.label for role in seers)], rows)


def states() -> str:
    """The diagrams of the three facts and the table by which the state shown is derived."""
    derived = [
        (call.label, test.label, closure.label, state.label, without_result(state).label)
        for closure, test, call in product(Closure, TestFact, Call)
        for state in [derive(Facts(call, test, closure))]
    ]
    parts = [
        "# Les états d’une fiche",
        _NOTICE,
        "Trois faits indépendants ; enregistrer l’un ne touche pas aux autres. Tables : `tracing/rules/states.py`.",
        _diagram("Appel", Call.TO_CALL, CALL_TRANSITIONS),
        "« Contacts recensés » n’existe que pour un patient zéro, « Consignes données » que pour un patient contact.",
        _diagram("Test", TestFact.NONE, TEST_TRANSITIONS),
        _diagram("Clôture", Closure.OPEN, CLOSURE_TRANSITIONS),
        "## L’état montré",
        "Annulée, puis clôturée, puis le test, puis l’appel. « Sans résultat » : ce que voit qui ne peut pas connaître "
        "le résultat d’un test, le pharmacien par exemple.",
        "La fiche d’un patient contact devenu patient zéro est clôturée ; aux comptoirs et à qui l’a déclarée, elle "
        "garde l’état de son test ou de son appel : le mot « Clôturée » dirait le résultat.",
        "### Motifs",
        _table(["Code", "Motif"], ((f"`{reason.value}`", reason.label) for reason in ClosureReason)),
        _table(["Appel", "Test", "Clôture", "État", "Sans résultat"], derived),
        "## Les codes",
        _table(["Code", "État"], ((f"`{state.value}`", state.label) for state in State)),
        "# Les états du niveau 3",
        "Transmissions, clusters, demandes. Tables : `clusters/rules/transitions.py`.",
        _diagram("Transmission à l’agence", HandOverState.PROPOSED, HAND_OVER_TRANSITIONS),
        "Acceptée, la fiche est clôturée pour la plateforme (« Transmise à l’agence régionale de santé ») ; rendue, "
        "elle est rouverte avec l’échéance qu’elle avait. Tant que l’agence n’a pas répondu, la plateforme peut la "
        "retirer : le délai s’arrête, et la fiche n’a pas changé.",
        _diagram("Cluster", ClusterState.SIGNALLED, CLUSTER_TRANSITIONS),
        "Un signalement automatique accepté commence « En investigation ». « Confirmé » demande trois cas, « Clos » un "
        "rapport de clôture.",
        _diagram("Demande à une plateforme", RequestState.OPEN, REQUEST_TRANSITIONS),
        "# Aide pendant l’isolement",
        "Demandée par le médecin, l’agent au téléphone ou la personne, à la cellule de son département. Table : "
        "`support/rules/asking.py`.",
        _diagram("Demande d’aide", SupportState.SENT, TRANSITIONS),
    ]
    return "\n\n".join(parts) + "\n"


def _diagram(title: str, first: Fact, table: Mapping[Fact, frozenset[Fact]]) -> str:
    lines: list[str] = [f"## {title}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{fact.label}" as {fact.value}' for fact in table]
    lines.append(f"    [*] --> {first.value}")
    for source, targets in table.items():
        lines += [f"    {source.value} --> {target.value}" for target in table if target in targets]
    return "\n".join([*lines, "```"])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines: list[Sequence[str]] = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
