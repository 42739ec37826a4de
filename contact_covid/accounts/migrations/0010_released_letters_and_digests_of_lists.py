from django.db import migrations, models
from django.db.models import F, Func

# A key is of no use once the account exists.
KEYS_OF_ACCOUNTS = """
DELETE FROM accounts_security_key AS known USING directory_practice AS place, accounts_account AS holder
WHERE place.id = known.practice_id AND holder.professional_id = place.professional_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_sessions_of_remembered_devices"),
    ]

    operations = [
        migrations.AddField(
            model_name="revocationlist",
            name="digest",
            field=models.GeneratedField(
                db_persist=True,
                expression=Func(F("content"), function="sha256"),
                output_field=models.BinaryField(max_length=32),
            ),
        ),
        migrations.AddField(
            model_name="lettercode",
            name="message",
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(KEYS_OF_ACCOUNTS, migrations.RunSQL.noop),
    ]
