"""Arguments that say which policy engine judges, shared by the commands that assess or test."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from limen.errors import Problem, UsageError
from limen.policy.engines import ENGINES, TIMEOUT, TOKEN_VARIABLE, URL, URL_VARIABLE, EngineOptions


def add_engine(parser: argparse._ActionsContainer) -> None:
    """Add the engine, and how to reach it."""
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="embedded",
        help="policy engine: embedded, an OPA server, or the program opa (default: embedded)",
    )
    parser.add_argument(
        "--engine-url", default="", metavar="URL", help=f"the OPA server (default: {URL_VARIABLE}, else {URL})"
    )
    parser.add_argument(
        "--engine-ca", type=Path, metavar="FILE", help="authorities that may sign the server's certificate (PEM)"
    )
    parser.add_argument("--engine-cert", type=Path, metavar="FILE", help="limen's own certificate for it (PEM)")
    parser.add_argument("--engine-key", type=Path, metavar="FILE", help="that certificate's key (default: in its file)")
    parser.add_argument(
        "--engine-token-file", type=Path, metavar="FILE", help=f"bearer token for it (default: {TOKEN_VARIABLE})"
    )
    parser.add_argument(
        "--engine-timeout",
        type=float,
        default=TIMEOUT,
        metavar="SECONDS",
        help=f"time for one chunk of subjects (default: {TIMEOUT:g})",
    )


def add_verification(parser: argparse._ActionsContainer) -> None:
    """Add what a second engine does, and what becomes of a run whose engine was lost."""
    parser.add_argument(
        "--verify-engine", choices=ENGINES, metavar="ENGINE", help="decide everything again on this engine and compare"
    )
    parser.add_argument(
        "--verify-sample", type=int, metavar="N", help="decide so many answers again instead, drawn alike every time"
    )
    parser.add_argument(
        "--resume", action="store_true", help="do not ask again what a run decided before it lost its OPA"
    )


def engine_of(options: argparse.Namespace) -> EngineOptions:
    """Return the engine that the arguments name."""
    return _engine(options, options.engine, server=options.engine == "opa" or _second(options) != "opa")


def second_engine_of(options: argparse.Namespace) -> EngineOptions | None:
    """Return the engine that decides again; raise UsageError where the arguments can't be meant."""
    problems = []
    if options.verify_engine == options.engine:
        hint = f"name another one: {', '.join(name for name in ENGINES if name != options.engine)}"
        problems.append(Problem(message=f"{options.engine} can't verify itself", hint=hint))
    if options.verify_sample is not None and options.verify_engine is None:
        problems.append(Problem(message="--verify-sample needs --verify-engine", hint="add it, or leave both out"))
    elif options.verify_sample is not None and options.verify_sample < 1:
        problems.append(Problem(message=f"--verify-sample is {options.verify_sample}", hint="expected 1 or more"))
    if options.resume and {options.engine, options.verify_engine} <= {"embedded", None}:
        problems.append(Problem(message="the embedded engine has nothing to resume", hint="leave out --resume"))
    if problems:
        raise UsageError(problems)
    if options.verify_engine is None:
        return None
    return _engine(options, options.verify_engine, server=options.verify_engine == "opa")


def _second(options: argparse.Namespace) -> str:
    return getattr(options, "verify_engine", None) or ""


def _engine(options: argparse.Namespace, name: Any, *, server: bool) -> EngineOptions:
    """Return an engine; what is said of a server goes to the engine that is one, else to the first, which refuses."""
    if not server:
        return EngineOptions(engine=name, timeout=options.engine_timeout)
    return EngineOptions(
        engine=name,
        url=options.engine_url,
        ca=options.engine_ca,
        certificate=options.engine_cert,
        key=options.engine_key,
        token_file=options.engine_token_file,
        timeout=options.engine_timeout,
    )
