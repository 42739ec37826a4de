from django.db import migrations, models

_CONSENTS = [
    ("agrees", "Accepte la communication de son identité"),
    ("refuses", "Refuse la communication de son identité"),
    ("not_asked", "Communication de son identité non demandée"),
]
# What was declared before says of the département and the consent what the fiche says.
_FROM_THE_FICHE = """
UPDATE tracing_declaration SET department = fiche.department FROM tracing_fiche fiche WHERE fiche.id = fiche_id
"""
_FROM_THE_CONTACT = """
UPDATE tracing_exposure SET calls_self = TRUE FROM tracing_contact contact
WHERE contact.fiche_id = contact_fiche_id AND contact.calls_self
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0004_drafts_and_declarations"),
    ]

    operations = [
        migrations.AddField("exposure", "calls_self", models.BooleanField(default=False)),
        migrations.RemoveConstraint("exposure", "tracing_exposure_once_a_pair"),
        migrations.AddConstraint(
            "exposure",
            models.UniqueConstraint(
                fields=("index_fiche", "contact_fiche", "author_practice"), name="tracing_exposure_once_a_practice"
            ),
        ),
        migrations.AddField("declaration", "version", models.PositiveIntegerField(default=1)),
        migrations.AddField(
            "declaration", "department", models.CharField(default="", max_length=3), preserve_default=False
        ),
        migrations.AddField(
            "declaration",
            "consent",
            models.CharField(choices=_CONSENTS, default="not_asked", max_length=12),
            preserve_default=False,
        ),
        migrations.AddField("declaration", "onset", models.DateField(null=True)),
        migrations.AddField("declaration", "sampled_on", models.DateField(null=True)),
        migrations.AddField("declaration", "result_on", models.DateField(null=True)),
        migrations.AddField(
            "declaration",
            "test_kind",
            models.CharField(
                blank=True,
                choices=[("pcr", "RT-PCR"), ("antigen", "Antigénique")],
                default="",
                max_length=8,
            ),
            preserve_default=False,
        ),
        migrations.AddField("declaration", "health_worker", models.BooleanField(null=True)),
        migrations.AddField("declaration", "social_support", models.BooleanField(null=True)),
        migrations.RunSQL(_FROM_THE_CONTACT, migrations.RunSQL.noop),
        migrations.RunSQL(_FROM_THE_FICHE, migrations.RunSQL.noop),
    ]
