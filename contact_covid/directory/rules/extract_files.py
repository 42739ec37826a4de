"""Files of the national directories as they are published: plain, gzip or zip, read line by line.

A line is UTF-8, or CP1252 when it is not; its end is any of the three. Nothing is held but one line.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple, cast

LONGEST_LINE = 16_384
"""Characters; the longest published line has some 1,500."""
_HEAD = 4_096
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError, RuntimeError)


class FileProblem(StrEnum):
    """Why a file as a whole is not read; the label says what to do."""

    ABSENT = "absent"
    BINARY = "binary"
    ARCHIVE = "archive"
    MEMBER = "member"
    EMPTY = "empty"
    HEADER = "header"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    FileProblem.ABSENT: "le fichier est absent ou illisible : vérifiez son chemin et vos droits",
    FileProblem.BINARY: "ce n’est pas un fichier texte : donnez l’extraction telle qu’elle est publiée (UTF-8)",
    FileProblem.ARCHIVE: "l’archive est endommagée ou incomplète : téléchargez-la de nouveau",
    FileProblem.MEMBER: "l’archive ne contient pas le fichier attendu, ou en contient plusieurs : extrayez le bon",
    FileProblem.EMPTY: "le fichier ne contient aucune ligne : téléchargez-le de nouveau",
    FileProblem.HEADER: "la première ligne n’est pas celle de ce fichier : vérifiez que c’est la bonne extraction",
}


class UnreadableFile(Exception):
    """The file cannot be read to its end; nothing of it must be kept."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class Line(NamedTuple):
    """``number`` counts from 1. ``text`` has no line end; ``None`` when the line is longer than ``LONGEST_LINE``."""

    number: int
    text: str | None


def lines(path: Path, *, members: str) -> Iterator[Line]:
    """The lines of a file; ``members``: pattern of the one wanted in an archive of several.

    Raises ``UnreadableFile``, at any line for a damaged archive.
    """
    try:
        with path.open("rb") as file, _text(_unpacked(file, members)) as text:
            yield from _numbered(text)
    except OSError as error:
        raise UnreadableFile(FileProblem.ARCHIVE if isinstance(error, _DAMAGED) else FileProblem.ABSENT) from error
    except _DAMAGED as error:
        raise UnreadableFile(FileProblem.ARCHIVE) from error


def _unpacked(file: io.BufferedReader, members: str) -> io.BufferedReader:
    head = file.read(len(_ZIP))
    file.seek(0)
    if head.startswith(_GZIP):
        return io.BufferedReader(gzip.GzipFile(fileobj=file))
    if head != _ZIP:
        return file
    archive = zipfile.ZipFile(file)
    names = [name for name in archive.namelist() if not name.endswith("/")]
    wanted = [name for name in names if fnmatchcase(Path(name).name, members)] if len(names) > 1 else names
    if len(wanted) != 1:
        raise UnreadableFile(FileProblem.MEMBER)
    return io.BufferedReader(cast(io.RawIOBase, archive.open(wanted[0])))


def _text(file: io.BufferedReader) -> io.TextIOWrapper:
    head = file.peek(_HEAD)[:_HEAD]
    if b"\0" in head or head.startswith(_UTF_16):
        raise UnreadableFile(FileProblem.BINARY)
    return io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline=None)


def _numbered(text: io.TextIOWrapper) -> Iterator[Line]:
    number = 0
    while part := text.readline(LONGEST_LINE):
        number += 1
        if part.endswith("\n") or len(part) < LONGEST_LINE:
            yield Line(number, _decoded(part.removesuffix("\n")))
            continue
        while part and not part.endswith("\n"):
            part = text.readline(LONGEST_LINE)
        yield Line(number, None)


def _decoded(text: str) -> str:
    """The line itself, or as CP1252 when it was no UTF-8; bytes that are neither become the replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogateescape").decode("cp1252", errors="replace")
    return text
