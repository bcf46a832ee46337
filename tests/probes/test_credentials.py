"""Credentials: read by reference from where they are kept safely, refused from anywhere else, never shown."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.probes.credentials import Credentials
from limen.probes.interface import AttemptError
from tests.lab.bao import Bao, bao
from tests.probes.banner import server

SECRET = "s3cret-word-of-the-day"


def refused(credentials: Credentials, reference: str) -> str:
    with pytest.raises(AttemptError) as error:
        credentials.secret(reference)
    assert SECRET not in error.value.reason
    return error.value.reason


def test_from_the_environment(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path, {"A": SECRET})
    assert credentials.secret("env:A").reveal() == SECRET
    assert credentials.redaction.finds(SECRET.encode())
    assert SECRET not in f"{credentials!r}{credentials.secret('env:A')!r}{credentials.secret('env:A')}"
    assert refused(credentials, "env:B") == "the environment variable B, the credential, is not set"


def test_from_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    assert Credentials(tmp_path, {}).secret("file:token").reveal() == SECRET
    assert Credentials(Path("/"), {}).secret(f"file:{path}").reveal() == SECRET


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_that_others_can_touch_is_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(SECRET)
    path.chmod(mode)
    reason = refused(Credentials(tmp_path, {}), "file:token")
    assert reason == "the credential token can be read by others: chmod 600 it"


def test_files_that_are_none(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path, {})
    for name, content in (("empty", b""), ("latin", b"\xff\xfe"), ("large", b"x" * 70_000)):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert refused(credentials, "file:empty") == "the credential empty is empty"
    assert refused(credentials, "file:latin") == "the credential latin is no UTF-8 text"
    assert refused(credentials, "file:large").startswith("the credential large is larger than 64 KiB")
    assert refused(credentials, "file:pipe") == "the credential pipe is no file"
    assert refused(credentials, "file:nowhere") == "the credential nowhere can't be read: No such file or directory"
    assert "can't be read" in refused(credentials, "file:.") or "is no file" in refused(credentials, "file:.")
    assert "can't be read" in refused(credentials, "file:a\0b")


def test_a_value_is_no_reference(tmp_path: Path) -> None:
    assert refused(Credentials(tmp_path, {}), SECRET).startswith("a credential is a reference")


def test_a_reference_is_read_once_by_many_threads(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(SECRET)
    path.chmod(0o600)
    credentials = Credentials(tmp_path, {})
    credentials.secret("file:token")
    path.unlink()
    values: list[str] = []
    threads = [threading.Thread(target=lambda: values.append(credentials.secret("file:token").reveal())) for _ in "123"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == [SECRET] * 3


@pytest.fixture(scope="module")
def vault() -> Iterator[Bao]:
    """A real OpenBao with a secret in each version of the key-value engine."""
    with bao() as server:
        server.call("POST", "sys/mounts/old", {"type": "kv", "options": {"version": "1"}})
        server.call("POST", "old/probe", {"token": SECRET})
        server.call("POST", "secret/data/probe", {"data": {"token": SECRET, "user": "limen"}})
        server.call("POST", "secret/data/deep/er/one", {"data": {"token": SECRET}})
        server.call("POST", "secret/data/number", {"data": {"token": 7}})
        yield server


@pytest.mark.xdist_group("frame")
@pytest.mark.parametrize(
    "reference",
    [
        "vault:secret/probe#token",
        "vault:old/probe#token",
        "vault:old/probe",
        "vault:/secret/deep/er/one",
        "vault:secret/deep/er/one#token",
    ],
)
def test_from_vault(reference: str, vault: Bao, tmp_path: Path) -> None:
    credentials = Credentials(tmp_path, vault.environment)
    assert credentials.secret(reference).reveal() == SECRET
    assert credentials.redaction.finds(vault.environment["VAULT_TOKEN"].encode())


@pytest.mark.xdist_group("frame")
@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("vault:secret/nowhere#token", "vault:secret/nowhere does not exist"),
        ("vault:nomount/probe#token", "vault:nomount/probe may not be read with VAULT_TOKEN"),
        ("vault:secret/probe", "vault:secret/probe has 2 fields: name one, vault:secret/probe#FIELD"),
        ("vault:secret/probe#tokn", "vault:secret/probe has no field tokn with a text in it"),
        ("vault:secret/number#token", "vault:secret/number has no field token with a text in it"),
    ],
)
def test_what_vault_does_not_have(reference: str, reason: str, vault: Bao, tmp_path: Path) -> None:
    assert refused(Credentials(tmp_path, vault.environment), reference) == reason


@pytest.mark.xdist_group("frame")
def test_vault_that_is_not_there_or_not_for_us(vault: Bao, tmp_path: Path) -> None:
    where = "vault:secret/probe#token"
    assert (
        refused(Credentials(tmp_path, {}), where)
        == "the credential vault:secret/probe needs VAULT_ADDR and VAULT_TOKEN"
    )
    wrong = {**vault.environment, "VAULT_TOKEN": "s.nobody"}
    assert refused(Credentials(tmp_path, wrong), where) == "vault:secret/probe may not be read with VAULT_TOKEN"
    gone = {**vault.environment, "VAULT_ADDR": "http://127.0.0.1:1"}
    assert refused(Credentials(tmp_path, gone), where) == "vault:secret/probe can't be read: ConnectionError"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://vault.example:8200", "would be readable on the way: VAULT_ADDR must be https://"),
        ("vault.example:8200", "needs VAULT_ADDR as https://HOST:PORT"),
        ("https://user:pass@vault.example", "needs VAULT_ADDR as https://HOST:PORT"),
        ("https://[", "needs VAULT_ADDR as https://HOST:PORT"),
    ],
)
def test_a_token_goes_nowhere_where_it_could_be_read(address: str, reason: str, tmp_path: Path) -> None:
    credentials = Credentials(tmp_path, {"VAULT_ADDR": address, "VAULT_TOKEN": SECRET})
    assert refused(credentials, "vault:secret/probe#token") == f"the credential vault:secret/probe {reason}"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"data": 5}',
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"",
    ],
)
def test_a_vault_that_is_none(answer: bytes, tmp_path: Path) -> None:
    with server(answer) as where:
        credentials = Credentials(tmp_path, {"VAULT_ADDR": f"http://{where}", "VAULT_TOKEN": SECRET})
        reason = refused(credentials, "vault:secret/probe#token")
    assert reason.startswith("vault:secret/probe can't be read")


def test_a_redirection_is_not_followed_with_the_token(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.3)
        location = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/v1/secret/data/probe"
        answer = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        with server(answer.encode()) as where:
            credentials = Credentials(tmp_path, {"VAULT_ADDR": f"http://{where}", "VAULT_TOKEN": SECRET})
            assert refused(credentials, "vault:secret/probe#token").startswith("vault:secret/probe can't be read")
        with pytest.raises(TimeoutError):
            elsewhere.accept()
