"""A small real probe for tests of the frame: it reads the first line that a loopback server says."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

import msgspec
from msgspec import UNSET, UnsetType

from limen.probes.interface import AttemptError, Contact, Context, Probe, Seen, Target
from limen.records.attempts import RawResponse

NAME = "tls"
VERSION = "1"
KIND = "tls_observation"
CAPABILITY = ("line", "mood.kind")


class Mood(msgspec.Struct, frozen=True, kw_only=True):
    kind: str | UnsetType = UNSET


class BannerFacts(msgspec.Struct, frozen=True, kw_only=True):
    line: str
    at: int
    mood: Mood = Mood()


def contacts(target: Target) -> Sequence[Contact]:
    return [Contact(where=target.endpoint, what="read a line")]


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    host, _, port = target.endpoint.partition(":")
    context.pace(host)
    said = b""
    if target.credential:
        said = context.credential(target).reveal().encode() + b"\n"
    try:
        with socket.create_connection((host, int(port)), timeout=context.remaining(5)) as stream:
            stream.settimeout(context.remaining())
            stream.sendall(said)
            line = stream.makefile("rb").readline(1000)
    except ConnectionRefusedError:
        raise AttemptError(f"{target.endpoint} refused the connection") from None
    except OSError as error:
        raise AttemptError(f"{target.endpoint}: {type(error).__name__}", again=True) from None
    return [RawResponse(name="line", media_type="text/plain", content=line)]


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    line = raw["line"].content.decode("utf-8", "replace").rstrip("\n")
    if not line:
        raise AttemptError("the server said nothing")
    return [Seen(detail="", facts=BannerFacts(line=line, at=at, mood=Mood(kind="good" if ":)" in line else UNSET)))]


def variant(**parts: Any) -> Probe:
    """Return this probe with other parts."""
    own = {
        name: globals()[name] for name in ("NAME", "VERSION", "KIND", "CAPABILITY", "contacts", "collect", "interpret")
    }
    return cast(Probe, SimpleNamespace(**{**own, **parts}))


PROBE = variant()


def raising(error: BaseException) -> Probe:
    """Return a probe whose question ends in this error."""

    def failing(target: Target, context: Context) -> Sequence[RawResponse]:
        raise error

    return variant(collect=failing)


def seeing(facts: msgspec.Struct, raw: bytes = b"raw") -> Probe:
    """Return a probe that asks nobody and sees these facts."""
    return variant(
        CAPABILITY=(),
        collect=lambda target, context: [RawResponse(name="a", media_type="text/plain", content=raw)],
        interpret=lambda raw, at: [Seen(detail="", facts=facts)],
    )


@contextmanager
def server(*answers: bytes, echo: bool = False) -> Iterator[str]:
    """Serve on loopback: each connection gets the next answer (the last again), or with `echo` its own line back."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            number = 0
            while True:
                try:
                    stream, _ = listener.accept()
                except OSError:
                    return
                with stream:
                    answer = answers[min(number, len(answers) - 1)] if answers else b""
                    number += 1
                    if echo:
                        answer += stream.makefile("rb").readline(1000)
                    if answer == b"RESET":
                        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    else:
                        stream.sendall(answer)

        Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def target(endpoint: str, **more: Any) -> Target:
    return Target(**{"probe": "tls", "section": "flow", "name": "hand-over", "endpoint": endpoint, **more})
