"""What is no store, or a hostile one, ends as an attempt with its reason, in time, and says no secret."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.model.probing import ProbeOptions, StoredRecords
from limen.probes import storage
from limen.probes.attempting import attempt
from limen.probes.interface import Target
from limen.records.attempts import Attempt
from tests.lab import tls_hostile as hostile
from tests.lab.ports import free_port
from tests.simulators.object_store import Bucket, object_store

SECRET = "a-secret-that-nobody-may-see"
FORMS = ("http://{}/bucket", "https://{}/bucket", "ebs:vol-1 http://{}", "rds:main http://{}", "postgresql://{}/db")


def _http(body: bytes, head: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n") -> Callable[..., None]:
    def behave(stream: socket.socket) -> None:
        stream.recv(65536)
        stream.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return behave


def _drip_headers(stream: socket.socket) -> None:
    stream.recv(65536)
    stream.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        stream.sendall(b"X: 1\r\n")
        time.sleep(0.1)


def _gigabyte(stream: socket.socket) -> None:
    stream.recv(65536)
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        stream.sendall(bytes(1 << 20))


def _endless_name(stream: socket.socket) -> None:
    stream.recv(65536)
    stream.sendall(b"HTTP/1.1 200 OK\r\n" + b"a" * (1 << 20))


def _ssh(stream: socket.socket) -> None:
    stream.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
    stream.recv(65536)


BEHAVIOURS: dict[str, Callable[[socket.socket], None]] = {
    "silent": hostile.silent,
    "dripping": hostile.drip,
    "dripping headers": _drip_headers,
    "resetting": hostile.reset,
    "hanging up": hostile.hang_up,
    "rubbish": hostile.rubbish,
    "a gigabyte": _gigabyte,
    "an endless header": _endless_name,
    "another protocol": _ssh,
    "no XML": _http(b"\xff\xfe{" * 99),
    "empty": _http(b""),
    "another root": _http(b"<Plant><Leaf/></Plant>"),
    "JSON": _http(b'{"bucket": [1, 2]}'),
    "a bomb of entities": _http(
        b'<!DOCTYPE a [<!ENTITY b "'
        + b"x" * 1000
        + b'"><!ENTITY c "'
        + b"&b;" * 1000
        + b'">]><a>'
        + b"&c;" * 1000
        + b"</a>"
    ),
    "deep": _http(b"<a>" * 20000 + b"</a>" * 20000),
    "leading elsewhere": _http(b"", b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:9/bucket\r\n"),
    "an error with the credential in it": _http(
        f"<Error><Code>{SECRET}</Code><Message>{SECRET}</Message></Error>".encode(), b"HTTP/1.1 403 Forbidden\r\n"
    ),
}


def _asked(form: str, where: str, timeout: float = 2.0, tmp_path: Path = Path()) -> Attempt:
    endpoint, _, api = form.format(where).partition(" ")
    options = ProbeOptions(records=StoredRecords(table="ledger")) if "postgresql" in form else ProbeOptions()
    if api:
        options = ProbeOptions(api=api)
    target = Target(
        probe="storage",
        section="component",
        name="records",
        endpoint=endpoint,
        credential="file:credential",
        options=options,
        folder=tmp_path,
    )
    secret = tmp_path / "credential"
    secret.touch(0o600)
    secret.write_text(f"lab:{SECRET}")
    return attempt(storage, target, timeout=timeout)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "behaviour"),
    [(form, one) for form in FORMS for one in BEHAVIOURS if form == FORMS[0] or one in ("silent", "rubbish", "no XML")],
)
def test_a_bad_server_is_an_error_in_time(form: str, behaviour: str, tmp_path: Path) -> None:
    with hostile.serving(BEHAVIOURS[behaviour]) as port:
        began = time.monotonic()
        found = _asked(form, f"127.0.0.1:{port}", 1.5, tmp_path)
        took = time.monotonic() - began
    assert found.status == "error", (found.observations, [one.content[:300] for one in found.raw])
    assert found.reason
    assert "a bug of limen" not in found.reason
    assert took < 15
    assert SECRET not in repr(found)


@pytest.mark.parametrize("form", FORMS)
def test_nobody_there_is_an_error_that_says_so(form: str, tmp_path: Path) -> None:
    refused = _asked(form, f"127.0.0.1:{free_port()}", 30.0, tmp_path)
    assert refused.status == "error"
    assert "refuses" in refused.reason or "reached" in refused.reason
    unknown = _asked(form, "nobody.invalid:443", 30.0, tmp_path)
    assert unknown.status == "error"
    assert "does not resolve" in unknown.reason or "reached" in unknown.reason


def test_a_certificate_that_nobody_trusts_is_an_error(tmp_path: Path) -> None:
    from tests.lab.storage import minio

    with minio() as store:
        found = _asked("https://{}/bucket", store.url.removeprefix("https://"), 30.0, tmp_path)
    assert (found.status, "not trusted" in found.reason) == ("error", True)


@pytest.mark.parametrize(
    ("code", "status", "tries"), [("SlowDown", 503, 3), ("Throttling", 400, 3), ("InvalidAccessKeyId", 403, 1)]
)
def test_a_store_that_throttles_is_asked_again(code: str, status: int, tries: int, tmp_path: Path) -> None:
    with object_store() as server:
        server.buckets["bucket"] = Bucket(
            answers={"encryption": (status, f"<Error><Code>{code}</Code><Message>no</Message></Error>")}
        )
        found = _asked("{}/bucket", server.url, 30.0, tmp_path)
    assert (found.status, found.tries) == ("error", tries)
    assert code in found.reason


@pytest.mark.parametrize(
    "endpoint",
    ["", "bucket", "https:///bucket", "https://host", "https://host:99999/b", "ebs:", "file:", "ftp://host/x", "s3://"],
)
def test_an_endpoint_of_no_known_form_is_an_error(endpoint: str, tmp_path: Path) -> None:
    found = _asked("{}", endpoint, 2.0, tmp_path)
    assert (found.status, found.tries) == ("error", 1)
    assert "a bug of limen" not in found.reason


def test_a_password_in_an_endpoint_is_refused_and_not_repeated(tmp_path: Path) -> None:
    found = _asked("{}", f"https://lab:{SECRET}@host/bucket", 2.0, tmp_path)
    assert found.status == "error"
    assert SECRET not in repr(found)
    with pytest.raises(Exception, match="credential"):
        storage.contacts(Target(probe="storage", section="typed", name="", endpoint=f"https://a:{SECRET}@host/bucket"))
