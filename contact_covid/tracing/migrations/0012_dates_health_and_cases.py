from django.db import migrations, models
from django.db.models import deletion

_REASONS = [
    ("refused", "Refus de la personne"),
    ("error", "Enregistrée par erreur"),
    ("duplicate", "Déjà enregistrée sous une autre fiche"),
    ("followed", "Fin du suivi"),
    ("became_case", "Devenue patient zéro"),
    ("deceased", "Décès"),
    ("handed_over", "Transmise à l’agence régionale de santé"),
    ("corrected", "Résultat positif corrigé par le laboratoire"),
]
# Until now there was one test, and « at once » counted from the day the dates were made: taken to be the first one.
_FROM_WHAT_THERE_IS = """
UPDATE tracing_contact SET tests = jsonb_build_array(jsonb_build_array(test_due::text, 'laboratory')),
    mask_until = isolation_until, followed_until = greatest(isolation_until, test_due),
    told_on = (SELECT (created_at AT TIME ZONE 'Europe/Paris')::date FROM tracing_fiche WHERE id = fiche_id)
"""
_KEPT = """
INSERT INTO tracing_dates_computed
    (id, fiche_id, computed_at, protocol, window_start, isolation_until, mask_until, tests)
SELECT gen_random_uuid(), fiche.id, fiche.created_at, coalesce(contact.protocol, index_case.protocol),
    index_case.window_start, coalesce(contact.isolation_until, index_case.isolation_until), contact.mask_until,
    coalesce(contact.tests, '[]')
FROM tracing_fiche fiche
LEFT JOIN tracing_contact contact ON contact.fiche_id = fiche.id
LEFT JOIN tracing_index_case index_case ON index_case.fiche_id = fiche.id
WHERE contact.fiche_id IS NOT NULL OR index_case.fiche_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0011_certificates"),
    ]

    operations = [
        migrations.AlterField("fiche", "closure_reason", models.CharField(blank=True, choices=_REASONS, max_length=12)),
        migrations.AddField(
            "indexcase",
            "was_contact",
            models.ForeignKey(null=True, on_delete=deletion.PROTECT, related_name="became", to="tracing.fiche"),
        ),
        migrations.AddField("contact", "cohabitant_recovers", models.DateField(null=True)),
        migrations.AddField("contact", "told_on", models.DateField(null=True)),
        migrations.AddField("contact", "mask_until", models.DateField(null=True)),
        migrations.AddField("contact", "followed_until", models.DateField(null=True)),
        migrations.AddField("contact", "tests", models.JSONField(null=True)),
        migrations.AddField("declaration", "vaccinated_on", models.DateField(null=True)),
        migrations.AddField("declaration", "symptoms_ended_on", models.DateField(null=True)),
        migrations.AddField("declaration", "recovered_on", models.DateField(null=True)),
        migrations.AddField("declaration", "negative_on", models.DateField(null=True)),
        migrations.CreateModel(
            name="Health",
            fields=[
                (
                    "fiche",
                    models.OneToOneField(
                        on_delete=deletion.CASCADE,
                        primary_key=True,
                        related_name="health",
                        serialize=False,
                        to="tracing.fiche",
                    ),
                ),
                ("vaccinated_on", models.DateField(null=True)),
                ("onset", models.DateField(null=True)),
                ("symptoms_ended_on", models.DateField(null=True)),
                ("recovered_on", models.DateField(null=True)),
                ("negative_on", models.DateField(null=True)),
            ],
            options={
                "db_table": "tracing_health",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("onset__isnull", True),
                            ("symptoms_ended_on__isnull", True),
                            ("symptoms_ended_on__gte", models.F("onset")),
                            _connector="OR",
                        ),
                        name="tracing_health_symptoms_end_after_onset",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DatesComputed",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("computed_at", models.DateTimeField()),
                ("protocol", models.CharField(max_length=32)),
                ("window_start", models.DateField(null=True)),
                ("isolation_until", models.DateField(null=True)),
                ("mask_until", models.DateField(null=True)),
                ("tests", models.JSONField()),
                (
                    "fiche",
                    models.ForeignKey(
                        db_index=False, on_delete=deletion.CASCADE, related_name="dates", to="tracing.fiche"
                    ),
                ),
            ],
            options={
                "db_table": "tracing_dates_computed",
                "indexes": [models.Index(fields=["fiche", "computed_at"], name="tracing_dates_of_a_fiche")],
            },
        ),
        migrations.RunSQL(_FROM_WHAT_THERE_IS, migrations.RunSQL.noop),
        migrations.RunSQL(_KEPT, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("contact", "told_on", models.DateField()),
        migrations.AlterField("contact", "mask_until", models.DateField()),
        migrations.AlterField("contact", "followed_until", models.DateField()),
        migrations.AlterField("contact", "tests", models.JSONField()),
        migrations.AlterField("contact", "isolation_until", models.DateField(null=True)),
        migrations.AddIndex("contact", models.Index(fields=["followed_until"], name="tracing_contact_followed")),
    ]
