"""``manage.py doctor``: is everything as it should be, and if not, how to mend it."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from django.utils import timezone

from contact_covid.core.keyring import KeyDamaged, ring
from contact_covid.journal.queries import state as journal_state
from contact_covid.operations import queries

SHORTEST_SECRET = 50
MONTH_AHEAD = timedelta(days=28)
LONGEST_UNSEALED = timedelta(minutes=10)
LABELS = {
    "configuration": "configuration",
    "keys": "clés",
    "mail": "courrier",
    "database": "base de données",
    "migrations": "migrations",
    "roles": "rôles",
    "journal": "journal",
    "worker": "tâches de fond",
}


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``remedy`` is empty when nothing is wrong."""

    name: str
    message: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        return not self.remedy


class Command(BaseCommand):
    help = "Vérifie la configuration, les clés, la base, les tâches de fond et le courrier."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        findings = list(examine(timezone.now()))
        if options["json"]:
            self.stdout.write(
                json.dumps([asdict(finding) | {"ok": finding.ok} for finding in findings], ensure_ascii=False)
            )
        else:
            for finding in findings:
                self.stdout.write(line(finding))
        if not all(finding.ok for finding in findings):
            sys.exit(1)


def line(finding: Finding) -> str:
    label = LABELS[finding.name]
    if finding.ok:
        return f"OK      {label} : {finding.message}"
    return f"ÉCHEC   {label} : {finding.message} → {finding.remedy}"


def examine(now: datetime) -> Iterator[Finding]:
    """Every finding; those that need a database only when it answers."""
    yield configuration()
    yield keys(now)
    yield mail()
    if not queries.database_answers():
        yield Finding("database", "ne répond pas", "démarrez PostgreSQL et vérifiez DATABASE_URL")
        return
    yield Finding("database", "répond")
    questions: list[Callable[[datetime], Finding]] = [migrations, roles, journal, worker]
    for question in questions:
        try:
            yield question(now)
        except DatabaseError:
            yield Finding(
                question.__name__, "lecture impossible", "appliquez config/sql/grants.sql puis manage.py migrate"
            )


def configuration() -> Finding:
    name = "configuration"
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        return Finding(name, "SECRET_KEY est trop courte", f"donnez-lui {SHORTEST_SECRET} caractères tirés au hasard")
    if not settings.PUBLIC_HOST and not settings.DEMO:
        return Finding(
            name, "PUBLIC_HOST manque", "indiquez le nom public du service (ou DEMO=1 pour une démonstration)"
        )
    if connections["owner"].settings_dict["USER"] == connections["default"].settings_dict["USER"]:
        return Finding(name, "un seul rôle de base pour tout", "donnez à DATABASE_OWNER_URL le rôle propriétaire")
    return Finding(name, "démonstration" if settings.DEMO else f"service public sur {settings.PUBLIC_HOST}")


def keys(now: datetime) -> Finding:
    name, folder = "keys", settings.KEYS_DIR
    try:
        missing = ring().missing(now)
    except KeyDamaged as damaged:
        return Finding(name, f"la clé de {damaged.period} est abîmée", "reprenez-la de la copie des clés")
    if missing:
        return Finding(name, f"il manque {', '.join(missing)}", "lancez manage.py keys ensure")
    if any(path.stat().st_mode & 0o077 for path in [folder, *folder.iterdir()]):
        return Finding(name, f"{folder} est lisible par d'autres", f"lancez chmod -R go= {folder}")
    return Finding(name, "ce mois-ci et le mois prochain")


def mail() -> Finding:
    if settings.EMAIL_HOST:
        return Finding("mail", f"envoyé par {settings.EMAIL_HOST}")
    if settings.DEMO:
        return Finding("mail", "non configuré, rien ne part de la démonstration")
    return Finding("mail", "non configuré", "définissez EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER et EMAIL_HOST_PASSWORD")


def migrations(now: datetime) -> Finding:
    if queries.migrations_are_in(now):
        return Finding("migrations", "appliquées")
    return Finding("migrations", "incomplètes", "lancez manage.py migrate --database owner")


def roles(_now: datetime) -> Finding:
    excess = queries.service_excess()
    if not excess:
        return Finding("roles", "le service ne possède rien et ne peut pas altérer le journal")
    return Finding(
        "roles",
        f"le rôle du service peut trop : {', '.join(excess)}",
        "un administrateur de PostgreSQL les lui retire (docs/operations.md)",
    )


def journal(now: datetime) -> Finding:
    name, state = "journal", journal_state()
    if state.cluster_replaced:
        return Finding(name, "le serveur numérote sous les lots scellés", "avancez son compteur (docs/operations.md)")
    if state.strays:
        remedy = "lancez manage.py worker, puis consultez docs/operations.md"
        return Finding(name, f"{state.strays} lignes hors de leur mois", remedy)
    if state.partitions_until is None or state.partitions_until < now + MONTH_AHEAD:
        return Finding(name, "les mois à venir manquent", "lancez manage.py worker, qui les prépare chaque jour")
    # Demonstration rows are dated in the past: they wait since the last sealing at the earliest.
    oldest = state.oldest_unsealed_at
    waiting_since = oldest and max(oldest, state.last_sealed_at or oldest)
    if waiting_since and waiting_since < now - LONGEST_UNSEALED:
        return Finding(name, "des lignes attendent leur scellement", "lancez manage.py worker et lisez son journal")
    return Finding(name, "scellé, les mois à venir sont prêts")


def worker(now: datetime) -> Finding:
    if queries.worker_is_alive(now):
        return Finding("worker", "un exécutant travaille")
    return Finding("worker", "aucun exécutant depuis 30 s", "lancez manage.py worker")
