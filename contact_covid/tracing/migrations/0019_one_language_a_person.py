from django.db import migrations

# What she chose on her own pages is her language, unless somebody had written down another than French.
_CHOSEN = """
UPDATE tracing_fiche SET language = link.language FROM tracing_secure_link link
WHERE link.fiche_id = tracing_fiche.id AND link.revoked_at IS NULL AND link.language <> 'fr'
    AND tracing_fiche.language = 'fr'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0018_told_and_counted_from"),
    ]

    operations = [
        migrations.RunSQL(_CHOSEN, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="securelink", name="language"),
    ]
