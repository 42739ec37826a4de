"""The journal: a partitioned table that only grows, the chain of its seals, and the functions that keep both so.

Indexes, on the path of every reading, so each must earn its place:
- primary key (xid, id, at): the order of sealing and verifying; new keys always go to the rightmost leaf. `at` is there
  because PostgreSQL wants the partition key in it; `id` comes from one sequence and is unique by itself.
- (account, at): what an account did, newest first.
- GIN on fiches: who read this fiche. `fastupdate` appends to a list, merged by vacuum or when it reaches 512 kB: small,
  so that the one insert that pays for the merge stays in the milliseconds.
- BRIN on at: a period within a month; rows arrive in that order, so it costs one summary per 128 pages.
"""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contact_covid.journal.models import TransactionId

TABLES = r"""
CREATE SEQUENCE journal_entry_id_seq AS bigint CACHE 1;

CREATE TABLE journal_entry (
    id bigint NOT NULL DEFAULT nextval('journal_entry_id_seq'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL,
    kind text NOT NULL,
    account uuid,
    session uuid,
    role text NOT NULL,
    practice uuid,
    organisation uuid,
    purpose text NOT NULL,
    surface text NOT NULL,
    fiches text[] NOT NULL,
    count integer NOT NULL,
    detail jsonb NOT NULL,
    CONSTRAINT journal_entry_pkey PRIMARY KEY (xid, id, at),
    CONSTRAINT journal_entry_kind_is_app_dot_what CHECK (kind ~ '^[a-z_]+[.][a-z_.]+$'),
    CONSTRAINT journal_entry_at_is_finite CHECK (isfinite(at)),
    CONSTRAINT journal_entry_count_not_negative CHECK (count >= 0),
    CONSTRAINT journal_entry_detail_is_object CHECK (jsonb_typeof(detail) = 'object')
) PARTITION BY RANGE (at);

CREATE INDEX journal_entry_account_at ON journal_entry (account, at);
CREATE INDEX journal_entry_fiches ON journal_entry USING gin (fiches) WITH (fastupdate = on, gin_pending_list_limit = 512);
CREATE INDEX journal_entry_at ON journal_entry USING brin (at);

CREATE TABLE journal_batch (
    seq bigint NOT NULL,
    from_xid bigint NOT NULL,
    to_xid bigint NOT NULL,
    count bigint NOT NULL,
    root bytea NOT NULL,
    head bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT journal_batch_pkey PRIMARY KEY (seq),
    CONSTRAINT journal_batch_range_goes_forward CHECK (from_xid >= 0 AND to_xid > from_xid),
    CONSTRAINT journal_batch_is_not_empty CHECK (seq > 0 AND count > 0),
    CONSTRAINT journal_batch_hashes_are_sha256 CHECK (octet_length(root) = 32 AND octet_length(head) = 32),
    CONSTRAINT journal_batch_sealed_at_is_finite CHECK (isfinite(sealed_at))
);
"""

PROTECTION = r"""
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- Takes away what default privileges gave to anyone, and refuses TRUNCATE: unlike row triggers, statement triggers are
-- not cloned to partitions. ALWAYS: a session in the replica role does not pass either.
CREATE FUNCTION journal_protect(target regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    owner_and_kind record;
    grantee oid;
BEGIN
    SELECT relowner, CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS word INTO owner_and_kind FROM pg_class WHERE oid = target;
    FOR grantee IN SELECT DISTINCT acl.grantee FROM pg_class, aclexplode(relacl) acl WHERE pg_class.oid = target AND acl.grantee <> relowner LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM %s', owner_and_kind.word, target,
                       CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END);
    END LOOP;
    IF owner_and_kind.word = 'TABLE' THEN
        EXECUTE format('CREATE TRIGGER journal_keep BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION public.journal_refuse()', target);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER journal_keep', target);
    END IF;
END $$;

-- Lets a role write and read, no more. Not the row's number nor its transaction: nobody slips a row into a sealed batch.
CREATE FUNCTION journal_admit(service name) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('GRANT SELECT ON public.journal_entry, public.journal_batch TO %I', service);
    EXECUTE format('GRANT INSERT (at, kind, account, session, role, practice, organisation, purpose, surface, fiches, count, detail)'
                   ' ON public.journal_entry TO %I', service);
    EXECUTE format('GRANT INSERT ON public.journal_batch TO %I', service);
    EXECUTE format('GRANT USAGE ON SEQUENCE public.journal_entry_id_seq TO %I', service);
    EXECUTE format('GRANT EXECUTE ON FUNCTION public.journal_ensure_partitions(date, integer) TO %I', service);
END $$;

CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_refuse();
ALTER TABLE journal_entry ENABLE ALWAYS TRIGGER journal_append_only;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal_batch FOR EACH ROW EXECUTE FUNCTION journal_refuse();
ALTER TABLE journal_batch ENABLE ALWAYS TRIGGER journal_append_only;
SELECT journal_protect('journal_entry'), journal_protect('journal_batch'), journal_protect('journal_entry_id_seq');
"""

PARTITIONS = r"""
-- The partition of last resort: an act whose month has no partition is kept, and `doctor` says so.
CREATE TABLE journal_entry_default PARTITION OF journal_entry DEFAULT;
SELECT journal_protect('journal_entry_default');

-- Makes the missing partitions of `months` months from the one of `first`; returns their names. Months are in UTC.
-- Made apart, then attached: CREATE ... PARTITION OF would lock every insert out. A month that already has rows in the
-- partition of last resort stays there: nothing moves in a journal.
CREATE FUNCTION journal_ensure_partitions(first date, months integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    opens timestamptz;
    closes timestamptz;
    partition text;
BEGIN
    IF months NOT BETWEEN 1 AND 120 OR first < current_date - interval '10 years' OR first > current_date + interval '1 year' THEN
        RAISE EXCEPTION 'journal partitions: period refused' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('journal_ensure_partitions'));
    FOR month IN 0 .. months - 1 LOOP
        opens := (date_trunc('month', first::timestamp) + make_interval(months => month)) AT TIME ZONE 'UTC';
        closes := (date_trunc('month', first::timestamp) + make_interval(months => month + 1)) AT TIME ZONE 'UTC';
        partition := 'journal_entry_' || to_char(opens AT TIME ZONE 'UTC', 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || partition) IS NOT NULL;
        CONTINUE WHEN EXISTS (SELECT FROM public.journal_entry_default WHERE at >= opens AND at < closes);
        EXECUTE format('CREATE TABLE public.%I (LIKE public.journal_entry INCLUDING ALL)', partition);
        PERFORM public.journal_protect(('public.' || partition)::regclass);
        EXECUTE format('ALTER TABLE public.journal_entry ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', partition, opens, closes);
        RETURN NEXT partition;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION journal_ensure_partitions(date, integer), journal_protect(regclass), journal_admit(name) FROM PUBLIC;
SELECT journal_ensure_partitions(current_date, 4);
"""

DROP = """
DROP TABLE journal_batch, journal_entry;
DROP SEQUENCE journal_entry_id_seq;
DROP FUNCTION journal_ensure_partitions(date, integer), journal_admit(name), journal_protect(regclass), journal_refuse();
"""


def admit_service(_: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The role of this deployment's DATABASE_URL, whatever its name. Another one later: ``SELECT journal_admit('…')``.

    A group role would need the right to create roles, which the owner of one database has no reason to hold.
    """
    service = settings.DATABASES["default"]["USER"]
    schema_editor.execute("SELECT journal_admit(COALESCE(%s, current_user))", [service or None])


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLES + PROTECTION + PARTITIONS, DROP)],
            state_operations=[
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("xid", TransactionId()),
                        ("at", models.DateTimeField()),
                        ("kind", models.TextField()),
                        ("account", models.UUIDField(null=True)),
                        ("session", models.UUIDField(null=True)),
                        ("role", models.TextField()),
                        ("practice", models.UUIDField(null=True)),
                        ("organisation", models.UUIDField(null=True)),
                        ("purpose", models.TextField()),
                        ("surface", models.TextField()),
                        ("fiches", django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                        ("count", models.IntegerField()),
                        ("detail", models.JSONField()),
                    ],
                    options={"db_table": "journal_entry"},
                ),
                migrations.CreateModel(
                    name="Batch",
                    fields=[
                        ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("from_xid", models.BigIntegerField()),
                        ("to_xid", models.BigIntegerField()),
                        ("count", models.BigIntegerField()),
                        ("root", models.BinaryField()),
                        ("head", models.BinaryField()),
                        ("sealed_at", models.DateTimeField()),
                    ],
                    options={"db_table": "journal_batch"},
                ),
            ],
        ),
        migrations.RunPython(admit_service, migrations.RunPython.noop),
    ]
