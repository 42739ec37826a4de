"""The journal and its seals, for reading. The tables are made by SQL (migration 0001) and written by ``actions``."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class TransactionId(models.BigIntegerField):  # type: ignore[type-arg] # generic in the stubs only
    """PostgreSQL's ``xid8``: the number of a transaction, never reused. Read and compared as an integer."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002 - the signature is Django's
        return "xid8"

    def from_db_value(self, value: str, *_: object) -> int:
        return int(value)

    def get_db_prep_value(self, value: object, connection: BaseDatabaseWrapper, prepared: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002
        return str(value)


class Entry(models.Model):
    """One act, or one reading of identities."""

    id = models.BigIntegerField(primary_key=True)
    xid = TransactionId()
    at = models.DateTimeField()
    kind = models.TextField()
    account = models.UUIDField(null=True)
    session = models.UUIDField(null=True)
    role = models.TextField()
    practice = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    purpose = models.TextField()
    surface = models.TextField()
    fiches = ArrayField(models.TextField())
    count = models.IntegerField()
    detail = models.JSONField()

    class Meta:
        db_table = "journal_entry"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Batch(models.Model):
    """A sealed batch: the rows with ``from_xid`` <= xid < ``to_xid``, their root, the head of the chain after it."""

    seq = models.BigIntegerField(primary_key=True)
    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    count = models.BigIntegerField()
    root = models.BinaryField()
    head = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "journal_batch"

    def __str__(self) -> str:
        return f"{self.seq}"
