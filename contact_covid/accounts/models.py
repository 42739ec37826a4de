from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower

from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.enums import Delegation, EndReason, LinkPurpose, Route, Step

# Django finds the models of an app in this module.
from contact_covid.accounts.factors.models import Challenge, Factor, RecoveryCode  # noqa: F401
from contact_covid.core.fields import SealedField
from contact_covid.core.rules.text import displayed
from contact_covid.directory.models import Fund, Organisation, Practice, Professional, Region

NOT_A_POST = (Role.PERSON.value, Role.SYSTEM.value)


class Account(AbstractBaseUser):
    """A professional or an agent, once, whatever the number of places. A shared address is no login.

    ``one_login_at``: when she chose the address and the password that are good for all her places. ``welcomed_at``:
    when she was shown the services. ``login_notice``: whether each login is told by mail. ``unused_warned_at``: when
    she was told that an unused account closes.
    """

    id = models.UUIDField(primary_key=True)
    email = models.CharField(max_length=254, blank=True)
    title = models.CharField(max_length=20, blank=True)
    last_name = models.CharField(max_length=100)
    first_name = models.CharField(max_length=100, blank=True)
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, null=True, related_name="accounts")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    password_changed_at = models.DateTimeField(null=True)
    one_login_at = models.DateTimeField(null=True)
    welcomed_at = models.DateTimeField(null=True)
    login_notice = models.BooleanField(default=False, db_default=False)
    unused_warned_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "id"

    class Meta:
        db_table = "accounts_account"
        indexes = [models.Index(fields=["email"], condition=~Q(email=""), name="accounts_account_email")]
        constraints = [
            models.UniqueConstraint(fields=["professional"], name="accounts_account_one_a_professional"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_account_email_lower_case"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def name(self) -> str:
        """« Mme Claire VASSEUR »."""
        return displayed(self.title, self.first_name, self.last_name)


class Post(models.Model):
    """One way for an account to act: a role, at a practice or for an organisation, in an area, for a time.

    ``delegated_by``: the account of the holder in whose name a delegate acts here. ``used_at``: when it was last begun
    to act from.
    """

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="posts")
    role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role if r.value not in NOT_A_POST])
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, null=True, related_name="posts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="posts")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, related_name="+")
    delegated_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_post"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "practice", "organisation"],
                condition=Q(ends_at=None),
                nulls_distinct=False,
                name="accounts_post_held_once",
            ),
            models.CheckConstraint(condition=~Q(role__in=NOT_A_POST), name="accounts_post_role_of_an_account"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="accounts_post_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(practice=None) | Q(organisation=None), name="accounts_post_one_place_at_most"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Session(models.Model):
    """A login until its end. The token is known to the browser only; here stands its SHA-256.

    ``steps``: what is still to be gone through before pages open, in order. ``remembered``: the second factor was not
    passed in this session but not long ago on its device, which is not enough to change the factors.
    """

    id = models.UUIDField(primary_key=True)
    token_digest = models.BinaryField(max_length=32)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sessions")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="sessions")
    assurance = models.PositiveSmallIntegerField(choices=[(a.value, a.name) for a in Assurance])
    steps = ArrayField(models.CharField(max_length=20, choices=Step.choices), default=list)
    remembered = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=20, choices=EndReason.choices, blank=True)

    class Meta:
        db_table = "accounts_session"
        indexes = [models.Index(fields=["created_at"], name="accounts_session_created_at")]
        constraints = [
            models.UniqueConstraint(fields=["token_digest"], name="accounts_session_token"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_reason="") | (Q(ended_at__isnull=False) & ~Q(ended_reason="")),
                name="accounts_session_end_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Enrolment(models.Model):
    """An account that is being created, until its address is confirmed. ``password``: a hash, empty for who asked for a
    letter only."""

    id = models.UUIDField(primary_key=True)
    route = models.CharField(max_length=20, choices=Route.choices)
    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, null=True, related_name="+")
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, null=True, related_name="+")
    email = models.CharField(max_length=254)
    password = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_enrolment"
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_enrolment_email_lower_case")
        ]

    def __str__(self) -> str:
        return str(self.id)


class Invitation(models.Model):
    """A post offered by mail: to a delegate of a holder, or to an agent of an organisation.

    ``delegation`` is empty for an agent. ``starts_at``: None for a post that begins when it is accepted. ``post``: the
    one it opened. ``closed_at``: when it was withdrawn, or the post ended before its date.
    """

    id = models.UUIDField(primary_key=True)
    invited_by = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    email = models.CharField(max_length=254)
    delegation = models.CharField(max_length=12, choices=Delegation.choices, blank=True)
    role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role if r.value not in NOT_A_POST])
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="+")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField()
    post = models.OneToOneField(Post, on_delete=models.CASCADE, null=True, related_name="invitation")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_invitation"
        constraints = [
            models.CheckConstraint(
                condition=Q(practice=None, organisation__isnull=False, delegation="")
                | (Q(practice__isnull=False, organisation=None, ends_at__isnull=False) & ~Q(delegation="")),
                name="accounts_invitation_of_holder_or_team",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_invitation_email_lower_case"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class FormerPassword(models.Model):
    """The hash of a password that was replaced, kept while it may not come back."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_former_password"

    def __str__(self) -> str:
        return str(self.id)


class MailedLink(models.Model):
    """What whoever receives a mail may do, once. The token stands in the mail only; here its SHA-256.

    ``email``: where it was sent. ``closed_at``: when it was used, or made void by a later one or a change.
    """

    id = models.UUIDField(primary_key=True)
    purpose = models.CharField(max_length=20, choices=LinkPurpose.choices)
    token_digest = models.BinaryField(max_length=32)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="links")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, null=True, related_name="links")
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, null=True, related_name="links")
    email = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_mailed_link"
        indexes = [models.Index(fields=["created_at"], name="accounts_link_created_at")]
        constraints = [
            models.UniqueConstraint(fields=["token_digest"], name="accounts_link_token"),
            models.CheckConstraint(
                condition=Q(account=None, enrolment__isnull=False, invitation=None)
                | Q(account__isnull=False, enrolment=None, invitation=None)
                | Q(account=None, enrolment=None, invitation__isnull=False),
                name="accounts_link_of_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CardReading(models.Model):
    """A card that was proved, until its ticket is redeemed by the browser of ``nonce_digest``. Digests are SHA-256."""

    id = models.UUIDField(primary_key=True)
    token_digest = models.BinaryField(max_length=32)
    nonce_digest = models.BinaryField(max_length=32)
    national_id = models.CharField(max_length=64)
    last_name = models.CharField(max_length=100)
    first_name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=100, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_card_reading"
        indexes = [models.Index(fields=["expires_at"], name="accounts_card_expires_at")]
        constraints = [models.UniqueConstraint(fields=["token_digest"], name="accounts_card_token")]

    def __str__(self) -> str:
        return str(self.id)


class PscLogin(models.Model):
    """A way back from Pro Santé Connect, which nobody goes twice: ``digest`` is that of the attempt.

    ``id_token``: what ends the session there, once ``session`` was opened here.
    """

    id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(max_length=32)
    came_back_at = models.DateTimeField()
    session = models.OneToOneField(Session, on_delete=models.CASCADE, null=True, related_name="psc_login")
    id_token = SealedField(null=True)

    class Meta:
        db_table = "accounts_psc_login"
        indexes = [models.Index(fields=["came_back_at"], name="accounts_psc_login_came_back")]
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="accounts_psc_login_once"),
            models.CheckConstraint(
                condition=Q(session=None, id_token=None) | Q(session__isnull=False, id_token__isnull=False),
                name="accounts_psc_login_token_of_a_session",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class RevocationList(models.Model):
    """The list that an authority of cards publishes of those lost, stolen or withdrawn.

    ``issuer``: SHA-256 of the authority's name. ``content``: as published, DER; ``digest``: its SHA-256, which the
    database makes, so that who has read the list knows it again without reading it.
    """

    issuer = models.BinaryField(max_length=32, primary_key=True)
    content = models.BinaryField()
    digest = models.GeneratedField(
        expression=Func(F("content"), function="sha256"),
        output_field=models.BinaryField(max_length=32),
        db_persist=True,
    )
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    fetched_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_revocation_list"

    def __str__(self) -> str:
        return bytes(self.issuer).hex()


class LoginGuard(models.Model):
    """Tries of a secret: passwords of a login, codes of a second factor, security keys, mails asked for.

    ``key``: digest of the kind of secret with the account or the number it is tried against, which nobody may have.
    """

    key = models.BinaryField(max_length=32, primary_key=True)
    tries = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_login_guard"
        indexes = [models.Index(fields=["last_at"], name="accounts_login_guard_last_at")]

    def __str__(self) -> str:
        return self.key.hex()


class SecurityKey(models.Model):
    """What proves who creates an account: one hash of AM number, NIR and end of the IBAN, whose parts are not kept."""

    practice = models.OneToOneField(Practice, on_delete=models.CASCADE, primary_key=True, related_name="+")
    key = models.CharField(max_length=128)
    loaded_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_security_key"

    def __str__(self) -> str:
        return str(self.practice_id)


class LetterCode(models.Model):
    """The code of the last letter to a place of practice: one in 30 days. ``code``: its hash.

    ``tries`` counts the wrong ones. ``closed_at``: when it had served. ``message``: the letter, in the outbox; once it
    is given up there, another may be asked for.
    """

    practice = models.OneToOneField(Practice, on_delete=models.CASCADE, primary_key=True, related_name="+")
    code = models.CharField(max_length=128)
    tries = models.PositiveSmallIntegerField(default=0)
    message = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_letter_code"

    def __str__(self) -> str:
        return str(self.practice_id)
