"""git as a program that takes a repository for data: nothing of its configuration is run, nothing is fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from limen.probes.interface import AttemptError, Context

# Settings that name a program, switched off where the command line has the last word.
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.quotePath=false",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.askPass=",
    "core.editor=false",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "gpg.program=false",
    "log.showSignature=false",
    "maintenance.auto=false",
    "protocol.allow=never",
    "safe.directory=*",
    "submodule.recurse=false",
    "uploadpack.packObjectsHook=",
)


class Git:
    """A repository, read by git; every call is bounded by the attempt's deadline."""

    def __init__(self, folder: Path, context: Context) -> None:
        """Find git; raises AttemptError where it is not installed."""
        program = shutil.which("git")
        if program is None:
            raise AttemptError("git is not on PATH; install it, or name a folder that is no repository")
        self._folder, self._context = folder, context
        self._command = [program, "--no-pager", "--no-replace-objects", "--literal-pathspecs"]
        for setting in _SETTINGS:
            self._command += ["-c", setting]

    def ask(self, *arguments: str) -> bytes | None:
        """Return what a command prints; None where it fails. Raises AttemptError when the time is over."""
        try:
            done = subprocess.run(
                [*self._command, *arguments],
                cwd=self._folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._context.remaining(),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise AttemptError("git did not answer in time; --timeout gives it more") from None
        except OSError as error:
            raise AttemptError(f"git can't be run there: {error.strerror}") from None
        return done.stdout if done.returncode == 0 else None

    @contextmanager
    def stream(self, *arguments: str, stdin: IO[bytes] | int = subprocess.DEVNULL) -> Iterator[IO[bytes]]:
        """Run a command and give what it prints as it comes; it ends with the block, or at the deadline.

        Raises AttemptError where it fails, so that half an answer is never taken for a whole one.
        """
        try:
            process = subprocess.Popen(
                [*self._command, *arguments],
                cwd=self._folder,
                env=_environment(),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise AttemptError(f"git can't be run there: {error.strerror}") from None
        watch = threading.Timer(self._context.remaining(86_400.0), process.kill)
        watch.daemon = True
        watch.start()
        assert process.stdout is not None  # noqa: S101 - it was asked for as a pipe
        try:
            yield process.stdout
            rest = process.stdout.read(1)
            if process.wait() != 0 or rest:
                self._context.remaining()
                raise AttemptError(f"git {arguments[0]} failed: the repository may be damaged")
        finally:
            watch.cancel()
            process.stdout.close()
            process.kill()
            process.wait()


def _environment() -> dict[str, str]:
    """Return an environment in which git reads no configuration but the repository's, and can't reach anything."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return kept | {
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_ASKPASS": "false",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": "",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": os.devnull,
        "LC_ALL": "C",
        "SSH_ASKPASS": "false",
    }
