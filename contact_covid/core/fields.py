from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models

from contact_covid.core.keyring import looks_sealed

Set_contra = TypeVar("Set_contra", contravariant=True)
Get_co = TypeVar("Get_co", covariant=True)

# Nullable or not is for the type checker to know; Django's own fields take no type parameters when the service runs.
if TYPE_CHECKING:

    class _Bytes(models.BinaryField[Set_contra, Get_co]):
        _pyi_private_set_type: bytes
        _pyi_private_get_type: bytes
else:

    class _Bytes(models.BinaryField, Generic[Set_contra, Get_co]):
        pass


class UnsealedValue(Exception):
    """Plain bytes were about to be stored where only sealed ones may stand."""


class SealedField(_Bytes[Set_contra, Get_co]):
    """A column that can hold a person's trait: bytes made by ``KeyRing.seal`` and nothing else.

    The field never opens what it holds: reading rows reveals nothing until somebody opens them on purpose.
    """

    def get_prep_value(self, value: Any) -> Any:
        if value is not None and not looks_sealed(bytes(value)):
            raise UnsealedValue(f"{self.model._meta.label}.{self.name}")
        return super().get_prep_value(value)

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        return None if value is None else bytes(value)
