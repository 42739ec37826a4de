from django.db import models


class HandOverState(models.TextChoices):
    """Where a hand-over to the agency stands."""

    PROPOSED = "proposed", "En attente de réponse"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
    RETURNED = "returned", "Rendue à la plateforme"
    WITHDRAWN = "withdrawn", "Retirée par la plateforme"


class HandOverReason(models.TextChoices):
    """Why a platform proposes a hand-over."""

    SCHOOL = "school", "Milieu scolaire ou universitaire"
    CARE = "care", "Établissement de santé ou médico-social"
    COLLECTIVE = "collective", "Foyer ou hébergement collectif"
    GROUPED = "grouped", "Cas groupés : trois ou plus en sept jours"
    COMPLEX = "complex", "Situation complexe"


class HandOverAnswer(models.TextChoices):
    """Why an agency refuses a hand-over, or gives one back."""

    NOT_LEVEL_3 = "not_level_3", "Ne relève pas du niveau 3"
    OTHER_REGION = "other_region", "Relève d’une autre région"
    KNOWN = "known", "Situation déjà suivie"
    INCOMPLETE = "incomplete", "Fiche à compléter par la plateforme"
    FOLLOWED = "followed", "Investigation terminée, suivi à reprendre"


class Setting(models.TextChoices):
    """In what kind of community the cases are."""

    SCHOOL = "school", "École, crèche ou université"
    CARE = "care", "Établissement de santé ou médico-social"
    COLLECTIVE = "collective", "Foyer ou hébergement collectif"
    WORK = "work", "Entreprise ou administration"
    GATHERING = "gathering", "Rassemblement, fête ou cérémonie"
    HOUSEHOLD = "household", "Famille élargie, plusieurs foyers"
    TRANSPORT = "transport", "Transport"
    OTHER = "other", "Autre lieu"


class Spread(models.TextChoices):
    """How far the infection goes beyond the community."""

    CONTAINED = "contained", "Limitée à la collectivité"
    BEYOND = "beyond", "Au-delà de la collectivité"
    UNKNOWN = "unknown", "Non connue"


class Criticality(models.TextChoices):
    LIMITED = "limited", "Limitée"
    MODERATE = "moderate", "Modérée"
    HIGH = "high", "Élevée"


class ClusterState(models.TextChoices):
    """The columns of the board."""

    SIGNALLED = "signalled", "Signalé"
    INVESTIGATED = "investigated", "En investigation"
    CONFIRMED = "confirmed", "Confirmé"
    MEASURES = "measures", "Mesures prises"
    WATCHED = "watched", "Sous surveillance"
    CLOSED = "closed", "Clos"
    REJECTED = "rejected", "Écarté"


class MemberRole(models.TextChoices):
    """What a person is in a cluster."""

    CASE = "case", "Cas"
    SOURCE = "source", "Source supposée"
    CO_EXPOSED = "co_exposed", "Personne co-exposée"
    CONTACT = "contact", "Contact"


class MeasureKind(models.TextChoices):
    TESTING = "testing", "Campagne de dépistage"
    CLASS_CLOSED = "class_closed", "Fermeture de classe ou de service"
    PLACE_CLOSED = "place_closed", "Fermeture de l’établissement"
    MASKS = "masks", "Port du masque obligatoire"
    NO_VISITS = "no_visits", "Visites suspendues"
    LETTER = "letter", "Lettre d’information"


class Ground(models.TextChoices):
    """What the cases of a signal share, the narrowest first."""

    GROUP = "group", "Même classe ou groupe"
    WORK = "work", "Même employeur"
    PLACE = "place", "Même lieu"
    HOUSEHOLD = "household", "Chaîne de foyers"
    CHAIN = "chain", "Chaîne de transmission"


class SignalState(models.TextChoices):
    PROPOSED = "proposed", "À examiner"
    ACCEPTED = "accepted", "Accepté"
    REJECTED = "rejected", "Écarté"


class SignalRejection(models.TextChoices):
    """Why a signal is no cluster."""

    CHANCE = "chance", "Coïncidence : pas de lien entre les cas"
    KNOWN = "known", "Cluster déjà suivi"
    LEVEL_2 = "level_2", "Suivi par la plateforme suffisant"


class RequestKind(models.TextChoices):
    """What an agency asks of a platform."""

    CALL_AGAIN = "call_again", "Rappeler des personnes"
    CLASS_LIST = "class_list", "Obtenir la liste d’une classe ou d’un service"
    VERIFY_PLACE = "verify_place", "Vérifier un lieu"
    OTHER = "other", "Autre demande"


class RequestState(models.TextChoices):
    OPEN = "open", "À prendre en charge"
    TAKEN = "taken", "Prise en charge"
    DONE = "done", "Faite"
    DECLINED = "declined", "Déclinée"
