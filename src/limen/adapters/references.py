"""Values by reference: env:NAME, file:PATH or vault:PATH#FIELD, read from where they are kept safely or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from limen.adapters.secret_values import UnreadableError

SCHEMES = ("env", "file", "vault")
_MOST = 1 << 16
"""Bytes beyond which a file holds no credential."""


def value_of(reference: str, folder: Path, environment: Mapping[str, str], timeout: float) -> str:
    """Return the text that a reference stands for, never empty.

    Relative paths count from `folder`; `timeout` is in seconds. Raises UnreadableError, without the value, where it
    can't be read or is not kept safely: a file that others can touch, a store that would be asked in the clear.
    """
    scheme, _, rest = reference.partition(":")
    if scheme == "env":
        return _from_environment(rest, environment)
    if scheme == "file":
        return _from_file(folder / rest, rest)
    if scheme == "vault":
        from limen.adapters.vault_values import value_in_vault

        return value_in_vault(rest, environment, timeout)
    raise UnreadableError("a credential is a reference: env:NAME, file:PATH or vault:PATH")


def _from_environment(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "")
    if not value:
        raise UnreadableError(f"the environment variable {name}, the credential, is not set")
    return value


def _from_file(path: Path, shown: str) -> str:
    """Return a file's one value, without the newline at its end; refuse a file that others can read."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise UnreadableError(f"the credential {shown} is no file")
            if os.name == "posix" and found.st_mode & 0o077:
                raise UnreadableError(f"the credential {shown} can be read by others: chmod 600 it")
            content = file.read(_MOST + 1)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "it is no path"
        raise UnreadableError(f"the credential {shown} can't be read: {why}") from None
    if len(content) > _MOST:
        raise UnreadableError(f"the credential {shown} is larger than 64 KiB: it is something else")
    try:
        value = content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UnreadableError(f"the credential {shown} is no UTF-8 text") from None
    if not value:
        raise UnreadableError(f"the credential {shown} is empty")
    return value


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and no pipe that would be waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
