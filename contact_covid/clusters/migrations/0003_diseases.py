from django.db import migrations, models


class Migration(migrations.Migration):
    """What was followed before there were several was one disease."""

    dependencies = [
        ("clusters", "0002_withdrawn_hand_overs"),
    ]

    operations = [
        migrations.AddField(
            model_name="cluster",
            name="disease",
            field=models.CharField(default="covid19", max_length=16),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="signal",
            name="disease",
            field=models.CharField(default="covid19", max_length=16),
            preserve_default=False,
        ),
    ]
