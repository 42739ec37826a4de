.PHONY: run test check bench replay drills lock
.DEFAULT_GOAL := run

# The service with demonstration data on http://localhost:$PORT; state in $CONTACT_HOME (var/). Ctrl-C stops everything.
run: export DEMO := 1
run: export PROTOCOL_AS_OF ?= 2020-05-13
run:
	@bin/setup
	@exec .venv/bin/python -m config.supervisor

test:
	@bin/test

check:
	@bin/check

# The performance table; JSON=file writes the figures too.
bench:
	@bin/setup --dev
	@.venv/bin/python -m bench $(if $(JSON),--json $(JSON))

# An outbreak of covasim through the service, in a database of its own; covasim has an environment of its own too.
# PEOPLE, DAYS, AGENTS and SEED choose it, JSON=file keeps the figures; LIVE=1 drives real minutes over HTTP instead.
replay:
	@bin/setup
	@$(if $(LIVE),,bin/setup --replay)
	@.venv/bin/python manage.py replay $(if $(LIVE),--live) $(if $(PEOPLE),--people $(PEOPLE)) $(if $(DAYS),--days $(DAYS)) \
	  $(if $(AGENTS),--agents $(AGENTS)) $(if $(SEED),--seed $(SEED)) $(if $(JSON),--json $(JSON))

# What is long: processes killed under load, a large outbreak, the nginx samples, a smartcard token. Prints what each did.
drills:
	@bin/setup --replay
	@bin/system-packages nginx softhsm2-util
	@bin/test -n 0 -m drill -s

# The locks of requirements*.in: hashes, every platform, no address of a package index.
lock:
	@command -v uv >/dev/null || { echo "make lock demande uv."; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links requirements-replay.in -o requirements-replay.txt
