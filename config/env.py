"""Typed readers of the environment. A missing or malformed value stops the start and says what to set."""

import os
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


class Environment:
    """Reads settings from a mapping of strings, by default the process environment.

    Every reader raises ``ImproperlyConfigured`` with a French sentence naming the variable.
    """

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        self._values = values

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.get(name, "")
        if value:
            return value
        if default is None:
            raise ImproperlyConfigured(f"La variable {name} manque : définissez-la dans l'environnement du service.")
        return default

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._values.get(name, "") or str(int(default))
        if value not in ("0", "1"):
            raise ImproperlyConfigured(f"La variable {name} vaut 1 ou 0.")
        return value == "1"

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        value = self._values.get(name, "")
        if not value:
            return default
        if not value.isdecimal() or int(value) < least:
            bound = f", {least} au moins" if least else ""
            raise ImproperlyConfigured(f"La variable {name} est un nombre entier{bound}.")
        return int(value)

    def day(self, name: str) -> date | None:
        """None when the variable is not set."""
        value = self._values.get(name, "")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as error:
            raise ImproperlyConfigured(f"La variable {name} est une date, par exemple 2020-05-13.") from error

    def path(self, name: str, default: Path) -> Path:
        value = self._values.get(name, "")
        return Path(value).resolve() if value else default

    def codes(self, name: str, default: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Codes separated by commas. Set but empty means none, where unset means ``default``."""
        value = self._values.get(name, default)
        found = tuple(code.strip() for code in value.split(",") if code.strip())
        if unknown := [code for code in found if code not in allowed]:
            raise ImproperlyConfigured(f"La variable {name} contient un code inconnu : {unknown[0]}.")
        return found

    def pairs(self, name: str, default: str) -> dict[str, str]:
        """Codes and what belongs to each, "code=value" separated by blanks."""
        found = [pair.partition("=") for pair in self.text(name, default).split()]
        if any(not code or not value for code, _, value in found):
            raise ImproperlyConfigured(f"La variable {name} a la forme « code=valeur code=valeur ».")
        return {code: value for code, _, value in found}

    def secrets(self, name: str, *, shortest: int) -> tuple[str, ...]:
        """Secrets separated by commas, the current one first. None of them is ever quoted."""
        found = tuple(secret.strip() for secret in self.text(name).split(",") if secret.strip())
        if not found or min(map(len, found)) < shortest:
            raise ImproperlyConfigured(f"La variable {name} : chaque secret a {shortest} caractères au moins.")
        return found

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self._values.get(name, "") or default
        if value not in allowed:
            raise ImproperlyConfigured(f"La variable {name} vaut {' ou '.join(allowed)}.")
        return value
