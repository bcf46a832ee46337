"""What was here before: a window of the newest crossings of each flow, so that none of them passes twice.

Against replay (NIST SP 800-53 IA-2(8), SC-23). The window is bounded and in memory: it knows what this process let
through since it started, and what `remember` read back from the ledger, whose entries keep the digest of each payload
that is sealed; what is signed only, or not at all, has none there and passes once more after a restart. Other processes
have windows of their own, and what fell out of the window passes again: what must never happen twice is the business of
the record's own state, such as `limen.controls.transfer`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from limen.controls.guard.entries import CROSSED
from limen.controls.ledger_entries import Line
from limen.errors import Problem, UsageError

Key = tuple[str, str, str]
"""The tenant, the record's id, both as a ledger has them, and the SHA-256 of what the crossing is known by: what is
sealed at its outermost, whatever is written around it, and else its content."""


class Replays:
    """The newest crossings of each flow, `size` at most of each. Safe for threads."""

    def __init__(self, size: int = 65_536) -> None:
        """Start with empty windows; raises UsageError where the size is none."""
        if type(size) is not int or size < 1:
            raise UsageError(Problem(message="a replay window holds nothing", hint="expected a size of at least 1"))
        self._size = size
        self._windows: dict[str, OrderedDict[Key, None]] = {}
        self._lock = threading.Lock()

    def take(self, flow: str, key: Key) -> bool:
        """Return whether a crossing is new, and keep it as one that was; whoever then fails gives it back."""
        with self._lock:
            window = self._windows.setdefault(flow, OrderedDict())
            if key in window:
                return False
            window[key] = None
            if len(window) > self._size:
                window.popitem(last=False)
            return True

    def give_back(self, flow: str, key: Key) -> None:
        """Forget a crossing that was not let through in the end."""
        with self._lock:
            self._windows.get(flow, OrderedDict()).pop(key, None)

    def remember(self, lines: Iterable[Line]) -> int:
        """Take over what a ledger says was let through, oldest first, and return how many that were.

        Give it `ledger.read(…)` before the first crossing, and a window survives a restart.
        """
        taken = 0
        for line in lines:
            flow, digest = line.details.get("flow"), line.details.get("payload")
            received = line.action == CROSSED and line.details.get("end") == "receiver"
            if received and isinstance(flow, str) and isinstance(digest, str):
                taken += self.take(flow, (line.tenant, line.record, digest))
        return taken
