from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_keys_and_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="RevocationList",
            fields=[
                ("issuer", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("content", models.BinaryField()),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("fetched_at", models.DateTimeField()),
            ],
            options={
                "db_table": "accounts_revocation_list",
            },
        ),
        migrations.CreateModel(
            name="CardReading",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("token_digest", models.BinaryField(max_length=32)),
                ("nonce_digest", models.BinaryField(max_length=32)),
                ("national_id", models.CharField(max_length=64)),
                ("last_name", models.CharField(max_length=100)),
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("title", models.CharField(blank=True, max_length=100)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "accounts_card_reading",
                "indexes": [models.Index(fields=["expires_at"], name="accounts_card_expires_at")],
                "constraints": [models.UniqueConstraint(fields=("token_digest",), name="accounts_card_token")],
            },
        ),
    ]
