"""Letters gathered for a printer who takes batches: one PDF of all pages and one index each."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO
from itertools import count
from pathlib import Path

from filelock import FileLock
from pypdf import PdfReader, PdfWriter

from contact_covid.messaging.channels.letter.sender import put

MOST_LETTERS = 500
_INDEX = ("rang", "lettre", "premiere_page", "pages")
_AT_WORK = ".lot-"
_DONE = ".done-"


@dataclass(frozen=True, slots=True)
class Batch:
    """``name``: of its two files, without suffix."""

    name: str
    letters: int
    pages: int


def gather(*, folder: Path, out: Path, now: datetime) -> Iterator[Batch]:
    """Moves the letters of ``folder`` into batches of ``out``, the oldest first, and tells each that is there whole.

    A letter is in one batch and no other: a run that was killed is finished by the next one under the same name.
    Raises ``OSError``.
    """
    with FileLock(folder / ".lots.lock"):
        for done in folder.glob(f"{_DONE}*"):
            shutil.rmtree(done)
        for work in sorted(folder.glob(f"{_AT_WORK}*")):
            if any(work.iterdir()):
                yield _write(work, out)
            else:  # killed before the first letter came in
                work.rmdir()
        for serial in count(1):
            letters = sorted(folder.glob("[!.]*.pdf"))[:MOST_LETTERS]
            if not letters:
                return
            work = folder / f"{_AT_WORK}{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{serial:03d}"
            work.mkdir(mode=0o700)
            for letter in letters:
                letter.rename(work / letter.name)
            yield _write(work, out)


def _write(work: Path, out: Path) -> Batch:
    name = work.name.removeprefix(".")
    pages, index = PdfWriter(), StringIO()
    lines = csv.writer(index, delimiter=";", lineterminator="\n")
    lines.writerow(_INDEX)
    letters = sorted(work.glob("*.pdf"))
    for rank, letter in enumerate(letters, start=1):
        first = len(pages.pages) + 1
        pages.append(PdfReader(letter))
        lines.writerow((rank, letter.stem, first, len(pages.pages) + 1 - first))
    written = BytesIO()
    pages.write(written)
    # The index comes last: a batch that has one is complete.
    put(out, f"{name}.pdf", written.getvalue())
    put(out, f"{name}.csv", index.getvalue().encode())
    # Whole or gone: half of its letters must never be taken for the batch again.
    done = work.rename(work.with_name(f"{_DONE}{name}"))
    shutil.rmtree(done)
    return Batch(name, len(letters), len(pages.pages))
