from django.db import migrations, models


class Migration(migrations.Migration):
    """Fiches there are get no such keys: their identities are sealed, and no migration opens them. They are found by
    telephone, name and birth date once ``manage.py write_search_keys`` or a correction has written their keys."""

    dependencies = [
        ("people", "0008_lighter_lookups"),
    ]

    operations = [
        migrations.AlterField(
            model_name="searchkey",
            name="kind",
            field=models.CharField(
                choices=[
                    ("nir", "NIR"),
                    ("person_nir", "NIR, nom, prénom et date de naissance"),
                    ("person_phone", "Nom, prénom, date de naissance et téléphone"),
                    ("name_birth", "Nom, prénom et date de naissance"),
                    ("name_nir", "NIR, nom et prénom"),
                    ("name_phone", "Nom, prénom et téléphone"),
                    ("phone", "Téléphone"),
                    ("name_token", "Mot d’un nom ou d’un prénom"),
                    ("birth_date", "Date de naissance"),
                ],
                max_length=16,
            ),
        ),
    ]
