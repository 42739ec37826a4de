import django.db.models.deletion
from django.db import migrations, models

import contact_covid.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_cards_and_revocation_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="PscLogin",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32)),
                ("came_back_at", models.DateTimeField()),
                ("id_token", contact_covid.core.fields.SealedField(null=True)),
                (
                    "session",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="psc_login",
                        to="accounts.session",
                    ),
                ),
            ],
            options={
                "db_table": "accounts_psc_login",
                "indexes": [models.Index(fields=["came_back_at"], name="accounts_psc_login_came_back")],
                "constraints": [
                    models.UniqueConstraint(fields=("digest",), name="accounts_psc_login_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("id_token", None), ("session", None)),
                            models.Q(("id_token__isnull", False), ("session__isnull", False)),
                            _connector="OR",
                        ),
                        name="accounts_psc_login_token_of_a_session",
                    ),
                ],
            },
        ),
    ]
