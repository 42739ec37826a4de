"""A database of its own in the embedded server of this machine, for a command that must not touch the service's."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from config import embedded, local, postgres

_ROLES = {
    "DATABASE_URL": postgres.SERVICE,
    "DATABASE_OWNER_URL": postgres.OWNER,
    "DATABASE_DIRECT_URL": postgres.SERVICE,
}
# Whoever starts the command may have set these for the service; nobody must get a message from elsewhere.
_NOT_OURS = (
    "PUBLIC_HOST",
    "DJANGO_SETTINGS_MODULE",
    "PROTOCOL_AS_OF",
    "SECOND_FACTOR_FOR",
    "EMAIL_HOST",
    "BOUNCE_ADDRESS",
    "LETTERS_DIR",
    "SMS_GATEWAY_URL",
    "SMS_RECEIPT_SECRETS",
    "REGION_MAILBOXES",
)
# A demonstration; nobody follows a link in it, for which calls would wait.
_OURS = {"DEMO": "1", "SECURE_LINK_FIRST": "0"}


@contextmanager
def own_database(name: str, *, keep: bool) -> Iterator[Mapping[str, str]]:
    """An empty database ``name`` with keys and anchor of its own; what one before left under that name is gone.

    Gives the environment that leads a process to it, as a demonstration. One at a time: another waits. At the end all
    of it is dropped unless ``keep``. Raises ``EmbeddedDatabaseError``.
    """
    home = local.home()
    folder = home / name
    server = embedded.use(home)
    with embedded.exclusive(home / f"{name}.lock"):
        _clear(server, name, folder)
        folder.mkdir(mode=0o700)
        with postgres.connect(server) as connection:
            names = sql.Identifier(name), sql.Identifier(postgres.OWNER)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
            # Who loses it with the power begins anew: nothing waits for the disk.
            connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(names[0]))
        postgres.grant(server, name)
        try:
            yield _environment(server, name, folder)
        finally:
            if not keep:
                _clear(server, name, folder)


def _clear(server: postgres.Server, name: str, folder: Path) -> None:
    with postgres.connect(server) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    shutil.rmtree(folder, ignore_errors=True)


def _environment(server: postgres.Server, name: str, folder: Path) -> Mapping[str, str]:
    ours = {variable: value for variable, value in os.environ.items() if variable not in _NOT_OURS}
    urls = {variable: server.url(role, name) for variable, role in _ROLES.items()}
    places = {"KEYS_DIR": str(folder / "keys"), "JOURNAL_ANCHOR": str(folder / "journal.anchor")}
    return ours | urls | places | _OURS
