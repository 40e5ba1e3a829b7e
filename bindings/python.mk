# The Python package: its wheel and its tests. Included by the Makefile of the project, which has
# `inbome-ffi/install.mk` too; it stands alone: make -f bindings/python.mk wheel
#
# Needs cargo, cc, make and Python 3.9 or newer; `wheel` and `test-python` make environments of
# their own, into which pip fetches setuptools and mypy.

PYTHON ?= python3
CARGO ?= cargo
PYTHON_SOURCE := bindings/python
PYTHON_WORK := target/python
PYTHON_TARGET ?= $(or $(CARGO_TARGET_DIR),target)
PYTHON_DIST ?= $(PYTHON_WORK)/dist

.PHONY: wheel wheel-pure test-python lint-python test-wheel

# With the stripped library inside: target/python/dist/inbome-VERSION-py3-none-PLATFORM.whl
wheel:
	$(CARGO) build --release -p inbome-ffi $(CARGO_FLAGS)
	@mkdir -p $(PYTHON_WORK)
	$(MAKE) -f inbome-ffi/install.mk --no-print-directory link-shared \
	  INBOME_ARCHIVE=$(PYTHON_TARGET)/release/libinbome.a INBOME_SHARED=$(PYTHON_WORK)/release.so.0
	strip --strip-unneeded $(PYTHON_WORK)/release.so.0
	$(MAKE) -f bindings/python.mk --no-print-directory wheel-of LIBRARY=$(PYTHON_WORK)/release.so.0

# Without it, for distributions: the system's library is found.
wheel-pure:
	$(MAKE) -f bindings/python.mk --no-print-directory wheel-of LIBRARY=

# The sources are copied first: nothing is built in the repository.
.PHONY: wheel-of
wheel-of: $(PYTHON_WORK)/venv/wheel
	rm -rf $(PYTHON_WORK)/build
	mkdir -p $(PYTHON_WORK)/build $(PYTHON_DIST)
	cp -R $(PYTHON_SOURCE)/pyproject.toml $(PYTHON_SOURCE)/setup.py $(PYTHON_SOURCE)/README.md \
	  $(PYTHON_SOURCE)/src $(PYTHON_WORK)/build/
	find $(PYTHON_WORK)/build -name __pycache__ -prune -exec rm -rf {} +
	if test -n '$(LIBRARY)'; then mkdir $(PYTHON_WORK)/build/src/inbome/_lib && \
	  cp '$(LIBRARY)' $(PYTHON_WORK)/build/src/inbome/_lib/libinbome.so.0; fi
	$(PYTHON_WORK)/venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation \
	  --wheel-dir $(PYTHON_DIST) $(PYTHON_WORK)/build
	@ls $(PYTHON_DIST)/*.whl

# One environment with what building and checking need.
$(PYTHON_WORK)/venv/wheel:
	$(PYTHON) -m venv $(PYTHON_WORK)/venv
	$(PYTHON_WORK)/venv/bin/python -m pip install --quiet 'setuptools>=64' wheel mypy
	touch $@

# The library that the tests of C take, linked: it is built already when they ran before.
.PHONY: $(PYTHON_WORK)/libinbome.so.0
$(PYTHON_WORK)/libinbome.so.0:
	$(CARGO) test --quiet --workspace --test ffi --no-run $(CARGO_FLAGS)
	@mkdir -p $(PYTHON_WORK)
	@$(MAKE) -f inbome-ffi/install.mk --no-print-directory -s link-shared INBOME_SHARED=$@ \
	  INBOME_ARCHIVE="$$(ls -t $(PYTHON_TARGET)/debug/deps/libinbome-*.a | head -n 1)"

test-python: $(PYTHON_WORK)/libinbome.so.0 lint-python test-wheel
	INBOME_LIBRARY=$(CURDIR)/$< PYTHONPATH=$(PYTHON_SOURCE)/src PYTHONDONTWRITEBYTECODE=1 \
	  $(PYTHON) -W error -m unittest discover -s $(PYTHON_SOURCE)/tests -t $(PYTHON_SOURCE)/tests

lint-python: $(PYTHON_WORK)/venv/wheel
	$(PYTHON) $(PYTHON_SOURCE)/tools/declare.py
	MYPYPATH=$(PYTHON_SOURCE)/src $(PYTHON_WORK)/venv/bin/python -m mypy --strict --no-error-summary \
	  --cache-dir $(PYTHON_WORK)/mypy $(PYTHON_SOURCE)/src $(PYTHON_SOURCE)/examples/*.py \
	  $(PYTHON_SOURCE)/tools/declare.py

# Wheels with and without the library, each in an empty environment.
test-wheel: $(PYTHON_WORK)/libinbome.so.0
	sh $(PYTHON_SOURCE)/tests/wheel.sh $(PYTHON_WORK)/libinbome.so.0 '$(PYTHON)' '$(MAKE)'
