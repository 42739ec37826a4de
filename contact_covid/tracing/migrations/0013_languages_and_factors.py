from django.db import migrations, models

_LANGUAGES = [
    ("fr", "Français"),
    ("en", "Anglais"),
    ("ar", "Arabe"),
    ("es", "Espagnol"),
    ("pt", "Portugais"),
    ("it", "Italien"),
    ("tr", "Turc"),
    ("ro", "Roumain"),
    ("ru", "Russe"),
    ("uk", "Ukrainien"),
    ("zh", "Chinois"),
    ("ta", "Tamoul"),
    ("bn", "Bengali"),
    ("ur", "Ourdou"),
    ("fa", "Persan, dari"),
    ("ps", "Pachto"),
    ("bm", "Bambara"),
    ("snk", "Soninké"),
    ("wo", "Wolof"),
    ("gcf", "Créole"),
    ("fsl", "Langue des signes française"),
    ("und", "Autre langue"),
]
# Fiches there are: the factors that their place in the queue was made with.
_HELD = """
UPDATE tracing_fiche SET factors = trim(
    CASE WHEN test = 'positive' THEN 'positive' ELSE '' END
    || CASE WHEN contact.same_household THEN ' household' ELSE '' END)
FROM tracing_contact contact WHERE contact.fiche_id = tracing_fiche.id AND (contact.same_household OR test = 'positive')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0012_dates_health_and_cases"),
    ]

    operations = [
        migrations.AddField(
            "fiche", "factors", models.CharField(blank=True, default="", max_length=120), preserve_default=False
        ),
        migrations.AddField(
            "fiche",
            "language",
            models.CharField(choices=_LANGUAGES, default="fr", max_length=3),
        ),
        migrations.RunSQL(_HELD, migrations.RunSQL.noop),
        migrations.AddIndex(
            "fiche",
            models.Index(
                condition=models.Q(attempts=0, call="to_call", callable_from__isnull=False, closure="open"),
                fields=["fund", "kind", "language", "created_at"],
                name="tracing_fiche_never_called",
            ),
        ),
    ]
