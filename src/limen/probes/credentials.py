"""Credentials by reference: read when an attempt asks for one, once a run, and kept out of all output."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from limen.adapters.references import value_of
from limen.adapters.secret_values import Secret, UnreadableError
from limen.probes.interface import AttemptError
from limen.probes.redaction import Redaction


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
        if reference.startswith("vault:"):
            self.redaction.add(self._environment.get("VAULT_TOKEN", ""))
        try:
            return value_of(reference, self._folder, self._environment, timeout)
        except UnreadableError as error:
            raise AttemptError(error.reason, again=error.again) from None
