"""A child process that is spoken to in length-prefixed frames, and killed where it does not answer in time."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
import time

from limen.errors import Problem, UnassessedError

ANSWER_BYTES = 64 << 20
"""Largest frame that is read; what is larger is no answer but an attack on memory."""
NO_ANSWER = "no answer within"
"""How the text of a deadline that passed begins, so that it can be told from a process that ended."""
_PIECE = 1 << 16
_PIPE = 1 << 20
"""Bytes that the system is asked to hold in each pipe, so that neither side waits while the other is at work."""


class LostError(Exception):
    """The process did not answer; the text says why."""


class Child:
    """A running process of ours. Sending never blocks; receiving has a deadline."""

    def __init__(self, command: list[str]) -> None:
        """Start the process; raise UnassessedError where the system can't."""
        if sys.platform == "win32":  # select knows no pipes there
            raise UnassessedError(
                Problem(message="the embedded policy engine does not run on Windows", hint="use WSL, or a container")
            )
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={"RUST_BACKTRACE": "0"},
            )
        except OSError as error:
            raise UnassessedError(f"the policy engine's process can't be started: {error}") from None
        if self._process.stdin is None or self._process.stdout is None:
            raise UnassessedError("the policy engine's process has no pipes")
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        os.set_blocking(self._stdin.fileno(), False)
        for stream in (self._stdin, self._stdout):
            _widen(stream.fileno())
        self._outgoing = bytearray()
        self._incoming = bytearray()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def send(self, frame: bytes) -> None:
        """Queue a frame; what the pipe takes now is written now. A process that ended is told by `receive`."""
        self._outgoing += len(frame).to_bytes(4, "big") + frame
        self._write()

    def receive(self, deadline: float) -> bytes:
        """Return the next frame, writing what is queued meanwhile; raise LostError after `deadline` seconds."""
        until = time.monotonic() + deadline
        while (frame := self._taken()) is None:
            ready = self._selector.select(max(0.0, until - time.monotonic()))
            if not ready:
                raise LostError(f"{NO_ANSWER} {deadline:g} s")
            for key, _ in ready:
                if key.fileobj is self._stdin:
                    self._write()
                else:
                    self._read()
        return frame

    def close(self) -> None:
        """Kill the process and wait for its end."""
        self._selector.close()
        self._process.kill()
        self._process.wait()
        for stream in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                stream.close()

    def _taken(self) -> bytes | None:
        if len(self._incoming) < 4:
            return None
        end = 4 + int.from_bytes(self._incoming[:4], "big")
        if end > ANSWER_BYTES:
            raise LostError(f"an answer larger than {ANSWER_BYTES:,} bytes")
        if len(self._incoming) < end:
            return None
        frame = bytes(self._incoming[4:end])
        del self._incoming[:end]
        return frame

    def _read(self) -> None:
        piece = os.read(self._stdout.fileno(), _PIECE)
        if not piece:
            raise LostError("its process ended")
        self._incoming += piece

    def _write(self) -> None:
        try:
            while self._outgoing:
                written = os.write(self._stdin.fileno(), self._outgoing[:_PIECE])
                del self._outgoing[:written]
        except BlockingIOError:
            pass
        except OSError:  # it ended, and what it answered before is still to be read
            self._outgoing.clear()
        waits = self._stdin in self._selector.get_map()
        if self._outgoing and not waits:
            self._selector.register(self._stdin, selectors.EVENT_WRITE)
        elif waits and not self._outgoing:
            self._selector.unregister(self._stdin)


def _widen(pipe: int) -> None:
    """Ask for a larger pipe where the system has such a call; one that refuses keeps its own size."""
    import fcntl

    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
