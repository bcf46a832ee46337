"""The small ASGI server of the worked service: bounded in time, size and number, whoever calls, and closed cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from OpenSSL import SSL

from examples.service.calling import Answer, ask
from examples.service.pki import Authority, identity_of
from examples.service.serving import Limits, Server
from examples.service.tls import Stream, TlsError, context

SERVER, CLIENT = "spiffe://aldermoor.example/epcis-gateway", "spiffe://northfell.example/epcis"
Respond = Callable[[dict[str, Any], bytes], Awaitable[tuple[int, bytes]]]


async def _echo(scope: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    return 200, body or scope["path"].encode()


class Place:
    """A server with one listener, and who calls it."""

    def __init__(self, folder: Path, respond: Respond, limits: Limits) -> None:
        self.authority = Authority(folder)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.server = Server(self.loop, limits)
        self.scopes: list[dict[str, Any]] = []

        async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
            self.scopes.append(scope)
            status, body = await respond(scope, (await receive())["body"])
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": body})

        held = self.authority.server("epcis-gateway", SERVER, "epcis.example")
        self.port = self.server.listen(app, context(held, self.authority.certificate))
        self.server.serve()

    def client(self) -> SSL.Context:
        return context(self.authority.client(CLIENT), self.authority.certificate)

    def ask(self, path: str = "/x", body: bytes = b"", **more: Any) -> Answer:
        return ask(self.port, path, body, **({"context": self.client(), "identity": SERVER} | more))

    def stream(self) -> Stream:
        sock = socket.create_connection(("127.0.0.1", self.port))
        stream = Stream(self.client(), sock, server=False)
        stream.within(10)
        stream.handshake()
        return stream

    def close(self) -> None:
        self.server.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    respond, limits = getattr(request, "param", (_echo, Limits()))
    made = Place(tmp_path / "pki", respond, limits)
    yield made
    made.close()


def test_the_application_knows_who_calls(place: Place) -> None:
    assert place.ask("/a%20b?c=d", b"hello") == (200, {"content-length": "5"}, b"hello")
    scope = place.scopes[0]
    assert (scope["path"], scope["raw_path"], scope["query_string"], scope["method"]) == (
        "/a b", b"/a%20b", b"c=d", "POST",
    )  # fmt: skip
    chain = scope["extensions"]["tls"]["client_cert_chain"]
    assert identity_of(x509.load_pem_x509_certificate(chain[0].encode())) == CLIENT


def test_one_connection_answers_many_requests(place: Place) -> None:
    stream = place.stream()
    for number in range(3):
        stream.within(5)
        stream.write(f"POST /{number} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n{number}".encode())
        assert stream.read().endswith(b"\r\n\r\n%d" % number)
    stream.close()


@pytest.mark.parametrize("lifetime", [timedelta(seconds=-30)])
def test_an_expired_certificate_gets_no_answer(place: Place, lifetime: timedelta) -> None:
    with pytest.raises(TlsError):
        place.ask(context=context(place.authority.client(CLIENT, lifetime), place.authority.certificate))


def test_a_server_certificate_is_no_clients(place: Place, tmp_path: Path) -> None:
    held = place.authority.server("other", CLIENT, "other.example")
    with pytest.raises(TlsError):
        place.ask(context=context(held, place.authority.certificate))


def test_another_component_is_not_spoken_to(place: Place) -> None:
    with pytest.raises(TlsError, match="another component"):
        place.ask(identity="spiffe://aldermoor.example/vault")
    assert place.scopes == []


@pytest.mark.parametrize("place", [(_echo, Limits(body=10))], indirect=True)
def test_a_body_is_bounded(place: Place) -> None:
    assert place.ask(body=b"x" * 10).status == 200
    assert place.ask(body=b"x" * 11).status == 413
    assert len(place.scopes) == 1


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param(b"\x00\x01 rubbish\r\n\r\n", b"400", id="no HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 5000, b"431", id="headers without end"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400", id="no length"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400", id="two"
        ),
    ],
)
def test_what_is_no_request_is_refused(place: Place, said: bytes, status: bytes) -> None:
    stream = place.stream()
    with contextlib.suppress(TlsError):
        stream.write(said)
    assert stream.read().startswith(b"HTTP/1.1 " + status)
    stream.close()
    assert place.scopes == []
    assert place.ask().status == 200


async def _failing(scope: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    raise ValueError(f"no visit of {body.decode()}")


@pytest.mark.parametrize("place", [(_failing, Limits())], indirect=True)
def test_what_an_application_raises_is_told_to_nobody(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    answer = place.ask(body=b"Zzyzx Quillfeather")
    assert (answer.status, answer.body) == (500, b"")
    assert "ValueError" in caplog.text
    assert "Quillfeather" not in caplog.text


_SHORT = Limits(threads=2, handshake=0.3, idle=0.3, request=0.5)


async def _slow(scope: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    await asyncio.sleep(3 if body == b"slow" else 0)
    return 200, body


@pytest.mark.parametrize("place", [(_slow, _SHORT)], indirect=True)
def test_nobody_holds_it_up(place: Place) -> None:
    """More silent callers than it has threads, in every state: each is let go, and the next one is served."""
    silent = [socket.create_connection(("127.0.0.1", place.port)) for _ in range(3)]
    stream = None
    with contextlib.suppress(TlsError):
        stream = place.stream()
        stream.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    assert place.ask(body=b"served", seconds=20).body == b"served"
    assert place.ask(body=b"slow", seconds=20).status == 503
    assert place.ask(body=b"served", seconds=20).body == b"served"
    for one in silent:
        one.close()
    if stream is not None:
        stream.close()


@pytest.mark.parametrize("place", [(_echo, Limits(threads=2))], indirect=True)
def test_more_callers_than_threads_are_all_served(place: Place) -> None:
    client = place.client()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: place.ask(body=b"%d" % number, context=client, seconds=30), range(24)))
    assert [answer.body for answer in answers] == [b"%d" % number for number in range(24)]


async def _taking_its_time(scope: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    await asyncio.sleep(0.5)
    return 200, b"done"


@pytest.mark.parametrize("place", [(_taking_its_time, Limits())], indirect=True)
def test_closing_cuts_no_answer_off_and_waits_for_nobody_idle(place: Place) -> None:
    idle = place.stream()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(place.ask)
        for _ in range(200):
            if place.scopes:
                break
            time.sleep(0.01)
        place.server.close()
        assert asked.result(10).body == b"done"
    with pytest.raises(TlsError):
        place.ask()
    assert idle.read() == b""
    idle.close()
