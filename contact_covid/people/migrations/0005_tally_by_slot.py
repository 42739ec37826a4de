from django.db import migrations, models


class Migration(migrations.Migration):
    """Look-ups are counted by ten minutes instead of clock hours; the hours counted so far stay, as their first slot.

    Django cannot rename a column of a composite key.
    """

    dependencies = [
        ("people", "0004_name_keys"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    """
                    ALTER TABLE people_lookup_tally RENAME COLUMN hour TO slot;
                    ALTER INDEX people_lookup_tally_hour RENAME TO people_lookup_tally_slot;
                    """,
                    """
                    ALTER TABLE people_lookup_tally RENAME COLUMN slot TO hour;
                    ALTER INDEX people_lookup_tally_slot RENAME TO people_lookup_tally_hour;
                    """,
                )
            ],
            state_operations=[
                migrations.DeleteModel("LookupTally"),
                migrations.CreateModel(
                    name="LookupTally",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "subject", "slot", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("subject", models.UUIDField()),
                        ("slot", models.DateTimeField()),
                        ("lookups", models.PositiveIntegerField()),
                        ("misses", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "db_table": "people_lookup_tally",
                        "indexes": [models.Index(fields=["slot"], name="people_lookup_tally_slot")],
                    },
                ),
            ],
        ),
    ]
