"""What to do about a card that opens nothing, beyond its sentence."""

from collections.abc import Mapping

from contact_covid.accounts.rules.certificates import CardErrorCode

_REPLACEMENT = "Pour la remplacer, adressez-vous à l’organisme qui vous a délivré la carte."
_BROWSER = "Fermez toutes les fenêtres du navigateur avant de réessayer : il retient le certificat choisi."

ADVICE: Mapping[CardErrorCode, tuple[str, ...]] = {
    CardErrorCode.NONE_GIVEN: (
        "Vérifiez que le lecteur est branché et que les logiciels de lecture des cartes sont installés.",
        _BROWSER,
    ),
    CardErrorCode.UNREADABLE: (_BROWSER,),
    CardErrorCode.EXPIRED: (_REPLACEMENT, _BROWSER),
    CardErrorCode.NOT_YET_VALID: ("Si la date est juste, attendez le premier jour de validité de la carte.",),
    CardErrorCode.WRONG_USE: ("Une carte porte plusieurs certificats : l’un signe, l’autre authentifie.", _BROWSER),
    CardErrorCode.UNKNOWN_ISSUER: (_BROWSER,),
    CardErrorCode.REVOKED: (
        "Si vous l’avez retrouvée après l’avoir déclarée perdue, elle reste inutilisable.",
        _REPLACEMENT,
    ),
    CardErrorCode.NO_PERSON: (_BROWSER,),
}
"""A reason without line needs no more than its sentence and the ways on that the page offers."""

FINAL = frozenset({CardErrorCode.ACCOUNT_CLOSED})
"""Neither another try nor a password helps with these."""
