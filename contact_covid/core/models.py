from django.db import models


class IdempotencyKey(models.Model):
    """A writing form or API call that succeeded: pressed twice, sent again after a cut, it is written once."""

    pk = models.CompositePrimaryKey("account", "key")
    account = models.UUIDField()
    key = models.CharField(max_length=64)
    body = models.BinaryField(max_length=16)
    target = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "core_idempotency_key"
        indexes = [models.Index(fields=["at"], name="core_idempotency_key_at")]
