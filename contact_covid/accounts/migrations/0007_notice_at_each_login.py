from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_second_factors"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="login_notice",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
