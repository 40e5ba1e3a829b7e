"""A scan of mailboxes, from its options to its report."""

from __future__ import annotations

import os
from typing import Any, Callable, Iterable

from ._declarations import CancelCallback, ProgressCallback
from ._native import Owned, Raised, check, given, lib, to_optional_text, to_path, to_text
from ._options import texts, to_number
from .errors import InvalidArgument
from .values import Progress

OnProgress = Callable[[Progress], object]
"""Told how far a scan is."""

Cancel = Callable[[], bool]
"""Asked whether to stop."""


def open_scan(engine: int, paths: tuple[str | os.PathLike[str], ...]) -> Owned:
    """A scan of these mailboxes, with nothing read yet; free it."""
    if not paths:
        raise InvalidArgument("expected a path to scan, found none")
    first, *more = (to_path(path) for path in paths)
    scan = given(
        lambda output: lib.inbome_scan_open(engine, first, output), lib.inbome_scan_free, engine
    )
    for path in more:
        check(lib.inbome_scan_add_path(scan.pointer, path))
    return scan


def set_up(
    scan: Any,
    account: str | None,
    jobs: int,
    full: bool,
    count: bool,
    include: str | Iterable[str],
    decrypt: bool,
) -> None:
    """Says what is scanned, and how."""
    check(lib.inbome_scan_set_account(scan, to_optional_text(account, "account")))
    check(lib.inbome_scan_set_jobs(scan, to_number(jobs, "jobs", 0)))
    check(lib.inbome_scan_set_full(scan, int(bool(full))))
    check(lib.inbome_scan_set_no_decrypt(scan, int(not decrypt)))
    check(lib.inbome_scan_set_count(scan, int(bool(count))))
    for folder in texts(include):
        check(lib.inbome_scan_include(scan, to_text(folder, "a folder")))


class Callbacks:
    """What the library calls during a scan. What they raise stops the scan, and is raised again
    when it is over; so does Ctrl-C, which Python sees only while its own code runs. It must live as
    long as the scan."""

    def __init__(
        self, scan: Any, progress: OnProgress | None, cancel: Cancel | None, raised: Raised
    ):
        def tell(_: Any, messages: int, skipped: int, octets: int, total: int) -> None:
            try:
                if progress is not None and raised.error is None:
                    progress(Progress(messages, skipped, octets, total or None))
            except BaseException as error:
                raised.keep(error)

        def ask(_: Any) -> int:
            try:
                return int(raised.error is not None or bool(cancel is not None and cancel()))
            except BaseException as error:
                raised.keep(error)
                return 1

        self._tell, self._ask = ProgressCallback(tell), CancelCallback(ask)
        if progress is not None:
            check(lib.inbome_scan_set_progress(scan, self._tell, None))
        check(lib.inbome_scan_set_cancel(scan, self._ask, None))
