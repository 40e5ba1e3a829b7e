# Everything is a target here; `make` alone says which.
# CI and people run the same commands.

.PHONY: help demo check test soak lint elsewhere purity bench setup clean

all: help

include inbome-ffi/install.mk
include bindings/python.mk
include tests/bench-openpgp/bench.mk

help:
	@echo 'make demo              see what it does, with a mailbox made for it'
	@echo 'make demo MAIL=~/Mail  the same with your own mail, which is only read'
	@echo 'make check             while you work: format, lint, unit tests, rules; ONLY=peer'
	@echo 'make test              everything that must hold; what CI runs'
	@echo 'make soak              random and kill tests at length; LONG=10 times as long'
	@echo 'make lint              formatting, lints, documentation, other systems'
	@echo 'make bench             measure; ROUNDS=7 SCALE=1 ONLY=words BENCH_LARGE=1'
	@echo 'make install           PREFIX=/usr/local DESTDIR=: library, header, command, man pages'
	@echo 'make uninstall         what install put there'
	@echo 'make wheel             the Python package with the library inside'
	@echo 'make dist              a source archive that builds without a network'
	@echo 'make deb               Debian packages, in target/deb, checked by lintian'
	@echo 'make test-packages     dist and deb, put to use; as root; not part of make test'
	@echo 'make bench-c           answers from C during a scan, sizes; MAIL=mailbox'
	@echo 'make clean             remove what was built'

demo:
	@cargo build --release --quiet -p inbome-cli
	@if test -z '$(MAIL)'; then cargo build --release --quiet -p inbome-tests --bin make-mailbox; fi
	@MAIL='$(MAIL)' ACCOUNT='$(ACCOUNT)' sh scripts/demo.sh

# Cargo chooses the features of what we depend on by the packages that it is asked for. All targets ask
# for the whole workspace, so that each is built once; so should you, with the commands below.
check:
	cargo fmt --all
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	cargo test --quiet --workspace --lib --bins --test rules -- $(ONLY)
	@echo 'make check: good so far. `make test` is what must hold. To run the tests of one module:'
	@echo '  make check ONLY=peer                          unit tests and rules that have it in their name'
	@echo '  cargo test --workspace --test mails scan_mbox  whole mails; also: memory, cli, stress, ffi'

test: setup lint purity
	cargo test --workspace
	$(MAKE) --no-print-directory test-python
	@echo 'make test: everything holds'

LONG ?= 10
soak: setup
	INBOME_SOAK=$(LONG) PROPTEST_CASES=$$((256 * $(LONG))) \
	  cargo test --workspace --lib --test rules --test mails --test stress

lint: elsewhere
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --quiet

# Other systems than this one, as far as compiling shows it.
elsewhere:
	@sh scripts/elsewhere.sh

# The rules alone, without OpenPGP, database and files: what a platform that brings its own needs.
purity:
	cargo clippy --no-default-features -p inbome-core -- -D warnings
	sh scripts/purity.sh

bench: setup
	cargo build --release -p inbome-bench
	-cargo build --release -p inbome-cli
	@mkdir -p target/bench
	@if pkg-config --exists gmime-3.0; then \
		$(CC) -O2 -Wall -Wextra -o target/bench/gmime-anchor tests/bench/anchors/gmime.c \
			$$(pkg-config --cflags --libs gmime-3.0); \
	fi
	./target/release/inbome-bench

# Programs that nobody here wrote and that the tests ask; missing ones are installed or named.
setup:
	@sh scripts/setup.sh

clean:
	cargo clean
