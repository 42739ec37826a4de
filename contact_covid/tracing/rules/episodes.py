"""When a person who is met again is in another episode: she then gets another fiche, sealed under its own month."""

from datetime import date, datetime, timedelta

# An exposure soon after the follow-up still belongs to it; somebody who tests positive again within two months is still
# the same case (Santé publique France, definition of a reinfection).
CONTACT_GAP = timedelta(days=10)
INDEX_GAP = timedelta(days=60)

OLDEST_DAY = timedelta(days=90)
"""How long ago what is told now may have been: a sampling, an exposure, a stay, an act at a counter."""


def another_contact_episode(*, followed_until: date, last_contact: date) -> bool:
    """Whether an exposure of ``last_contact`` comes after the episode that was followed until ``followed_until``."""
    return last_contact > followed_until + CONTACT_GAP


def another_index_episode(*, registered_at: datetime, now: datetime) -> bool:
    """Whether a positive test registered ``now`` is a reinfection of somebody registered before."""
    return now - registered_at > INDEX_GAP
