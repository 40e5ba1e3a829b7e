# Linking, installing and packing libinbome. Included by the Makefile of the project; it stands alone
# too: make -f inbome-ffi/install.mk install PREFIX=/usr/local
#
# Installing needs cargo, cc, make and binutils only; `dist` needs git, and `deb` says what it needs.

PREFIX ?= /usr/local
DESTDIR ?=
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
BASHDIR ?= $(DATADIR)/bash-completion/completions
ZSHDIR ?= $(DATADIR)/zsh/site-functions
FISHDIR ?= $(DATADIR)/fish/vendor_completions.d
CARGO ?= cargo
CC ?= cc
INSTALL ?= install
STRIP ?= strip

INBOME_VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
INBOME_SONAME := libinbome.so.0
INBOME_TARGET ?= $(or $(CARGO_TARGET_DIR),target)/release
INBOME_ARCHIVE ?= $(INBOME_TARGET)/libinbome.a
INBOME_SHARED ?= $(INBOME_TARGET)/libinbome.so.$(INBOME_VERSION)
# What the static library needs of the system. The compiler adds libgcc_s or libgcc_eh by itself,
# whichever fits; naming libgcc_s would break `cc -static`.
INBOME_SYSTEM_LIBS := -lpthread -lm -ldl
# Neither make nor pkg-config nor `cc $(pkg-config ...)` carries a path with a blank.
INBOME_BLANK := $(subst x,,x x)
INBOME_FITS = $(if $(findstring $(INBOME_BLANK),$(PREFIX)$(LIBDIR)$(INCLUDEDIR)),$(error expected a PREFIX, \
  LIBDIR and INCLUDEDIR without blanks, found '$(PREFIX)', '$(LIBDIR)', '$(INCLUDEDIR)'))

.PHONY: link-shared release install install-lib install-command put-lib put-command uninstall \
  dist test-dist deb test-packages bench-c

# The version script gives every symbol the version INBOME_0 and hides all that is not inbome_*.
link-shared:
	$(CC) -shared -o $(INBOME_SHARED) \
	  -Wl,-soname,$(INBOME_SONAME) -Wl,--version-script=inbome-ffi/libinbome.map \
	  -Wl,--gc-sections -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed \
	  -Wl,--whole-archive $(INBOME_ARCHIVE) -Wl,--no-whole-archive $(LDFLAGS) \
	  $(INBOME_SYSTEM_LIBS) -lgcc_s -lc

# Both in one run: apart, cargo would choose other features for what both depend on, and build it twice.
release:
	$(CARGO) build --release -p inbome-ffi -p inbome-cli $(CARGO_FLAGS)

install: release put-lib put-command

install-lib:
	$(CARGO) build --release -p inbome-ffi $(CARGO_FLAGS)
	$(MAKE) -f inbome-ffi/install.mk --no-print-directory put-lib

install-command:
	$(CARGO) build --release -p inbome-cli $(CARGO_FLAGS)
	$(MAKE) -f inbome-ffi/install.mk --no-print-directory put-command

# The sections .llvmbc and .llvmcmd are the compiler's own notes, and three quarters of the archive.
put-lib: link-shared
	$(INBOME_FITS)
	$(INSTALL) -d '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(LIBDIR)/cmake/Inbome' \
	  '$(DESTDIR)$(INCLUDEDIR)'
	$(INSTALL) -m 644 $(INBOME_SHARED) '$(DESTDIR)$(LIBDIR)/libinbome.so.$(INBOME_VERSION)'
	$(STRIP) --strip-unneeded '$(DESTDIR)$(LIBDIR)/libinbome.so.$(INBOME_VERSION)'
	ln -sf libinbome.so.$(INBOME_VERSION) '$(DESTDIR)$(LIBDIR)/$(INBOME_SONAME)'
	ln -sf $(INBOME_SONAME) '$(DESTDIR)$(LIBDIR)/libinbome.so'
	$(INSTALL) -m 644 $(INBOME_ARCHIVE) '$(DESTDIR)$(LIBDIR)/libinbome.a'
	$(STRIP) --strip-debug -R .llvmbc -R .llvmcmd '$(DESTDIR)$(LIBDIR)/libinbome.a'
	$(INSTALL) -m 644 include/inbome.h '$(DESTDIR)$(INCLUDEDIR)/inbome.h'
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	  -e 's|@VERSION@|$(INBOME_VERSION)|' -e 's|@PRIVATE@|$(INBOME_SYSTEM_LIBS)|' \
	  bindings/c/inbome.pc.in > '$(DESTDIR)$(LIBDIR)/pkgconfig/inbome.pc'
	sed -e 's|@PRIVATE@|$(INBOME_SYSTEM_LIBS)|' -e 's|@SONAME@|$(INBOME_SONAME)|' \
	  bindings/c/cmake/InbomeConfig.cmake.in > '$(DESTDIR)$(LIBDIR)/cmake/Inbome/InbomeConfig.cmake'
	sed -e 's|@VERSION@|$(INBOME_VERSION)|' bindings/c/cmake/InbomeConfigVersion.cmake.in \
	  > '$(DESTDIR)$(LIBDIR)/cmake/Inbome/InbomeConfigVersion.cmake'

# The command writes its own man pages and completions.
put-command:
	$(INSTALL) -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(MANDIR)/man1' '$(DESTDIR)$(BASHDIR)' \
	  '$(DESTDIR)$(ZSHDIR)' '$(DESTDIR)$(FISHDIR)'
	$(INSTALL) -m 755 $(INBOME_TARGET)/inbome '$(DESTDIR)$(BINDIR)/inbome'
	$(STRIP) --strip-unneeded '$(DESTDIR)$(BINDIR)/inbome'
	$(INBOME_TARGET)/inbome man --outdir '$(DESTDIR)$(MANDIR)/man1'
	chmod 644 '$(DESTDIR)$(MANDIR)'/man1/inbome*.1
	$(INBOME_TARGET)/inbome completions bash > '$(DESTDIR)$(BASHDIR)/inbome'
	$(INBOME_TARGET)/inbome completions zsh > '$(DESTDIR)$(ZSHDIR)/_inbome'
	$(INBOME_TARGET)/inbome completions fish > '$(DESTDIR)$(FISHDIR)/inbome.fish'

# Folders that are empty afterwards go too, but not the system's own: those of a PREFIX below /usr.
INBOME_FOLDERS = $(FISHDIR) $(dir $(FISHDIR)) $(ZSHDIR) $(dir $(ZSHDIR)) $(BASHDIR) $(dir $(BASHDIR)) \
  $(MANDIR)/man1 $(MANDIR) $(DATADIR) $(BINDIR) $(INCLUDEDIR) $(LIBDIR)/pkgconfig $(LIBDIR)/cmake \
  $(LIBDIR)
uninstall:
	rm -f '$(DESTDIR)$(LIBDIR)/libinbome.so.$(INBOME_VERSION)' '$(DESTDIR)$(LIBDIR)/$(INBOME_SONAME)' \
	  '$(DESTDIR)$(LIBDIR)/libinbome.so' '$(DESTDIR)$(LIBDIR)/libinbome.a' \
	  '$(DESTDIR)$(LIBDIR)/pkgconfig/inbome.pc' '$(DESTDIR)$(INCLUDEDIR)/inbome.h' \
	  '$(DESTDIR)$(BINDIR)/inbome' '$(DESTDIR)$(MANDIR)'/man1/inbome.1 \
	  '$(DESTDIR)$(MANDIR)'/man1/inbome-*.1 '$(DESTDIR)$(BASHDIR)/inbome' \
	  '$(DESTDIR)$(ZSHDIR)/_inbome' '$(DESTDIR)$(FISHDIR)/inbome.fish'
	rm -rf '$(DESTDIR)$(LIBDIR)/cmake/Inbome'
	@for folder in $(if $(filter /usr /usr/%,$(PREFIX)),,$(INBOME_FOLDERS)); do \
	  rmdir "$(DESTDIR)$$folder" 2>/dev/null || :; done

# A source archive with all crates in it, which builds without a network.
INBOME_DIST := libinbome-$(INBOME_VERSION)
dist:
	rm -rf target/dist/$(INBOME_DIST)
	mkdir -p target/dist/$(INBOME_DIST)/.cargo
	git archive HEAD | tar -x -C target/dist/$(INBOME_DIST)
	cd target/dist/$(INBOME_DIST) && $(CARGO) vendor --locked vendor > .cargo/config.toml 2> ../vendor.log \
	  || { cat ../vendor.log >&2; exit 1; }
	tar -C target/dist --sort=name --mtime=@$$(git log -1 --format=%ct) --owner=0 --group=0 \
	  --numeric-owner -cf - $(INBOME_DIST) | gzip -n > target/$(INBOME_DIST).tar.gz
	@echo target/$(INBOME_DIST).tar.gz

# Shows that the archive needs nothing from elsewhere. WHOLE=1 builds it too, which takes minutes.
test-dist: dist
	@WHOLE='$(WHOLE)' sh scripts/test-dist.sh target/$(INBOME_DIST).tar.gz

# Debian packages, in target/deb, checked by lintian.
deb:
	@sh scripts/deb.sh

# What `make test` leaves out, for it builds in release: the archive, and the packages put to use.
test-packages: test-dist deb
	@sh scripts/test-deb.sh target/deb

# How long a window waits for its answer while a mailbox is scanned; MAIL is the mailbox, which is
# only read. Figures are in docs/performance.md.
bench-c:
	$(CARGO) build --release -p inbome-ffi $(CARGO_FLAGS)
	$(MAKE) -f inbome-ffi/install.mk --no-print-directory link-shared
	ln -sf $(notdir $(INBOME_SHARED)) $(INBOME_TARGET)/$(INBOME_SONAME)
	$(CC) -O2 -Wall -Wextra -pthread -I include -o $(INBOME_TARGET)/waiting \
	  inbome-ffi/tests/c/waiting.c $(INBOME_SHARED) -Wl,-rpath,'$$ORIGIN'
	@sh scripts/bench-c.sh $(INBOME_TARGET)/waiting $(INBOME_SHARED) '$(MAIL)'
