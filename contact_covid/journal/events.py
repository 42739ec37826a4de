"""The kinds of events that reading the journal leaves in the journal itself."""

from enum import StrEnum


class JournalEvent(StrEnum):
    READ = "journal.read"
    EXPORTED = "journal.exported"
