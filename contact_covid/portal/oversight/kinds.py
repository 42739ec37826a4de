"""What each kind of event is called on the pages of the journal: a total table, a test walks every ``events.py``."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "people.revealed": "Identité consultée",
    "people.searched": "Patient recherché",
    "people.search_refused": "Recherche refusée",
    "people.suspension_lifted": "Suspension des recherches levée",
    "people.keys_written": "Clés de recherche complétées",
    "tracing.initialised": "Fiche créée",
    "tracing.exposed": "Personne déclarée de nouveau",
    "tracing.updated": "Fiche modifiée",
    "tracing.call_recorded": "Appel enregistré",
    "tracing.cancelled": "Fiche annulée",
    "tracing.draft_saved": "Brouillon enregistré",
    "tracing.draft_read": "Brouillon consulté",
    "tracing.draft_discarded": "Brouillon abandonné",
    "worklist.claimed": "Appel pris en charge",
    "worklist.released": "Appel rendu à la file",
    "worklist.note_kept": "Note d’appel conservée",
    "messaging.sent": "Message envoyé",
    "messaging.failed": "Message non distribué",
    "messaging.read": "Message de démonstration consulté",
    "accounts.logged_in": "Connexion",
    "accounts.card_refused": "Carte CPS refusée",
    "accounts.login_failed": "Échec de connexion",
    "accounts.psc_refused": "Échec de connexion par Pro Santé Connect",
    "accounts.blocked": "Compte bloqué",
    "accounts.logged_out": "Déconnexion",
    "accounts.post_switched": "Changement de structure",
    "accounts.sessions_ended": "Sessions fermées",
    "accounts.enrolled": "Création de compte demandée",
    "accounts.created": "Compte créé",
    "accounts.disabled": "Compte désactivé",
    "accounts.reset_asked": "Réinitialisation de mot de passe demandée",
    "accounts.password_reset": "Réinitialisation de mot de passe",
    "accounts.one_login_asked": "Adresse e-mail et mot de passe uniques choisis",
    "accounts.one_login": "Adresse e-mail unique validée",
    "accounts.keys_loaded": "Clés de sécurité chargées",
    "accounts.key_refused": "Clé de sécurité refusée",
    "accounts.letter_requested": "Mot de passe provisoire demandé par courrier",
    "accounts.factor_passed": "Seconde vérification réussie",
    "accounts.factor_failed": "Échec de la seconde vérification",
    "accounts.factor_blocked": "Seconde vérification bloquée",
    "accounts.factor_code_mailed": "Code de vérification envoyé par e-mail",
    "accounts.factor_added": "Moyen de vérification ajouté",
    "accounts.factor_renamed": "Moyen de vérification renommé",
    "accounts.factor_removed": "Moyen de vérification supprimé",
    "accounts.recovery_codes_made": "Codes de secours créés",
    "accounts.email_asked": "Modification d’adresse e-mail demandée",
    "accounts.email_changed": "Modification d’adresse e-mail",
    "accounts.password_changed": "Modification de mot de passe",
    "accounts.session_closed": "Session fermée à distance",
    "accounts.fund_told": "Erreur signalée à la caisse",
    "accounts.enabled": "Compte réactivé",
    "accounts.invited": "Invitation envoyée",
    "accounts.invitation_accepted": "Invitation acceptée",
    "accounts.invitation_ended": "Invitation retirée ou délégation terminée",
    "accounts.posts_opened": "Lieux ajoutés au compte",
    "accounts.post_ended": "Rattachement terminé",
    "accounts.unused_warned": "Blocage pour inutilisation annoncé",
    "directory.loaded": "Annuaire chargé",
    "journal.read": "Journal consulté",
    "journal.exported": "Journal exporté",
}
"""Code of an event → its label. A code that is retired keeps its line: the journal still holds its rows."""

SHOWING = frozenset({"people.revealed", "tracing.draft_read", "messaging.read"})
"""The kinds that show a person to somebody; all others are acts."""


def kind_label(code: str) -> str:
    return KINDS.get(code, code)
