"""Argon2 made cheap, and counted: the service's own takes a quarter of a second and 100 MB each time."""

import threading

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapHasher(Argon2PasswordHasher):
    """What it made opens the service's processes too; they hash the password anew at the first login."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1


class CountingHasher(CheapHasher):
    """Counts every run of the hash, against a stored one or against nothing."""

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
