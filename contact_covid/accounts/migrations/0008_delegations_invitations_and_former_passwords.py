import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_notice_at_each_login"),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerPassword",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("password", models.CharField(max_length=128)),
                ("replaced_at", models.DateTimeField()),
            ],
            options={
                "db_table": "accounts_former_password",
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("email", models.CharField(max_length=254)),
                (
                    "delegation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("secretary", "Secrétaire"),
                            ("replacement", "Remplaçant"),
                            ("accountant", "Comptable"),
                        ],
                        max_length=12,
                    ),
                ),
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
                            ("accountant", "Comptable"),
                            ("administrator", "Administrateur"),
                        ],
                        max_length=20,
                    ),
                ),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "accounts_invitation",
            },
        ),
        migrations.RemoveConstraint(
            model_name="mailedlink",
            name="accounts_link_of_one",
        ),
        migrations.AddField(
            model_name="account",
            name="unused_warned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="post",
            name="delegated_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
            ),
        ),
        migrations.AlterField(
            model_name="mailedlink",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("create_account", "Création de compte"),
                    ("one_login", "Adresse e-mail unique"),
                    ("change_email", "Modification d’adresse e-mail"),
                    ("reset_password", "Réinitialisation de mot de passe"),
                    ("accept_invitation", "Invitation"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="post",
            name="role",
            field=models.CharField(
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
                    ("accountant", "Comptable"),
                    ("administrator", "Administrateur"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="formerpassword",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="former_passwords", to="accounts.account"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="accounts.account"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="organisation",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.organisation"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="post",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="invitation", to="accounts.post"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="practice",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.practice"
            ),
        ),
        migrations.AddField(
            model_name="mailedlink",
            name="invitation",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="links", to="accounts.invitation"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailedlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", None), ("enrolment__isnull", False), ("invitation", None)),
                    models.Q(("account__isnull", False), ("enrolment", None), ("invitation", None)),
                    models.Q(("account", None), ("enrolment", None), ("invitation__isnull", False)),
                    _connector="OR",
                ),
                name="accounts_link_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delegation", ""), ("organisation__isnull", False), ("practice", None)),
                    models.Q(
                        ("ends_at__isnull", False),
                        ("organisation", None),
                        ("practice__isnull", False),
                        models.Q(("delegation", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="accounts_invitation_of_holder_or_team",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="accounts_invitation_email_lower_case",
            ),
        ),
    ]
