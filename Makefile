# make demo    the site with the whole record, on http://localhost:8000 (PORT=…)
# make test    every check, as CI runs it
# make reset   throw the demo's data away
# make bench   a table of ratios, on a large database of made-up cases (SIZE=…)
# make load    fifty contacts saving at once (CONTACTS=…), and a sheet of 1,000 rows
# make setup   only install; make lint, make lock: for those who change the code

PYTHON3 ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
# What the tools need to load the settings; the tests bring their own.
DEVELOPMENT := DEBUG=1 DATABASE_URL= DATABASE_OWNER_URL=

.PHONY: demo setup setup-dev reset test lint bench load lock python3
.NOTPARALLEL:

demo: setup
	@exec $(MANAGE) demo

setup: python3
	@$(PYTHON3) .ci/setup.py runtime

setup-dev: python3
	@$(PYTHON3) .ci/setup.py dev

python3:
	@command -v $(PYTHON3) >/dev/null || \
	  { echo "找不到 $(PYTHON3)：請先安裝 Python 3.11 以上。" >&2; exit 1; }

reset: setup
	@exec $(BIN)/python -m platform_site.reset

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(DEVELOPMENT) $(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet

test: lint
	$(DEVELOPMENT) $(MANAGE) makemigrations --check --dry-run
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

SIZE ?= 10000

bench: setup-dev
	$(BIN)/python -m tests.bench $(SIZE)

CONTACTS ?= 50

load: setup-dev
	$(BIN)/python -m tests.bench.load $(CONTACTS)

# For maintainers; needs uv. The locks name no host, unlike uv's own format.
COMPILE := uv pip compile pyproject.toml --universal --generate-hashes --quiet \
  --python-version 3.11 --custom-compile-command "make lock" --extra embedded

lock:
	$(COMPILE) --upgrade --group test --group lint -o requirements-dev.lock
	$(COMPILE) --upgrade -c requirements-dev.lock -o requirements.lock
	! grep -nE 'https?://' requirements.lock requirements-dev.lock
