import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_links_and_steps"),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterCode",
            fields=[
                (
                    "practice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="directory.practice",
                    ),
                ),
                ("code", models.CharField(max_length=128)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "accounts_letter_code",
            },
        ),
        migrations.CreateModel(
            name="SecurityKey",
            fields=[
                (
                    "practice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="directory.practice",
                    ),
                ),
                ("key", models.CharField(max_length=128)),
                ("loaded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "accounts_security_key",
            },
        ),
    ]
