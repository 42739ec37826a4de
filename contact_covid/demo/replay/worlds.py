"""Where worlds come from: a file kept from an earlier replay, or covasim, in the environment that has it."""

import subprocess
from pathlib import Path

from contact_covid.demo.replay.rules.world import World, unpack
from contact_covid.demo.replay.simulate import BETA

BASE = Path(__file__).resolve().parents[3]
PYTHON = BASE / ".venv-replay" / "bin" / "python"


class NoCovasim(Exception):
    """The environment with covasim is not there, or covasim could not run in it."""


def world_file(folder: Path, *, people: int, days: int, seed: int) -> Path:
    """The world of that size, made with covasim the first time. Raises ``NoCovasim``."""
    file = folder / f"world-{people}-{days}-{seed}-{BETA}.csv.xz"
    if file.exists():
        return file
    if not PYTHON.exists():
        raise NoCovasim
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [str(PYTHON), "-m", "contact_covid.demo.replay.simulate", "--out", str(file)]
    command += ["--people", str(people), "--days", str(days), "--seed", str(seed)]
    try:
        subprocess.run(command, cwd=BASE, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoCovasim from error
    return file


def read(file: Path) -> World:
    """Raises ``OSError``, ``WorldUnreadable``."""
    return unpack(file.read_bytes())
