"""What was judged before a run ended early: one line a place, and a first line that says of what."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from limen.errors import Problem, UsageError
from limen.testing.declaration_trial import Verdict
from limen.testing.policy_journal import begun


class _Line(msgspec.Struct, frozen=True, array_like=True):
    place: int
    verdicts: list[Verdict]


class Journal:
    """A file that grows by what was judged; it goes when the run is complete."""

    def __init__(self, path: Path, digest: str, *, resume: bool) -> None:
        """Open the journal: anew, or to go on where one stands that is of this digest.

        Raises UsageError where it can't be read or written, or is of another declaration or other policies.
        """
        self.path = path
        self.done: dict[int, list[Verdict]] = {}
        """What an earlier run judged, by place."""
        head = msgspec.json.encode({"digest": digest})
        try:
            if resume and path.exists():
                self._read(path.read_bytes(), head)
            path.parent.mkdir(parents=True, exist_ok=True)
            # Written anew with what is whole in it, so that a line that was cut short is never appended to.
            lines = [msgspec.json.encode(_Line(place, found)) for place, found in self.done.items()]
            self._file = begun(path)
            self._file.write(b"".join(line + b"\n" for line in [head, *lines]))
            self._file.flush()
        except OSError as error:
            message = f"the journal {path} can't be used: {error.strerror or error}"
            raise UsageError(Problem(message=message, hint="name another place with --journal")) from error

    def add(self, places: Iterable[int], verdicts: Iterable[Verdict]) -> None:
        """Note what became of some places; raises OSError where the disk is full."""
        found: dict[int, list[Verdict]] = {place: [] for place in places}
        for verdict in verdicts:
            found[verdict.place].append(verdict)
        self._file.write(b"".join(msgspec.json.encode(_Line(*line)) + b"\n" for line in found.items()))
        self._file.flush()

    def close(self, *, complete: bool) -> None:
        """Close the file, and remove it where nothing is left to resume."""
        self._file.close()
        if complete:
            self.path.unlink(missing_ok=True)

    def _read(self, text: bytes, head: bytes) -> None:
        first, *lines = text.split(b"\n")
        if first != head:
            message = f"the journal {self.path} is of another declaration, other policies or another version"
            raise UsageError(Problem(message=message, hint="run without --resume to begin anew"))
        decode = msgspec.json.Decoder(_Line).decode
        for line in lines[:-1]:  # what follows the last line feed was cut short, or is nothing
            try:
                known = decode(line)
            except msgspec.DecodeError:
                message = f"the journal {self.path} is damaged"
                raise UsageError(Problem(message=message, hint="run without --resume to begin anew")) from None
            self.done[known.place] = known.verdicts
