"""A pointer to an engine that is freed once, and never under a call of another thread."""

from __future__ import annotations

import os
import threading

from ._native import Raised, lib
from .errors import Closed


class Handle:
    """`with handle as engine:` is a call. What callbacks raised during it is raised at its end."""

    def __init__(self, pointer: int | None, raised: Raised):
        self._pointer, self._calls, self._closed = pointer, 0, False
        self._process, self._raised, self._free = os.getpid(), raised, lib.inbome_engine_free
        # Reentrant: a signal handler may use the engine too.
        self._lock = threading.RLock()

    @property
    def closed(self) -> bool:
        """Whether it was closed; the last call may still go on."""
        return self._closed

    def __enter__(self) -> int:
        if os.getpid() == self._process:
            with self._lock:
                self._calls += 1
                pointer = None if self._closed else self._pointer
            if pointer is not None:
                return pointer
            self._leave()
        elif not self._closed and self._pointer is not None:
            # A child: the lock may be held by a thread that is not here. The library refuses.
            return self._pointer
        raise Closed("expected an open engine, found one that is closed")

    def __exit__(self, *_: object) -> None:
        if os.getpid() == self._process:
            self._leave()
        self._raised.raise_kept()

    def close(self) -> None:
        """Frees the engine, now or at the end of the last call on it. May be called again."""
        self._closed = True
        if os.getpid() == self._process:
            with self._lock:
                self._calls += 1
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._calls -= 1
            last = self._closed and self._calls == 0
            pointer, self._pointer = (self._pointer, None) if last else (None, self._pointer)
        if pointer is not None:
            self._free(pointer)
