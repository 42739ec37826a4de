"""What the system checks say of the ways in before they are needed."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from contact_covid.accounts.actions.letters import are_sent
from contact_covid.accounts.actions.revocation import unreadable_files


@register("letters")
def letters_are_sent(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """A service that the public reaches and that sends no letter: some of those who have no card stay outside."""
    if are_sent() or not settings.PUBLIC_HOST:
        return []
    return [
        checks.Warning(
            "LETTERS_DIR n'est pas défini : aucun mot de passe provisoire ne part par courrier postal.",
            hint="Indiquez le dossier où le service d'impression prend les lettres (docs/operations.md).",
            id="accounts.W001",
        )
    ]


@register("cards")
def authorities_are_readable(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """A file that is left out closes the door to the cards of its authorities, and to no other."""
    return [
        checks.Warning(
            f"Le fichier {name} de CARD_ROOTS n'est pas lisible : les cartes de ces autorités sont refusées.",
            hint="Remplacez-le par les certificats de l'autorité au format PEM.",
            id="accounts.W002",
        )
        for name in unreadable_files()
    ]
