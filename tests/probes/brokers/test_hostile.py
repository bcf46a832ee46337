"""Listeners that misbehave: each attempt ends in time, with its reason, and sees nothing that was not there."""

from __future__ import annotations

import socket
import time

import pytest

from limen.records.attempts import Attempt
from tests.lab import brokers as lab
from tests.lab import tls_hostile as hostile
from tests.lab.ports import free_port

PROTOCOLS = ("amqp", "kafka", "mqtt", "nats", "redis")


def attempt(endpoint: str, timeout: float = 12.0) -> Attempt:
    """Return the attempt at an endpoint, and hold it to its time."""
    began = time.monotonic()
    made = lab.probed(lab.declaration("redis", endpoint), timeout).attempts[0]
    assert time.monotonic() - began < timeout + 3
    return made


def drip(stream: socket.socket) -> None:
    """Send one byte now and then, for ever."""
    while True:
        stream.sendall(b"+")
        time.sleep(0.2)


def flood(stream: socket.socket) -> None:
    """Send a gigabyte as soon as anybody connects."""
    block = b"+" * (1 << 16)
    for _ in range(1 << 14):
        stream.sendall(block)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "behave", [hostile.reset, hostile.rubbish, hostile.http, hostile.flood, flood, hostile.alert(80)]
)
def test_what_speaks_nothing_is_an_error_with_a_reason(protocol: str, behave: hostile.Behave) -> None:
    with hostile.serving(behave) as port:
        made = attempt(f"{protocol}://127.0.0.1:{port}")
    assert (made.status, made.observations) == ("error", ())
    assert "speaks" in made.reason
    assert protocol in made.reason


@pytest.mark.parametrize("behave", [hostile.silent, drip])
def test_what_is_slow_is_an_error_in_time(behave: hostile.Behave) -> None:
    with hostile.serving(behave) as port:
        made = attempt(f"redis://127.0.0.1:{port}", timeout=4.0)
    assert (made.status, made.observations) == ("error", ())
    assert "time" in made.reason or "did not end" in made.reason


def test_nobody_listening_is_an_error() -> None:
    made = attempt(f"redis://127.0.0.1:{free_port()}")
    assert (made.status, "refuses connections" in made.reason) == ("error", True)


def test_a_name_that_does_not_resolve_is_an_error() -> None:
    made = attempt("redis://broker.invalid:6379")
    assert (made.status, "does not resolve" in made.reason) == ("error", True)


def test_tls_before_another_protocol_is_an_error() -> None:
    """A server of TLS that is no broker: a handshake alone proves nothing about who is let in."""
    from contextlib import ExitStack

    from tests.lab.tls_servers import openssl

    with ExitStack() as stack:
        brokers = lab.Brokers(stack)
        port = stack.enter_context(openssl(brokers.pki))
        made = attempt(f"redis://127.0.0.1:{port}", timeout=30)
    assert (made.status, made.observations) == ("error", ())
    assert "nothing behind it speaks redis" in made.reason


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("redis://user:secret-word@127.0.0.1:6379", "credential"),
        ("gopher://127.0.0.1:70", "is none of them"),
        ("127.0.0.1:70000", "not of the form"),
        ("redis://", "not of the form"),
        ("redis://[::1", "not of the form"),
    ],
)
def test_an_endpoint_that_is_none_is_an_error(endpoint: str, reason: str) -> None:
    made = attempt(endpoint)
    assert (made.observations, reason in made.reason) == ((), True), made.reason
    assert made.status != "completed"
    assert "secret-word" not in repr(made)
