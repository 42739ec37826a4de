from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="fund",
            name="email",
            field=models.CharField(blank=True, db_default="", max_length=254),
        ),
    ]
