from uuid import UUID

from django.db import migrations, models

_RESULTS = [
    ("pending", "En attente"),
    ("negative", "Négatif"),
    ("positive", "Positif"),
    ("inconclusive", "Indéterminé"),
]
_PLACES = [
    ("laboratory", "Au laboratoire"),
    ("outdoors", "En drive ou sous barnum"),
    ("home", "À domicile"),
    ("institution", "En établissement"),
]
# A fiche had one test, with its corrections: one sampling, named after the first row. The day of a result was not asked:
# it is known by the day on which it was recorded, at the latest. In one statement: a second writing of the same rows would
# leave checks of their foreign key to the end, and the index could not be made before.
_ONE_SAMPLING_A_FICHE = """
UPDATE tracing_test SET sampling = first.id, result_on = CASE
    WHEN done AND result IN ('negative', 'positive')
    THEN greatest(done_on, (recorded_at AT TIME ZONE 'Europe/Paris')::date) END
FROM (SELECT DISTINCT ON (fiche_id) fiche_id, id FROM tracing_test ORDER BY fiche_id, recorded_at, id) first
WHERE first.fiche_id = tracing_test.fiche_id
"""
_NO_TEST = models.Q(done=False)


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0006_stays"),
    ]

    operations = [
        migrations.AddField("test", "sampling", models.UUIDField(default=UUID(int=0)), preserve_default=False),
        migrations.AddField(
            "test",
            "place",
            models.CharField(blank=True, choices=_PLACES, default="", max_length=12),
            preserve_default=False,
        ),
        migrations.AddField("test", "result_on", models.DateField(null=True)),
        migrations.AlterField("test", "result", models.CharField(blank=True, choices=_RESULTS, max_length=12)),
        migrations.RunSQL(_ONE_SAMPLING_A_FICHE, migrations.RunSQL.noop),
        migrations.RemoveConstraint("test", "tracing_test_one_current"),
        migrations.AddConstraint(
            "test",
            models.UniqueConstraint(
                condition=models.Q(("superseded_at__isnull", True)),
                fields=("sampling",),
                name="tracing_test_one_current_a_sampling",
            ),
        ),
        migrations.AddConstraint(
            "test",
            models.CheckConstraint(
                condition=_NO_TEST
                | models.Q(result="pending", result_on__isnull=True)
                | (~models.Q(result="pending") & models.Q(result_on__isnull=False, result_on__gte=models.F("done_on"))),
                name="tracing_test_result_has_date",
            ),
        ),
        migrations.AddField(
            "maskdelivery", "protocol", models.CharField(blank=True, default="", max_length=32), preserve_default=False
        ),
        migrations.AddIndex(
            "maskdelivery", models.Index(fields=["practice", "recorded_at", "id"], name="tracing_mask_delivery_of_day")
        ),
    ]
