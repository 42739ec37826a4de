from django.db import migrations, models

# Fiches there are: the platform may call them since they were made, but for those whose physician calls himself.
_CALLABLE = """
UPDATE tracing_fiche SET callable_from = created_at
WHERE NOT EXISTS (SELECT 1 FROM tracing_contact WHERE fiche_id = tracing_fiche.id AND calls_self)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0002_masks_have_a_quantity"),
    ]

    operations = [
        migrations.AddField(model_name="fiche", name="callable_from", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="fiche", name="attempts", field=models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(
            model_name="fiche",
            name="call_reason",
            field=models.CharField(
                blank=True,
                choices=[("ladder", "Toutes les tentatives sont faites"), ("wrong_number", "Faux numéro")],
                default="",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="fiche",
            name="closure_reason",
            field=models.CharField(
                blank=True, choices=[("refused", "Refus de la personne")], default="", max_length=12
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(_CALLABLE, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="fiche",
            index=models.Index(
                condition=models.Q(
                    ("call__in", ["to_call", "call_back"]), ("callable_from__isnull", False), ("closure", "open")
                ),
                fields=["fund", "urgent_at", "callable_from"],
                name="tracing_fiche_queue",
            ),
        ),
        migrations.RemoveIndex(model_name="fiche", name="tracing_fiche_fund_urgent"),
        migrations.AddIndex(
            model_name="fiche",
            index=models.Index(fields=["fund", "urgent_at", "id"], name="tracing_fiche_fund_urgency"),
        ),
        migrations.AddIndex(
            model_name="fiche",
            index=models.Index(fields=["fund", "state", "urgent_at", "id"], name="tracing_fiche_fund_state"),
        ),
        migrations.AddIndex(
            model_name="fiche",
            index=models.Index(fields=["fund", "created_at", "id"], name="tracing_fiche_fund_created"),
        ),
        migrations.AddIndex(
            model_name="fiche",
            index=models.Index(fields=["fund", "state_at", "id"], name="tracing_fiche_fund_state_at"),
        ),
        migrations.AddConstraint(
            model_name="fiche",
            constraint=models.CheckConstraint(
                condition=models.Q(("call_reason", ""), ("call", "unreachable"), _connector="OR"),
                name="tracing_fiche_call_reason_of_unreachable",
            ),
        ),
        migrations.AddConstraint(
            model_name="fiche",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closure_reason", ""), models.Q(("closure", "open"), _negated=True), _connector="OR"
                ),
                name="tracing_fiche_closure_reason_of_closed",
            ),
        ),
    ]
