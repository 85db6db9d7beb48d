.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench pins

PYTHON := .venv/bin/python
JOBS ?= 2
# Extra words for pytest: make test PYTEST_ARGS="tests/rules -k caisse"
PYTEST_ARGS ?=

help: ## Affiche cette aide
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Installe ce qui manque (paquets du système et environnement Python) ; ne fait rien si tout est à jour
	@scripts/setup.sh

run: setup ## Démarre Retkoop sur http://127.0.0.1:8000 (PORT=8080 pour changer de port)
	@scripts/run.sh

test: ## Installe les outils de test, puis vérifie le code et lance tous les tests
	@scripts/setup.sh tests
	@$(MAKE) --no-print-directory lint-only
	$(PYTHON) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: ## Vérifie le style et les types
	@scripts/setup.sh tests
	@$(MAKE) --no-print-directory lint-only

.PHONY: lint-only
lint-only:
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

bench: ## Mesure la vitesse des pages, du cahier imprimé (à côté de Chromium), des pièces, et la justesse du rapprochement
	@scripts/setup.sh tests
	$(PYTHON) -m bench
	$(PYTHON) -m bench.department
	$(PYTHON) -m bench.printed_book
	$(PYTHON) -m bench.documents
	$(PYTHON) -m bench.matching

# uv is not a dependency of the project: `pip install uv` where this is run.
PIN := uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links

pins: ## Recalcule requirements*.txt d’après requirements*.in (demande uv)
	$(PIN) requirements.in -o requirements.txt
	$(PIN) requirements-dev.in -o requirements-dev.txt
