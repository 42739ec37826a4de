from enum import StrEnum


class SupportEvent(StrEnum):
    """What the journal records of help during isolation."""

    ASKED = "support.asked"
    WITHDRAWN = "support.withdrawn"
    MOVED = "support.moved"
