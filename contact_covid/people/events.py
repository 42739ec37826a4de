from enum import StrEnum


class PeopleEvent(StrEnum):
    """What the journal records of identities and look-ups."""

    SEARCHED = "people.searched"
    REVEALED = "people.revealed"
    SEARCH_REFUSED = "people.search_refused"
    SUSPENSION_LIFTED = "people.suspension_lifted"
    KEYS_WRITTEN = "people.keys_written"
