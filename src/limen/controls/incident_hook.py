"""The hook of an incident: whoever is called is called over HTTPS, again if need be, and what came of it is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from limen.adapters.bounded_http import BoundsError, send, trusting
from limen.adapters.secret_values import Secret
from limen.adapters.vault_address import objection
from limen.errors import Problem, UsageError
from limen.integrity.canonical import canonical

Hook = Callable[[Mapping[str, str]], None]
"""Is given an alert: id, trigger, time, ledger and the digest of the evidence; raises where nobody heard it."""
_MOST = 1 << 16
"""Bytes of an answer."""


class HookError(Exception):
    """Nobody heard an alert; says why in words, without a secret."""


class HttpHook:
    """Posts an alert as JSON to one address; any answer of 2xx is one that heard it."""

    def __init__(
        self, url: str, *, credential: Secret | None = None, trust: Path | None = None, seconds: float = 10.0
    ) -> None:
        """Keep where; `credential` is sent as a bearer's token, `trust` names the authorities to trust in PEM.

        `seconds` bound each call. Raises UsageError for an address on the way to which the alert could be read.
        """
        wrong = objection(url)
        if wrong:
            message = "the hook's address is none" if wrong == "none" else "the hook's alerts could be read on the way"
            raise UsageError(Problem(message=message, hint="give it as https://HOST/PATH"))
        self._url, self._credential, self._trust, self._seconds = url, credential, trust, seconds

    def __call__(self, alert: Mapping[str, str]) -> None:
        """Send an alert; raises HookError where it was not heard."""
        headers = {"Content-Type": "application/json", "User-Agent": "limen", "Idempotency-Key": alert["id"]}
        if self._credential is not None:
            headers["Authorization"] = f"Bearer {self._credential.reveal()}"
        try:
            tls = trusting(self._trust) if self._url.startswith("https:") else None
            answer = send(
                "POST", self._url, headers, canonical(dict(alert)),
                deadline=time.monotonic() + self._seconds, tls=tls, most=_MOST,
            )  # fmt: skip
        except BoundsError as error:
            raise HookError(error.reason) from None
        if not 200 <= answer.status < 300:
            raise HookError(f"it answered {answer.status}")
