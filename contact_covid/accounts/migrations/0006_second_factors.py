import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_psc_logins"),
    ]

    operations = [
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email_code", "Code par e-mail"),
                            ("passkey", "Signature d’une clé d’accès"),
                            ("new_totp", "Application à ajouter"),
                            ("new_passkey", "Clé d’accès à ajouter"),
                        ],
                        max_length=12,
                    ),
                ),
                ("value", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="challenges", to="accounts.session"
                    ),
                ),
            ],
            options={
                "db_table": "accounts_challenge",
                "constraints": [
                    models.UniqueConstraint(fields=("session", "kind"), name="accounts_challenge_one_of_a_kind")
                ],
            },
        ),
        migrations.CreateModel(
            name="Factor",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("totp", "Application d’authentification"), ("passkey", "Clé d’accès")], max_length=10
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("secret", models.BinaryField()),
                ("counter", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="factors", to="accounts.account"
                    ),
                ),
            ],
            options={
                "db_table": "accounts_factor",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="accounts_factor_has_a_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("mark", models.CharField(max_length=1)),
                ("code", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_recovery_code",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "mark"), name="accounts_recovery_code_mark")
                ],
            },
        ),
    ]
