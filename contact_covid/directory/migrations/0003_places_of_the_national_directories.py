from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_funds_have_an_email"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerNumber",
            fields=[
                ("adeli", models.CharField(max_length=9, primary_key=True, serialize=False)),
                ("rpps", models.CharField(db_index=True, max_length=11)),
            ],
        ),
        migrations.AddField(
            model_name="practice",
            name="place",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("place", ""), _negated=True),
                fields=("professional", "place"),
                name="practice_once_in_the_directory",
                nulls_distinct=False,
            ),
        ),
    ]
