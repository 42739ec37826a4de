from pathlib import Path

import pytest
from pytest_django import Settings

from tests.journal.support import Journal


@pytest.fixture
def journal(fresh_database: str, tmp_path: Path, settings: Settings) -> Journal:
    """A journal of its own: a new database, its anchor in a new folder."""
    settings.JOURNAL_ANCHOR = tmp_path / "journal.anchor"
    return Journal(fresh_database, settings.JOURNAL_ANCHOR)
