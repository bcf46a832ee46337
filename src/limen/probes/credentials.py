"""Credentials by reference: where a value is kept, read when an attempt asks for it, and kept out of all output."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Mapping
from pathlib import Path

from limen.probes.interface import AttemptError, Secret
from limen.probes.redaction import Redaction

_MOST = 1 << 16
"""Bytes beyond which a file holds no credential."""


class Credentials:
    """Resolves references (env:, file:, vault:) and remembers what must not be shown; one a run."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        """Count relative paths from `folder`, the declaration's; `environment` is the process's by default."""
        self._folder = folder
        self._environment = os.environ if environment is None else environment
        self._lock = threading.Lock()
        self._read: dict[str, Secret] = {}
        self.redaction = Redaction()
        """What takes the values out of everything that is recorded."""

    def secret(self, reference: str, timeout: float = 10.0) -> Secret:
        """Return what a reference stands for; each is read once.

        `timeout` is in seconds. Raises AttemptError, without the value, where it can't be read or is not kept safely.
        """
        with self._lock:
            if reference not in self._read:
                value = self._value(reference, timeout)
                self.redaction.add(value)
                self._read[reference] = Secret(value)
            return self._read[reference]

    def _value(self, reference: str, timeout: float) -> str:
        scheme, _, rest = reference.partition(":")
        if scheme == "env":
            return _from_environment(rest, self._environment)
        if scheme == "file":
            return _from_file(self._folder / rest, rest)
        if scheme == "vault":
            from limen.probes.vault import value_in_vault

            token = self._environment.get("VAULT_TOKEN", "")
            self.redaction.add(token)
            return value_in_vault(rest, self._environment, timeout)
        raise AttemptError("a credential is a reference: env:NAME, file:PATH or vault:PATH")


def _from_environment(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "")
    if not value:
        raise AttemptError(f"the environment variable {name}, the credential, is not set")
    return value


def _from_file(path: Path, shown: str) -> str:
    """Return a file's one value, without the newline at its end; refuse a file that others can read."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise AttemptError(f"the credential {shown} is no file")
            if os.name == "posix" and found.st_mode & 0o077:
                raise AttemptError(f"the credential {shown} can be read by others: chmod 600 it")
            content = file.read(_MOST + 1)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "it is no path"
        raise AttemptError(f"the credential {shown} can't be read: {why}") from None
    if len(content) > _MOST:
        raise AttemptError(f"the credential {shown} is larger than 64 KiB: it is something else")
    try:
        value = content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise AttemptError(f"the credential {shown} is no UTF-8 text") from None
    if not value:
        raise AttemptError(f"the credential {shown} is empty")
    return value


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and no pipe that would be waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
