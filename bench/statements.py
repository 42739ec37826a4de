"""``python -m bench.statements``: the SQL of the pages that read, with their values, for ``bench.floor``.

A process of its own, inside the service: reads {login, patient} or {agent} as JSON, writes {page: [statements]}.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import django
import psycopg
from django.db import connection

from bench.state import Login, Patient

_AREA = re.compile(r"tracing_fiche\.fund = '[^']*'")


class _Recorder:
    """An execute wrapper that keeps each statement with its values written in."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - Django's signature
        context: Mapping[str, Any],
    ) -> Any:
        result = execute(sql, params, many, context)
        with psycopg.ClientCursor(context["connection"].connection) as cursor:
            self.statements.append(cursor.mogrify(sql.encode(), params))
        return result


def pages(login: Login, patient: Patient) -> dict[str, list[str]]:
    """The statements of the result page and of the fiche, of somebody who has just searched."""
    from django.test import Client  # once the settings are there

    browser = Client(SERVER_NAME="localhost")
    browser.post("/connexion/", {"login": login.login, "password": login.password})
    names = {"nir": patient.nir, "last_name": patient.last_name, "first_name": patient.first_name}
    found = browser.post("/contact-covid/recherche/", {**names, "per_page": "25"})
    return {
        page: _statements(browser, path) for page, path in (("result", found["Location"]), ("fiche", patient.fiche))
    }


def lists(agent: Login) -> dict[str, list[str]]:
    """The statements of an agent's list, and the same without her area: what the whole country would cost."""
    from django.test import Client  # once the settings are there

    browser = Client(SERVER_NAME="localhost")
    browser.post("/connexion/", {"login": agent.login, "password": agent.password})
    area = _statements(browser, "/contact-covid/appels/")
    country = [_AREA.sub("TRUE", statement) for statement in area]
    assert country != area
    return {"area": area, "country": country}


def _statements(browser: Any, path: str) -> list[str]:
    browser.get(path)  # reference tables are read once a process
    recorder = _Recorder()
    with connection.execute_wrapper(recorder):
        browser.get(path)
    return recorder.statements


def main() -> None:
    asked = json.load(sys.stdin)
    django.setup()
    if "agent" in asked:
        recorded = lists(Login(**asked["agent"]))
    else:
        recorded = pages(Login(**asked["login"]), Patient(**asked["patient"]))
    json.dump(recorded, sys.stdout)


if __name__ == "__main__":
    main()
