"""``manage.py create_admin --email E``: the first administrator of an installation, which has no account of its own."""

import json
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from contact_covid.access.actor import SYSTEM
from contact_covid.access.enums import Role
from contact_covid.accounts.actions.accounts import (
    NewAccount,
    NewPost,
    PasswordRefused,
    create_accounts,
    password_hash,
)
from contact_covid.accounts.queries import has_account
from contact_covid.core.rules.email import normalise
from contact_covid.journal.enums import Surface
from contact_covid.portal.wording import sentence


class Command(BaseCommand):
    help = "Crée un compte d'administrateur. Le mot de passe est demandé au terminal, ou lu sur l'entrée standard."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="adresse e-mail, qui est l'identifiant")
        parser.add_argument("--last-name", default="Administrateur")
        parser.add_argument("--first-name", default="")
        parser.add_argument(
            "--without-password",
            action="store_true",
            help="ne demande rien : « Mot de passe oublié » enverra à cette adresse le lien pour en choisir un",
        )
        parser.add_argument("--json", action="store_true", help="résultat en JSON sur la sortie standard")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        email = normalise(options["email"])
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(sentence("email.invalid")) from None
        if has_account(email):
            raise CommandError("Un compte utilise déjà cette adresse : un second la rendrait inutilisable.")
        names = {"last_name": options["last_name"], "first_name": options["first_name"]}
        encoded = "" if options["without_password"] else _asked(email=email, **names)
        new = NewAccount(email=email, password=encoded, posts=(NewPost(Role.ADMINISTRATOR),), **names)
        [account] = create_accounts(actor=SYSTEM, accounts=[new], surface=Surface.COMMAND, now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps({"account": str(account), "email": email, "password": bool(encoded)}))
        else:
            next_ = "" if encoded else " Le mot de passe se choisit par « Mot de passe oublié »."
            self.stdout.write(f"Compte d'administrateur créé : {email}.{next_}")


def _asked(**names: str) -> str:
    """The hash of the password given twice on the terminal, or once on standard input. Raises ``CommandError``."""
    if sys.stdin.isatty():
        password = getpass("Mot de passe : ")
        if getpass("Encore une fois : ") != password:
            raise CommandError(sentence("password.differs"))
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        return password_hash(password, **names)
    except PasswordRefused as refused:
        raise CommandError(" ".join(sentence(fault) for fault in refused.faults)) from None
