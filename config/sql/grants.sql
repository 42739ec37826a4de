-- What the two roles may do in a database that belongs to contact_owner; run by an administrator of PostgreSQL, in that
-- database, before the first migration. Migrations narrow it down (the journal is append-only).
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO contact_service;
ALTER DEFAULT PRIVILEGES FOR ROLE contact_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO contact_service;
ALTER DEFAULT PRIVILEGES FOR ROLE contact_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO contact_service;
ALTER DEFAULT PRIVILEGES FOR ROLE contact_owner IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO contact_service;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
