# Two commands do everything: `make compare` (set-up and the main job) and `make test` (set-up for developers, lint, types, all tests).
# ARGS adds to a run: make compare ARGS="municipality=delft seeds=5". PYTHON names the Python that .venv is made with.
# FOLDER and OUT: make pictures FOLDER=results/… OUT=pictures writes pictures of the pages of a folder, to look at.
# ADDRESS, of a workshop that is running: make pictures ADDRESS=http://127.0.0.1:8765 OUT=pictures writes pictures of its screens.
# PLACE is the municipality of a workshop: make workshop PLACE=delft prepares it, once, and says how long that takes.
# BASE is what the working folder is held against: make same-bytes BASE=main ARGS="--set whole".

PYTHON ?= python3
ARGS ?=
BASE ?= HEAD
PLACE ?= zwolle
RUN := .venv/bin/python
GIVEN := $(if $(filter-out default file,$(origin PYTHON)),--this-python)

unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport PYTHONHOME

.PHONY: compare demo workshop test test-long test-browser pictures same-bytes benchmark lock setup

compare: setup
	@$(RUN) -m experiments.compare $(ARGS)

demo: setup
	@$(RUN) -m experiments.compare municipality=veldhoven scenarios=[basis,voorrang,wooncoach] seeds=4 out=results/demo $(ARGS)

workshop: setup
	@$(RUN) -m workshop "$(PLACE)" $(ARGS)

test: DEV := --dev
test: setup
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) tools/compile_kernels.py & kernels=$$!; $(RUN) -m mypy || { kill $$kernels; exit 1; }; wait $$kernels
	@$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-long: DEV := --dev
test-long: setup
	@$(RUN) -m pytest -n 2 -m long $(ARGS)

test-browser: DEV := --dev
test-browser: setup
	@$(RUN) tools/browser.py
	@$(RUN) -m pytest -n 2 --dist loadfile -m browser tests/browser $(ARGS)

pictures: DEV := --dev
pictures: setup
ifdef ADDRESS
	@$(RUN) tools/look_workshop.py $(if $(OUT),"$(ADDRESS)" "$(OUT)") $(ARGS)
else
	@$(RUN) tools/look.py $(if $(and $(FOLDER),$(OUT)),"$(FOLDER)" "$(OUT)") $(ARGS)
endif

same-bytes: DEV := --dev
same-bytes: setup
	@$(RUN) tools/same_bytes.py $(BASE) $(ARGS)

benchmark: DEV := --dev
benchmark: setup
	@$(RUN) -m benchmarks $(ARGS)

lock: DEV := --dev
lock: setup
	@$(RUN) tools/lock.py

setup:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "verhuisketens needs Python 3.11 to 3.14, and there is no '$(PYTHON)' here: install one, or name it, for instance: make PYTHON=python3.12." >&2; exit 2; }
	@"$(PYTHON)" tools/setup_env.py $(GIVEN) $(DEV)
