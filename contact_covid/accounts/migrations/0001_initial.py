import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("title", models.CharField(blank=True, max_length=20)),
                ("last_name", models.CharField(max_length=100)),
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "professional",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="directory.professional",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_account",
            },
        ),
        migrations.CreateModel(
            name="LoginGuard",
            fields=[
                ("key", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("tries", models.PositiveIntegerField()),
                ("last_at", models.DateTimeField()),
                ("blocked_until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "accounts_login_guard",
                "indexes": [models.Index(fields=["last_at"], name="accounts_login_guard_last_at")],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("physician", "Médecin"),
                            ("hospital", "Établissement de santé"),
                            ("secretary", "Secrétaire"),
                            ("platform_agent", "Agent de plateforme"),
                            ("platform_supervisor", "Superviseur de plateforme"),
                            ("delegated_tracer", "Enquêteur délégué"),
                            ("biologist", "Biologiste"),
                            ("pharmacist", "Pharmacien"),
                            ("ars_agent", "Agent de l’ARS"),
                            ("epidemiologist", "Épidémiologiste"),
                            ("dpo", "Délégué à la protection des données"),
                            ("administrator", "Administrateur"),
                        ],
                        max_length=20,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="posts", to="accounts.account"
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.fund"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="directory.organisation",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="directory.practice",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.region"
                    ),
                ),
            ],
            options={
                "db_table": "accounts_post",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("token_digest", models.BinaryField(max_length=32)),
                (
                    "assurance",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "NONE"),
                            (1, "PASSWORD"),
                            (2, "SECOND_FACTOR"),
                            (3, "PRO_SANTE_CONNECT"),
                            (4, "CARD"),
                        ]
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("logged_out", "Déconnexion"),
                            ("ended_elsewhere", "Déconnexion à distance"),
                            ("password_changed", "Mot de passe modifié"),
                            ("disabled", "Compte désactivé"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="accounts.account"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="accounts.post"
                    ),
                ),
            ],
            options={
                "db_table": "accounts_session",
            },
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("email", ""), _negated=True), fields=["email"], name="accounts_account_email"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(fields=("professional",), name="accounts_account_one_a_professional"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="accounts_account_email_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("account", "role", "practice", "organisation"),
                name="accounts_post_held_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ("person", "system")), _negated=True),
                name="accounts_post_role_of_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gte", models.F("starts_at")), _connector="OR"),
                name="accounts_post_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("practice", None), ("organisation", None), _connector="OR"),
                name="accounts_post_one_place_at_most",
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["created_at"], name="accounts_session_created_at"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(fields=("token_digest",), name="accounts_session_token"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_reason", "")),
                    models.Q(("ended_at__isnull", False), models.Q(("ended_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="accounts_session_end_has_reason",
            ),
        ),
    ]
