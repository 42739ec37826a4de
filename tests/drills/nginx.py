"""The sample configurations of nginx, run for real with the names, ports and files of a test, nothing else changed."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.server import ROOT, answers_at, wait_until

SAMPLES = ROOT / "deploy" / "nginx"


@contextmanager
def nginx(sample: str, folder: Path, changes: Mapping[str, str], port: int) -> Iterator[None]:
    """Runs ``deploy/nginx/<sample>`` until the end of the block. ``changes``: text of the sample → ours."""
    text = (SAMPLES / sample).read_text()
    for theirs, ours in changes.items():
        assert theirs in text, theirs
        text = text.replace(theirs, ours)
    file = folder / "nginx.conf"
    head = f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}\n"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    file.write_text(f"{head}http {{ {paths}\n{text}\n}}\n")
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    assert program, "make drills installs nginx"
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(file)])
    try:
        wait_until(lambda: answers_at(port), seconds=20, otherwise=(folder / "nginx.log").read_text)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
