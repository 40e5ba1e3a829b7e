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
