"""The only writers of fiches: registration, the counter, calls. Each takes a list; one is a list of one."""
