from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_delegations_invitations_and_former_passwords"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="remembered",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
