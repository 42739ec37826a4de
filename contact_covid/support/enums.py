from django.db.models import TextChoices


class SupportState(TextChoices):
    """Where a request for help during isolation stands."""

    SENT = "sent", "Transmise à la cellule"
    TAKEN = "taken", "Prise en charge"
    HELPED = "helped", "Aide en place"
    DECLINED = "declined", "Sans suite"
    WITHDRAWN = "withdrawn", "Retirée"


class DeclineReason(TextChoices):
    """Why the cell gives no help."""

    UNREACHABLE = "unreachable", "Personne injoignable"
    NO_MORE = "no_more", "La personne n’en a plus besoin"
    ELSEWHERE = "elsewhere", "Déjà aidée autrement"
    BEYOND = "beyond", "Hors des missions de la cellule"
