"""Recordings that a run log speaks of: what limen probe keeps is logged by its digest as soon as it is kept."""

from __future__ import annotations

import argparse
import contextlib
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    from limen.evidence.log_entries import Head
    from limen.evidence.run_log import RunLog


def add_attesting(parser: argparse._ActionsContainer) -> None:
    """Add what says that a recording was made."""
    parser.add_argument(
        "--log", type=Path, metavar="DIR", help="say in this run log, by digest, that the recording was made"
    )
    parser.add_argument(
        "--log-key", default="", metavar="REF", help="Ed25519 key that signs its head (default: its own)"
    )
    parser.add_argument(
        "--nonce", default="", metavar="TEXT", help="what an auditor asks to be logged with it, so that it is no older"
    )


def attesting_problems(options: argparse.Namespace) -> Iterator[Problem]:
    """Yield what can't be meant together."""
    if options.log is not None and options.record is None:
        yield Problem(message="--log says that a recording was made, and none is", hint="add --record DIR")
    for given, name in ((options.log_key, "--log-key"), (options.nonce, "--nonce")):
        if given and options.log is None:
            yield Problem(message=f"{name} is of a run log, and none is named", hint="add --log DIR")
    if len(options.nonce) > 200:
        yield Problem(message="--nonce has more than 200 characters", hint="name a shorter one")


class Attesting:
    """A run log that a recording will be said in."""

    def __init__(self, log: RunLog, head: Head | None, nonce: str) -> None:
        """Keep the log, and where it stood before anything was asked or what an auditor wants named."""
        self._log, self._head, self._nonce = log, head, nonce

    def say(self, recording: Path, console: Console) -> None:
        """Append that a recording was made; raises LimenError where the log can't be written."""
        import hashlib
        import uuid

        from limen.evidence.log_entries import Observed
        from limen.integrity.instants import instant_text
        from limen.probes.recorded import RUN

        digest = hashlib.sha256((recording / RUN).read_bytes()).hexdigest()
        now = instant_text(datetime.datetime.now(datetime.UTC))
        nonce = self._nonce or None
        index = self._log.append(
            Observed(run=str(uuid.uuid4()), at=now, recording=digest, head=self._head, nonce=nonce)
        )
        console.note(f"{recording}: entry {index} of the run log {self._log.folder} says that it was made")


@contextlib.contextmanager
def attesting(options: argparse.Namespace, console: Console) -> Iterator[Attesting | None]:
    """Open the run log that --log names before anything is asked; None without one. Raises LimenError."""
    if options.log is None:
        yield None
        return
    from limen.adapters.signers import open_signer
    from limen.cli.two_components import typed
    from limen.evidence.log_entries import Head, LogError, Observed, line_of
    from limen.evidence.run_log import open_log

    with contextlib.ExitStack() as opened:
        key = opened.enter_context(open_signer(options.log_key, typed)) if options.log_key else None
        log = open_log(options.log, key)
        if log.repaired:
            console.note(f"{options.log}: {log.repaired}")
        head = None
        if options.nonce:
            try:  # what can't be logged is told now, and not when all was seen
                plain = "11111111-1111-4111-8111-111111111111"
                line_of(Observed(run=plain, at="2026-01-01T00:00:00Z", recording="0" * 64, nonce=options.nonce))
            except LogError as error:
                raise UsageError(Problem(message=f"--nonce: {error.words}", hint="plain text")) from None
        else:
            stood = log.head()
            head = Head(origin=stood.origin, size=stood.size, root=stood.root.hex())
        yield Attesting(log, head, options.nonce)
