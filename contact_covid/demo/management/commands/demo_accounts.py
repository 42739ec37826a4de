"""``manage.py demo_accounts``: who can log in to the demonstration."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contact_covid.access.enums import Role
from contact_covid.demo.actions.cast import PASSWORD, load_members
from contact_covid.demo.queries import has_cast
from contact_covid.demo.rules.cast import ROLES, CastMember, extra, named_cast

_COLUMNS = ("role", "login", "password", "fund", "name", "organisation")
_MOST = 2_000


class Command(BaseCommand):
    help = "Liste les comptes de démonstration ; avec --role et --count, en ouvre d'autres s'il en manque."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", choices=[role.value for role in ROLES])
        parser.add_argument("--count", type=int, help=f"nombre de comptes voulus de ce rôle (jusqu'à {_MOST})")
        parser.add_argument("--json", action="store_true", help="résultat en JSON sur la sortie standard")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        if not settings.DEMO:
            raise CommandError("demo_accounts ne sert qu'aux démonstrations : définissez DEMO=1.")
        if not has_cast():
            raise CommandError("Aucun compte de démonstration : lancez d'abord manage.py load_demo.")
        members = _wanted(options["role"], options["count"])
        load_members(members=members, now=timezone.now())
        rows = [_row(member) for member in members]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for line in _table(rows):
            self.stdout.write(line)


def _wanted(role: str | None, count: int | None) -> list[CastMember]:
    """The named members, or exactly ``count`` of a role: the named ones first."""
    members = [member for member in named_cast() if role in (None, member.role)]
    if count is None:
        return members
    if role is None or not 1 <= count <= _MOST:
        raise CommandError(f"--count va de 1 à {_MOST} et demande --role.")
    return [*members, *extra(Role(role), count)][:count]


def _row(member: CastMember) -> dict[str, str | None]:
    return {
        "role": member.role.value,
        "login": member.email,
        "password": PASSWORD,
        "name": member.name,
        "fund": member.fund,
        "organisation": member.organisation.name,
    }


def _table(rows: list[dict[str, str | None]]) -> list[str]:
    texts = [_COLUMNS, *(tuple(row[column] or "" for column in _COLUMNS) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in texts]
