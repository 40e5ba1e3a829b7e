"""Mails: what Python programs hold them in, as octets."""

from __future__ import annotations

import os
from email.message import Message
from email.policy import EmailPolicy
from pathlib import Path
from typing import Any, Union

from .errors import IoError

Mail = Union[bytes, bytearray, memoryview, "Message[Any, Any]", "os.PathLike[str]"]
"""A mail: its octets, a message of the email package, or the path of a file with one mail."""

Octets = Union[bytes, bytearray, memoryview, "os.PathLike[str]"]
"""A key: its octets or the path of a file."""


def octets_of_mail(mail: Mail) -> bytes:
    """The octets of a mail."""
    if isinstance(mail, Message):
        return _printed(mail)
    return octets_of(mail, "a mail")


def octets_of(octets: Octets, what: str) -> bytes:
    """Octets, or those of a file."""
    if isinstance(octets, bytes):
        return octets
    if isinstance(octets, (bytearray, memoryview)):
        return bytes(octets)
    if isinstance(octets, os.PathLike):
        try:
            return Path(octets).read_bytes()
        except OSError as error:
            found = error.strerror or error
            raise IoError(f"expected to read {os.fspath(octets)}, found: {found}") from error
    # A str could be meant as either.
    raise TypeError(f"expected {what} as bytes or path, found {type(octets).__name__}")


def _printed(message: Message[Any, Any]) -> bytes:
    policy = message.policy
    if isinstance(policy, EmailPolicy):
        # Fields that were parsed stay as they came: folded anew, key data becomes encoded words.
        policy = policy.clone(refold_source="none")
    else:
        policy = policy.clone(max_line_length=None)
    return message.as_bytes(policy=policy.clone(linesep="\r\n", cte_type="8bit"))
