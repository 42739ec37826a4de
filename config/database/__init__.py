"""Django's PostgreSQL engine: an idle connection is checked by the kernel, moments are read by the driver."""
