"""Databases that misbehave or say no: each attempt ends in time, with its reason, and shows neither row nor secret."""

from __future__ import annotations

import json
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from limen.loading import load
from limen.probes.running import Limits, run
from limen.records.attempts import Attempt
from tests.lab import tenancy as lab
from tests.lab import tls_hostile as hostile
from tests.lab.ports import free_port
from tests.lab.postgres import Cluster, cluster
from tests.lab.tls_pki import Pki

pytestmark = pytest.mark.xdist_group("postgres")
PASSWORD = "a-password-that-nobody-may-see"


def attempt(endpoint: str, credential: str = f"probe:{PASSWORD}", timeout: float = 6.0, **options: Any) -> Attempt:
    """Return the attempt at an endpoint, held to its time and searched for the password."""
    chosen = {"tenant_column": "tenant_id", "tenant_setting": "app.tenant_id", "tenant_values": ["a", "b"], **options}
    request = {
        "probe": "tenancy",
        "component": "stock-db",
        "endpoint": endpoint,
        "credential": "file:credential",
        "options": {name: value for name, value in chosen.items() if value is not None},
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "boundaries.yaml").write_text(f"{lab.SYSTEM}probes: [{json.dumps(request)}]\n", encoding="utf-8")
        (folder / "credential").touch(mode=0o600)
        (folder / "credential").write_text(credential, encoding="utf-8")
        declaration = load(folder / "boundaries.yaml").declaration
        began = time.monotonic()
        made = run(declaration, folder, limits=Limits(timeout=timeout, rate=0)).attempts[0]
    assert time.monotonic() - began < timeout + 3
    assert PASSWORD not in repr(made)
    return made


def failed(made: Attempt, *words: str) -> None:
    """Hold an attempt to have failed for a reason with these words."""
    assert made.status != "completed"
    assert made.observations == ()
    assert all(word in made.reason for word in words), made.reason


@pytest.mark.parametrize(
    "behave", [hostile.reset, hostile.hang_up, hostile.rubbish, hostile.http, hostile.flood, hostile.alert(80)]
)
def test_what_is_no_database_is_an_error(behave: hostile.Behave) -> None:
    with hostile.serving(behave) as port:
        failed(attempt(f"127.0.0.1:{port}/stock"), "no session with the database")


@pytest.mark.parametrize("behave", [hostile.silent, hostile.drip])
def test_what_is_slow_is_an_error_in_time(behave: hostile.Behave) -> None:
    with hostile.serving(behave) as port:
        failed(attempt(f"127.0.0.1:{port}/stock", timeout=2.0))


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def _session(stream: socket.socket) -> None:
    """Let anybody in, as a server that trusts everybody does, and wait for a query."""
    stream.recv(4096)  # SSLRequest
    stream.sendall(b"N")
    stream.recv(4096)  # the startup message
    ready = _message(b"Z", b"I")
    stream.sendall(_message(b"R", bytes(4)) + _message(b"S", b"server_version\x0015.1\x00") + ready)
    for _ in range(2):  # the session's limits
        stream.recv(4096)
        stream.sendall(_message(b"C", b"SET\x00") + ready)
    stream.recv(4096)


def endless_answer(stream: socket.socket) -> None:
    """Answer the first real query with a row of a gigabyte."""
    _session(stream)
    stream.sendall(b"1\x00\x00\x00\x04" + b"2\x00\x00\x00\x04")
    stream.sendall(_message(b"T", b"\x00\x01x\x00" + bytes(6) + b"\x00\x00\x00\x19\xff\xff\xff\xff\xff\xff\x00\x00"))
    stream.sendall(b"D" + (1 << 30).to_bytes(4, "big") + b"\x00\x01" + ((1 << 30) - 10).to_bytes(4, "big"))
    block = bytes(1 << 20)
    for _ in range(1 << 10):
        stream.sendall(block)


def dripping_answer(stream: socket.socket) -> None:
    """Answer the first real query with a byte now and then."""
    _session(stream)
    stream.sendall(b"D" + (1 << 20).to_bytes(4, "big"))
    while True:
        stream.sendall(b"\x00")
        time.sleep(0.2)


def no_answer(stream: socket.socket) -> None:
    """Answer no real query."""
    _session(stream)
    hostile.silent(stream)


def strange_answer(stream: socket.socket) -> None:
    """Answer the first real query with rubbish."""
    _session(stream)
    stream.sendall(bytes(range(128, 256)) * 8)
    stream.recv(4096)


def test_an_endless_answer_is_cut_early() -> None:
    with hostile.serving(endless_answer) as port:
        failed(attempt(f"127.0.0.1:{port}/stock"), "sent more than 64 MB")


@pytest.mark.parametrize("behave", [dripping_answer, no_answer])
def test_a_slow_answer_is_cut_in_time(behave: hostile.Behave) -> None:
    with hostile.serving(behave) as port:
        failed(attempt(f"127.0.0.1:{port}/stock", timeout=2.0), "--timeout")


def test_a_strange_answer_is_an_error() -> None:
    with hostile.serving(strange_answer) as port:
        failed(attempt(f"127.0.0.1:{port}/stock"))


def test_nobody_listening_and_nobody_by_that_name_are_errors() -> None:
    failed(attempt(f"127.0.0.1:{free_port()}/stock"), "refused")
    failed(attempt("db.invalid/stock"), "does not resolve")


def test_what_asks_for_the_password_in_the_clear_does_not_get_it() -> None:
    heard: list[bytes] = []

    def greedy(stream: socket.socket) -> None:
        stream.recv(4096)
        stream.sendall(b"N")
        stream.recv(4096)
        stream.sendall(_message(b"R", (3).to_bytes(4, "big")))  # AuthenticationCleartextPassword
        heard.append(stream.recv(4096))

    with hostile.serving(greedy) as port:
        failed(attempt(f"127.0.0.1:{port}/stock"), "no session with the database")
    assert PASSWORD.encode() not in b"".join(heard)


@pytest.mark.parametrize(
    ("endpoint", "credential", "reason"),
    [
        ("127.0.0.1:5432/stock", f"postgresql://probe:{PASSWORD}@elsewhere.example/stock", "only that is contacted"),
        ("127.0.0.1:5432/stock", f"host=127.0.0.1 port=5433 user=probe password={PASSWORD}", "only that is contacted"),
        ("127.0.0.1:5432/stock", f"hostaddr=192.0.2.1 user=probe password={PASSWORD}", "only the declared endpoint"),
        ("127.0.0.1:5432/stock", f"dbname=other user=probe password={PASSWORD}", "only that is contacted"),
        ("127.0.0.1:5432/stock", f"password={PASSWORD}", "names no user"),
        ("127.0.0.1:5432/stock", f"user=probe password='{PASSWORD}", "no connection string"),
        ("mysql://127.0.0.1/stock", f"probe:{PASSWORD}", "not of the form"),
        ("127.0.0.1:notaport/stock", f"probe:{PASSWORD}", "not of the form"),
    ],
)
def test_only_what_is_declared_is_contacted(endpoint: str, credential: str, reason: str) -> None:
    failed(attempt(endpoint, credential), reason)


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Pki]]:
    """Return a cluster that speaks TLS with a certificate of the laboratory."""
    pki = Pki(tmp_path_factory.mktemp("pki"))
    held = pki.server()
    with cluster(certificate=(held.certificate, held.key)) as server:
        yield server, pki


def test_tls_is_verified_where_trust_is_declared(encrypted: tuple[Cluster, Pki]) -> None:
    server, pki = encrypted
    with lab.spoiled(server, "good") as made:
        trusted = lab.probed(made, trust=str(pki.trust)).attempts[0]
        stranger = pki.server("other-authority")
        refused = lab.probed(made, trust=str(stranger.certificate)).attempts[0]
    assert trusted.status == "completed", trusted.reason
    failed(refused, "certificate verify failed")


def test_a_wrong_password_and_a_missing_database_are_errors(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        failed(lab.probed(made, credential=f"{made.login}:{PASSWORD}").attempts[0], "no session with the database")
        address = f"127.0.0.1:{server.port}/no_such_database"
        failed(attempt(address, f"{made.login}:{server.password}"), "no session with the database")


def test_values_that_are_no_value_of_the_column_are_an_error(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        made.database.run("create table app.uuids (tenant_id uuid)")
        made.database.run(f'grant select on app.uuids to "{made.app}"')
        failed(lab.probed(made).attempts[0], "not of the tenant column's type")


def test_a_key_that_is_none_is_an_error_without_it(server: Cluster) -> None:
    with lab.spoiled(server, "good") as made:
        for key, reason in (("not hexadecimal at all", "hexadecimal"), ("00ff", "2 bytes")):
            recorded = lab.probed(made, key=key)
            failed(recorded.attempts[0], reason)
            assert key not in repr(recorded)
