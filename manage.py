#!/usr/bin/env python3
"""The service's commands. Finds its virtual environment and its embedded database by itself."""

import importlib.util
import os
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parent
VENV = BASE / ".venv" / "bin" / "python"


def enter_environment() -> None:
    """Runs this very command again with the project's Python when this one lacks the libraries."""
    if importlib.util.find_spec("django") is not None:
        return
    if not VENV.exists() or Path(sys.prefix) == VENV.parent.parent:
        sys.exit("Les bibliothèques du service manquent : lancez d'abord bin/setup.")
    os.execv(VENV, [str(VENV), *sys.argv])  # noqa: S606 - no shell wanted


def main() -> None:
    enter_environment()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    from config import local, postgres

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        local.prepare()
        execute_from_command_line(sys.argv)
    except (postgres.EmbeddedDatabaseError, ImproperlyConfigured) as error:
        sys.exit(str(error))
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            raise
        sys.exit("Des tables manquent : lancez manage.py migrate --database owner, puis la commande.")
    except OperationalError as error:
        sys.exit(f"La base de données ne répond pas : vérifiez-la et DATABASE_URL ({error.__cause__}).")


if __name__ == "__main__":
    main()
