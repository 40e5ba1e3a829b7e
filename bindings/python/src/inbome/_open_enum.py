"""Enumerations that a newer library may have more of."""

from __future__ import annotations

from enum import IntEnum


class OpenEnum(IntEnum):
    """Numbers with names. `str()` gives the code that every surface of libinbome uses, such as
    `never_seen`; a number that this version has no name for is a member too, `unknown_507`."""

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = value
        return member

    def __str__(self) -> str:
        return self.name.lower()

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)
