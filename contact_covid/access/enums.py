from enum import IntEnum, StrEnum


class Role(StrEnum):
    """Who may be an Actor (shared codes of scripts, exports and the access matrix)."""

    PHYSICIAN = "physician"
    HOSPITAL = "hospital"
    SECRETARY = "secretary"
    PLATFORM_AGENT = "platform_agent"
    PLATFORM_SUPERVISOR = "platform_supervisor"
    DELEGATED_TRACER = "delegated_tracer"
    BIOLOGIST = "biologist"
    PHARMACIST = "pharmacist"
    ARS_AGENT = "ars_agent"
    SUPPORT_CELL = "support_cell"
    EPIDEMIOLOGIST = "epidemiologist"
    DPO = "dpo"
    ACCOUNTANT = "accountant"
    ADMINISTRATOR = "administrator"
    PERSON = "person"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.PHYSICIAN: "Médecin",
    Role.HOSPITAL: "Établissement de santé",
    Role.SECRETARY: "Secrétaire",
    Role.PLATFORM_AGENT: "Agent de plateforme",
    Role.PLATFORM_SUPERVISOR: "Superviseur de plateforme",
    Role.DELEGATED_TRACER: "Enquêteur délégué",
    Role.BIOLOGIST: "Biologiste",
    Role.PHARMACIST: "Pharmacien",
    Role.ARS_AGENT: "Agent de l’ARS",
    Role.SUPPORT_CELL: "Agent de la cellule d’appui",
    Role.EPIDEMIOLOGIST: "Épidémiologiste",
    Role.DPO: "Délégué à la protection des données",
    Role.ACCOUNTANT: "Comptable",
    Role.ADMINISTRATOR: "Administrateur",
    Role.PERSON: "Personne concernée",
    Role.SYSTEM: "Service",
}


class Assurance(IntEnum):
    """How sure we are of who is there; a permission asks for the least."""

    NONE = 0
    PASSWORD = 1
    SECOND_FACTOR = 2
    PRO_SANTE_CONNECT = 3
    CARD = 4


class Scope(StrEnum):
    """Which fiches a permission reaches."""

    OWN = "own"
    FUND = "fund"
    REGION = "region"
    NATIONAL = "national"
    ONE_FOUND = "one_found"
    SERVED_TODAY = "served_today"
    ASSIGNED = "assigned"
    SELF = "self"
    REQUEST = "request"
    NO_FICHE = "no_fiche"


class Permission(StrEnum):
    """What can be allowed. One row each in the policy table."""

    PORTAL_USE = "portal.use"
    FICHE_SEARCH = "fiche.search"
    FICHE_READ = "fiche.read"
    FICHE_UPDATE = "fiche.update"
    MASKS_RECORD = "masks.record"
    MASKS_CORRECT = "masks.correct"
    TEST_RECORD = "test.record"
    FICHE_REGISTER = "fiche.register"
    FICHE_CORRECT = "fiche.correct"
    CONTACTS_NAME = "contacts.name"
    STAYS_NAME = "stays.name"
    CERTIFICATE_ISSUE = "certificate.issue"
    FICHE_CANCEL = "fiche.cancel"
    CASE_DECLARE = "case.declare"
    HEALTH_RECORD = "health.record"
    DOUBLES_MERGE = "doubles.merge"
    CALL_CLAIM = "call.claim"
    CALL_RECORD = "call.record"
    CALL_CORRECT = "call.correct"
    CALL_FIND = "call.find"
    CALL_OWN = "call.own"
    HAND_OVER_ASK = "hand_over.ask"
    HAND_OVER_ANSWER = "hand_over.answer"
    CLUSTERS_MANAGE = "clusters.manage"
    SIGNALS_PROPOSE = "signals.propose"
    LINK_USE = "link.use"
    SUPPORT_ASK = "support.ask"
    SUPPORT_ANSWER = "support.answer"
    REQUESTS_SEND = "requests.send"
    REQUESTS_FOLLOW = "requests.follow"
    CALL_ASSIGN = "call.assign"
    CALL_SUPERVISE = "call.supervise"
    TEAMS_MANAGE = "teams.manage"
    CALL_DELEGATE = "call.delegate"
    CALL_CLOSE = "call.close"
    CALL_MESSAGE = "call.message"
    ALERTS_READ = "alerts.read"
    JOURNAL_READ = "journal.read"
    RIGHTS_MANAGE = "rights.manage"
    SUSPENSION_LIFT = "suspension.lift"
    DELEGATIONS_MANAGE = "delegations.manage"
    AGENTS_MANAGE = "agents.manage"
    ACCOUNTS_MANAGE = "accounts.manage"
    DIRECTORY_LOAD = "directory.load"
    MESSAGES_PREVIEW = "messages.preview"
