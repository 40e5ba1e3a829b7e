"""Times: Unix seconds in the library, datetimes with a zone here."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Union

from ._declarations import TIME_UNKNOWN
from .errors import InvalidArgument

Time = Union[datetime, int]
"""A datetime with a zone, or Unix seconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def time_of(secs: int) -> datetime | None:
    """A time of the library's, in UTC. One that Python has no year for is the last or first."""
    if secs == TIME_UNKNOWN:
        return None
    try:
        return _EPOCH + timedelta(seconds=secs)
    except OverflowError:
        end = datetime.max if secs > 0 else datetime.min
        return end.replace(tzinfo=timezone.utc)


def to_time(time: Time | None) -> int:
    """A time for the library, in whole seconds."""
    if time is None:
        return TIME_UNKNOWN
    if isinstance(time, datetime):
        if time.utcoffset() is None:
            raise InvalidArgument(f"expected a datetime with a zone, found {time!r}")
        return (time - _EPOCH) // timedelta(seconds=1)
    if not isinstance(time, int) or isinstance(time, bool):
        raise TypeError(f"expected a datetime or Unix seconds, found {type(time).__name__}")
    if not TIME_UNKNOWN < time < 2**63:
        raise InvalidArgument(f"expected Unix seconds of 64 bits, found {time}")
    return time
