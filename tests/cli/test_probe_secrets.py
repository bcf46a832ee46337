"""No credential is ever shown: a server that says back whatever it was told, and all that is printed and kept."""

from __future__ import annotations

import base64
import json
import socket
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.support import Said, program
from tests.cli.test_probe import system_with

pytestmark = pytest.mark.xdist_group("frame")

WORD = "s3cr3t/w0rd+of-the=day"


def forms(value: str) -> list[bytes]:
    """Return a value as protocols, logs and files write it."""
    raw = value.encode()
    written = [raw, json.dumps(value)[1:-1].encode(), repr(value)[1:-1].encode(), raw.hex().encode()]
    written += [urllib.parse.quote(value, safe="").encode(), urllib.parse.quote_plus(value).encode()]
    for offset in range(3):  # what Base64 makes of it behind any number of other bytes, without both edges
        inner = base64.b64encode(bytes(offset) + raw)[(0, 2, 3)[offset] : -4]
        written += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return written


@contextmanager
def parrot() -> Iterator[tuple[str, list[bytes]]]:
    """Serve on loopback: answer each HTTP request with 400 and itself, anything else with itself.

    Yields host:port, and what was heard.
    """
    heard: list[bytes] = []

    def answer(stream: socket.socket) -> None:
        with stream:
            stream.settimeout(2)
            try:
                while said := stream.recv(65_536):
                    heard.append(said)
                    if b"HTTP/1." in said:
                        body = json.dumps({"errors": [said.decode("latin-1")]}).encode()
                        head = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n"
                        stream.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
                        return
                    stream.sendall(said)
            except OSError:
                return

    def serve() -> None:
        while True:
            try:
                stream, _ = listener.accept()
            except OSError:
                return
            Thread(target=answer, args=(stream,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=serve, daemon=True).start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}", heard
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def dsn(where: str) -> str:
    return f"postgresql://probe:{urllib.parse.quote(WORD, safe='')}@{where}/rx?sslmode=disable&gssencmode=disable"


@pytest.mark.parametrize(
    ("probe", "endpoint", "credential"),
    [
        ("kms, key: record-key", "http://{}", WORD),
        ("storage, component: store", "http://{}/bucket", f"AKIAEXAMPLE:{WORD}"),
        ("tenancy, component: store", "{}", dsn("{}")),
        ("ledger, ledger: audit-log", "postgresql://{}/rx", dsn("{}")),
        ("brokers, component: service", "{}", f"probe:{WORD}"),
        ("tls, flow: hand-over", "{}", WORD),
        ("kms, key: record-key", "http://{}", "file"),
        ("kms, key: record-key", "http://{}", "vault"),
    ],
)
def test_neither_printed_nor_kept(probe: str, endpoint: str, credential: str, tmp_path: Path) -> None:
    with parrot() as (where, heard):
        value = credential.replace("{}", where)
        variables = {"PROBE_CREDENTIAL": value, "LIMEN_DEBUG": ""}
        reference = "env:PROBE_CREDENTIAL"
        if credential == "file":
            value, reference = WORD, "file:token"
            (tmp_path / "system").mkdir()
            (tmp_path / "system/token").write_text(WORD)
            (tmp_path / "system/token").chmod(0o600)
        elif credential == "vault":
            value, reference = WORD, "vault:secret/probe#token"
            variables = {"VAULT_ADDR": f"http://{where}", "VAULT_TOKEN": WORD}
        folder = system_with(
            tmp_path / "system",
            f'probe: {probe}, endpoint: "{endpoint.replace("{}", where)}", credential: "{reference}", every: P1D',
        )
        formats = ["--format", "all", "--output", str(tmp_path / "out"), "--timeout", "8"]
        said: list[Said] = [
            program("probe", folder, "--record", tmp_path / "run", *formats, **variables),
            program("probe", folder, "--replay", tmp_path / "run", **variables),
            program("probe", folder, "--plan", **variables),
            program("observe", "--observations", tmp_path / "run", **variables),
        ]
    assert said[0].code in (1, 3), said[0].err
    kept = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "token"}
    assert any(name.endswith("run.json") for name in kept)
    assert any(name.endswith("limen.json") for name in kept)
    printed = {str(number): (one.out + one.err).encode() for number, one in enumerate(said)}
    for name, content in {**kept, **printed}.items():
        found = [form for form in {*forms(WORD), *forms(value)} if form in content]
        assert not found, f"{name}: {found}"
    assert "internal error" not in said[0].err
    if probe.startswith(("kms", "storage")):
        assert heard, "the server was never asked, so nothing could have been said back"
