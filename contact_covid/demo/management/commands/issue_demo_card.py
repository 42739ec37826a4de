"""``manage.py issue_demo_card``: a card of the demonstration, to come in by."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.accounts.models import Account
from contact_covid.accounts.rules.certificates import Card
from contact_covid.demo.actions.cards import issue_card, revoke_cards
from contact_covid.demo.actions.cast import place_members
from contact_covid.demo.queries import has_cast
from contact_covid.demo.rules.cast import ROLES, CastMember, extra, named_cast
from contact_covid.directory.enums import Profession

_LOOKED_THROUGH = 200


class Command(BaseCommand):
    help = "Écrit card.p12 et ca.pem : une carte de démonstration, à importer dans un navigateur."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", choices=[role.value for role in ROLES], required=True)
        parser.add_argument("--out", type=Path, required=True, help="dossier où écrire les deux fichiers")
        parser.add_argument(
            "--without-account", action="store_true", help="la carte de quelqu'un qui n'a pas encore de compte"
        )
        parser.add_argument("--lost", action="store_true", help="met d'abord en opposition ses cartes précédentes")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        if not settings.DEMO:
            raise CommandError("issue_demo_card ne sert qu'aux démonstrations : définissez DEMO=1.")
        if not has_cast():
            raise CommandError("Personne à qui donner une carte : lancez d'abord manage.py load_demo.")
        role, now = Role(options["role"]), timezone.now()
        member = _newcomer(role) if options["without_account"] else _named(role)
        who = member.professional
        if options["lost"]:
            revoke_cards(national_id=who.national_id, now=now)
        holder = Card(who.national_id, who.last_name, who.first_name, Profession(who.profession).label)
        card = issue_card(holder=holder, now=now)
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "card.p12").write_bytes(card.p12)
        (folder / "ca.pem").write_bytes(card.authority)
        self.stdout.write(json.dumps({"password": card.password, "national_id": who.national_id}))


def _named(role: Role) -> CastMember:
    return next(member for member in named_cast() if member.role == role)


def _newcomer(role: Role) -> CastMember:
    """Somebody with a place in the directory and no account yet."""
    members = {member.professional.national_id: member for member in extra(role, _LOOKED_THROUGH)}
    known = Account.objects.filter(professional__national_id__in=members)
    taken = set(known.values_list("professional__national_id", flat=True))
    found = next((member for key, member in members.items() if key not in taken), None)
    if found is None:
        raise CommandError("Toutes les personnes prévues ont déjà un compte.")
    place_members(members=[found], now=timezone.now())
    return found
