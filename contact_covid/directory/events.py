"""The kinds of journal events that the directory writes."""

from enum import StrEnum


class DirectoryEvent(StrEnum):
    LOADED = "directory.loaded"
