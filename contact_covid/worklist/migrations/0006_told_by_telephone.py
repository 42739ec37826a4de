from django.db import migrations

# Who was told by telephone was told by the first call that says so. Nobody who was reached is « Injoignable » because
# she did not answer afterwards.
_TOLD = """
UPDATE tracing_fiche SET told_at = least(tracing_fiche.told_at, told.at)
FROM (
    SELECT fiche_id, min(at) AS at FROM worklist_attempt WHERE outcome = 'informed' AND NOT second GROUP BY fiche_id
) told
WHERE tracing_fiche.id = told.fiche_id
"""
_REACHED = """
UPDATE tracing_fiche SET call_reason = '', call = CASE kind WHEN 'index' THEN 'interviewed' ELSE 'informed' END,
    state = CASE WHEN state <> 'unreachable' THEN state WHEN kind = 'index' THEN 'interviewed' ELSE 'informed' END
WHERE told_at IS NOT NULL AND call = 'unreachable' AND call_reason = 'ladder'
"""
FILLED = (_TOLD, _REACHED)


class Migration(migrations.Migration):
    dependencies = [
        ("tracing", "0018_told_and_counted_from"),
        ("worklist", "0005_jobs"),
    ]

    operations = [
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in FILLED),
    ]
