"""The library: where it is, whether it fits, and how it is called.

It is looked for as `INBOME_LIBRARY`, then beside this package, then where the system's loader
looks. Everything that ctypes would get wrong silently is refused here: a NUL in a text, an
exception in a callback. Not here: what the calls mean.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import threading
from ctypes import CDLL, byref, c_char_p, c_void_p, cast, string_at
from pathlib import Path
from typing import Any, Callable, Iterator

from ._declarations import FUNCTIONS, VERSION_NUMBER, VERSION_STRING, Buffer, Bytes
from ._words import Reason
from .errors import InvalidArgument, error_of

SONAME = "libinbome.so.0"


def _candidates() -> Iterator[str]:
    named = os.environ.get("INBOME_LIBRARY")
    if named:
        # Whoever names a library wants that one and no other.
        yield named
        return
    beside = Path(__file__).resolve().parent / "_lib" / SONAME
    if beside.exists():
        yield str(beside)
    yield SONAME
    found = ctypes.util.find_library("inbome")
    if found and found != SONAME:
        yield found


def _load() -> CDLL:
    failures = []
    for candidate in _candidates():
        try:
            library = CDLL(candidate)
        except OSError as error:
            failures.append(f"{candidate}: {error}")
            continue
        _declare(library, candidate)
        return library
    raise ImportError(
        "expected libinbome as INBOME_LIBRARY, beside the package or where the loader looks, "
        "found none: " + "; ".join(failures)
    )


def _declare(library: CDLL, where: str) -> None:
    try:
        version = library.inbome_version_number
    except AttributeError:
        raise ImportError(f"expected libinbome, found another library: {where}") from None
    version.restype = ctypes.c_uint32
    found = int(version())
    # A soname stands for one major version, in which nothing is removed.
    if found < VERSION_NUMBER or found // 1_000_000 != VERSION_NUMBER // 1_000_000:
        major, minor, patch = found // 1_000_000, found // 1000 % 1000, found % 1000
        raise ImportError(
            f"expected libinbome {VERSION_STRING} or a newer one that fits, "
            f"found {major}.{minor}.{patch}: {where}"
        )
    for name, (returns, takes) in FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"expected {name} in libinbome, found none: {where}") from None
        function.restype, function.argtypes = returns, takes


lib = _load()


def check(code: int, engine: int | None = None) -> None:
    """Raises what a call answered, unless it was OK."""
    if code == 0:
        return
    said = text_of(lib.inbome_engine_error(engine)) or ""
    addrs = tuple(
        text_of(lib.inbome_engine_error_addr(engine, index)) or ""
        for index in range(lib.inbome_engine_error_addr_count(engine))
    )
    why = int(lib.inbome_engine_error_reason(engine))
    kind = text_of(lib.inbome_result_name(code)) or "unknown"
    raise error_of(code, kind, said, addrs, Reason(why) if why else None)


def text_of(octets: bytes | None) -> str | None:
    """A text of the library's, which is UTF-8."""
    return None if octets is None else octets.decode("utf-8", "replace")


def required_text(octets: bytes | None) -> str:
    """A text that is always there."""
    return text_of(octets) or ""


def to_text(text: str, what: str) -> bytes:
    """A text for the library."""
    if not isinstance(text, str):
        raise TypeError(f"expected {what} as str, found {type(text).__name__}")
    if "\0" in text:
        raise InvalidArgument(f"expected {what} without NUL, found {text!r}")
    # The library judges what is no Unicode.
    return text.encode("utf-8", "surrogatepass")


def to_optional_text(text: str | None, what: str) -> bytes | None:
    """A text for the library, or none."""
    return None if text is None else to_text(text, what)


def to_path(path: str | os.PathLike[str], what: str = "a path") -> bytes:
    """A path for the library, which judges whether it is UTF-8."""
    octets = os.fsencode(path)
    if b"\0" in octets:
        raise InvalidArgument(f"expected {what} without NUL, found {octets!r}")
    return octets


def to_octets(octets: bytes, what: str) -> bytes:
    """Octets of the caller's, and no number: `bytes(5)` is five of them."""
    if not isinstance(octets, (bytes, bytearray, memoryview)):
        raise TypeError(f"expected {what} as bytes, found {type(octets).__name__}")
    return bytes(octets)


def to_bytes(octets: bytes) -> Bytes:
    """Borrowed octets: the caller keeps `octets` alive during the call."""
    return Bytes(cast(c_char_p(octets), c_void_p), len(octets))


def bytes_of(borrowed: Bytes) -> bytes:
    """A copy of octets of the library's."""
    return string_at(borrowed.data, borrowed.len) if borrowed.data else b""


def buffer_of(call: Callable[[Any], int], engine: int | None) -> bytes:
    """What a call puts into a buffer, which is freed."""
    buffer = Buffer()
    try:
        check(call(byref(buffer)), engine)
        return string_at(buffer.data, buffer.len) if buffer.data else b""
    finally:
        lib.inbome_buffer_free(byref(buffer))


class Owned:
    """An object of the library's, freed at the end of `with`, or when nobody holds it any more."""

    def __init__(self, free: Callable[[int | None], None], pointer: int | None):
        self._free, self.pointer = free, pointer

    def __enter__(self) -> int | None:
        return self.pointer

    def __exit__(self, *_: object) -> None:
        pointer, self.pointer = self.pointer, None
        if pointer is not None:
            self._free(pointer)

    def __del__(self) -> None:
        self.__exit__()


def given(
    call: Callable[[Any], int], free: Callable[[int | None], None], engine: int | None
) -> Owned:
    """What a call gives as its output."""
    output = c_void_p()
    check(call(byref(output)), engine)
    return Owned(free, output.value)


class Raised(threading.local):
    """What callbacks raised on this thread: ctypes would print it and go on."""

    error: BaseException | None = None

    def keep(self, error: BaseException) -> None:
        """Keeps the first one."""
        if self.error is None:
            self.error = error

    def raise_kept(self) -> None:
        """Raises it, if there is one."""
        error, self.error = self.error, None
        if error is not None:
            raise error

