from collections.abc import Iterator

import pytest
from django.db import transaction

from contact_covid.directory.actions import load_reference
from tests.clock import NOW


@pytest.fixture(scope="module")
def module_reference(module_database: str) -> None:
    """The module's database with the reference geography."""
    load_reference(now=NOW)


@pytest.fixture
def platform(module_reference: None) -> Iterator[None]:
    """A database with the reference geography; what the test writes is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
