from django.db import migrations, models


class Migration(migrations.Migration):
    """What was followed before there were several was one disease."""

    dependencies = [
        ("tracing", "0020_queues_of_teams"),
    ]

    operations = [
        migrations.AddField(
            model_name="fiche",
            name="disease",
            field=models.CharField(default="covid19", max_length=16),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="contact",
            name="mask_until",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="contact",
            name="test_due",
            field=models.DateField(null=True),
        ),
    ]
