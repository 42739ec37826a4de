"""The service's settings, in a state folder of the test session that its processes share.

Nothing is made here: the folder and its database appear when the first test asks for them (``tests/databases.py``).
"""

import os
import secrets
import tempfile
from pathlib import Path

from config import embedded

HOME_IS_OURS = "CONTACT_TEST_HOME" not in os.environ
HOME = Path(
    os.environ.setdefault(
        "CONTACT_TEST_HOME", f"{tempfile.gettempdir()}/contact-tests-{os.getpid()}-{secrets.token_hex(3)}"
    )
)
os.environ |= {
    "CONTACT_HOME": str(HOME),
    "SECRET_KEY": "tests only, fifty characters long or Django warns of it",
    "ACCOUNT_KEYS": "tests only: thirty-two characters at least",
    "SECOND_FACTOR_FOR": "",
    "KEYS_DIR": str(HOME / "keys"),
    "JOURNAL_ANCHOR": str(HOME / "journal.anchor"),
    "DEMO": "0",
    **embedded.addresses(embedded.of(HOME)),
}

from config.settings import *  # noqa: E402, F403 - the environment must be there first

STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["tests.hashers.CheapHasher"]
