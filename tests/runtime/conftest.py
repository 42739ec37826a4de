from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime import processes


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder; nothing that belongs to it outlives the module's tests."""
    folder = tmp_path_factory.mktemp("state") / "home"
    yield folder
    processes.kill_all(folder)
