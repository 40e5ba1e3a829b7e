# Linking, installing and packing libinbome. Included by the Makefile of the project, which builds
# the command; it stands alone too: make -f inbome-ffi/install.mk install PREFIX=/usr/local
#
# Needs cargo, cc and make only.

PREFIX ?= /usr/local
DESTDIR ?=
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
CARGO ?= cargo
CC ?= cc
INSTALL ?= install

INBOME_VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
INBOME_SONAME := libinbome.so.0
INBOME_TARGET ?= target/release
INBOME_ARCHIVE ?= $(INBOME_TARGET)/libinbome.a
INBOME_SHARED ?= $(INBOME_TARGET)/libinbome.so.$(INBOME_VERSION)
INBOME_SYSTEM_LIBS := -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc

.PHONY: link-shared install install-lib install-command uninstall dist

# The version script gives every symbol the version INBOME_0 and hides all that is not inbome_*.
link-shared:
	$(CC) -shared -o $(INBOME_SHARED) \
	  -Wl,-soname,$(INBOME_SONAME) -Wl,--version-script=inbome-ffi/libinbome.map \
	  -Wl,--gc-sections -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed \
	  -Wl,--whole-archive $(INBOME_ARCHIVE) -Wl,--no-whole-archive $(LDFLAGS) $(INBOME_SYSTEM_LIBS)

# `make all` of the project builds the command and the library: cargo build --release.
install: install-lib install-command

install-lib:
	$(CARGO) build --release -p inbome-ffi $(CARGO_FLAGS)
	$(MAKE) -f inbome-ffi/install.mk --no-print-directory link-shared
	$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(LIBDIR)/cmake/Inbome $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 755 $(INBOME_SHARED) $(DESTDIR)$(LIBDIR)/libinbome.so.$(INBOME_VERSION)
	strip --strip-unneeded $(DESTDIR)$(LIBDIR)/libinbome.so.$(INBOME_VERSION)
	ln -sf libinbome.so.$(INBOME_VERSION) $(DESTDIR)$(LIBDIR)/$(INBOME_SONAME)
	ln -sf $(INBOME_SONAME) $(DESTDIR)$(LIBDIR)/libinbome.so
	$(INSTALL) -m 644 $(INBOME_ARCHIVE) $(DESTDIR)$(LIBDIR)/libinbome.a
	strip --strip-debug $(DESTDIR)$(LIBDIR)/libinbome.a
	$(INSTALL) -m 644 include/inbome.h $(DESTDIR)$(INCLUDEDIR)/inbome.h
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	  -e 's|@VERSION@|$(INBOME_VERSION)|' -e 's|@PRIVATE@|$(INBOME_SYSTEM_LIBS)|' \
	  bindings/c/inbome.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/inbome.pc
	$(INSTALL) -m 644 bindings/c/cmake/InbomeConfig.cmake $(DESTDIR)$(LIBDIR)/cmake/Inbome/
	sed -e 's|@VERSION@|$(INBOME_VERSION)|' bindings/c/cmake/InbomeConfigVersion.cmake.in \
	  > $(DESTDIR)$(LIBDIR)/cmake/Inbome/InbomeConfigVersion.cmake

# The command writes its own man pages and completions.
install-command:
	$(CARGO) build --release -p inbome-cli $(CARGO_FLAGS)
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(DATADIR)/man/man1 \
	  $(DESTDIR)$(DATADIR)/bash-completion/completions $(DESTDIR)$(DATADIR)/zsh/site-functions \
	  $(DESTDIR)$(DATADIR)/fish/vendor_completions.d
	$(INSTALL) -m 755 $(INBOME_TARGET)/inbome $(DESTDIR)$(BINDIR)/inbome
	$(INBOME_TARGET)/inbome man > $(DESTDIR)$(DATADIR)/man/man1/inbome.1
	$(INBOME_TARGET)/inbome completions bash > $(DESTDIR)$(DATADIR)/bash-completion/completions/inbome
	$(INBOME_TARGET)/inbome completions zsh > $(DESTDIR)$(DATADIR)/zsh/site-functions/_inbome
	$(INBOME_TARGET)/inbome completions fish > $(DESTDIR)$(DATADIR)/fish/vendor_completions.d/inbome.fish

uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/libinbome.so.$(INBOME_VERSION) $(DESTDIR)$(LIBDIR)/$(INBOME_SONAME) \
	  $(DESTDIR)$(LIBDIR)/libinbome.so $(DESTDIR)$(LIBDIR)/libinbome.a \
	  $(DESTDIR)$(LIBDIR)/pkgconfig/inbome.pc $(DESTDIR)$(INCLUDEDIR)/inbome.h \
	  $(DESTDIR)$(BINDIR)/inbome $(DESTDIR)$(DATADIR)/man/man1/inbome.1 \
	  $(DESTDIR)$(DATADIR)/bash-completion/completions/inbome \
	  $(DESTDIR)$(DATADIR)/zsh/site-functions/_inbome \
	  $(DESTDIR)$(DATADIR)/fish/vendor_completions.d/inbome.fish
	rm -rf $(DESTDIR)$(LIBDIR)/cmake/Inbome

# A source archive with all crates in it, which builds without a network.
INBOME_DIST := libinbome-$(INBOME_VERSION)
dist:
	rm -rf target/dist/$(INBOME_DIST)
	mkdir -p target/dist/$(INBOME_DIST)/.cargo
	git archive HEAD | tar -x -C target/dist/$(INBOME_DIST)
	cd target/dist/$(INBOME_DIST) && $(CARGO) vendor --locked --quiet vendor > .cargo/config.toml
	tar -C target/dist --sort=name --mtime=@$$(git log -1 --format=%ct) --owner=0 --group=0 \
	  --numeric-owner -czf target/$(INBOME_DIST).tar.gz $(INBOME_DIST)
	@echo target/$(INBOME_DIST).tar.gz
