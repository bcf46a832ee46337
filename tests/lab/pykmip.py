"""Keys of PyKMIP's own server, each with one defect, behind mutual TLS with certificates made here."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from kmip.core import enums
from kmip.pie.client import ProxyKmipClient

from limen.adapters.key_providers import Access, open_key
from tests.lab.place import Place
from tests.lab.ports import free_port, wait_until_listening

DAY = 86_400


def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Return a new certificate authority and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "limen laboratory")])
    builder = _builder(name, name, key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.sign(key, hashes.SHA256()), key


def issued(name: str, ca: tuple[x509.Certificate, ec.EllipticCurvePrivateKey]) -> str:
    """Return certificate and key of a server on loopback, or of a client, as one PEM text."""
    key = ec.generate_private_key(ec.SECP256R1())
    server = name == "server"
    usage = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(subject, ca[0].subject, key).add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if server:
        names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = builder.sign(ca[1], hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return certificate.public_bytes(pem).decode() + private.decode()


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
    )


class Kmip:
    """Makes keys on a running server; each defect has a name of its own."""

    def __init__(self, folder: Path, port: int, client: str, stranger: str) -> None:
        """Keep where the server is, and the certificates of its client and of a client that it does not know."""
        self._folder, self.endpoint, self._port = folder, f"127.0.0.1:{port}", port
        self.client, self.stranger = client, stranger
        self.trust = folder / "ca.pem"

    def make(self, defect: str) -> Place:
        """Make the key of a defect, `good` among them, and return where it is."""
        found: Place = getattr(self, "_" + defect.replace("-", "_"))(f"lab/{defect}")
        return found

    def opened(self) -> ProxyKmipClient:
        """Return a client of the owner of all keys."""
        path = str(self._folder / "client.pem")
        return ProxyKmipClient(
            hostname="127.0.0.1", port=self._port, cert=path, key=path, ca=str(self.trust), config_file="/dev/null",
            ssl_version="PROTOCOL_TLSv1_2",
        )  # fmt: skip

    def key(self, name: str, ages: tuple[int, ...] = (200, 30), algorithm: str = "AES", bits: int = 256) -> list[str]:
        """Make a key with versions of these ages in days, active, and return their identifiers."""
        masks = [enums.CryptographicUsageMask.ENCRYPT, enums.CryptographicUsageMask.DECRYPT]
        with self.opened() as client:
            found = []
            for _ in ages:
                made = client.create(
                    enums.CryptographicAlgorithm[algorithm], bits, name=name, cryptographic_usage_mask=masks
                )
                client.activate(made)
                found.append(str(made))
        for made, age in zip(found, ages, strict=True):
            self.change(made, initial_date=int(time.time()) - age * DAY)
        return found

    def change(self, identifier: str, **columns: Any) -> None:
        """Write into the server's own store what no client can."""
        with sqlite3.connect(self._folder / "kmip.db") as store:
            for column, value in columns.items():
                store.execute(f"update managed_objects set {column} = ? where uid = ?", (value, int(identifier)))
        store.close()

    def place(self, name: str, client: str = "", **declared: Any) -> Place:
        """Return where a key is."""
        return Place(self.endpoint, name, client or self.client, declared, {"trust": str(self.trust)})

    def _good(self, name: str) -> Place:
        for made in self.key(name):
            self.change(made, sensitive=1)
        return self.place(name)

    def _not_sensitive(self, name: str) -> Place:
        self.key(name)
        return self.place(name)

    def _never_rotated(self, name: str) -> Place:
        self.key(name, ages=(400,))
        return self.place(name)

    def _lying_future(self, name: str) -> Place:
        self.key(name, ages=(200, -30))
        return self.place(name)

    def _weak_algorithm(self, name: str) -> Place:
        self.key(name, algorithm="TRIPLE_DES", bits=192)
        return self.place(name)

    def _deactivated(self, name: str) -> Place:
        newest = self.key(name)[-1]
        with self.opened() as client:
            client.revoke(enums.RevocationReasonCode.CESSATION_OF_OPERATION, newest)
        return self.place(name)

    def _compromised(self, name: str) -> Place:
        newest = self.key(name)[-1]
        with self.opened() as client:
            client.revoke(enums.RevocationReasonCode.KEY_COMPROMISE, newest)
        return self.place(name)

    def _missing(self, name: str) -> Place:
        return self.place(name)

    def _another_authority(self, name: str) -> Place:
        self.key(name)
        return self.place(name, client=self.stranger)

    def _no_certificate(self, name: str) -> Place:
        return self.place(name, client="no certificate at all")

    def _untrusted_server(self, name: str) -> Place:
        return self.place(name)._replace(options={})

    def _test_key(self, name: str) -> Place:
        self.key(name)
        old = self.sealed(name)
        return self.place(name, environment="test")._replace(old_ciphertext=old)

    def _test_key_old_lost(self, name: str) -> Place:
        first = self.key(name)[0]
        old = self.sealed(name, first)
        with self.opened() as client:
            client.revoke(enums.RevocationReasonCode.CESSATION_OF_OPERATION, first)
            client.destroy(first)
        return self.place(name, environment="test")._replace(old_ciphertext=old)

    def sealed(self, name: str, version: str = "") -> str:
        """Return a ciphertext of a version of a key, as the adapter writes it."""
        credential = self.client
        key = open_key(
            Access(provider="kmip", endpoint=self.endpoint, key=name, credential=credential, trust=self.trust)
        )
        try:
            sealed = key.encrypt(b"long ago", b"").ciphertext.decode()
        finally:
            key.close()
        if not version:
            return sealed
        vector = os.urandom(16)
        with self.opened() as client:
            parameters = {
                "cryptographic_algorithm": enums.CryptographicAlgorithm.AES,
                "block_cipher_mode": enums.BlockCipherMode.CBC,
                "padding_method": enums.PaddingMethod.PKCS5,
            }
            made, _ = client.encrypt(
                b"long ago", uid=version, cryptographic_parameters=parameters, iv_counter_nonce=vector
            )
        return f"{version}:{base64.b64encode(vector + made).decode()}"


@contextmanager
def pykmip() -> Iterator[Kmip]:
    """Run the server for as long as the block lasts; raises RuntimeError where it does not come up."""
    port, ca = free_port(), authority()
    with tempfile.TemporaryDirectory(prefix="limen-pykmip-") as name:
        folder = Path(name)
        (folder / "ca.pem").write_bytes(ca[0].public_bytes(serialization.Encoding.PEM))
        for who in ("server", "client"):
            (folder / f"{who}.pem").touch(mode=0o600)
            (folder / f"{who}.pem").write_text(issued(who, ca))
        (folder / "policies").mkdir()
        settings = {
            "hostname": "127.0.0.1",
            "port": port,
            "certificate_path": folder / "server.pem",
            "key_path": folder / "server.pem",
            "ca_path": folder / "ca.pem",
            "auth_suite": "TLS1.2",
            "policy_path": folder / "policies",
            "enable_tls_client_auth": True,
            "database_path": folder / "kmip.db",
        }
        lines = [f"{setting} = {value}" for setting, value in settings.items()]
        (folder / "server.conf").write_text("\n".join(["[server]", *lines, ""]))
        program = [sys.executable, str(Path(sys.executable).parent / "pykmip-server")]
        child = subprocess.Popen(
            [*program, "-f", str(folder / "server.conf"), "-l", str(folder / "log")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            if not wait_until_listening(port, lambda: child.poll() is None):
                raise RuntimeError("PyKMIP's server did not come up")
            yield Kmip(folder, port, (folder / "client.pem").read_text(), issued("client", authority()))
        finally:
            os.killpg(child.pid, signal.SIGKILL)  # its own group, of which it is the first: asked kindly, it takes 10 s
            child.wait()
