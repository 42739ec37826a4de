from django.db import migrations, models

# As far back as sessions are kept.
USED = """
UPDATE accounts_post AS post SET used_at = used.at
FROM (SELECT post_id, max(seen_at) AS at FROM accounts_session GROUP BY post_id) AS used WHERE used.post_id = post.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_released_letters_and_digests_of_lists"),
    ]

    operations = [
        migrations.AddField(model_name="post", name="used_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(USED, migrations.RunSQL.noop),
    ]
