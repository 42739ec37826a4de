"""Codes of the journal; the labels are what the screens and the commands show."""

from enum import StrEnum


class Surface(StrEnum):
    """Through what an act or a reading came."""

    PAGE = "page"
    API = "api"
    JOB = "job"
    COMMAND = "command"

    @property
    def label(self) -> str:
        return _SURFACE_LABELS[self]


_SURFACE_LABELS = {
    Surface.PAGE: "Page",
    Surface.API: "Interface de programmation",
    Surface.JOB: "Tâche de fond",
    Surface.COMMAND: "Commande d’exploitation",
}


class Purpose(StrEnum):
    """Why: what the law lets the service do with a person's data, and what it needs to run."""

    REGISTRATION = "registration"
    TRACING = "tracing"
    TESTING = "testing"
    MASKS = "masks"
    HANDOVER = "handover"
    RIGHTS = "rights"
    SIGN_IN = "sign_in"
    ADMINISTRATION = "administration"
    SECURITY = "security"
    OPERATION = "operation"

    @property
    def label(self) -> str:
        return _PURPOSE_LABELS[self]


_PURPOSE_LABELS = {
    Purpose.REGISTRATION: "Enregistrement d’un patient ou de ses contacts",
    Purpose.TRACING: "Suivi des personnes contacts",
    Purpose.TESTING: "Réalisation d’un test",
    Purpose.MASKS: "Délivrance de masques",
    Purpose.HANDOVER: "Transmission à l’agence régionale",
    Purpose.RIGHTS: "Exercice des droits d’une personne",
    Purpose.SIGN_IN: "Connexion au portail",
    Purpose.ADMINISTRATION: "Gestion des comptes et de l’annuaire",
    Purpose.SECURITY: "Contrôle des accès",
    Purpose.OPERATION: "Fonctionnement du service",
}


class Problem(StrEnum):
    """What the verification of the journal can find."""

    ROWS_MISSING = "rows_missing"
    ROWS_ADDED = "rows_added"
    ROWS_CHANGED = "rows_changed"
    ROWS_REORDERED = "rows_reordered"
    ROWS_OUTSIDE = "rows_outside"
    BATCH_MISSING = "batch_missing"
    BATCH_CHANGED = "batch_changed"
    ANCHOR_ABSENT = "anchor_absent"
    ANCHOR_AHEAD = "anchor_ahead"
    ANCHOR_BEHIND = "anchor_behind"
    ANCHOR_DIFFERS = "anchor_differs"
    ANCHOR_LACKS = "anchor_lacks"
    EXPORT_UNREADABLE = "export_unreadable"
    EXPORT_CUT = "export_cut"

    @property
    def label(self) -> str:
        return _PROBLEM_LABELS[self]


_PROBLEM_LABELS = {
    Problem.ROWS_MISSING: "des lignes ont été effacées",
    Problem.ROWS_ADDED: "des lignes ont été ajoutées après le scellement",
    Problem.ROWS_CHANGED: "des lignes ont été modifiées, remplacées ou réordonnées",
    Problem.ROWS_REORDERED: "les lignes ne sont plus dans l’ordre où elles ont été scellées",
    Problem.ROWS_OUTSIDE: "des lignes n’appartiennent à aucun lot",
    Problem.BATCH_MISSING: "un ou plusieurs lots manquent avant celui-ci",
    Problem.BATCH_CHANGED: "le lot lui-même a été réécrit : son empreinte ne suit plus de la précédente",
    Problem.ANCHOR_ABSENT: "l’ancre ne contient aucune empreinte",
    Problem.ANCHOR_AHEAD: "l’ancre connaît des lots à partir de celui-ci, la base ne les a plus",
    Problem.ANCHOR_BEHIND: "l’ancre s’arrête avant ce lot : elle a été tronquée ou n’est pas celle de ce service",
    Problem.ANCHOR_DIFFERS: "l’ancre garde une autre empreinte : le lot a été réécrit avec sa chaîne",
    Problem.ANCHOR_LACKS: "l’ancre ne garde pas l’empreinte de ce lot",
    Problem.EXPORT_UNREADABLE: "une ligne du fichier n’est pas celle d’un export",
    Problem.EXPORT_CUT: "le fichier est incomplet, ou des lignes lui ont été ôtées ou ajoutées",
}
