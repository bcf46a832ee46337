"""Access rules in Rego: one document of your own decides, on top of the declared roles, and only `true` allows.

NIST SP 800-53 AC-3, AC-4(1) and AC-25. Undefined, an error, a deadline that passed, a dead engine or any other value
than the boolean true is a refusal. Rules see what the decision is about (`input`), so they can refuse what roles allow,
and never the other way round.
"""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import msgspec

from limen.adapters.forking import begins_in_children
from limen.errors import LimenError, PolicyError, Problem

if TYPE_CHECKING:
    from limen.policy.embedded import EmbeddedEngine

DEADLINE = 2.0
"""Seconds that one decision may take; it takes some 100 µs."""
_QUERY = re.compile(r"data(?:\.[A-Za-z_][A-Za-z0-9_]*)+", re.ASCII)
_JOB = "access"


class AccessRules:
    """A Rego package that is asked about every access; the engine (regorus) runs in a process of its own."""

    def __init__(self, text: str, *, query: str, name: str = "access.rego", deadline: float = DEADLINE) -> None:
        """Load a module; `query` is the document that decides, such as data.access.allow.

        Raises PolicyError where the query is no path or the module can't be parsed, UnassessedError without an engine.
        """
        from limen.policy.engine import Job

        if not _QUERY.fullmatch(query):
            hint = "the path of a document, such as data.access.allow"
            raise PolicyError(Problem(message="the query of the access rules is no path", hint=hint))
        self.name = name
        self._job = Job(name=_JOB, query=query, modules=((name, text),), data="{}")
        self._deadline = deadline
        self.begin()
        begins_in_children(self)
        with self._lock:
            self._ask(b"{}")  # what can't be parsed is told now, and not as a refusal of everything

    def begin(self) -> None:
        """Begin without an engine, as at first; for a process that was forked, too.

        The engine of before is its parent's: both would read each other's answers from its pipes. It is not closed.
        """
        self._lock = threading.Lock()
        self._engine: EmbeddedEngine | None = None

    @classmethod
    def read(cls, path: Path, *, query: str) -> AccessRules:
        """Load the module of a file; raises as the constructor, and PolicyError where the file can't be read."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not in UTF-8"
            raise PolicyError(f"the access rules {path} can't be read: {why}") from None
        return cls(text, query=query, name=path.name)

    def allow(self, about: dict[str, Any]) -> bool:
        """Return whether the rules allow what `about` describes (the module's `input`); never raises."""
        try:
            asked = msgspec.json.encode(about)
        except (TypeError, ValueError, UnicodeError):
            return False
        with self._lock:
            try:
                return self._ask(asked)
            except LimenError:
                return False

    def close(self) -> None:
        """End the engine's process; asked again, another is started."""
        with self._lock:
            self._drop()

    def __enter__(self) -> AccessRules:
        """Return the rules."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the engine's process."""
        self.close()

    def _ask(self, asked: bytes) -> bool:
        """Return whether the answer is true; an engine that failed once is not asked twice."""
        from limen.policy.embedded import EmbeddedEngine
        from limen.policy.engine import Query

        if self._engine is None:
            self._engine = EmbeddedEngine.start(deadline=self._deadline)
            self._engine.prepare([self._job])
        try:
            ((answer,),) = self._engine.answer([Query(_JOB, [asked])])
        except BaseException:
            self._drop()
            raise
        if not answer.ok:
            self._drop()
        return answer.ok and answer.text == "true"

    def _drop(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            with contextlib.suppress(OSError):
                engine.close()
