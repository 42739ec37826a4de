"""The keys of what accounts must keep for years: secrets of second factors, which outlive the monthly key ring.

Each secret of ``settings.ACCOUNT_KEYS`` makes one key (AES-256-GCM). The first one seals, every one opens.
"""

import hashlib
import os
from collections.abc import Sequence
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from contact_covid.core.keyring import NONCE_BYTES, SealBroken

_NAME_BYTES = 8
_KEY_BYTES = 32


class AccountKeys:
    """``secrets``: the current one first, then those whose values are still to be sealed again."""

    def __init__(self, secrets: Sequence[str]) -> None:
        keys = [_derive(secret) for secret in secrets]
        # A value begins with the name of its key: its digest, which leads nowhere.
        self._keys = {hashlib.sha256(key).digest()[:_NAME_BYTES]: AESGCM(key) for key in keys}
        self._current = next(iter(self._keys))

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """``plain`` sealed under the current key, bound to ``context`` ("app.model.field:row")."""
        nonce = os.urandom(NONCE_BYTES)
        return self._current + nonce + self._keys[self._current].encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The bytes that were sealed in this very place. Raises ``SealBroken``, also when its key is not here."""
        name, rest = sealed[:_NAME_BYTES], sealed[_NAME_BYTES:]
        try:
            return self._keys[name].decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode())
        except (KeyError, InvalidTag, ValueError):
            raise SealBroken from None

    @property
    def current(self) -> bytes:
        """What every value sealed under the current key begins with."""
        return self._current


def _derive(secret: str) -> bytes:
    info = b"contact-covid/accounts"
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(secret.encode())


@cache
def _keys_of(secrets: tuple[str, ...]) -> AccountKeys:
    return AccountKeys(secrets)


def account_keys() -> AccountKeys:
    """The keys of this installation."""
    return _keys_of(settings.ACCOUNT_KEYS)
