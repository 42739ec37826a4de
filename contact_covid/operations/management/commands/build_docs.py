"""``manage.py build_docs``: writes the documents that are made from the code; ``--check`` only compares."""

import difflib
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import URLPattern, URLResolver, get_resolver

from contact_covid.operations.rules.documents import Route, documents

# Addresses that exist in a demonstration only: the documents are those of the service.
DEMO_ONLY = ("gallery",)


class Command(BaseCommand):
    help = "Écrit docs/access-matrix.md et docs/states.md d'après le code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare sans écrire ; code 1 en cas de différence")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        folder = settings.BASE_DIR / "docs"
        stale = False
        for name, wanted in documents([*_routes(get_resolver().url_patterns, "/")]).items():
            file = folder / name
            written = file.read_text(encoding="utf-8") if file.exists() else ""
            if written == wanted:
                continue
            stale = True
            if options["check"]:
                lines = (written.splitlines(keepends=True), wanted.splitlines(keepends=True))
                self.stdout.writelines(difflib.unified_diff(*lines, f"docs/{name}", "d'après le code"))
            else:
                file.write_text(wanted, encoding="utf-8")
                self.stdout.write(f"docs/{name} : écrit.")
        if stale and options["check"]:
            self.stderr.write("Les documents ne suivent plus le code : lancez manage.py build_docs.")
            sys.exit(1)


def _routes(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, path)
        elif pattern.name not in DEMO_ONLY:
            view: Any = pattern.callback
            yield Route(path, None if hasattr(view, "is_public") else view.permission)
