from typing import TYPE_CHECKING, Any

from django.db import models

from contact_covid.core.keyring import looks_sealed

if TYPE_CHECKING:
    _Bytes = models.BinaryField[bytes, bytes]
else:
    _Bytes = models.BinaryField


class UnsealedValue(Exception):
    """Plain bytes were about to be stored where only sealed ones may stand."""


class SealedField(_Bytes):
    """A column that can hold a person's trait: bytes made by ``KeyRing.seal`` and nothing else.

    The field never opens what it holds: reading rows reveals nothing until somebody opens them on purpose.
    """

    def get_prep_value(self, value: Any) -> Any:
        if value is not None and not looks_sealed(bytes(value)):
            raise UnsealedValue(f"{self.model._meta.label}.{self.name}")
        return super().get_prep_value(value)

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        return None if value is None else bytes(value)
