from enum import StrEnum

from django.db import models


class FicheKind(models.TextChoices):
    INDEX = "index", "Patient zéro"
    CONTACT = "contact", "Patient contact"


class Call(models.TextChoices):
    """Where the call stands."""

    TO_CALL = "to_call", "À appeler"
    CALL_BACK = "call_back", "À rappeler"
    UNREACHABLE = "unreachable", "Injoignable"
    INFORMED = "informed", "Consignes données"
    INTERVIEWED = "interviewed", "Contacts recensés"


class TestFact(models.TextChoices):
    """What is known of the person's tests."""

    NONE = "none", "Aucun test"
    SAMPLED = "sampled", "Test réalisé"
    NEGATIVE = "negative", "Test négatif"
    POSITIVE = "positive", "Testé positif"


class Closure(models.TextChoices):
    OPEN = "open", "Ouverte"
    CLOSED = "closed", "Clôturée"
    CANCELLED = "cancelled", "Annulée"


class CallReason(models.TextChoices):
    """Why nobody is called any more though the person was not reached."""

    LADDER = "ladder", "Toutes les tentatives sont faites"
    WRONG_NUMBER = "wrong_number", "Faux numéro"


class ClosureReason(models.TextChoices):
    """Why a fiche was closed or cancelled."""

    REFUSED = "refused", "Refus de la personne"
    ERROR = "error", "Enregistrée par erreur"
    DUPLICATE = "duplicate", "Déjà enregistrée sous une autre fiche"
    FOLLOWED = "followed", "Fin du suivi"
    UNREACHABLE = "unreachable", "Personne injoignable"
    BECAME_CASE = "became_case", "Devenue patient zéro"
    DECEASED = "deceased", "Décès"
    HANDED_OVER = "handed_over", "Transmise à l’agence régionale de santé"
    RESULT_CORRECTED = "corrected", "Résultat positif corrigé par le laboratoire"
    OPPOSITION = "opposition", "Opposition de la personne"


class State(models.TextChoices):
    """The « État » of a fiche: derived from the three facts, stored with its date."""

    TO_CALL = "to_call", "À appeler"
    CALL_BACK = "call_back", "À rappeler"
    UNREACHABLE = "unreachable", "Injoignable"
    INFORMED = "informed", "Consignes données"
    INTERVIEWED = "interviewed", "Contacts recensés"
    TESTED = "tested", "Test réalisé"
    NEGATIVE = "negative", "Test négatif"
    POSITIVE = "positive", "Testé positif"
    CLOSED = "closed", "Clôturée"
    CANCELLED = "cancelled", "Annulée"


class Consent(models.TextChoices):
    """May this person's identity be told to others?"""

    AGREES = "agrees", "Accepte la communication de son identité"
    REFUSES = "refuses", "Refuse la communication de son identité"
    NOT_ASKED = "not_asked", "Communication de son identité non demandée"


class Spoken(models.TextChoices):
    """The language that a person is called in: ISO 639 codes; ``UNDETERMINED`` stands for any other."""

    FRENCH = "fr", "Français"
    ENGLISH = "en", "Anglais"
    ARABIC = "ar", "Arabe"
    SPANISH = "es", "Espagnol"
    PORTUGUESE = "pt", "Portugais"
    ITALIAN = "it", "Italien"
    TURKISH = "tr", "Turc"
    ROMANIAN = "ro", "Roumain"
    RUSSIAN = "ru", "Russe"
    UKRAINIAN = "uk", "Ukrainien"
    CHINESE = "zh", "Chinois"
    TAMIL = "ta", "Tamoul"
    BENGALI = "bn", "Bengali"
    URDU = "ur", "Ourdou"
    PERSIAN = "fa", "Persan, dari"
    PASHTO = "ps", "Pachto"
    BAMBARA = "bm", "Bambara"
    SONINKE = "snk", "Soninké"
    WOLOF = "wo", "Wolof"
    CREOLE = "gcf", "Créole"
    SIGN = "fsl", "Langue des signes française"
    UNDETERMINED = "und", "Autre langue"


class TestKind(models.TextChoices):
    PCR = "pcr", "RT-PCR"
    ANTIGEN = "antigen", "Antigénique"


class WantedTest(models.TextChoices):
    """What test the protocol asks for."""

    LABORATORY = "laboratory", "test en laboratoire"
    ANTIGEN = "antigen", "test antigénique"
    SELF = "self", "autotest"
    ANY = "any", "test antigénique, RT-PCR ou autotest"


class TestResult(models.TextChoices):
    PENDING = "pending", "En attente"
    NEGATIVE = "negative", "Négatif"
    POSITIVE = "positive", "Positif"
    INCONCLUSIVE = "inconclusive", "Indéterminé"


class SamplingPlace(models.TextChoices):
    """Where a sample was taken."""

    LABORATORY = "laboratory", "Au laboratoire"
    OUTDOORS = "outdoors", "En drive ou sous barnum"
    HOME = "home", "À domicile"
    INSTITUTION = "institution", "En établissement"


class Circumstance(models.TextChoices):
    """How the contact happened (protocol of domain § 6)."""

    HOUSEHOLD = "household", "Même domicile"
    FACE_TO_FACE = "face_to_face", "Face à face à moins d’un mètre"
    CLOSED_SPACE = "closed_space", "Espace confiné 15 minutes ou plus"
    CARE = "care", "Soins donnés ou reçus"
    CLASS = "class", "Même classe"


class SupportNeed(models.TextChoices):
    """What a person cannot do without help while she isolates."""

    MEALS = "meals", "Courses et repas"
    LODGING = "lodging", "Hébergement pour s’isoler"
    CHILDREN = "children", "Garde d’enfants"
    CARE = "care", "Soins ou aide à domicile"
    OTHER = "other", "Autre besoin"


class Symptom(models.TextChoices):
    """What a person writes into her diary; which of them are asked for, each disease says in its ``words``."""

    FEVER = "fever", "Fièvre ou frissons"
    COUGH = "cough", "Toux"
    BREATHLESS = "breathless", "Difficulté à respirer"
    TASTE_SMELL = "taste_smell", "Perte du goût ou de l’odorat"
    ACHES = "aches", "Courbatures ou maux de tête"
    THROAT = "throat", "Mal de gorge ou nez qui coule"
    TIRED = "tired", "Fatigue inhabituelle"
    DIGESTIVE = "digestive", "Troubles digestifs"
    EYES = "eyes", "Yeux rouges ou qui coulent"
    RASH = "rash", "Éruption, taches rouges sur la peau"
    DROWSY = "drowsy", "Somnolence, convulsions ou confusion"
    OTHER = "other", "Autre symptôme"


class StayKind(models.TextChoices):
    """What kind of place a person was at in the look-back."""

    WORK = "work", "Travail"
    SCHOOL = "school", "École, crèche ou université"
    CARE = "care", "Établissement de santé ou médico-social"
    COLLECTIVE = "collective", "Foyer ou hébergement collectif"
    GATHERING = "gathering", "Rassemblement, fête ou cérémonie"
    TRANSPORT = "transport", "Transport"
    TRAVEL = "travel", "Voyage"
    OTHER = "other", "Autre lieu"


class Notice(StrEnum):
    """What became of the instructions to a contact after her call; ``NO_ADDRESS``: neither e-mail nor street.

    ``ASKED_…``: how a person nobody reached is asked to call; ``NOT_ASKED``: there is no way to.
    """

    EMAIL = "email"
    LETTER = "letter"
    NO_ADDRESS = "no_address"
    ISOLATION_OVER = "isolation_over"
    ASKED_BY_SMS = "asked_by_sms"
    ASKED_BY_EMAIL = "asked_by_email"
    ASKED_BY_LETTER = "asked_by_letter"
    NOT_ASKED = "not_asked"
