from django.db import migrations, models
from django.db.models.deletion import CASCADE

import contact_covid.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0003_calls_and_the_queue"),
    ]

    operations = [
        migrations.AlterField(
            model_name="fiche",
            name="closure_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("refused", "Refus de la personne"),
                    ("error", "Enregistrée par erreur"),
                    ("duplicate", "Déjà enregistrée sous une autre fiche"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("account", models.UUIDField()),
                ("practice", models.UUIDField()),
                ("period", models.CharField(max_length=7)),
                ("value", contact_covid.core.fields.SealedField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "tracing_draft",
                "indexes": [
                    models.Index(fields=["account", "practice", "updated_at"], name="tracing_draft_account_updated"),
                    models.Index(fields=["updated_at"], name="tracing_draft_updated"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Declaration",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("practice", models.UUIDField()),
                ("account", models.UUIDField()),
                ("declared_at", models.DateTimeField()),
                ("period", models.CharField(max_length=7)),
                ("value", contact_covid.core.fields.SealedField()),
                ("fiche", models.ForeignKey(on_delete=CASCADE, related_name="declarations", to="tracing.fiche")),
            ],
            options={
                "db_table": "tracing_declaration",
                "indexes": [models.Index(fields=["practice", "declared_at"], name="tracing_declaration_practice")],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "fiche"), name="tracing_declaration_once_a_practice")
                ],
            },
        ),
    ]
