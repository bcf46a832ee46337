"""Which policy engine judges, and how it is reached: one of three, with one meaning."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, assert_never, get_args

import msgspec

from limen.errors import Problem, UsageError
from limen.policy.engine import PolicyEngine

EngineName = Literal["embedded", "opa", "opa-cli"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
"""embedded: regorus in a process of ours; opa: an OPA server; opa-cli: OPA's program."""
TIMEOUT = 10.0
"""Seconds that a chunk of inputs may take; one input takes some 50 µs."""
LONGEST = 3600.0
"""Most seconds that may be given for it."""
URL = "http://127.0.0.1:8181"
"""Where OPA listens by itself."""
TOKEN_VARIABLE = "LIMEN_ENGINE_TOKEN"  # noqa: S105 the name of a variable
"""Environment variable that holds the bearer token."""
URL_VARIABLE = "LIMEN_ENGINE_URL"
"""Environment variable that holds the server's address."""


class EngineOptions(msgspec.Struct, frozen=True, kw_only=True):
    """An engine, and how to reach it. The token itself is never part of it."""

    engine: EngineName = "embedded"
    url: str = ""
    """The OPA server; empty: LIMEN_ENGINE_URL, else http://127.0.0.1:8181."""
    ca: Path | None = None
    """PEM file with the authorities that may have signed the server's certificate; None: the public ones."""
    certificate: Path | None = None
    """PEM file with limen's own certificate, where the server asks for one."""
    key: Path | None = None
    """PEM file with its key; None: in the certificate's file."""
    token_file: Path | None = None
    """File with the bearer token; None: LIMEN_ENGINE_TOKEN, else none is sent."""
    timeout: float = TIMEOUT
    """Seconds that a chunk of inputs may take."""
    program: str = "opa"
    """OPA's program, found on PATH."""


@contextlib.contextmanager
def open_engine(options: EngineOptions) -> Iterator[PolicyEngine]:
    """Yield the engine, ready to be prepared, and close it in the end.

    Raises UsageError where the options can't be meant, UnassessedError where the engine is missing, can't be
    reached or refuses.
    """
    refuse(options)
    match options.engine:
        case "embedded":
            from limen.policy.embedded import EmbeddedEngine

            with EmbeddedEngine.start(deadline=options.timeout) as embedded:
                yield embedded
        case "opa":
            from limen.policy.opa_server import OpaServer

            with OpaServer.connect(options) as server:
                yield server
        case "opa-cli":
            from limen.policy.opa_cli import OpaCli

            with OpaCli.find(options) as program:
                yield program
        case _ as unknown:
            assert_never(unknown)


def refuse(options: EngineOptions) -> None:
    """Raise UsageError with everything about the options that can't be meant."""
    problems = []
    if not 0 < options.timeout <= LONGEST:
        message = f"the engine's time-out is {options.timeout:g} s"
        problems.append(Problem(message=message, hint=f"expected seconds above 0, at most {LONGEST:g}"))
    given = {
        "url": options.url,
        "CA file": options.ca,
        "certificate": options.certificate,
        "key": options.key,
        "token file": options.token_file,
    }
    if options.engine != "opa":
        unused = [name for name, value in given.items() if value]
        if unused:
            message = f"the engine {options.engine} has no use for {', '.join(unused)}"
            problems.append(Problem(message=message, hint="these are for an OPA server: --engine opa"))
    if options.key and not options.certificate:
        problems.append(Problem(message="a key without its certificate", hint="name the certificate, too"))
    for what in ("ca", "certificate", "key", "token_file"):
        path: Path | None = getattr(options, what)
        if path is not None and not path.is_file():
            problems.append(Problem(message=f"there is no file {path}", hint="it was named for the policy engine"))
    if problems:
        raise UsageError(problems)
