from django.db import migrations, models

# Whose call is done was told, at the latest, when she confirmed on her link or since she has that state; where a test
# hides it, on the day that her dates count from. Who confirmed on her link and had no reason to be called all the same
# was told by that, whatever she was called for since. The calls themselves are the worklist's (its migration 0006).
_TOLD = """
UPDATE tracing_fiche SET told_at = coalesce(
    confirmed.at,
    CASE WHEN tracing_fiche.state = tracing_fiche.call THEN tracing_fiche.state_at END,
    contact.told_on::timestamp AT TIME ZONE 'Europe/Paris',
    tracing_fiche.created_at)
FROM tracing_fiche fiche
LEFT JOIN tracing_contact contact ON contact.fiche_id = fiche.id
LEFT JOIN LATERAL (
    SELECT min(link.confirmed_at) AS at FROM tracing_secure_link link
    WHERE link.fiche_id = fiche.id AND fiche.kind = 'contact') confirmed ON TRUE
WHERE tracing_fiche.id = fiche.id AND (
    fiche.call IN ('informed', 'interviewed')
    OR confirmed.at IS NOT NULL
        AND NOT string_to_array(fiche.factors, ' ') && ARRAY['positive', 'symptoms', 'asks_call'])
"""
# Who was put into the queue by the plan of follow-up is there with the deadline of that day.
_COUNTED = """
UPDATE tracing_fiche SET counts_from =
    CASE WHEN call = 'to_call' AND told_at IS NOT NULL AND urgent_at > callable_from THEN callable_from
    ELSE created_at END
"""
FILLED = (_TOLD, _COUNTED)


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0017_closed_when_unreachable"),
    ]

    operations = [
        migrations.AddField("fiche", "told_at", models.DateTimeField(null=True)),
        migrations.AddField("fiche", "counts_from", models.DateTimeField(null=True)),
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in FILLED),
        migrations.AlterField("fiche", "counts_from", models.DateTimeField()),
        migrations.AddConstraint(
            "fiche",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("call__in", ["informed", "interviewed"]), _negated=True),
                    ("told_at__isnull", False),
                    _connector="OR",
                ),
                name="tracing_fiche_told_when_call_done",
            ),
        ),
        migrations.RemoveIndex("fiche", "tracing_fiche_never_called"),
        migrations.AddIndex(
            "fiche",
            models.Index(
                condition=models.Q(
                    attempts=0,
                    call="to_call",
                    callable_from__isnull=False,
                    closure="open",
                    delegated_to__isnull=True,
                    told_at__isnull=True,
                ),
                fields=["fund", "kind", "language", "created_at"],
                name="tracing_fiche_never_called",
            ),
        ),
    ]
