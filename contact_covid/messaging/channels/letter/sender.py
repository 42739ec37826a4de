"""By post: each letter is a file that a printing service fetches from LETTERS_DIR and removes."""

import os
import tempfile
from pathlib import Path

from django.conf import settings

from contact_covid.messaging.channels.parcel import ChannelUnavailable, Parcel


def is_configured() -> bool:
    return settings.LETTERS_DIR is not None


def send(parcel: Parcel) -> None:
    """A letter sent again replaces itself: its name is the message's id. Raises ``ChannelUnavailable``."""
    folder: Path | None = settings.LETTERS_DIR
    if folder is None:
        raise ChannelUnavailable
    try:
        for letter in parcel.attachments:
            put(folder, f"{parcel.id}{Path(letter.name).suffix}", letter.content)
    except OSError as error:
        raise ChannelUnavailable from error


def put(folder: Path, name: str, content: bytes) -> None:
    """The file is there whole, on the disk, and readable by its owner only, or not at all."""
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(folder / name)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
