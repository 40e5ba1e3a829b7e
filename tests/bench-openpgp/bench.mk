# Measuring messages against Sequoia. Included by the Makefile of the project.

.PHONY: bench-openpgp

# Sequoia links a C library; nothing but this needs it.
bench-openpgp:
	@if pkg-config --exists nettle hogweed && command -v clang >/dev/null; then \
		cargo build --release --manifest-path tests/bench-openpgp/Cargo.toml \
			--target-dir target/bench-openpgp && \
		./target/bench-openpgp/release/inbome-bench-openpgp; \
	else \
		echo 'Messages against Sequoia: please install nettle-dev libclang-dev clang pkg-config'; \
	fi

# A look at single rows does not wait for Sequoia to be built.
bench: $(if $(ONLY),,bench-openpgp)
