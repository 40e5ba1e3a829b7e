"""An engine's life, and how its calls give what they give."""

from __future__ import annotations

import os
from ctypes import byref, c_int64
from typing import Any, Callable, Iterator, NoReturn, TypeVar

from ._handle import Handle
from ._native import Owned, Raised, buffer_of, check, given, lib, to_path
from ._options import Clock, EngineOptions, Random, to_number

T = TypeVar("T")
Self = TypeVar("Self", bound="Base")
Give = Callable[[Any], int]
Free = Callable[[Any], None]


class Base:
    """One home, opened and closed."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        create: bool = True,
        busy_timeout: int = 30,
        clock: Clock | None = None,
        random: Random | None = None,
    ):
        home = to_path(path, "the home")
        patience = to_number(busy_timeout, "busy_timeout", -(2**63), 2**63 - 1)

        def opened(options: Any) -> Callable[[Any], int]:
            check(lib.inbome_engine_options_set_create(options, int(bool(create))))
            check(lib.inbome_engine_options_set_busy_timeout(options, patience))
            return lambda output: int(lib.inbome_engine_open(home, options, output))

        self._open(opened, clock, random)

    @classmethod
    def in_memory(
        cls: type[Self], *, clock: Clock | None = None, random: Random | None = None
    ) -> Self:
        """Opens an engine that keeps everything in memory and forgets it when closed."""
        engine = cls.__new__(cls)
        engine._open(
            lambda options: lambda output: int(lib.inbome_engine_open_in_memory(options, output)),
            clock,
            random,
        )
        return engine

    def _open(
        self,
        opened: Callable[[Any], Callable[[Any], int]],
        clock: Clock | None,
        random: Random | None,
    ) -> None:
        self._raised = Raised()
        with (options := EngineOptions(clock, random, self._raised)):
            # Kept as long as the engine.
            self._callbacks = options.callbacks
            engine = given(opened(options.pointer), lambda _: None, None)
        self._handle = Handle(engine.pointer, self._raised)
        self._raised.raise_kept()

    def close(self) -> None:
        """Closes the engine; when another thread is in a call on it, at the end of that call. May
        be called again. Every other call raises `Closed` from then on."""
        self._handle.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._handle.closed

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        # A copy would close the engine for both.
        raise TypeError("expected to open the home again, found a copy or pickle of its engine")

    def __del__(self) -> None:
        # Opening may have failed.
        if hasattr(self, "_handle"):
            self._handle.close()

    def generation(self) -> int:
        """A number that changes whenever this or another process changed the state, so that a
        compose window knows when to ask again. Compare it for equality only."""
        generation = c_int64()
        with self._handle as engine:
            check(lib.inbome_engine_generation(engine, byref(generation)), engine)
        return int(generation.value)

    def check(self) -> list[str]:
        """Checks the whole database; it takes a while. Gives a sentence per fault.

        >>> import inbome
        >>> with inbome.Engine.in_memory() as engine:
        ...     engine.check()
        []
        """
        with self._handle as engine:
            faults = buffer_of(lambda output: lib.inbome_engine_check(engine, output), engine)
        return faults.decode("utf-8", "replace").splitlines()


def one_of(give: Give, free: Free, read: Callable[[Any], T], engine: int) -> T:
    """What a call gives, read and freed."""
    with given(give, free, engine) as found:
        return read(found)


def all_of(
    holder: Base,
    give: Give,
    free: Free,
    step: Callable[[Any], Any],
    read: Callable[[Any], T],
    engine: int,
) -> Iterator[T]:
    """What an iterator of the library's gives. The call is made now, the reading as it is asked
    for; the iterator outlives its engine, but not the callbacks that `holder` has."""
    return _steps(holder, given(give, free, engine), step, read)


def _steps(
    holder: Base, owned: Owned, step: Callable[[Any], Any], read: Callable[[Any], T]
) -> Iterator[T]:
    with owned as found:
        while one := step(found):
            yield read(one)
