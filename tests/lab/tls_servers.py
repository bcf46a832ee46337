"""Real TLS and SSH servers on loopback: nginx, openssl, gnutls, OPA, tlslite, sshd, Redis, slapd, MariaDB, mail."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.lab.ports import free_port, wait_until_listening
from tests.lab.tls_hostile import serving
from tests.lab.tls_pki import Held, Pki
from tests.needs import need_program

SUITES = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"
"""Suites that the profile allows, in OpenSSL's names."""


@contextmanager
def program(arguments: Sequence[str | Path], port: int, folder: Path, **more: object) -> Iterator[int]:
    """Run a program until the block ends, by its own pid; yield its port once it listens."""
    log = folder / f"{Path(arguments[0]).name}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(one) for one in arguments], stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=folder, **more
        )
        try:
            listening = wait_until_listening(port, lambda: process.poll() is None)
            assert listening, f"{arguments[0]} does not listen: {log.read_text(errors='replace')[-2000:]}"
            yield port
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdin is not None
            process.stdin.close()


@contextmanager
def nginx(blocks: dict[str, str], folder: Path) -> Iterator[dict[str, int]]:
    """Run nginx with one server for each name, its directives as given; yield their ports."""
    ports = {name: free_port() for name in blocks}
    servers = "\n".join(
        f"server {{ listen 127.0.0.1:{ports[name]} {'' if 'plain' in name else 'ssl'}; {directives} "
        'location / { return 200 "ok"; } }'
        for name, directives in blocks.items()
    )
    temporary = "".join(
        f"{part}_temp_path {folder}/{part};" for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        f"events {{ worker_connections 512; }} http {{ access_log off; {temporary} {servers} }}"
    )
    lax = folder / "openssl.cnf"  # or OpenSSL would not even load weak certificates
    lax.write_text(
        "openssl_conf = lax\n[lax]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n"
        "[default]\nCipherString = DEFAULT:@SECLEVEL=0\n"
    )
    arguments = [need_program("nginx"), "-p", folder, "-e", folder / "error.log", "-c", configuration]
    with program(arguments, next(iter(ports.values())), folder, env={**os.environ, "OPENSSL_CONF": str(lax)}):
        yield ports


def certified(held: Held) -> str:
    """Return nginx's directives for a certificate."""
    return f"ssl_certificate {held.certificate}; ssl_certificate_key {held.key};"


@contextmanager
def openssl(pki: Pki, *options: str | Path, held: Held | None = None) -> Iterator[int]:
    """Run `openssl s_server`, which answers any HTTP request with a page about the connection."""
    held, port = held or pki.server(), free_port()
    arguments: list[str | Path] = [
        need_program("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", "-cert", held.certificate,
        "-key", held.key, "-CAfile", pki.trust, "-www", "-quiet", *options,
    ]  # fmt: skip
    with program(arguments, port, pki.folder):
        yield port


@contextmanager
def gnutls(pki: Pki, *options: str) -> Iterator[int]:
    """Run `gnutls-serv`, which answers HTTP requests, too."""
    held, port = pki.server(), free_port()
    arguments: list[str | Path] = [
        need_program("gnutls-serv"), "--http", "--quiet", "--port", str(port), "--x509certfile", held.certificate,
        "--x509keyfile", held.key, "--x509cafile", pki.trust, *options,
    ]  # fmt: skip
    with program(arguments, port, pki.folder):
        yield port


@contextmanager
def go(pki: Pki) -> Iterator[int]:
    """Run OPA as a server: Go's TLS, which offers X25519MLKEM768."""
    held, port = pki.server("ecdsa"), free_port()
    arguments: list[str | Path] = [
        need_program("opa"), "run", "--server", "--addr", f"127.0.0.1:{port}", "--tls-cert-file", held.certificate,
        "--tls-private-key-file", held.key, "--min-tls-version", "1.3", "--log-level", "error",
        "--disable-telemetry",
    ]  # fmt: skip
    with program(arguments, port, pki.folder):
        yield port


@contextmanager
def tlslite(pki: Pki, lowest: tuple[int, int], highest: tuple[int, int], **settings: object) -> Iterator[int]:
    """Serve by tlslite-ng, which still speaks SSL 3.0, 3DES and RC4."""
    from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

    held, chain, chosen = pki.server(), X509CertChain(), HandshakeSettings()
    chain.parsePemList(held.certificate.read_text())
    key = parsePEMKey(held.key.read_text(), private=True)
    chosen.minVersion, chosen.maxVersion = lowest, highest
    for name, value in settings.items():
        setattr(chosen, name, value)

    def behave(stream: socket.socket) -> None:
        with contextlib.suppress(Exception):
            connection = TLSConnection(stream)
            connection.handshakeServer(certChain=chain, privateKey=key, settings=chosen)
            connection.read(min=1, max=4096)
            connection.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.close()

    with serving(behave) as port:
        yield port


@contextmanager
def new_openssl(pki: Pki) -> Iterator[int]:
    """Serve by pyOpenSSL, whose OpenSSL 3.5 or later offers X25519MLKEM768."""
    from OpenSSL import SSL

    held, context = pki.server(), SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_chain_file(str(held.certificate))
    context.use_privatekey_file(str(held.key))
    context.set_min_proto_version(SSL.TLS1_3_VERSION)

    def behave(stream: socket.socket) -> None:
        with contextlib.suppress(SSL.Error):
            connection = SSL.Connection(context, stream)
            connection.set_accept_state()
            connection.do_handshake()
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.shutdown()

    with serving(behave) as port:
        yield port


@contextmanager
def sshd(folder: Path, kinds: Sequence[str], *options: str) -> Iterator[tuple[int, list[str]]]:
    """Run sshd with host keys of these kinds (`rsa:1024`); yield its port and their fingerprints."""
    daemon = need_program("sshd")
    keys, fingerprints = [], []
    for kind in kinds:
        name, _, bits = kind.partition(":")
        key = folder / f"host-{name}-{bits}"
        if not key.exists():
            size = ["-b", bits] if bits else []
            subprocess.run(["ssh-keygen", "-q", "-t", name, *size, "-N", "", "-f", str(key)], check=True)
        shown = subprocess.run(["ssh-keygen", "-lf", str(key)], check=True, capture_output=True, text=True).stdout
        keys += ["-h", str(key)]
        fingerprints.append(shown.split()[1])
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it separates its privileges
    port = free_port()
    chosen = [
        part for one in ("ListenAddress=127.0.0.1", "UsePAM=no", "MaxStartups=100", *options) for part in ("-o", one)
    ]
    with program([daemon, "-D", "-e", "-f", "/dev/null", "-p", str(port), *keys, *chosen], port, folder):
        yield port, fingerprints


@contextmanager
def redis(pki: Pki, *, tls: bool) -> Iterator[int]:
    """Run Redis on a port for TLS or for plaintext, without a password."""
    held, port = pki.server(), free_port()
    where: list[str | Path] = ["--port", str(port)]
    if tls:
        where = [
            "--port", "0", "--tls-port", str(port), "--tls-cert-file", held.certificate, "--tls-key-file", held.key,
            "--tls-ca-cert-file", pki.trust, "--tls-auth-clients", "yes", "--tls-protocols", "TLSv1.2 TLSv1.3",
            "--tls-ciphers", SUITES,
        ]  # fmt: skip
    arguments = [need_program("redis-server"), "--bind", "127.0.0.1", "--save", "", "--dir", pki.folder, *where]
    with program(arguments, port, pki.folder):
        yield port


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    """Run Mosquitto with a plaintext listener for anybody."""
    port, configuration = free_port(), folder / "mosquitto.conf"
    configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    with program([need_program("mosquitto"), "-c", configuration], port, folder):
        yield port


@contextmanager
def slapd(pki: Pki, *, strict: bool) -> Iterator[int]:
    """Run OpenLDAP; `strict` refuses what comes without TLS."""
    held, port = pki.server(), free_port()
    folder = pki.folder / f"slapd-{port}"
    (folder / "data").mkdir(parents=True)
    configuration = folder / "slapd.conf"
    configuration.write_text(
        f"include /etc/ldap/schema/core.schema\npidfile {folder}/pid\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
        f"TLSCACertificateFile {pki.trust}\nTLSCertificateFile {held.certificate}\nTLSCertificateKeyFile {held.key}\n"
        f"TLSProtocolMin 3.3\nTLSCipherSuite NORMAL:-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM\n"
        + ("security tls=1\n" if strict else "")
        + f"database mdb\nsuffix dc=lab\ndirectory {folder}/data\n"
    )
    arguments: list[str | Path] = [
        need_program("slapd"), "-d", "0", "-h", f"ldap://127.0.0.1:{port}", "-f", configuration,
    ]  # fmt: skip
    with program(arguments, port, folder):
        yield port


@contextmanager
def mariadb(pki: Pki) -> Iterator[int]:
    """Run MariaDB with an empty database; it refuses logins without TLS."""
    held, port = pki.server(), free_port()
    folder = pki.folder / f"mariadb-{port}"
    folder.mkdir()
    user = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        [need_program("mariadb-install-db"), f"--datadir={folder}/data", "--auth-root-authentication-method=normal",
         "--skip-test-db", "--no-defaults", *user], check=True, capture_output=True,
    )  # fmt: skip
    arguments: list[str | Path] = [
        need_program("mariadbd"), "--no-defaults", f"--datadir={folder}/data", f"--port={port}",
        "--bind-address=127.0.0.1", f"--socket={folder}/socket", f"--pid-file={folder}/pid", f"--ssl-ca={pki.trust}",
        f"--ssl-cert={held.certificate}", f"--ssl-key={held.key}", "--tls-version=TLSv1.2,TLSv1.3",
        f"--ssl-cipher={SUITES}", "--require-secure-transport=ON",
        "--innodb-buffer-pool-size=8M", *user,
    ]  # fmt: skip
    with program(arguments, port, folder):
        yield port


@contextmanager
def mail(pki: Pki, *, strict: bool) -> Iterator[int]:
    """Serve SMTP with STARTTLS as RFC 3207 says; `strict` takes no mail without TLS."""
    held = pki.server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(held.certificate, held.key)
    context.set_ciphers(SUITES)

    def behave(stream: socket.socket) -> None:
        stream.sendall(b"220 mail.lab ESMTP\r\n")
        secure = False
        while line := _line(stream):
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                stream.sendall(b"250 mail.lab\r\n" if secure else b"250-mail.lab\r\n250 STARTTLS\r\n")
            elif word == b"STARTTLS" and not secure:
                stream.sendall(b"220 go ahead\r\n")
                stream = context.wrap_socket(stream, server_side=True)
                secure = True
            elif word == b"MAIL":
                stream.sendall(
                    b"250 ok\r\n" if secure or not strict else b"530 Must issue a STARTTLS command first\r\n"
                )
            else:
                stream.sendall(b"502 no\r\n")

    with serving(behave) as port:
        yield port


def _line(stream: socket.socket) -> bytes:
    """Return the next line, byte by byte: what follows it may be TLS."""
    line = b""
    while not line.endswith(b"\n"):
        try:
            byte = stream.recv(1)
        except OSError:
            return b""
        if not byte:
            return b""
        line += byte
    return line
