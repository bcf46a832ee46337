"""What was found out before a run ended early: one line a rule, good while nothing that it rests on changes."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from limen.errors import Problem, UsageError
from limen.policy.index import digest
from limen.testing.policy_results import TargetResult

_DECODER = msgspec.json.Decoder(TargetResult)


def tool_digest(engine: str, deadline: float) -> str:
    """Return the digest of what a result depends on besides policies: limen's own code, the engine, the deadline.

    `engine` is name and version, `deadline` is in seconds.
    """
    files = sorted(Path(__file__).resolve().parents[1].rglob("*.py"))
    return digest([engine, f"{deadline:g}", *(part for path in files for part in (path.name, path.read_bytes()))])


def begun(path: Path) -> BinaryIO:
    """Open a journal anew; a link is not followed, or a folder of somebody else's could have any file overwritten.

    Raises OSError.
    """
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o666), "wb")


class Journal:
    """A file that grows by one line a rule; it goes when the run is complete."""

    def __init__(self, path: Path, tool: str, *, resume: bool) -> None:
        """Open the journal: anew, or to go on where one stands.

        Raises UsageError where it can't be read or written, or is something else.
        """
        self.path, self.tool = path, tool
        self.known: dict[str, TargetResult] = {}
        """Results of an earlier run, by rule."""
        try:
            if resume and path.exists():
                self._read(path.read_bytes())
            self._made = not path.parent.exists()
            path.parent.mkdir(parents=True, exist_ok=True)
            # Written anew with what is whole in it, so that a line that was cut short is never appended to.
            self._file = begun(path)
            for result in self.known.values():
                self._file.write(msgspec.json.encode(result) + b"\n")
            self._file.flush()
        except OSError as error:
            raise self._unusable(error.strerror or str(error), "name another place with --journal") from None

    def key(self, of: str) -> str:
        """Return the digest under which the result of a target, whose own digest is `of`, is kept."""
        return digest([self.tool, of])

    def result(self, target: str, of: str) -> TargetResult | None:
        """Return what an earlier run found out about a target; None where it, its tests or limen have changed."""
        found = self.known.get(target)
        return found if found is not None and found.digest == self.key(of) else None

    def add(self, result: TargetResult) -> None:
        """Write a result, on the disk before this returns. Raises UsageError where the file can't be written."""
        try:
            self._file.write(msgspec.json.encode(result) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._unusable(error.strerror or str(error), "name another place with --journal") from None

    def close(self, *, complete: bool) -> None:
        """Close the file, and remove it where nothing is left to resume."""
        self._file.close()
        if complete:
            self.path.unlink(missing_ok=True)
            if self._made:
                with contextlib.suppress(OSError):  # something else lies there by now
                    self.path.parent.rmdir()

    def _read(self, content: bytes) -> None:
        for line in content.split(b"\n")[:-1]:  # what follows the last line feed was cut short, or is nothing
            try:
                result = _DECODER.decode(line)
            except msgspec.DecodeError:
                raise self._unusable("it is damaged, or no journal", "run without --resume to begin anew") from None
            self.known[result.target] = result

    def _unusable(self, why: str, hint: str) -> UsageError:
        return UsageError(Problem(message=f"the journal {self.path} can't be used: {why}", hint=hint))
