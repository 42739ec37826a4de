from django.db import migrations

_DROP = """
DELETE FROM people_search_key AS proof USING (SELECT DISTINCT fiche FROM people_search_key WHERE kind = 'name_birth') AS known
WHERE proof.fiche = known.fiche AND proof.kind IN ('person_nir', 'person_phone')
"""


class Migration(migrations.Migration):
    """Drops the keys that two others prove together. Fiches older than 0004 have no others: theirs stay, and they are
    recognised once ``manage.py write_search_keys`` or a correction has written their keys."""

    dependencies = [
        ("people", "0009_keys_of_an_incoming_call"),
    ]

    operations = [migrations.RunSQL(_DROP, migrations.RunSQL.noop)]
