import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="one_login_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="password_changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="welcomed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="steps",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("second_factor", "Seconde vérification"),
                        ("new_password", "Nouveau mot de passe"),
                        ("one_login", "Adresse e-mail et mot de passe uniques"),
                    ],
                    max_length=20,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "route",
                    models.CharField(
                        choices=[
                            ("card", "Carte CPS"),
                            ("security_key", "Clé de sécurité"),
                            ("letter", "Courrier postal"),
                        ],
                        max_length=20,
                    ),
                ),
                ("email", models.CharField(max_length=254)),
                ("password", models.CharField(blank=True, max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "practice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="directory.practice",
                    ),
                ),
                (
                    "professional",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="directory.professional",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_enrolment",
            },
        ),
        migrations.CreateModel(
            name="MailedLink",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("create_account", "Création de compte"),
                            ("one_login", "Adresse e-mail unique"),
                            ("change_email", "Modification d’adresse e-mail"),
                            ("reset_password", "Réinitialisation de mot de passe"),
                        ],
                        max_length=20,
                    ),
                ),
                ("token_digest", models.BinaryField(max_length=32)),
                ("email", models.CharField(max_length=254)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="accounts.account",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="accounts.enrolment",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_mailed_link",
            },
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="accounts_enrolment_email_lower_case",
            ),
        ),
        migrations.AddIndex(
            model_name="mailedlink",
            index=models.Index(fields=["created_at"], name="accounts_link_created_at"),
        ),
        migrations.AddConstraint(
            model_name="mailedlink",
            constraint=models.UniqueConstraint(fields=("token_digest",), name="accounts_link_token"),
        ),
        migrations.AddConstraint(
            model_name="mailedlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", None), ("enrolment__isnull", False)),
                    models.Q(("account__isnull", False), ("enrolment", None)),
                    _connector="OR",
                ),
                name="accounts_link_of_one",
            ),
        ),
    ]
