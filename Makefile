# Every command of the house. Each is a line or two; longer steps live in scripts/.
PYTHON := .venv/bin/python
ARGS   ?=
export PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help seed-big messages data-model setup run test test-sqlite test-mariadb test-deep test-cognito package rehearse deploy
.PHONY: test-packages check bench format lock examples

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## prepare .venv/, and what the MySQL driver needs (PYTHON3= names another Python)
	@scripts/setup.sh

run: setup  ## serve on PORT (8000), with demo data on first start
	@$(PYTHON) -m scripts.serve

test: setup test-packages  ## the suite on SQLite and on a MariaDB of its own (ARGS="-k redeem -x")
	@$(PYTHON) -m scripts.run_tests $(ARGS)

test-sqlite: setup test-packages  ## the SQLite half alone
	@$(PYTHON) -m scripts.run_tests --only sqlite $(ARGS)

test-mariadb: setup test-packages  ## the MariaDB half alone
	@$(PYTHON) -m scripts.run_tests --only mariadb $(ARGS)

test-deep: setup test-packages  ## the long runs: property-based, kill, soak, fuzz
	@$(PYTHON) -m scripts.run_tests -m deep $(ARGS)

test-cognito: setup  ## from sign-up to a copy, against an emulated Cognito (needs Node)
	@$(PYTHON) -m scripts.test_cognito $(ARGS)

package: setup  ## the zip that Lambda runs, as dist/kloppocar-STAGE.zip (STAGE=dev)
	@$(PYTHON) -m scripts.package --stage $(or $(STAGE),dev)

rehearse: setup test-packages  ## a whole deployment against an emulated AWS (ARGS="--stage dev --without static")
	@$(PYTHON) -m scripts.rehearse $(ARGS)

deploy: setup  ## bring STAGE to what stands here (asks first; YES=1 does not)
	@$(PYTHON) -m scripts.deploy $(or $(STAGE),$(error Say which stage: make deploy STAGE=dev)) $(ARGS)

test-packages:
	@scripts/system_packages.sh mariadb || true
	@scripts/system_packages.sh browser || true

check: setup test-packages  ## format, lint, types, migrations, system checks, then the suite
	@scripts/check.sh
	@$(MAKE) --no-print-directory test

bench: setup test-packages  ## measure beside the limit and plain DRF (ARGS="--size 1m --only list --save FILE")
	@scripts/system_packages.sh bench || true
	@$(PYTHON) -m benchmarks $(ARGS)

seed-big: setup  ## a million copies more in the database of DATABASE_URL (ARGS="--copies 100000 --check")
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py apply_triggers > /dev/null
	@$(PYTHON) -m benchmarks.big $(ARGS)

format: setup  ## format and repair what ruff can
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

data-model: setup  ## draw docs/data-model.svg and write its page anew, from the models
	@$(PYTHON) -m scripts.data_model

lock: setup  ## write requirements.lock from requirements.txt (ARGS="--upgrade-package NAME")
	@scripts/lock.sh $(ARGS)

messages: setup  ## bring kloppocar/locale in step with the sentences in the code, and compile it
	@$(PYTHON) -m scripts.messages
