"""Custodians that can't be reached, or answer anything but what they should: an attempt with its reason, in time."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from limen.model.probing import ProbeOptions
from limen.probes import kms
from limen.probes.attempting import attempt
from limen.probes.interface import Target
from limen.records.attempts import Attempt
from tests.lab.pykmip import authority, issued
from tests.simulators.aws_kms import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY
from tests.simulators.google_kms import RING
from tests.simulators.json_service import FAULTS, served

SECRET = f"{ACCESS_KEY}:{SECRET_KEY}"
KEYS = {
    "vault": "transit/phi",
    "aws-kms": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/one",
    "gcp-kms": f"{RING}/cryptoKeys/phi",
    "azure-key-vault": "phi",
    "kmip": "phi",
    "pkcs11": "phi",
}
LATE = ("in time", "is over", "did not end within")
REASONS = {
    "rubbish": ("does not answer as", "not of the known form"),
    "half": ("ended the connection", "does not answer as"),
    "huge": ("more than",),
    "drip": LATE,
    "hang": LATE,
    "reset": ("ended the connection",),
    "error": ("failed", "slow down"),
    "throttled": ("fewer requests", "slow down"),
    "html": ("does not answer as",),
    "empty": ("does not answer as", "not of the known form"),
}


def attempted(
    provider: str, endpoint: str, monkeypatch: Any, timeout: float = 2.0, credential: str = SECRET, **options: Any
) -> Attempt:
    monkeypatch.setenv("LIMEN_TEST_KEY", credential)
    target = Target(
        probe="kms",
        section="key",
        name="phi",
        endpoint=endpoint,
        credential="env:LIMEN_TEST_KEY",
        options=ProbeOptions(**options),
        declared={"provider": provider, "id": KEYS[provider], "environment": "production"},
        folder=Path(),
    )
    return attempt(kms, target, timeout=timeout)


class Nothing:
    """A service that fails before it is asked anything."""

    throttled = (429, {"errors": ["rate limit"], "__type": "ThrottlingException"})

    def answer(self, *_: Any) -> tuple[int, Any]:
        return 500, {}


@pytest.mark.parametrize("provider", ["vault", "aws-kms", "gcp-kms", "azure-key-vault"])
@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "throttled-twice"])
def test_a_service_that_fails_is_an_error_with_its_reason(
    provider: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    with served(Nothing(), fault) as endpoint:
        found = attempted(provider, endpoint, monkeypatch, timeout=1.5 if fault in ("drip", "hang") else 20)
    assert (found.status, found.observations) == ("error", ())
    assert any(words in found.reason for words in REASONS[fault]), found.reason
    assert "bug" not in found.reason
    assert SECRET_KEY not in repr(found)
    assert time.monotonic() - began < 25
    assert found.tries == (3 if fault in ("throttled", "reset") else found.tries)


def test_a_service_that_throttles_for_a_while_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.lab.aws import Aws
    from tests.simulators.aws_kms import AwsKms

    service = AwsKms()
    with served(service, "throttled-twice") as endpoint:
        place = Aws(service, endpoint).make("good")
        monkeypatch.setitem(KEYS, "aws-kms", place.key)
        found = attempted("aws-kms", endpoint, monkeypatch, timeout=20)
    assert (found.status, found.tries) == ("completed", 3)


@contextlib.contextmanager
def listening(serve: Any) -> Iterator[int]:
    """Serve each connection of a port of loopback by a function of its socket, in threads that end with the test."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def loop() -> None:
            server.settimeout(0.1)
            while not stop.is_set():
                with contextlib.suppress(TimeoutError, OSError):
                    connection, _ = server.accept()
                    threading.Thread(target=once, args=(connection,), daemon=True).start()

        def once(connection: socket.socket) -> None:
            with contextlib.suppress(OSError, ssl.SSLError), connection:
                serve(connection, stop)

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stop.set()
            thread.join(5)


def _silent(connection: socket.socket, stop: threading.Event) -> None:
    stop.wait(20)


def _greeting(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    stop.wait(1)


@pytest.mark.parametrize(
    ("serve", "words"), [(_silent, "|".join(LATE)), (_greeting, "ended the connection|refuses TLS|does not answer")]
)
@pytest.mark.parametrize("provider", ["vault", "aws-kms", "gcp-kms", "azure-key-vault", "kmip"])
def test_another_protocol_is_an_error_in_time(
    provider: str, serve: Any, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = issued("client", authority()) if provider == "kmip" else SECRET
    began = time.monotonic()
    with listening(serve) as port:
        endpoint = f"127.0.0.1:{port}" if provider == "kmip" else f"https://127.0.0.1:{port}"
        timeout = 1.5 if serve is _silent else 20
        found = attempted(provider, endpoint, monkeypatch, timeout=timeout, credential=client)
    assert found.status == "error"
    assert any(word in found.reason for word in words.split("|")), found.reason
    assert time.monotonic() - began < 25


@pytest.fixture(scope="module")
def kmip_tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext, str]:
    """Authority, server side of TLS and a client's credential."""
    folder, ca = tmp_path_factory.mktemp("kmip"), authority()
    from cryptography.hazmat.primitives.serialization import Encoding

    (folder / "ca.pem").write_bytes(ca[0].public_bytes(Encoding.PEM))
    (folder / "server.pem").write_text(issued("server", ca))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return folder / "ca.pem", context, issued("client", ca)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        # Its first bytes are taken for a length of 1.3 GB, which never comes.
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", ("ended the connection", "larger than", *LATE)),
        (b"\x42\x00\x7b\x01\x00\x00\x00\x08" + b"\xff" * 8, ("does not answer as", "not understood")),
        (b"\x42\x00\x7b\x01\x7f\xff\xff\xff" + b"\x00" * (64 << 20), ("ended the connection", "larger than", *LATE)),
        (b"", ("ended the connection", *LATE)),
    ],
    ids=["http", "rubbish", "two-gigabytes", "nothing"],
)
def test_a_kmip_server_that_answers_rubbish(
    answer: bytes, words: tuple[str, ...], kmip_tls: tuple[Path, ssl.SSLContext, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trust, context, client = kmip_tls

    def serve(connection: socket.socket, stop: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(4096)
            wrapped.sendall(answer)
            stop.wait(4 if answer else 0.1)

    began = time.monotonic()
    with listening(serve) as port:
        found = attempted("kmip", f"127.0.0.1:{port}", monkeypatch, timeout=3, credential=client, trust=str(trust))
    assert found.status == "error"
    assert any(word in found.reason for word in words), found.reason
    assert "PRIVATE KEY" not in repr(found)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("provider", ["vault", "aws-kms", "gcp-kms", "azure-key-vault", "kmip"])
@pytest.mark.parametrize(("host", "words"), [("127.0.0.1:1", "refuses"), ("no-such-host.invalid:443", "not resolve")])
def test_a_host_that_is_not_there(provider: str, host: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = issued("client", authority()) if provider == "kmip" else SECRET
    endpoint = host if provider == "kmip" else f"https://{host}"
    found = attempted(provider, endpoint, monkeypatch, timeout=20, credential=client)
    assert found.status == "error"
    assert words in found.reason


@pytest.mark.parametrize("provider", ["vault", "aws-kms", "gcp-kms", "azure-key-vault"])
def test_a_redirect_leads_nowhere(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def other(connection: socket.socket, stop: threading.Event) -> None:
        asked.append("contacted")

    with listening(other) as elsewhere:

        def redirect(connection: socket.socket, stop: threading.Event) -> None:
            connection.recv(65536)
            answer = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:{elsewhere}/\r\n"
            connection.sendall(answer.encode() + b"Content-Length: 0\r\n\r\n")

        with listening(redirect) as port:
            found = attempted(provider, f"http://127.0.0.1:{port}", monkeypatch, timeout=20)
    assert found.status == "error"
    assert asked == []
    assert "bug" not in found.reason


def test_a_pkcs11_module_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real library whose first function never returns; the process that loaded it is gone afterwards."""
    from tests.needs import need_program

    source = tmp_path / "hang.c"
    source.write_text("#include <unistd.h>\nint C_GetFunctionList(void *list) { for (;;) sleep(1); }\n")
    import subprocess

    library = tmp_path / "hang.so"
    subprocess.run([str(need_program("cc")), "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    began = time.monotonic()
    found = attempted("pkcs11", str(library), monkeypatch, timeout=1.5)
    assert found.status == "error"
    assert any(words in found.reason for words in LATE), found.reason
    assert time.monotonic() - began < 12


def test_a_pkcs11_module_that_crashes_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.needs import need_program

    source = tmp_path / "crash.c"
    source.write_text("int C_GetFunctionList(void *list) { return *(volatile int *)0; }\n")
    import subprocess

    library = tmp_path / "crash.so"
    subprocess.run([str(need_program("cc")), "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    found = attempted("pkcs11", str(library), monkeypatch, timeout=20)
    assert found.status == "error"
    assert "ended unexpectedly" in found.reason
