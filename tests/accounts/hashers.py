"""Argon2 made cheap, and counted."""

import threading

from django.contrib.auth.hashers import Argon2PasswordHasher


class CountingHasher(Argon2PasswordHasher):
    """Counts every run of the hash, against a stored one or against nothing."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1
    runs = 0
    _lock = threading.Lock()

    def encode(self, password: str, salt: str) -> str:
        self._count()
        encoded: str = super().encode(password, salt)
        return encoded

    def verify(self, password: str, encoded: str) -> bool:
        self._count()
        return bool(super().verify(password, encoded))

    @classmethod
    def _count(cls) -> None:
        with cls._lock:
            cls.runs += 1
