"""The generated documents follow the code, and say so when they do not."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from procrastinate.contrib.django import app
from pytest_django import Settings

from contact_covid.access.enums import Permission, Role, Scope
from contact_covid.access.policy import POLICY, Grant
from contact_covid.operations.rules.documents import Route, documents
from contact_covid.portal.access import views
from contact_covid.tracing.enums import Call, Closure, State
from contact_covid.tracing.rules import states

ROUTES = [Route("/connexion/", None), Route("/contact-covid/recherche/", Permission.FICHE_SEARCH)]


@pytest.fixture
def docs(tmp_path: Path, settings: Settings) -> Path:
    """The folder of documents of another checkout."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


def check() -> tuple[int, str]:
    """Exit code and output of ``build_docs --check``."""
    output = StringIO()
    try:
        call_command("build_docs", "--check", stdout=output, stderr=StringIO())
    except SystemExit as ended:
        return int(ended.code or 0), output.getvalue()
    return 0, output.getvalue()


def test_the_same_tables_make_the_same_documents() -> None:
    assert documents(ROUTES) == documents(ROUTES[::-1])


def test_what_is_written_is_up_to_date_until_somebody_changes_it(docs: Path) -> None:
    call_command("build_docs", stdout=StringIO())
    assert check() == (0, "")
    (docs / "states.md").write_text((docs / "states.md").read_text().replace("Injoignable", "Introuvable", 1))
    code, told = check()
    assert code == 1
    assert "-" in told
    assert '+    state "Injoignable" as unreachable' in told


def test_a_document_that_is_not_there_is_out_of_date(docs: Path) -> None:
    assert check()[0] == 1
    assert not list(docs.iterdir())


def test_the_manual_tells_of_every_background_job_and_of_no_other() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    table = manual.partition("## Background jobs")[2].partition("\n## ")[0]
    told = [
        name for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    ]
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("contact_covid.")}
    assert sorted(told) == sorted(name for name in app.tasks if name.partition(".")[0] in ours)


def test_every_address_stands_with_its_permission(docs: Path) -> None:
    call_command("build_docs", stdout=StringIO())
    text = (docs / "access-matrix.md").read_text()
    for route, view in views():
        asks = f"`{view.permission.value}`" if hasattr(view, "permission") else "ouverte à tous"
        assert f"| `{route}` | {asks} |\n" in text


def test_a_new_grant_changes_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    row = "| Pharmacien | sa région | mot de passe |"
    assert row not in documents(ROUTES)["access-matrix.md"]
    monkeypatch.setitem(POLICY, Permission.CALL_RECORD, {Role.PHARMACIST: Grant(Scope.REGION)})
    assert row in documents(ROUTES)["access-matrix.md"]


def test_a_new_transition_changes_the_diagram(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cancelled --> open" not in documents(ROUTES)["states.md"]
    monkeypatch.setitem(
        states.CLOSURE_TRANSITIONS,
        Closure.CANCELLED,
        frozenset({Closure.OPEN}),
    )
    assert "    cancelled --> open\n" in documents(ROUTES)["states.md"]


def test_every_state_and_label_is_told() -> None:
    text = documents(ROUTES)["states.md"]
    assert [state for state in State if f"| `{state.value}` | {state.label} |" not in text] == []
    assert [call for call in Call if f'    state "{call.label}" as {call.value}\n' not in text] == []
    assert text.count("| Testé positif | Ouverte | Testé positif | Test réalisé |") == len(Call)
