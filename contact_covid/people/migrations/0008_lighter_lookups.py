import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    """The index by slot did worse than cost: the planner read the counts of everybody by it, instead of one subject's."""

    dependencies = [
        ("people", "0007_the_last_answer"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="lookuptally", name="people_lookup_tally_slot"),
        migrations.RemoveIndex(model_name="lookup", name="people_lookup_at"),
        migrations.AddIndex(
            model_name="lookup",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="people_lookup_at_brin"),
        ),
    ]
