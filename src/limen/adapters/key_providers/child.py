"""A key provider in a process of its own: what hangs, crashes or eats memory there costs one attempt and no more.

The parent writes one line of JSON for each operation, the first with the access and its credential, and reads one in
return; so neither credentials nor plaintexts are ever in an argument or an environment.
"""

from __future__ import annotations

import contextlib
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from limen.adapters.key_providers.interface import Access, Answer, KeyProvider, KeyProviderError, Kind, Sealed

MEMORY = 1 << 30
"""Bytes of address space that the child may have: an answer that does not fit is no answer."""
LINE = 16 << 20
"""Bytes of one answer of the child that are read at most."""
SIGNING = 60.0
"""Seconds within which a key must have signed; it may be opened long before."""
GRACE = 1.0
"""Seconds beyond the deadline after which a child is ended, so that it can still enable what it disabled."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is asked."""

    do: str
    module: str = ""
    access: dict[str, Any] = {}
    arguments: tuple[bytes, ...] = ()


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What the child answers: a value, or how it failed."""

    answers: dict[str, Answer] = {}
    sealed: Sealed | None = None
    plaintext: bytes = b""
    made: bytes = b""
    """A public key or a signature."""
    kind: Kind | None = None
    message: str = ""
    again: bool = False


class ChildKey:
    """A key in a child process; a `KeyProvider`."""

    def __init__(self, module: str, access: Access) -> None:
        """Start the child and open the key there; raises KeyProviderError where it can't be opened."""
        self._access, self._buffer, self._lock = access, bytearray(), threading.Lock()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise KeyProviderError("unreachable", f"a process can't be started: {type(error).__name__}") from None
        plain = msgspec.structs.asdict(access)
        plain["trust"] = "" if access.trust is None else str(access.trust)
        plain["deadline"] = max(0.0, access.deadline - time.monotonic())
        try:
            self._ask(Job(do="open", module=module, access=plain))
        except KeyProviderError:
            self.close()
            raise

    def describe(self) -> Mapping[str, Answer]:
        """Return what the custodian says of the key."""
        return self._ask(Job(do="describe")).answers

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the newest version."""
        return self._sealed("encrypt", plaintext, context)

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext."""
        return self._ask(Job(do="decrypt", arguments=(ciphertext, context))).plaintext

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what was sealed by an older version, sealed by the newest."""
        return self._sealed("rewrap", ciphertext, context)

    def rotate(self) -> None:
        """Give the key a new version."""
        self._ask(Job(do="rotate"))

    def disable(self) -> None:
        """Stop the key from being used."""
        self._ask(Job(do="disable"))

    def enable(self) -> None:
        """Let the key be used again."""
        self._ask(Job(do="enable"))

    def public_key(self) -> bytes:
        """Return the public key in PEM, of a module whose keys sign."""
        return self._ask(Job(do="public_key")).made

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, of a module whose keys sign."""
        self._access = msgspec.structs.replace(self._access, deadline=time.monotonic() + SIGNING)
        return self._ask(Job(do="sign", arguments=(message,))).made

    def close(self) -> None:
        """End the child."""
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _sealed(self, operation: str, *arguments: bytes) -> Sealed:
        done = self._ask(Job(do=operation, arguments=arguments))
        if done.sealed is None:
            raise KeyProviderError("odd", f"{self._access.endpoint} sealed nothing")
        return done.sealed

    def _ask(self, job: Job) -> Done:
        """Return the child's answer; raises KeyProviderError where it has none in time, or ended."""
        lost = KeyProviderError("unreachable", f"{self._access.endpoint}: the process that asked it ended unexpectedly")
        try:
            with self._lock:  # an answer belongs to the question before it
                self._process.stdin.write(msgspec.json.encode(job) + b"\n")  # type: ignore[union-attr]
                self._process.stdin.flush()  # type: ignore[union-attr]
                done = msgspec.json.decode(self._line(), type=Done)
        except (OSError, ValueError):
            raise lost from None
        if done.kind is not None:
            raise KeyProviderError(done.kind, done.message, again=done.again)
        return done

    def _line(self) -> bytes:
        until = min(self._access.deadline, time.monotonic() + self._access.patience) + GRACE
        with selectors.DefaultSelector() as selector:
            stream: Any = self._process.stdout
            selector.register(stream, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                left = until - time.monotonic()
                if left <= 0 or not selector.select(left):
                    self._process.kill()
                    raise KeyProviderError("unreachable", f"{self._access.endpoint} did not answer in time")
                part = stream.read1(1 << 16)
                self._buffer += part
                if not part or len(self._buffer) > LINE:
                    raise OSError
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer = bytearray(rest)
        return line


def main() -> None:
    """Serve one key until the parent closes the pipe."""
    _limit()
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    key: KeyProvider | None = None
    for line in sys.stdin.buffer:
        job = msgspec.json.decode(line, type=Job)
        try:
            if job.do == "open":
                key, done = _opened(job), Done()
            else:
                done = _served(key, job)
        except KeyProviderError as error:
            done = Done(kind=error.kind, message=error.message, again=error.again)
        except ImportError as error:
            done = Done(kind="unsupported", message=f"{error.name} is missing; pip install 'limen[kms]'")
        except MemoryError:
            done = Done(kind="odd", message="the answer is larger than anything that a custodian says of a key")
        except Exception as error:  # noqa: BLE001 - a library's own bug, or an answer that it did not expect
            done = Done(kind="odd", message=f"the answer is not understood: {type(error).__name__}")
        answers.write(msgspec.json.encode(done) + b"\n")
        answers.flush()
    if key is not None:
        key.close()


def _opened(job: Job) -> KeyProvider:
    given = dict(job.access)
    given["trust"] = Path(given["trust"]) if given["trust"] else None
    given["deadline"] = time.monotonic() + (float("inf") if given["deadline"] is None else given["deadline"])
    opened: KeyProvider = import_module(f"limen.adapters.key_providers.{job.module}").open_key(Access(**given))
    return opened


def _served(key: KeyProvider | None, job: Job) -> Done:
    if key is None:
        raise KeyProviderError("odd", "the key was not opened")
    if job.do == "describe":
        return Done(answers=dict(key.describe()))
    if job.do in ("public_key", "sign"):
        return Done(made=getattr(key, job.do)(*job.arguments))
    if job.do == "encrypt":
        return Done(sealed=key.encrypt(*job.arguments))
    if job.do == "decrypt":
        return Done(plaintext=key.decrypt(*job.arguments))
    if job.do == "rewrap":
        return Done(sealed=key.rewrap(*job.arguments))
    {"rotate": key.rotate, "disable": key.disable, "enable": key.enable}[job.do]()
    return Done()


def _limit() -> None:
    """Bound the memory of this process, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
