from django.db import models

from contact_covid.accounts.factors.enums import ChallengeKind, FactorKind


class Factor(models.Model):
    """A second factor of one's own. ``secret`` is sealed under the account keys: of an application what it counts
    with, of a passkey its public part.

    ``counter``: of an application the last time step whose code was taken, of a passkey its number of signatures.
    """

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=10, choices=FactorKind.choices)
    name = models.CharField(max_length=40)
    secret = models.BinaryField()
    counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_factor"
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="accounts_factor_has_a_name")]

    def __str__(self) -> str:
        return str(self.id)


class RecoveryCode(models.Model):
    """A code that replaces a lost factor once: the row goes with its use. ``mark``: its first character; ``code``: the
    hash of the whole."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="recovery_codes")
    mark = models.CharField(max_length=1)
    code = models.CharField(max_length=128)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_recovery_code"
        constraints = [models.UniqueConstraint(fields=["account", "mark"], name="accounts_recovery_code_mark")]

    def __str__(self) -> str:
        return str(self.id)


class Challenge(models.Model):
    """What a session is being asked, one of a kind. ``value``: a digest of the mailed code, the bytes a passkey signs,
    or the sealed secret of the application being added."""

    id = models.UUIDField(primary_key=True)
    session = models.ForeignKey("accounts.Session", on_delete=models.CASCADE, related_name="challenges")
    kind = models.CharField(max_length=12, choices=ChallengeKind.choices)
    value = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_challenge"
        constraints = [models.UniqueConstraint(fields=["session", "kind"], name="accounts_challenge_one_of_a_kind")]

    def __str__(self) -> str:
        return str(self.id)
