"""Django's PostgreSQL engine, with a check of an idle connection that asks the kernel instead of the server."""
