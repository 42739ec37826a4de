"""``manage.py read_bounces [--maildir DIR]``: mails that came back, one on standard input or those of a maildir."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from errno import errorcode
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from contact_covid.messaging.channels.email.sender import domain
from contact_covid.messaging.enums import Channel
from contact_covid.messaging.receipt_actions import Told, record_receipts
from contact_covid.messaging.rules.bounces import read_bounce

TRY_AGAIN = 75  # EX_TEMPFAIL: the mail server keeps the mail and gives it again
LARGEST = 1_000_000
A_BATCH = 500


class Command(BaseCommand):
    help = "Lit les retours de courriels (RFC 3464) : un message sur l'entrée standard, ou ceux d'un maildir."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--maildir", type=Path, help="dossier dont « new » contient les retours à lire")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - the signature is Django's
        folder: Path | None = options["maildir"]
        try:
            if folder is None:
                read = _record([sys.stdin.buffer.read(LARGEST)])
                self.stdout.write(f"Retours lus : {read}.")
                return
            read, left = _empty(folder)
        except DatabaseError as error:
            raise CommandError(
                "La base de données ne répond pas : rien n'est perdu, relancez.", returncode=TRY_AGAIN
            ) from error
        except OSError as error:
            code = errorcode.get(error.errno or 0, "EIO")
            raise CommandError(
                f"Lecture ou écriture impossible dans {folder} ({code}) : vérifiez ce maildir."
            ) from error
        self.stdout.write(f"Retours lus : {read}. Autres messages, laissés dans « cur » : {left}.")


def _record(mails: Sequence[bytes]) -> int:
    """How many of them are reports on a message of ours."""
    found = [bounce for bounce in map(_read, mails) if bounce]
    record_receipts(channel=Channel.EMAIL, receipts=found, now=timezone.now())
    return len(found)


def _read(mail: bytes) -> Told | None:
    bounce = read_bounce(mail, domain=domain(), bounce_address=settings.BOUNCE_ADDRESS)
    return Told(*bounce) if bounce else None


def _empty(folder: Path) -> tuple[int, int]:
    """Reports are recorded, then removed: they hold an address. What is none is left where a reader finds it, seen.
    Killed in between, the next run reads the same again, and nothing is written twice."""
    read = left = 0
    for files in _batches(sorted((folder / "new").iterdir())):
        told = {file: _read(_bytes_of(file)) for file in files}
        record_receipts(channel=Channel.EMAIL, receipts=[each for each in told.values() if each], now=timezone.now())
        for file, bounce in told.items():
            if bounce:
                file.unlink()
                read += 1
            else:
                file.rename(folder / "cur" / f"{file.name}:2,S")
                left += 1
    return read, left


def _bytes_of(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST)


def _batches(files: Sequence[Path]) -> Iterator[list[Path]]:
    remaining = iter(files)
    while batch := list(islice(remaining, A_BATCH)):
        yield batch
