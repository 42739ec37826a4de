"""Running on one machine with nothing to set: fills the environment from CONTACT_HOME before the settings are read.

What is set in the environment always wins. A public host is never served this way: there every setting is given.
"""

import os
import secrets
import signal
import sys
import threading
from pathlib import Path

from config import embedded

BASE = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The state folder: CONTACT_HOME, by default ``var/`` beside the code."""
    return Path(os.environ.get("CONTACT_HOME") or BASE / "var").resolve()


def prepare() -> None:
    """Fills in the secrets and, without DATABASE_URL, the addresses of the embedded database, which it boots if needed.

    Raises ``EmbeddedDatabaseError``.
    """
    if os.environ.get("PUBLIC_HOST"):
        return
    _fill(remember())
    if not os.environ.get("DATABASE_URL"):
        _exit_in_order()
        _fill(embedded.addresses(embedded.use(home())))


def remember(**values: str) -> dict[str, str]:
    """What ``local.env`` of the state folder holds, the secrets at least, after adding ``values`` to it."""
    folder = home()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "local.env"
    with embedded.exclusive(folder / "local.lock"):
        known = _read(file)
        drawn = {name: known.get(name) or secrets.token_urlsafe(48) for name in ("SECRET_KEY", "ACCOUNT_KEYS")}
        wanted = drawn | known | values
        if wanted != known:
            _write(file, wanted)
    return wanted


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)


def _write(file: Path, values: dict[str, str]) -> None:
    draft = file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    draft.rename(file)


def _fill(values: dict[str, str]) -> None:
    for name, value in values.items():
        if not os.environ.get(name):
            os.environ[name] = value


def _exit_in_order() -> None:
    """SIGTERM ends the interpreter as Ctrl-C does, so that the last user of the embedded database stops it."""
    in_charge = threading.current_thread() is threading.main_thread()
    if in_charge and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
