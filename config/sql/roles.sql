-- The two roles of the service; run by an administrator of PostgreSQL. Elsewhere than in the embedded server,
-- give each a password or another way to sign in.
-- contact_owner owns every table and runs the migrations; contact_service is what the running service uses: it owns
-- nothing, so that no fault of the service can alter the tables, their triggers or its own rights.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'contact_owner') THEN
        CREATE ROLE contact_owner LOGIN CREATEDB;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'contact_service') THEN
        CREATE ROLE contact_service LOGIN;
    END IF;
END
$$;
