# Two commands set everything up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Byte-code makes start-up five times faster: compiled at install even where the environment switches it off.
RUN := env -u PYTHONDONTWRITEBYTECODE
UV_INSTALL := $(RUN) $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: demo test install lint bench proof lock clean

demo: install
	@$(RUN) $(BIN)/gapless demo

test: install
	@$(RUN) $(BIN)/python -m pytest -q -n 2 -m "not slow and not proof"

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "Installing gapless into $(VENV) (about a minute, once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(shell sed -n 's/^# uv //p' requirements.lock)
	@# the second try is for networks whose certificates only the system knows
	@$(UV_INSTALL) --require-hashes --compile-bytecode -r requirements.lock 2>/dev/null || \
		$(UV_INSTALL) --system-certs --require-hashes --compile-bytecode -r requirements.lock
	@$(UV_INSTALL) --no-build-isolation --no-deps --editable .
	@$(RUN) $(BIN)/python -m compileall -q alerts checks connectors flows intake publish reports sandbox serve store transforms pipeline.py
	@touch $@

lint: install
	@$(RUN) $(BIN)/ruff check .
	@$(RUN) $(BIN)/ruff format --check .
	@$(RUN) $(BIN)/mypy

bench: install
	@$(RUN) $(BIN)/python -m bench

proof: install
	@$(RUN) $(BIN)/python -m proof

# Pins that work together; a fresh resolve breaks Prefect's server or its schedules (see ARCHITECTURE.md).
lock:
	@$(RUN) $(BIN)/uv pip compile pyproject.toml --extra dev --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock --quiet
	@sed -i "1i # uv $$($(BIN)/uv --version | cut -d' ' -f2)" requirements.lock

clean:
	@rm -rf $(VENV) demo-lake .pytest_cache .mypy_cache .ruff_cache .hypothesis
