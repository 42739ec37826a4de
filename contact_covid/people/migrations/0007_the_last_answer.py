from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_alert_of_many_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="lookuptally",
            name="allowed",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
