"""Real brokers on loopback, each with a defect or none: Redis, mosquitto and nats-server, which start in no time."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.ports import free_port
from tests.lab.tls_pki import Pki
from tests.lab.tls_servers import program
from tests.needs import need_program

PASSWORD = "a-password-of-the-laboratory-7d41"
"""Of whoever may log in to a good broker."""


@contextmanager
def redis(pki: Pki, defect: str) -> Iterator[int]:
    """Run Redis; the good one takes TLS 1.2 and 1.3 with a client certificate and a password."""
    held, port = pki.server(), free_port()
    clients = {"no_certificate": "no", "optional_certificate": "optional", "anonymous": "no"}.get(defect, "yes")
    clients = "no" if defect == "default_password" else clients
    versions = "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3" if defect == "tls10" else "TLSv1.2 TLSv1.3"
    where: list[str | Path] = [
        "--port", "0", "--tls-port", str(port), "--tls-cert-file", held.certificate, "--tls-key-file", held.key,
        "--tls-ca-cert-file", pki.trust, "--tls-auth-clients", clients, "--tls-protocols", versions,
    ]  # fmt: skip
    if defect == "tls10":
        where += ["--tls-ciphers", "ALL:@SECLEVEL=0"]
    if defect == "plaintext":
        where = ["--port", str(port)]
    if defect == "default_password":
        where += ["--requirepass", "foobared"]
    elif defect != "anonymous":
        where += ["--requirepass", PASSWORD]
    arguments = [need_program("redis-server"), "--bind", "127.0.0.1", "--save", "", "--dir", pki.folder, *where]
    with program(arguments, port, pki.folder):
        yield port


@contextmanager
def mosquitto(pki: Pki, defect: str) -> Iterator[int]:
    """Run mosquitto; the good one takes TLS with a client certificate and a password."""
    held, port = pki.server(), free_port()
    passwords = pki.folder / f"passwords-{port}"
    user, word = ("guest", "guest") if defect == "default_password" else ("limen", PASSWORD)
    maker = need_program("mosquitto_passwd")
    subprocess.run([maker, "-b", "-c", passwords, user, word], check=True, capture_output=True)
    passwords.chmod(0o600)
    lines = [f"listener {port} 127.0.0.1", "user root", "persistence false"]
    if defect != "plaintext":
        lines += [f"cafile {pki.trust}", f"certfile {held.certificate}", f"keyfile {held.key}"]
        open_to_all = defect in ("no_certificate", "anonymous", "default_password")
        lines += [f"require_certificate {'false' if open_to_all else 'true'}"]
        lines += ["tls_version tlsv1.3"] if defect == "tls13" else []
    lines += ["allow_anonymous true"] if defect == "anonymous" else ["allow_anonymous false"]
    lines += [] if defect == "anonymous" else [f"password_file {passwords}"]
    config = pki.folder / f"mosquitto-{port}.conf"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with program([need_program("mosquitto"), "-c", config], port, pki.folder):
        yield port


@contextmanager
def nats(pki: Pki, defect: str) -> Iterator[int]:
    """Run nats-server; the good one takes TLS with a client certificate and a password."""
    held, port = pki.server(), free_port()
    verify = "false" if defect in ("no_certificate", "anonymous", "default_password") else "true"
    lines = [f"listen: 127.0.0.1:{port}"]
    if defect != "plaintext":
        first = "handshake_first: true" if defect == "handshake_first" else ""
        lines.append(
            f'tls {{ cert_file: "{held.certificate}", key_file: "{held.key}", ca_file: "{pki.trust}", '
            f"verify: {verify}\n {first} }}"
        )
    if defect == "plaintext_too":
        lines.append("allow_non_tls: true")
    user, word = ("nats", "nats") if defect == "default_password" else ("limen", PASSWORD)
    if defect != "anonymous":
        lines.append(f'authorization {{ user: "{user}", password: "{word}" }}')
    config = pki.folder / f"nats-{port}.conf"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with program([need_program("nats-server"), "-c", config], port, pki.folder):
        yield port
