"""Chance that depends on nothing but what it is about: not on who draws, when, or in which process."""

from hashlib import blake2b


def chance(*about: int | str) -> float:
    """A number in [0, 1) that depends on ``about`` only."""
    digest = blake2b("/".join(map(str, about)).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48
