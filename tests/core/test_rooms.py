"""Rooms of an app: what reads does not write."""

import ast
from pathlib import Path

import pytest

APPS = Path(__file__).resolve().parents[2] / "contact_covid"
QUERIES = sorted(APPS.glob("*/*queries.py"))


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_queries_import_nothing_of_the_actions_of_their_app(file: Path) -> None:
    own = f"contact_covid.{file.parent.name}.actions"
    froms = {node.module or "" for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in froms if name == own or name.startswith(f"{own}.")}
